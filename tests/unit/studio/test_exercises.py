"""`studio.exercises`: each hard case alone."""

from collections import defaultdict

from sakuga.studio import CASES, exercises, frames

ONLY = {
    "mouth": "mouth", "blink": "blink", "walk in place": "walk", "nod": "nod",
    "mouth from afar": "mouth", "distant 3": "distant", "distant 6": "distant",
    "distant 10": "distant", "pan 0.25": "pan_slow", "pan 0.5": "pan_slow", "pan 1": "camera",
    "pan 3": "camera", "tilt 0.5": "pan_slow", "zoom": "camera", "pan on threes": "camera",
    "shake": "camera", "whip": "camera", "flash": "flash", "impact": "impact",
    "lightning": "flash", "cover": "cover", "rain": "effect", "explosion": "effect",
}  # fmt: skip


def test_each_case_changes_for_its_own_reason_alone():
    causes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    spans: dict[str, int] = defaultdict(int)
    for _, truth in frames(exercises(2, 240, 136)):
        spans[CASES[truth.shot]] += 1
        if truth.new and truth.index and truth.causes != ("cut",):
            causes[CASES[truth.shot]].add(truth.causes)
    assert {case: {(cause,)} for case, cause in ONLY.items()} == {
        case: causes[case] for case in ONLY
    }
    assert causes["hold"] == set()
    assert causes["twos under a pan"] == {("camera",), ("camera", "dance")}
    assert spans["pan on threes"] == 250
