"""`core.hevc`: the quantiser is read from real streams, and from nothing else."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sakuga.core.encode import VideoFormat, VideoWriter
from sakuga.core.hevc import Slices
from sakuga.core.video import VideoReader

WAYS = {
    "plain": "",
    "references": ":ref=5:bframes=4:b-pyramid=1",
    "weights": ":weightp=1:weightb=1:ref=4",
    "tools": ":tskip=1:amp=1:rect=1:no-sao=1:no-temporal-mvp=1:slices=2",
    "open groups": ":keyint=8:open-gop=1",
    "scaling lists": ":scaling-list=default",
}


def _written(path: Path, more: str, form: str = "yuv420p") -> list[bytes]:
    """Packets of a film that fades in, moves, and fades: at a fixed quantiser."""
    random = np.random.default_rng(1)
    base = random.integers(0, 200, (96, 128, 3), dtype=np.uint8)
    options = (("x265-params", f"log-level=error{more}"),)
    written = VideoFormat("hevc", pixel_format=form, options=options)
    with VideoWriter(path, 128, 96, written) as writer:
        for index in range(24):
            light = min(1.0, 0.2 + index / 12)
            writer.write((np.roll(base, 2 * index, axis=1) * light).astype(np.uint8))
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def _slices(path: Path) -> Slices:
    with av.open(str(path)) as container:
        return Slices(container.streams.video[0].codec_context.extradata)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_what_the_encoder_was_told_stands_in_every_slice(tmp_path: Path, way: str, container: str):
    told = {}
    for quantiser in (20, 35):
        path = tmp_path / f"{quantiser}.{container}"
        packets = _written(path, f":qp={quantiser}:ipratio=1:pbratio=1{WAYS[way]}")
        read = [_slices(path).quantiser(packet) for packet in packets]
        assert None not in read
        told[quantiser] = read
    assert set(told[20]) == {20}
    assert set(told[35]) == {35}


def test_ten_bits_and_full_colour_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    packets = _written(path, ":qp=30:ipratio=1:pbratio=1", "yuv444p10le")
    assert {_slices(path).quantiser(packet) for packet in packets} == {30}


def test_parameter_sets_within_the_stream_are_learnt(tmp_path: Path) -> None:
    path = tmp_path / "a.mkv"
    packets = _written(path, ":qp=30:ipratio=1:pbratio=1")
    with av.open(str(path)) as container:
        box = container.streams.video[0].codec_context.extradata
    started = [_with_starts(packet) for packet in packets]
    bare = Slices(None)
    assert bare.quantiser(started[0]) is None
    started[0] = _with_starts(b"".join(_sets(box))) + started[0]
    assert [bare.quantiser(packet) for packet in started] == [30] * len(packets)


def _with_starts(counted: bytes) -> bytes:
    """Units after 00 00 01 instead of after their length of four bytes."""
    units, at = [], 0
    while at < len(counted):
        size = int.from_bytes(counted[at : at + 4], "big")
        units.append(b"\0\0\1" + counted[at + 4 : at + 4 + size])
        at += 4 + size
    return b"".join(units)


def _sets(box: bytes) -> list[bytes]:
    """The parameter sets of an hvcC box, each after its length of four bytes."""
    sets, at = [], 23
    for _ in range(box[22]):
        count, at = int.from_bytes(box[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            size = int.from_bytes(box[at : at + 2], "big")
            sets.append(size.to_bytes(4, "big") + box[at + 2 : at + 2 + size])
            at += 2 + size
    return sets


@given(st.binary(max_size=200), st.binary(max_size=400))
def test_bytes_that_are_no_hevc_tell_nothing_and_break_nothing(box: bytes, packet: bytes) -> None:
    for extradata in (None, box, b"\1" + box.ljust(40, b"\1")):
        told = Slices(extradata).quantiser(packet)
        assert told is None or 0 <= told <= 51


@given(st.data())
def test_damaged_headers_break_nothing(data: st.DataObject) -> None:
    box, packets = _REAL
    hurt = bytearray(box)
    for _ in range(data.draw(st.integers(1, 4))):
        hurt[data.draw(st.integers(0, len(hurt) - 1))] = data.draw(st.integers(0, 255))
    slices = Slices(bytes(hurt))
    for packet in packets:
        told = slices.quantiser(packet)
        assert told is None or 0 <= told <= 51


def test_frames_tell_a_quantiser_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    _written(path, ":qp=35:ipratio=1:pbratio=1")
    with VideoReader(str(path), quantisers=True) as reader:
        told = [frame.quantiser() for frame in reader.frames()]
    assert told[0] == 27.0  # on H.264's scale
    with VideoReader(str(path)) as reader:
        assert [frame.quantiser() for frame in reader.frames()] == [None] * len(told)


def _real() -> tuple[bytes, list[bytes]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.mkv")
        packets = _written(path, ":weightp=1:ref=3")[:3]
        with av.open(str(path)) as container:
            return bytes(container.streams.video[0].codec_context.extradata), packets


_REAL = _real()
