"""Files as the stages before `split` describe and measure them."""

from __future__ import annotations

from pathlib import Path

from sakuga.build.collect import Collect
from sakuga.build.collect.probe import probe
from sakuga.build.scan import Scan
from sakuga.core.records import Signals, Source, Video


def scanned(path: Path, release: bool = False) -> tuple[Signals, Video]:
    """A file's measurements and its description; release: with what the paper's rules read."""
    source = Source(
        id=path.stem, part=0, video=path.stem, url=str(path), platform="folder",
        kind=path.suffix[1:], group=path.stem, bytes=path.stat().st_size, modified=0,
        licence=None, user_tags=[], duplicate_of=None, skipped=None,
    )  # fmt: skip
    video = probe(source, Collect())
    [signals] = Scan(release).load()([(video,)])
    return signals, video
