"""A profile is checked before any work starts, and a wrong word is told from a right one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sakuga.build.pipeline import ROOMS, rooms_of, stages_of
from sakuga.core.errors import RequestError
from sakuga.core.needs import lacking
from sakuga.core.profile import Room, make_stages, override, profile_names, read_profile
from tests.fakes import Draw
from tests.stages import Holder, Loud

FAKE = {"draw": Room({"fake": "tests.fakes:Draw"})}


def test_every_shipped_profile_makes_every_room_that_the_others_need() -> None:
    for name in profile_names():
        made = rooms_of(name)
        rooms = [stage.name for stage in made.stages]
        assert rooms == [room for room in ROOMS if room in rooms]
        assert {room for room, kind in ROOMS.items() if not kind.spare} <= set(rooms)


def test_fields_are_set_and_the_rest_keep_their_defaults() -> None:
    assert make_stages({"draw": {"frames": 7}}, FAKE).stages == [Draw(frames=7)]
    assert make_stages({}, FAKE).stages == [Draw()]
    named = {"draw": {"use": "tests.fakes:Draw", "frames": 7}}
    assert make_stages(named, {"draw": Room({})}).stages == [Draw(7)]


@pytest.mark.parametrize("name", profile_names())
def test_a_default_that_is_written_out_is_the_default(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = rooms_of(name).stages
    monkeypatch.setattr("sakuga.core.profile._same", lambda *_: False)
    assert [repr(stage) for stage in rooms_of(name).stages] == [repr(stage) for stage in made]


def test_what_only_equals_a_default_is_made_what_the_field_wants() -> None:
    [stage] = make_stages({"draw": {"frames": float(Draw().frames)}}, FAKE).stages
    assert repr(stage) == repr(Draw())


HELD = {
    "hold": Room({"loud": "tests.stages:Loud"}, "tests.stages:Holder", spare=True),
    "show": Room({"show": "tests.fakes:Show"}, spare=True),
}


def test_a_section_s_fields_go_to_the_room_or_to_its_backend() -> None:
    settings = {"hold": {"use": "loud", "volume": 3, "floor": 0.2, "batch": 2}}
    [stage] = make_stages(settings, HELD).stages
    assert stage == Holder(use=Loud(volume=3), floor=0.2)
    assert stage.use.batch == 2
    with pytest.raises(RequestError, match=r"\[hold\] volum: .*did you mean 'volume'"):
        make_stages({"hold": {"volum": 3}}, HELD)


def test_a_spare_room_may_be_none_and_what_needs_it_is_left_out() -> None:
    made = make_stages({"hold": {"use": "none"}}, HELD)
    assert made.stages == []
    assert made.left_out == {"show": "reads drawings, which no room of this profile makes"}
    with pytest.raises(RequestError, match=r"no such backend"):
        make_stages({"draw": {"use": "none"}}, FAKE)


def test_a_room_is_skipped_for_what_it_lacks_only_if_the_profile_says_so() -> None:
    rooms = {"hold": Room({"far": "tests.stages:FarAway"}, "tests.stages:Holder", spare=True)}
    [stage] = make_stages({}, rooms).stages
    assert lacking(stage) == "[hold] FarAway needs no_such_package: pip install 'sakuga[far]'"
    skipped = make_stages({"hold": {"when_missing": "skip"}}, rooms)
    assert (skipped.stages, skipped.left_out) == ([], {"hold": lacking(stage)})
    with pytest.raises(RequestError, match="must be 'stop' or 'skip'"):
        make_stages({"hold": {"when_missing": "perhaps"}}, rooms)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"drow": {}}, r"\[drow\].*no such room; did you mean 'draw'"),
        ({"draw": {"frame": 1}}, r"\[draw\] frame: .*did you mean 'frames'"),
        ({"draw": {"frames": "many"}}, r"\[draw\] frames = 'many': .*valid integer"),
        (
            {"draw": {"use": "fakke"}},
            r"\[draw\] use = 'fakke': no such backend; did you mean 'fake'",
        ),
        ({"draw": {"use": "no.module:X"}}, r"\[draw\] use = 'no.module:X': No module named"),
        ({"draw": {"use": "tests.fakes:Nobody"}}, r"has no attribute 'Nobody'"),
    ],
)
def test_what_is_wrong_is_said(settings: dict[str, dict[str, Any]], said: str) -> None:
    with pytest.raises(RequestError, match=said):
        make_stages(settings, FAKE)


def test_ranges_are_checked() -> None:
    with pytest.raises(RequestError, match=r"\[split\] min_confidence = 3"):
        stages_of("lite", ["split.min_confidence=3"])


def test_overrides_are_toml_or_text() -> None:
    settings = override({"a": {"x": 1}}, ["a.x=2", "b.y=[1, 2]", "b.z=plain words"])
    assert settings == {"a": {"x": 2}, "b": {"y": [1, 2], "z": "plain words"}}


@pytest.mark.parametrize("wrong", ["x=1", "a.x", "=1", ".x=1", "a.=1"])
def test_a_bad_override_is_refused(wrong: str) -> None:
    with pytest.raises(RequestError, match=r"room\.field=value"):
        override({}, [wrong])


def test_a_file_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[draw]\nframes = 9\n")
    assert read_profile(str(file)) == {"draw": {"frames": 9}}
    file.write_text("frames = 9\n")
    with pytest.raises(RequestError, match="stands in no"):
        read_profile(str(file))
    file.write_text("[draw\n")
    with pytest.raises(RequestError, match=r"mine\.toml"):
        read_profile(str(file))
    with pytest.raises(RequestError, match="did you mean 'lite'"):
        read_profile("lyte")


def test_the_releases_rules_need_the_releases_measures() -> None:
    for wrong in ("split.mode=frames", "keyframe.rule=paper"):
        with pytest.raises(RequestError, match="release = true"):
            stages_of("lite", [wrong])
        assert stages_of("lite", [wrong, "scan.release=true"])
