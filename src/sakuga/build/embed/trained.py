"""Backend `trained`: the net of a finished `sakuga train contrastive`, as its run says (§4.1).

    sakuga embed my-dataset --encoder RUN

What the vectors were made with is told by the training's recipe and the hash of the weights, not by
where they lie: a run that was moved is the same, one that was trained anew under its name is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal

from annotated_types import Ge, Interval
from pydantic import TypeAdapter, ValidationError

from sakuga.build.embed.finished import WEIGHTS, Finished, named_alone, read_run, sha256
from sakuga.build.embed.nets import Encode, check_checkpoints
from sakuga.build.embed.viclip import MODULES, ViClip
from sakuga.build.embed.videomamba import VideoMamba
from sakuga.build.local_model import Precision
from sakuga.core.errors import RequestError
from sakuga.core.needs import Needs
from sakuga.core.recipe import where
from sakuga.models.public import CHECKPOINTS

FAMILIES: Final[dict[str, type[ViClip | VideoMamba]]] = {
    "viclip": ViClip,
    "videomamba": VideoMamba,
}
START: Final = "start"


@dataclass(frozen=True, slots=True)
class Trained:
    """run: its folder. blend: the other net of WiSE-FT's mean (see `nets`): `start`, from which the
    run began, a public one's name or a file; share: of the run's. batch: clips at once.

    net: the run, and other: the net it is blended with, as they were found; None of no folder.
    """

    version: ClassVar[int] = 1

    run: str = where("")
    blend: str = where("")
    share: Annotated[float, Interval(ge=0, le=1)] = 0.5
    precision: Precision = "float32"
    batch: Annotated[int, Ge(0)] = where(0)
    device: Literal["auto", "cpu", "cuda"] = where("auto")
    net: Finished | None = field(init=False)
    other: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "net", read_run(self.run) if self.run else None)
        object.__setattr__(self, "other", _named(self._blend) if self.run else "")
        if self.run:
            self.check()

    @property
    def keyframes(self) -> int:
        """As many as the net was trained on."""
        return self._backend.keyframes

    @property
    def side(self) -> int:
        """Of a frame, in pixels."""
        return self._backend.side

    @property
    def needs(self) -> Needs:
        """Packages and weights."""
        return self._backend.needs if self.run else Needs("embed", MODULES)

    def check(self) -> None:
        """There is such a net. Raises RequestError."""
        self._backend.check()

    def load(self) -> Encode:
        """The worker."""
        return self._backend.load()

    @property
    def _found(self) -> Finished:
        if self.net is None:
            raise RequestError("[embed] run = '': name the folder of a run: --encoder RUN")
        return self.net

    @property
    def _blend(self) -> str:
        if self.blend != START:
            return self.blend
        if not self._found.start:
            raise RequestError(
                f"[embed] blend = 'start': {self.run} began from nothing; name another net's file"
            )
        return self._found.start

    @property
    def _backend(self) -> ViClip | VideoMamba:
        """Of the net's own family. Raises RequestError for a family or size that there is not."""
        found, net = self._found, self._found.net
        family = str(net["family"])
        tokens = {"tokens": net["tokens"]} if family == "videomamba" else {}
        settings: dict[str, Any] = {
            **tokens, "size": net["size"], "image": net["image"] or 0,
            "checkpoint": str(Path(self.run, WEIGHTS)), "blend": self._blend, "share": self.share,
            "keyframes": found.made_by["clips"]["frames"],
            "precision": self.precision, "batch": self.batch, "device": self.device,
        }  # fmt: skip
        try:
            return TypeAdapter(FAMILIES[family]).validate_python(settings)
        except KeyError as error:
            raise RequestError(f"[embed] {self.run}: family {family!r} is not known") from error
        except ValidationError as error:
            first = error.errors()[0]
            raise RequestError(
                f"[embed] {self.run}: {'.'.join(map(str, first['loc']))} = {first['input']!r}: "
                f"{first['msg']}"
            ) from error


def _named(blend: str) -> str:
    """A public checkpoint's name, a file's with its hash; "" for none. Raises RequestError."""
    check_checkpoints(blend)
    if not blend or blend in CHECKPOINTS:
        return blend
    if not Path(blend).is_file():
        raise RequestError(f"[embed] blend = {blend!r}: name a file, such as RUN/{WEIGHTS}")
    return f"{named_alone(blend)} {sha256(Path(blend))}"
