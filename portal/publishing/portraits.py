"""Photographs of those honored: squares about what matters in them, in several sizes, made of what the files room has cleaned.

Pure but for `keep` and `drop`, which put the squares beside the file and take them away.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from typing import TYPE_CHECKING

from PIL import Image

from portal.files.storage import store

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZES = (160, 320, 640, 1280)  # pixels a side
CENTER = (50, 40)  # a face stands a little above the middle
QUALITY = 82
WEBP = "image/webp"


def name(file_key: str, focus: tuple[int, int]) -> str:
    """Return how the squares of a photograph are called where they lie: another name for another focus."""
    return f"{file_key}/{focus[0]}-{focus[1]}"


def key(photo: str, secret: str) -> str:
    """Return what makes the address of a photograph impossible to guess."""
    return hmac.new(secret.encode(), b"photo " + photo.encode(), hashlib.sha256).hexdigest()[:32]


def squares(data: bytes, focus: tuple[int, int]) -> Iterator[tuple[int, bytes]]:
    """Yield (size, WebP) of a picture's largest square about a focus, given in percent from its left and its top edge.

    None is larger than the square itself; what the picture says about itself is in none of them.
    """
    with Image.open(io.BytesIO(data)) as opened:
        picture = Image.new("RGB", opened.size, "white")
        shown = opened.convert("RGBA")
        picture.paste(shown, mask=shown.getchannel("A"))
    side = min(picture.size)
    left, top = (
        min(max(round(length * percent / 100 - side / 2), 0), length - side)
        for length, percent in zip(picture.size, focus, strict=True)
    )
    square = picture.crop((left, top, left + side, top + side))
    for size in SIZES:
        out = io.BytesIO()
        small = square.resize((min(size, side),) * 2, Image.Resampling.LANCZOS)
        small.save(out, "WEBP", quality=QUALITY)
        yield size, out.getvalue()


def keep(photo: str, data: bytes, focus: tuple[int, int]) -> None:
    """Make the squares of a photograph and keep them."""
    for size, content in squares(data, focus):
        store().put(f"portraits/{photo}-{size}.webp", content)


def drop(photo: str) -> None:
    """Take the squares of a photograph away."""
    for size in SIZES:
        store().delete(f"portraits/{photo}-{size}.webp")


def read(photo: str, size: int) -> bytes | None:
    """Return one square of a photograph; None where there is none."""
    if size not in SIZES:
        return None
    try:
        return store().get(f"portraits/{photo}-{size}.webp")
    except FileNotFoundError:
        return None
