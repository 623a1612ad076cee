"""`sakuga evaluate generation` and `gap`: clips of several sides, by several nets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections import Counter

    from sakuga.core.profile import Settings
    from sakuga.core.records import Failure
    from sakuga.evaluate.clips import Clip, Clips, Ref, Source
    from sakuga.evaluate.features import Side
    from sakuga.evaluate.gap import Gap
    from sakuga.evaluate.generation import Generation
    from sakuga.train.packed import Pack


def generation(
    folders: Sequence[str], out: str | None, profile: str, overrides: Sequence[str], as_json: bool
) -> None:
    """Table 3 and Figure 9. Raises RequestError."""
    from sakuga.evaluate import generation as asked
    from sakuga.evaluate.table3 import lines, notes

    made, sides = _measured(asked, folders, profile, overrides)
    if out is not None:
        _write(out, _page9(out, made, sides))
    _tell(made, lines(made), notes(made), out, as_json)


def gap(
    folders: Sequence[str], out: str | None, profile: str, overrides: Sequence[str], as_json: bool
) -> None:
    """Table 4 and Figure 10. Raises RequestError."""
    from sakuga.evaluate import gap as asked
    from sakuga.evaluate.table4 import lines, notes

    made, sides = _measured(asked, folders, profile, overrides)
    if out is not None:
        _write(out, _page10(out, made, sides))
    _tell(made, lines(made), notes(made), out, as_json)


def _measured(asked: Any, folders: Sequence[str], profile: str, overrides: Sequence[str]) -> Any:
    """What `asked`, a module of `evaluate`, makes of the sides, and the sides."""
    from sakuga.cli.progress import advancing
    from sakuga.evaluate.extractors import extractors

    settings = _settings(profile, overrides, asked.NETS)
    clips, recipes = _clips(settings), extractors(settings, asked.NETS)
    with advancing() as advance:
        return asked.evaluate(_sources(folders), clips, recipes, advance)


def _page9(out: str, made: Generation, sides: Sequence[Side]) -> str:
    if out.endswith("html"):
        from sakuga.evaluate.figure9 import html

        return html(made, sides)
    from sakuga.evaluate import origin
    from sakuga.evaluate.table3 import lines, notes
    from sakuga.evaluate.told import grid

    told, nets = "\n".join(f"- {note}" for note in notes(made)), grid(origin.lines(made.terms))
    return f"# Generation\n\n{grid(lines(made))}\n\n{told}\n\n## Nets\n\n{nets}\n"


def _page10(out: str, made: Gap, sides: Sequence[Side]) -> str:
    from sakuga.evaluate.figure10 import html, markdown, svg

    if out.endswith("svg"):
        return svg(made.points, made.names)
    return html(made, sides) if out.endswith("html") else markdown(made)


def _settings(profile: str, overrides: Iterable[str], nets: Iterable[str]) -> Settings:
    """Sections of a file, if one is named, with what was set. RequestError for unknown ones."""
    from sakuga.core.errors import RequestError
    from sakuga.core.profile import override, read_profile

    read = read_profile(profile) if profile.endswith(".toml") else {}
    settings = override(read, overrides)
    known = ("clips", *nets)
    if unknown := [section for section in settings if section not in known]:
        raise RequestError(
            f"[{unknown[0]}]: there is no such section; there are {', '.join(known)}"
        )
    return settings


def _clips(settings: Settings) -> Clips:
    from sakuga.core.profile import Room, make_stages

    room = Room({"clips": "sakuga.evaluate.clips:Clips"})
    [made] = make_stages({"clips": settings.get("clips", {})}, {"clips": room}).stages
    return made


def _sources(folders: Sequence[str]) -> list[Source]:
    """Each by what is there. Raises RequestError where two are called the same."""
    from sakuga.core.errors import RequestError
    from sakuga.evaluate.sources import open_source

    if len({str(Path(folder)) for folder in folders}) < len(folders):
        raise RequestError("the same folder is named twice; of a set and itself all is known")
    return [
        _Packed(folder) if (Path(folder) / "pack.json").is_file() else open_source(folder)
        for folder in folders
    ]


class _Packed:
    """Clips that `sakuga train pack` made ready, as a source."""

    def __init__(self, folder: str) -> None:
        from sakuga.train.packed import open_pack

        self.name = folder
        self._pack: Pack = open_pack(Path(folder))

    def refs(self, clips: Clips, left_out: Counter[str]) -> list[Ref]:
        """Its clips that have enough frames. A pack without a lineage is one film: unknown."""
        from sakuga.evaluate.clips import Ref
        from sakuga.train import lineage

        pack = self._pack
        there = [n for n in range(len(pack)) if pack.keyframes(n) >= clips.frames]
        left_out[f"under {clips.frames} keyframes"] += len(pack) - len(there)
        if not (pack.folder / lineage.NAME).is_file():
            return [Ref(pack.ids[n], self.name, pack.captions[n]) for n in there]
        told = lineage.read(pack.folder).of([pack.ids[n] for n in there])
        films, timings = told.column("source_group"), told.known("timing_class")
        return [
            Ref(pack.ids[n], film, pack.captions[n], timing)
            for n, film, timing in zip(there, films, timings, strict=True)
        ]

    def read(self, refs: Sequence[Ref], clips: Clips) -> Iterator[Clip | Failure]:
        """Evenly spaced frames of each."""
        import numpy as np

        from sakuga.dataset.pick import pick
        from sakuga.evaluate.clips import Clip, shaped

        places = {name: n for n, name in enumerate(self._pack.ids)}
        for ref in refs:
            frames = self._pack.frames(places[ref.name])
            chosen = pick(len(frames), clips.frames)
            yield Clip(ref, np.stack([shaped(np.asarray(frames[n]), clips) for n in chosen]))


def _write(out: str, page: str) -> None:
    from sakuga.cli.evaluate import write

    write(out, page)


def _tell(
    made: Any,
    lines: Sequence[tuple[str, ...]],
    notes: Iterable[str],
    out: str | None,
    as_json: bool,
) -> None:
    from sakuga.cli.console import print_json, stdout
    from sakuga.cli.evaluate import print_lines
    from sakuga.evaluate.origin import sentences

    if as_json:
        print_json(made)
        return
    print_lines(lines)
    for note in (*notes, *sentences(made.terms)):
        stdout().print(note, style="dim", soft_wrap=True)
    if out is not None:
        stdout().print(out, soft_wrap=True)
