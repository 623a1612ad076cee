"""Small films that the studio's tests share."""

from sakuga.studio import Camera, Character, Film, Role, Shot

AIKO = Character("Aiko", "girl", "long", "red", "dress", "blue", "white", "yellow")
SIZE = (160, 90)
SHORT = (14, 30)


def still(seed: int = 1, **changes: object) -> Shot:
    """A shot in which nothing moves unless `changes` say so."""
    fields: dict[str, object] = {
        "frames": 24, "place": "meadow", "time": "day", "exposure": "twos", "framing": "medium",
        "roles": (Role(AIKO, blink=False),), "camera": Camera(), "effects": (), "mover": 0,
    }  # fmt: skip
    return Shot(seed, **{**fields, **changes})  # type: ignore[arg-type]


def one(shot: Shot, size: tuple[int, int] = SIZE) -> Film:
    """A film of one shot."""
    return Film(3, (shot,), *size)
