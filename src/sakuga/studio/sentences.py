"""One true sentence about a shot."""

from __future__ import annotations

from typing import Final

from sakuga.studio.cast import Ready
from sakuga.studio.model import ANIMALS
from sakuga.studio.recipe import Character, Role

_DOES: Final = {
    "stand": "stands still", "walk": "walks", "run": "runs", "jump": "jumps up and down",
    "wave": "waves", "turn": "turns from side to side", "nod": "nods", "dance": "dances",
    "cheer": "cheers with both arms up", "point": "points", "bow": "bows", "laugh": "laughs",
    "punch": "punches the air", "look around": "looks around", "clap": "claps",
}  # fmt: skip
_WHERE: Final = {
    "city": "in a city", "street": "in a street of small houses", "forest": "in a forest",
    "room": "in a room", "beach": "on a beach", "mountains": "in the mountains",
    "meadow": "in a meadow", "rooftop": "on a rooftop", "castle": "in front of a castle",
    "snowfield": "in a snowy field", "night sky": "under a starry sky",
}  # fmt: skip
_WHEN: Final = {
    "morning": "in the morning",
    "day": "by day",
    "sunset": "at sunset",
    "night": "at night",
}
_HAIR: Final = {
    "long": "long {} hair", "short": "short {} hair", "bob": "a {} bob", "spiky": "spiky {} hair",
    "ponytail": "a {} ponytail", "twin tails": "{} twin tails", "bun": "{} hair in a bun",
    "curly": "curly {} hair", "bald": "a {} beard", "braids": "{} braids",
}  # fmt: skip
_TOPS: Final = {
    "dress": "dress", "skirt": "shirt", "trousers": "shirt", "suit": "jacket", "shorts": "shirt",
    "hoodie": "hoodie", "robe": "robe",
}  # fmt: skip
_EFFECT: Final = {
    "rain": "rain falls", "snow": "snow falls", "sparkle": "sparkles glitter",
    "fire": "a fire burns",
    "smoke": "smoke rises", "explosion": "something explodes",
    "speed lines": "speed lines streak in",
    "petals": "petals drift by", "flash": "a white flash lights up",
    "impact": "an impact frame hits",
    "lightning": "lightning strikes", "cover": "a dark shape sweeps across the picture",
}  # fmt: skip


def article(noun: str) -> str:
    """The noun with a or an."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def who(one: Character, close: bool = False) -> str:
    """A character in words; close: only what a close-up shows."""
    if one.kind in ANIMALS:
        return f"{article(one.hair_colour)} {one.kind} with {article(one.accent)} scarf"
    if one.kind in ("robot", "ghost"):
        return f"{article(one.hair_colour)} {one.kind}"
    worn = article(f"{one.top} {_TOPS[one.outfit]}") if close else outfit(one)
    return f"{article(one.kind)} with {_HAIR[one.hair].format(one.hair_colour)} in {worn}"


def outfit(one: Character) -> str:
    """What a character wears."""
    worn = {
        "dress": article(f"{one.top} dress"),
        "skirt": f"{article(one.top)} shirt and {article(one.bottom)} skirt",
        "trousers": f"{article(one.top)} shirt and {one.bottom} trousers",
        "suit": f"{article(one.top)} jacket and {one.bottom} trousers",
        "shorts": f"{article(one.top)} shirt and {one.bottom} shorts",
        "hoodie": f"{article(one.top)} hoodie and {one.bottom} shorts",
        "robe": f"{article(one.top)} robe",
        "armour": f"{one.top} armour",
        "fur": f"{article(one.accent)} scarf",
    }
    return worn[one.outfit]


def _deed(role: Role, held: bool) -> str:
    if held:
        return "is seen in a held pose"
    deed = _DOES[role.action]
    if role.talk:
        return "talks" if role.action == "stand" else f"{deed} and talks"
    return deed


def _held(role: Role) -> str:
    if not role.prop or role.who.kind == "ghost":
        return ""
    return f" holding {article(role.prop)}"


def _camera(shot: Ready) -> str:
    camera = shot.camera
    slowly = "slowly " if abs(camera.dx) + abs(camera.dy) < 1 else ""
    if camera.move in ("pan", "whip"):
        side = "right" if camera.dx > 0 else "left"
        return (
            f"the camera {slowly}pans {side}"
            if camera.move == "pan"
            else f"the camera whips {side}"
        )
    if camera.move == "tilt":
        return f"the camera {slowly}tilts {'down' if camera.dy > 0 else 'up'}"
    if camera.move == "zoom":
        return f"the camera zooms {'in' if camera.zoom > 0 else 'out'}"
    return "the camera shakes" if camera.move == "shake" else ""


def sentence(shot: Ready) -> str:
    """What one sees, in a sentence."""
    if shot.place == "title":
        return f'A black title card reads "{shot.text}".'
    if shot.place == "credits":
        return "White credits roll up on black."
    held = shot.exposure == "hold"
    close = shot.framing == "close"
    people = [
        f"{who(role.who, close)}{'' if close else _held(role)} {_deed(role, held)}"
        for role in shot.roles
    ]
    place = f"{_WHERE[shot.place]} {_WHEN[shot.time]}"
    if shot.place == "night sky":
        place = _WHERE[shot.place]
    subject = (
        ", ".join(people[:-1]) + (" and " if len(people) > 1 else "") + people[-1] if people else ""
    )
    subject = f"{subject} {place}" if subject else f"an empty view {place}"
    also = [
        *([_camera(shot)] if shot.camera.move != "static" else []),
        *(_EFFECT[e.kind] for e in shot.effects),
    ]
    if shot.mover:
        also.append("a small bird crosses the sky")
    text = subject + (f" while {' and '.join(also)}" if also else "")
    return f"{text[0].upper()}{text[1:]}."
