"""Pictures of any kind that Pillow reads, as upright 8-bit RGB, or why not in one line.

What had to be done to a picture (transparency laid over a colour, depth reduced, the first of many
frames taken) is told in notes.
"""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from sakuga.core.errors import ItemError, RequestError, TooLarge, Unreadable

if TYPE_CHECKING:
    from PIL.Image import Image

Picture = NDArray[np.uint8]
"""(H, W, 3) RGB."""

# What draws pictures and starts no other program, as Pillow does for EPS.
FORMATS: Final = (
    *("PNG", "JPEG", "MPO", "WEBP", "GIF", "TIFF", "BMP", "DIB", "AVIF", "JPEG2000", "PPM", "TGA"),
    *("PSD", "ICO", "ICNS", "PCX", "SGI", "DDS", "QOI"),
)
MARK: Final = ".generated"  # what the names of results end with
LARGEST: Final = 150_000_000  # pixels: what is larger is a mistake, or an attack
SMALLEST: Final = 16  # pixels a side: of less, nothing can be seen

# All that Pillow's decoders have been seen to raise on damaged files.
_DAMAGED: Final = (
    *(OSError, SyntaxError, ValueError, EOFError, IndexError, KeyError, TypeError),
    *(AttributeError, ArithmeticError, RuntimeError, AssertionError, struct.error),
)


class TooSmall(ItemError):
    """A picture has too few pixels to be drawn from."""

    reason = "too_small"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A picture's file, and the name that its results bear."""

    file: Path
    name: str


@dataclass(frozen=True, slots=True)
class Read:
    """A picture, and what had to be done to it."""

    pixels: Picture
    notes: tuple[str, ...] = ()


def find(paths: list[str]) -> list[Prompt]:
    """The files, and in folders, their pictures by suffix, subfolders too; in order, none twice.

    What was generated before, and hidden files, are passed over in folders.

    Raises RequestError for what is not there, a folder without pictures, and two of one name.
    """
    found: dict[Path, Prompt] = {}
    for given in paths:
        path = Path(given)
        if path.is_dir():
            for file in _inside(path):
                inner = file.relative_to(path).with_suffix("").as_posix()
                found.setdefault(file.resolve(), Prompt(file, inner))
        elif path.is_file():
            found.setdefault(path.resolve(), Prompt(path, path.stem))
        else:
            what = "neither a file nor a folder" if path.exists() else "no such file or folder"
            raise RequestError(f"{given}: {what}; check the name")
    named: dict[str, Prompt] = {}
    for prompt in found.values():
        other = named.setdefault(prompt.name.casefold(), prompt)
        if other is not prompt:
            raise RequestError(
                f"{other.file} and {prompt.file} would both be named {prompt.name}: rename one, or "
                "generate them apart"
            )
    return list(found.values())


def _inside(folder: Path) -> list[Path]:
    from PIL import Image

    Image.init()
    suffixes = {end for end, kind in Image.registered_extensions().items() if kind in FORMATS}
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    found = [
        p
        for p in files
        if p.suffix.lower() in suffixes
        and not any(s.startswith(".") or s.endswith(MARK) for s in p.relative_to(folder).parts)
    ]
    if not found:
        raise RequestError(f"{folder}: no picture in this folder; name another, or a file")
    return found


def read(file: Path, background: tuple[int, int, int] = (255, 255, 255)) -> Read:
    """The picture in a file. Raises Unreadable, TooLarge, TooSmall."""
    from PIL import Image

    Image.init()
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            with Image.open(file, formats=[f for f in FORMATS if f in Image.OPEN]) as image:
                _check_size(image)
                pixels = _pixels(image, background, notes)
        except Image.DecompressionBombError as error:
            raise TooLarge(f"{file.name}: over {LARGEST:,} pixels: make it smaller") from error
        except Image.UnidentifiedImageError as error:
            raise Unreadable(f"{file.name}: no picture of a kind that is known") from error
        except ItemError as error:
            raise type(error)(f"{file.name}: {error}") from error
        except _DAMAGED as error:
            raise Unreadable(f"{file.name}: {_why(error)}") from error
    notes += sorted({str(w.message) for w in told if w.category is UserWarning})
    return Read(pixels, tuple(notes))


def _why(error: Exception) -> str:
    """What the system says of a file, or else a decoder of its bytes."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"damaged, or of a kind not known ({str(error).strip() or type(error).__name__})"


def _check_size(image: Image) -> None:
    width, height = image.size
    if width * height > LARGEST:
        raise TooLarge(f"{width} x {height}: over {LARGEST:,} pixels: make it smaller")
    if min(width, height) < SMALLEST:
        raise TooSmall(
            f"{width} x {height}: too small to be drawn from: at least {SMALLEST} pixels a side"
        )


def _pixels(image: Image, background: tuple[int, int, int], notes: list[str]) -> Picture:
    """Decoded, upright, opaque, 8 bits."""
    from PIL import ImageOps

    if (frames := getattr(image, "n_frames", 1)) > 1:
        image.seek(0)
        notes.append(f"the first of {frames} frames")
    image.load()
    image = _in_depth(_in_srgb(ImageOps.exif_transpose(image), notes), notes)
    if image.has_transparency_data:
        image = _opaque(image.convert("RGBA"), background, notes)
    return np.asarray(image.convert("RGB"))


def _opaque(image: Image, background: tuple[int, int, int], notes: list[str]) -> Image:
    """An RGBA picture on a colour, where any of it lets that through."""
    from PIL import Image

    if image.getchannel("A").getextrema() == (255, 255):
        return image
    notes.append("transparency laid over #{:02x}{:02x}{:02x}".format(*background))
    return Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image)


def _in_srgb(image: Image, notes: list[str]) -> Image:
    """By the profile that the picture carries; one without is taken to be sRGB."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(cast(bytes, profile)))
        target = ImageCms.createProfile("sRGB")
        made = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, TypeError, ValueError):
        notes.append("its colour profile is damaged and was left aside")
        return image
    assert made is not None  # it is None only where the picture is changed in place
    return made


def _in_depth(image: Image, notes: list[str]) -> Image:
    """Numbers of 16 and 32 bits, and fractions, as 8 bits. Raises Unreadable where they tell no
    range."""
    from PIL import Image

    if not image.mode.startswith(("I", "F")):
        return image
    numbers: NDArray[Any] = np.asarray(image)
    if not np.isfinite(numbers).all():
        raise Unreadable("it holds NaN or infinity: save it anew as PNG")
    low, high = float(numbers.min()), float(numbers.max())
    top = 65535.0 if image.mode != "F" and high > 255 else 255.0
    if image.mode == "F" and high <= 1:
        top = 1.0
    if image.mode.startswith("I;16"):
        top = 65535.0
    if low < 0 or high > top:
        raise Unreadable(
            f"its values run from {low:g} to {high:g}, which is no known range: save it as 8 or 16 "
            "bits"
        )
    notes.append(f"{'fractions' if image.mode == 'F' else '16 bits'} reduced to 8 bits")
    return Image.fromarray(np.rint(numbers.astype(np.float32) * (255 / top)).astype(np.uint8))
