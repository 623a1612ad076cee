"use strict";
// The drawing under the pointer is seen whole; a click on the screen plays the shot in its timing.
for (const shot of document.querySelectorAll(".shot")) {
  const screen = shot.querySelector(".screen");
  const told = shot.querySelector("output");
  const cells = [...shot.querySelectorAll(".strip > i")];
  const rate = Number(shot.dataset.rate) || 24;
  let at = Math.max(0, cells.findIndex((cell) => cell.title === told.textContent));
  let timer = 0;

  const show = (place) => {
    cells[at].classList.remove("on");
    at = place;
    const cell = cells[at];
    cell.classList.add("on");
    const picture = [...cell.classList].find((name) => /^p\d+-/.test(name));
    screen.className = "screen " + (picture || "");
    told.textContent = cell.title || told.textContent;
  };
  const stop = () => {
    clearTimeout(timer);
    timer = 0;
    shot.classList.remove("playing");
    screen.setAttribute("aria-label", "play this shot");
  };
  const play = (due) => {
    const next = due + (Number(cells[at].dataset.h) * 1000) / rate;
    timer = setTimeout(() => {
      show((at + 1) % cells.length);
      play(next);
    }, Math.max(0, next - performance.now()));
  };

  screen.addEventListener("click", () => {
    if (timer) return stop();
    shot.classList.add("playing");
    screen.setAttribute("aria-label", "stop");
    show(0);
    play(performance.now());
  });
  const pick = (event) => {
    const place = cells.indexOf(event.target.closest(".strip > i"));
    if (place < 0) return;
    stop();
    show(place);
  };
  for (const kind of ["pointerover", "focusin", "click"]) {
    shot.querySelector(".strip").addEventListener(kind, pick);
  }
  shot.querySelector(".strip").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" || event.key === " ") screen.click();
    else if (step && cells[at + step]) {
      cells[at].tabIndex = -1;
      cells[at + step].tabIndex = 0;
      cells[at + step].focus();
    } else return;
    event.preventDefault();
  });
}
