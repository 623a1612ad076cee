"""`evaluate scaling` with the real trainer on clips of noise, six steps a run."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from sakuga.cli.scaling import FIGURE, Asked, measure
from sakuga.core.errors import RequestError
from sakuga.evaluate.kept import RUNS
from tests.packs import quick, random_pack

ASKED = Asked(steps=2, seeds=2, gallery=4)
FEW = ("schedule.batch=4", "schedule.steps=3", "schedule.every=2")


def test_it_trains_every_size_and_seed_and_goes_on_where_it_was_stopped(tmp_path: Path) -> None:
    recipe = quick("viclip", *FEW)
    pack, held = random_pack(tmp_path / "a", 12), random_pack(tmp_path / "b", 8)
    out = tmp_path / "out"
    told: list[tuple[int, int]] = []
    made = measure(recipe, pack, held, out, ASKED, lambda n, of: told.append((n, of)))
    assert [(size.clips, size.runs) for size in made.sizes] == [(6, 2), (12, 2)]
    assert all(0 <= size.mean <= 1 for size in made.sizes)
    assert told == [(n, 4) for n in range(5)]
    assert (out / FIGURE).read_text().startswith("<svg")
    kept = (out / RUNS).read_text().splitlines(keepends=True)
    told.clear()
    (out / RUNS).write_text("".join(kept[:2]) + kept[2][:9])  # killed as it wrote the third
    again = measure(recipe, pack, held, out, ASKED, lambda n, of: told.append((n, of)))
    assert again == made
    assert told == [(n, 4) for n in range(2, 5)]
    assert [json.loads(line) for line in (out / RUNS).read_text().splitlines()] == [
        json.loads(line) for line in kept
    ]
    other = dataclasses.replace(recipe, net=dataclasses.replace(recipe.net, temperature=0.2))
    with pytest.raises(RequestError, match="another recipe or dataset; choose another --out"):
        measure(other, pack, held, out, ASKED)


def test_too_few_clips_are_refused_before_any_training(tmp_path: Path) -> None:
    pack, held = random_pack(tmp_path / "a", 3), random_pack(tmp_path / "b", 8)
    with pytest.raises(RequestError, match=r"--sizes 5: 3 clips can't be divided into 5 sizes"):
        measure(quick(), pack, held, tmp_path / "out", Asked(steps=5))
    assert not (tmp_path / "out").exists()


def test_a_subset_of_a_pack_is_its_clips_in_that_order(tmp_path: Path) -> None:
    pack = random_pack(tmp_path / "a", 9)
    part = pack.subset([7, 2])
    assert part.ids == [pack.ids[7], pack.ids[2]]
    assert part.captions == [pack.captions[7], pack.captions[2]]
    assert (part.frames(0) == pack.frames(7)).all() and (part.frames(1) == pack.frames(2)).all()
    assert part.keyframes(0) == pack.keyframes(7)
