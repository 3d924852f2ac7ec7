"""Pictures of invented people: drawn here, so that a demonstration shows pages with a photograph and none of anybody who lives.

Each is a figure before hills, without a face: whoever looks closely sees that nobody sat for it. The same name is always drawn the same.
"""

from __future__ import annotations

import io
import random
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFilter

SIZE = (720, 900)
FINE = 2  # drawn so many times larger, then made small: edges are smooth
SKINS = ("#f0cdb0", "#d8a47f", "#b87b55", "#8d5a3a", "#5f3b28")
DAWN, NOON, DUSK = ("#f3d9b1", "#e8a87c"), ("#cfe3e2", "#f2e6cf"), ("#e9d7e0", "#b9a9c6")
GREEN, BLUE, CLAY = (
    ("#8fa58a", "#4f6b57", "#2f4a3c"),
    ("#a9a3bd", "#6d6a8c", "#3f4260"),
    ("#c79a7b", "#8d5f4d", "#513a35"),
)


class Sitter(NamedTuple):
    """How somebody is drawn, and what the picture shows, for whoever does not see it."""

    skin: int
    cut: str  # of the hair: "short", "long", "bun", "scarf" or "curls"
    hair: str
    coat: str
    sky: tuple[str, str]
    hills: tuple[str, ...]
    words: str


SITTERS = {
    "Ynez Castellano": Sitter(
        1, "bun", "#2a211d", "#7a2e2a", DAWN, GREEN, "Ynez Castellano in a red coat before green hills. A drawing."
    ),
    "Bernard Achterhof": Sitter(
        0, "short", "#8e8a86", "#1f4e5f", NOON, BLUE, "Bernard Achterhof, gray-haired, before blue hills. A drawing."
    ),
    "Linh Tran-Whitaker": Sitter(
        1, "long", "#1c1a22", "#2f5a41", DUSK, BLUE, "Linh Tran-Whitaker with long dark hair, at dusk. A drawing."
    ),
    "Safiya Hersi": Sitter(
        4, "scarf", "#2f6b58", "#41355c", DAWN, CLAY, "Safiya Hersi in a green scarf, evening behind her. A drawing."
    ),
    "Gwendolyn Pryce": Sitter(
        2, "curls", "#4a3326", "#8a4a63", NOON, CLAY, "Gwendolyn Pryce with a cloud of curls. A drawing."
    ),
    "Ikram Sharif": Sitter(
        3, "scarf", "#8a4a63", "#2f5a41", DUSK, GREEN, "Ikram Sharif in a rose scarf at the edge of the day. A drawing."
    ),
}
SOMEBODY = Sitter(2, "short", "#4a3326", "#41355c", NOON, BLUE, "Somebody before blue hills. A drawing.")


def draw(name: str) -> bytes:
    """Return the picture of one of `SITTERS`, or of somebody, as a JPEG."""
    sitter, chance = SITTERS.get(name, SOMEBODY), random.Random(name)
    width, height = SIZE[0] * FINE, SIZE[1] * FINE
    picture = _sky(sitter.sky, (width, height))
    brush = ImageDraw.Draw(picture)
    for place, color in enumerate(sitter.hills):
        _hill(brush, chance, (width, height), top=0.5 + 0.13 * place, color=color)
    _figure(brush, (width, height), sitter)
    grain = Image.effect_noise(SIZE, 16).convert("RGB")
    small = picture.resize(SIZE, Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.6))
    out = io.BytesIO()
    Image.blend(small, grain, 0.06).save(out, "JPEG", quality=88)
    return out.getvalue()


def _sky(colors: tuple[str, str], size: tuple[int, int]) -> Image.Image:
    above, below = colors
    ramp = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, below), Image.new("RGB", size, above), ramp)


def _hill(brush: ImageDraw.ImageDraw, chance: random.Random, size: tuple[int, int], *, top: float, color: str) -> None:
    """Draw one range from edge to edge: each of its points not far from the one before."""
    width, height = size
    level, points = top, []
    for step in range(13):
        level = min(max(level + chance.uniform(-0.045, 0.045), top - 0.09), top + 0.06)
        points.append((width * step / 12, height * level))
    brush.polygon([(0, height), *points, (width, height)], fill=color)


def _figure(brush: ImageDraw.ImageDraw, size: tuple[int, int], sitter: Sitter) -> None:
    width, height = size
    middle, eyes, head = width * 0.5, height * 0.41, width * 0.17
    skin, hair = SKINS[sitter.skin], sitter.hair

    def oval(x: float, y: float, wide: float, tall: float, color: str) -> None:
        brush.ellipse((x - wide, y - tall, x + wide, y + tall), fill=color)

    if sitter.cut in {"long", "scarf"}:
        brush.rounded_rectangle(
            (middle - head * 1.28, eyes - head * 0.6, middle + head * 1.28, eyes + head * 2.7), radius=head, fill=hair
        )
    if sitter.cut == "curls":
        for angle in range(14):
            oval(
                middle + head * 1.12 * (-1 + angle % 7 / 3),
                eyes - head * (1.05 - angle // 7 * 0.75),
                head * 0.55,
                head * 0.55,
                hair,
            )
    if sitter.cut == "bun":
        oval(middle, eyes - head * 1.75, head * 0.55, head * 0.5, hair)
    oval(middle, height * 1.06, width * 0.43, height * 0.36, sitter.coat)  # the shoulders
    brush.rounded_rectangle(
        (middle - head * 0.42, eyes + head * 0.7, middle + head * 0.42, eyes + head * 2.05),
        radius=head * 0.4,
        fill=skin,
    )
    if sitter.cut == "scarf":
        oval(middle, eyes + head * 1.5, head * 1.25, head * 0.95, hair)
    brush.polygon(
        [
            (middle - head * 0.62, eyes + head * 1.9),
            (middle + head * 0.62, eyes + head * 1.9),
            (middle, eyes + head * 2.75),
        ],
        fill="#f4efe4",
    )
    oval(middle, eyes - head * 0.12, head * 1.12, head * 1.36, hair)
    oval(middle, eyes + head * 0.16, head * 0.96, head * 1.18, skin)
