"""Cards that stand beside a shared address: drawn of what a page shows and of nothing else, with the site's own letters and art.

The art is not drawn twice: the wreath is read from static/img/honour.svg, the letters from the fonts that static/css/fonts.css names,
each for its range of characters. Where a name has letters that none of them holds, there is no card: half a name is worse.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import math
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from portal.publishing import portraits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STATIC = Path(__file__).resolve().parents[2] / "static"
WIDE, HIGH = 1200, 630
SHARP = 2  # drawn so many times larger, then made smaller: smooth edges
MOST_KEPT = 512  # some fifty kilobytes each

LINEAR = 0.0031308  # below it, sRGB is a straight line (IEC 61966-2-1)

Point = tuple[float, float]
Color = tuple[int, int, int]


class Card(NamedTuple):
    """What a card shows: words that the page shows too."""

    name: str
    award: str
    year: int
    place: str
    citation: str
    organization: str
    portrait: int
    photo: str | None = None  # how the squares of their photograph are called; none: the hills are drawn


def key(card: Card, secret: str) -> str:
    """Return what makes a card's address impossible to guess, and another one whenever its words change."""
    said = json.dumps(card, ensure_ascii=False).encode()
    return hmac.new(secret.encode(), b"card " + said, hashlib.sha256).hexdigest()[:32]


# ---------------------------------------------------------------- colors, as the style sheets name them


def _oklch(lightness: float, chroma: float, hue: float) -> Color:
    """Return a color of the style sheets as red, green and blue (Ottosson 2020, bottosson.github.io/posts/oklab)."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    bent = (12.92 * x if x <= LINEAR else 1.055 * x ** (1 / 2.4) - 0.055 for x in (min(max(x, 0), 1) for x in linear))
    red, green, blue = (round(255 * x) for x in bent)
    return red, green, blue


PAPER, INK, SOFT = _oklch(0.985, 0.008, 85), _oklch(0.27, 0.03, 60), _oklch(0.44, 0.028, 60)
DEEP, ON_DEEP, GOLD = _oklch(0.295, 0.058, 168), _oklch(0.97, 0.014, 95), _oklch(0.78, 0.13, 80)
TONES = {  # sky, far hill, near hill, letters: the order in which components/honours.html chooses
    "moss": ((0.915, 0.02, 136), (0.835, 0.034, 150), (0.551, 0.062, 158), (0.33, 0.07, 165)),
    "clay": ((0.924, 0.024, 63), (0.85, 0.044, 57), (0.58, 0.084, 46), (0.35, 0.06, 60)),
    "dusk": ((0.92, 0.014, 241), (0.84, 0.026, 244), (0.519, 0.05, 251), (0.33, 0.06, 255)),
    "sand": ((0.934, 0.022, 90), (0.87, 0.042, 88), (0.601, 0.06, 81), (0.37, 0.05, 70)),
    "heather": ((0.92, 0.016, 329), (0.84, 0.031, 324), (0.54, 0.055, 317), (0.36, 0.07, 310)),
}

# ---------------------------------------------------------------- outlines

_PART = re.compile(r"([a-zA-Z])|(-?(?:\d+\.?\d*|\.\d+))")
_TAKES = {"m": 2, "l": 2, "h": 1, "v": 1, "c": 6, "s": 4, "z": 0}
CURVE = 10  # straight pieces to a curve


def outlines(path: str) -> list[list[Point]]:
    """Return the closed outlines of an SVG path, curves as short straight pieces."""
    found: list[list[Point]] = []
    here: Point = (0.0, 0.0)
    bend: Point = here
    for word, numbers in _steps(path):
        low, near = word.lower(), word.islower()
        points = _points(numbers, here if near else (0.0, 0.0)) if low not in "hvz" else []
        if low == "m":
            found.append([points[0]])
        elif low == "l":
            found[-1].append(points[0])
        elif low in "hv":
            along = numbers[0] + (here[0 if low == "h" else 1] if near else 0)
            found[-1].append((along, here[1]) if low == "h" else (here[0], along))
        elif low in "cs":
            first = points.pop(0) if low == "c" else (2 * here[0] - bend[0], 2 * here[1] - bend[1])
            found[-1] += _curve(here, first, points[0], points[1])
            bend = points[0]
        here = found[-1][0] if low == "z" else found[-1][-1]
        bend = bend if low in "cs" else here
    return found


def _steps(path: str) -> Iterator[tuple[str, list[float]]]:
    """Yield each command with its numbers; one that is repeated may leave its letter out."""
    word, numbers = "", []
    for letter, number in _PART.findall(path):
        if letter:
            word = letter
            if letter in "zZ":
                yield letter, []
            continue
        numbers.append(float(number))
        if len(numbers) == _TAKES[word.lower()]:
            yield word, numbers
            numbers = []
            word = {"m": "l", "M": "L"}.get(word, word)


def _points(numbers: list[float], origin: Point) -> list[Point]:
    return [(origin[0] + x, origin[1] + y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def _curve(a: Point, b: Point, c: Point, d: Point) -> Iterator[Point]:
    for step in range(1, CURVE + 1):
        t, u = step / CURVE, 1 - step / CURVE
        weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
        yield (
            sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
            sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
        )


class Wreath(NamedTuple):
    """The half wreath, in the drawing's own units: 344 wide, its middle at 0."""

    leaves: list[list[Point]]
    stems: list[tuple[list[Point], float]]  # each with its width
    bead: tuple[float, float, float]  # middle and radius


@cache
def _wreath() -> Wreath:
    """Read the wreath that the pages draw."""
    art = (STATIC / "img" / "honour.svg").read_text(encoding="utf-8")
    half = art[art.index('id="wreath-half"') : art.index("</g>")]
    leaves: list[list[Point]] = []
    stems: list[tuple[list[Point], float]] = []
    for tag in re.findall(r"<path[^>]*>", half):
        drawn = outlines(re.findall(r' d="([^"]*)"', tag)[0])
        width = re.search(r'stroke-width="([\d.]+)"', tag)
        if 'fill="none"' in tag:
            stems += [(line, float(width[1]) if width else 1.0) for line in drawn]
        else:
            leaves += drawn
    bead = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', art)[0]
    return Wreath(leaves, stems, (float(bead[0]), float(bead[1]), float(bead[2])))


# ---------------------------------------------------------------- letters

SERIF = ("Newsreader", "Noto Naskh Arabic", "Noto Serif Ethiopic")
SANS = ("Atkinson Hyperlegible Next", "Noto Sans Vietnamese", "Noto Sans Arabic", "Noto Sans Ethiopic")
_FACE = re.compile(r"@font-face\s*{([^}]*)}")


@cache
def _faces() -> list[tuple[str, bool, str, tuple[tuple[int, int], ...]]]:
    """Return (family, italic, file, ranges of characters) of every face that the style sheet names."""
    found = []
    for body in _FACE.findall((STATIC / "css" / "fonts.css").read_text(encoding="utf-8")):
        facts = dict(re.findall(r"([\w-]+):\s*([^;]+);", body))
        ranges = []
        for part in facts["unicode-range"].split(","):
            first, _, last = part.strip().removeprefix("U+").partition("-")
            ranges.append((int(first, 16), int(last or first, 16)))
        file = re.findall(r'url\("\.\./(fonts/[^"]+)"\)', facts["src"])[0]
        found.append((facts["font-family"].strip('"'), facts.get("font-style") == "italic", file, tuple(ranges)))
    return found


@cache
def _file(character: str, families: tuple[str, ...], *, italic: bool) -> str | None:
    """Return the file that holds a character: the first family that does, slanted where there is a slanted one."""
    for family in families:
        for slanted in (italic, False):
            for name, is_italic, file, ranges in _faces():
                held = any(first <= ord(character) <= last for first, last in ranges)
                if name == family and is_italic == slanted and held:
                    return file
    return None


@lru_cache(maxsize=256)
def _font(file: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(STATIC / file), size)
    wanted = {b"Weight": float(weight), b"Optical Size": size / SHARP}
    values = []
    for axis in font.get_variation_axes():
        least, usual, most = axis["minimum"] or 0, axis["default"] or 0, axis["maximum"] or 0
        values.append(min(max(wanted.get(axis["name"] or b"", usual), least), most))
    font.set_variation_by_axes(values)
    return font


class Letters(NamedTuple):
    """How a line is set."""

    families: tuple[str, ...]
    size: int
    weight: int = 400
    italic: bool = False

    def runs(self, text: str) -> list[tuple[str, str]]:
        """Return (file, text) of each stretch that one file holds. A mark stays with the letter before it."""
        found: list[tuple[str, str]] = []
        for character in text:
            file = _file(character, self.families, italic=self.italic)
            if found and (file is None or file == found[-1][0] or character in " \N{COMBINING ACUTE ACCENT}"):
                found[-1] = (found[-1][0], found[-1][1] + character)
            elif file is not None:
                found.append((file, character))
        return found

    def width(self, text: str) -> float:
        """Return how wide a line is, in the card's units."""
        return sum(_font(file, self.size * SHARP, self.weight).getlength(run) for file, run in self.runs(text)) / SHARP

    def lines(self, text: str, most: float) -> list[str]:
        """Return text broken between words so that no line is wider than `most`, unless a single word is."""
        found: list[str] = []
        for word in text.split():
            if found and self.width(f"{found[-1]} {word}") <= most:
                found[-1] += f" {word}"
            else:
                found.append(word)
        return found


def can_draw(card: Card) -> bool:
    """Say whether every letter of the name can be drawn."""
    return bool(card.name.strip()) and all(_file(c, SERIF, italic=False) is not None for c in card.name)


# ---------------------------------------------------------------- the card


class _Sheet:
    """A sheet on which everything is drawn in the card's own units."""

    def __init__(self) -> None:
        self.image = Image.new("RGB", (WIDE * SHARP, HIGH * SHARP), PAPER)
        self.pen = ImageDraw.Draw(self.image)

    def fill(self, points: Iterable[Point], color: Color) -> None:
        self.pen.polygon([(x * SHARP, y * SHARP) for x, y in points], fill=color)

    def box(self, left: float, top: float, right: float, bottom: float, color: Color) -> None:
        self.pen.rectangle([left * SHARP, top * SHARP, right * SHARP - 1, bottom * SHARP - 1], fill=color)

    def words(self, at: Point, text: str, letters: Letters, color: Color) -> None:
        """Set one line on its baseline, from `at`."""
        from_right = any("\u0590" <= c <= "\u08ff" for c in text)
        x, runs = at[0] * SHARP, letters.runs(text)
        for file, run in reversed(runs) if from_right else runs:
            font = _font(file, letters.size * SHARP, letters.weight)
            self.pen.text((x, at[1] * SHARP), run, font=font, fill=color, anchor="ls")
            x += font.getlength(run)

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.reduce(SHARP).save(out, "PNG")
        return out.getvalue()


LEFT, TEXT, RIGHT = 76, 500, 1124  # where the wreath begins, where words begin, where they end
WREATH = 356  # how wide the wreath is
TOP = 92
BAND = 546  # where the band at the foot begins


@lru_cache(maxsize=MOST_KEPT)
def draw(card: Card) -> bytes:
    """Return a card as PNG, 1200 by 630. The same words always give the same bytes."""
    sheet = _Sheet()
    _honour(sheet, card)
    _say(sheet, card)
    sheet.box(0, BAND, WIDE, HIGH, DEEP)
    sheet.box(0, BAND, WIDE, BAND + 5, GOLD)
    name = Letters(SERIF, 34, 500)
    while name.width(card.organization) > RIGHT - LEFT and name.size > 20:  # noqa: PLR2004 - smaller is unreadable
        name = name._replace(size=name.size - 2)
    sheet.words((LEFT, BAND + 56), card.organization, name, ON_DEEP)
    return sheet.png()


def _say(sheet: _Sheet, card: Card) -> None:
    """Set the award, the name, the place and as much of the citation as there is room for, in whole lines."""
    most = RIGHT - TEXT
    small, place = Letters(SANS, 27, 400), Letters(SANS, 26, 400)
    said = [(line, small, 38, INK) for line in small.lines(f"{card.award}, {card.year}", most)[:2]]
    name = Letters(SERIF, 84, 450)
    while name.size > 40 and (  # noqa: PLR2004 - smaller is no heading
        len(name.lines(card.name, most)) > 2 or any(name.width(line) > most for line in name.lines(card.name, most))  # noqa: PLR2004 - two lines
    ):
        name = name._replace(size=name.size - 4)
    said += [(line, name, round(name.size * 1.08), INK) for line in name.lines(card.name, most)[:3]]
    said += [(line, place, 38, SOFT) for line in place.lines(card.place, most)[:2]]
    words = Letters(SERIF, 33, 400, italic=True)
    lines = words.lines(card.citation, most)
    room = int((BAND - 44 - 60 - sum(high for _line, _how, high, _color in said) - 22) // 43)
    if 0 < len(lines) <= room:  # a citation cut short would say something else
        said += [("", words, 22, INK), *((line, words, 43, INK) for line in lines)]
    y = max(56, (BAND - sum(high for _line, _how, high, _color in said)) / 2)
    for line, letters, high, color in said:
        y += high
        if line:
            sheet.words((TEXT, y - high * 0.24), line, letters, color)


def _honour(sheet: _Sheet, card: Card) -> None:
    """Draw the wreath, and in it the same hills, firs and initials that the page draws."""
    scale = WREATH / 344
    middle, top = LEFT + WREATH / 2, TOP + 0.195 * WREATH
    leaves, stems, (x, y, radius) = _wreath()
    spot = [
        middle + (x - radius) * scale,
        top + (y - radius) * scale,
        middle + (x + radius) * scale,
        top + (y + radius) * scale,
    ]
    sheet.pen.ellipse([edge * SHARP for edge in spot], fill=GOLD)
    for side in (1, -1):
        for leaf in leaves:
            sheet.fill([(middle + side * x * scale, top + y * scale) for x, y in leaf], GOLD)
        for line, width in stems:
            points = [((middle + side * x * scale) * SHARP, (top + y * scale) * SHARP) for x, y in line]
            sheet.pen.line(points, fill=GOLD, width=max(2, round(width * scale * SHARP)), joint="curve")
    size = 0.726 * WREATH
    window = _window(card, round(size * SHARP))
    sheet.image.paste(window, (round((middle - size / 2) * SHARP), TOP * SHARP), window)


def seed_of(number: int) -> int:
    """Return the small hash by which a portrait is drawn: the one of components/honours.html."""
    found = 7
    for byte in str(number).encode():
        found = (found * 131 + byte * 7919 + 17) % 1_000_003
    return found


def initials(name: str) -> str:
    """Return the two letters in the window: the first of the first and of the last name."""
    parts, words = name.replace("-", " ").split(), name.split()
    return (parts[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if parts else ""


FIR = "M0-30 3-21.5 1.8-22 5-14.5 3.2-15.2 6.8-7.5 4.4-8.2 8.2.5H-8.2L-4.4-8.2-6.8-7.5-3.2-15.2-5-14.5-1.8-22-3-21.5z"
FAR = "M-20 148C18 132 52 150 96 154s52-22 84-14c22 5 34 2 48 4v80H-20z"


def _firs(seed: int, ground: int) -> Iterator[tuple[float, int, float]]:
    """Yield each fir: where it stands, on what ground, how large."""
    if seed // 13 % 2:
        yield 46 + seed // 17 % 12, ground, 0.95 + seed // 19 % 4 / 10
        yield 128 + seed // 23 % 8, ground + 1, 1.25 + seed // 29 % 4 / 10
        yield 144 + seed // 31 % 5, ground + 1, 0.75 + seed // 37 % 4 / 10
        yield 160, ground + 1, 0.95 + seed // 41 % 4 / 10
    else:
        yield 38 + seed // 17 % 5, ground, 1.05 + seed // 19 % 4 / 10
        yield 53, ground, 0.7 + seed // 29 % 4 / 10
        yield 66 + seed // 31 % 5, ground, 1 + seed // 37 % 4 / 10
        yield 144 + seed // 23 % 12, ground + 1, 0.85 + seed // 41 % 5 / 10


def _window(card: Card, size: int) -> Image.Image:
    """Return the round window, `size` pixels wide, clear outside its circle."""
    photo = portraits.read(card.photo, 640) if card.photo is not None else None
    if photo is not None:
        with Image.open(io.BytesIO(photo)) as opened:
            picture = opened.convert("RGB").resize((size, size), Image.Resampling.LANCZOS)
        return _round(picture)
    seed = seed_of(card.portrait)
    sky, far, near, letters = (_oklch(*tone) for tone in list(TONES.values())[seed % 5])
    scale = size / 200
    picture = Image.new("RGB", (size, size), sky)
    pen = ImageDraw.Draw(picture)

    def fill(path: str, color: Color, *, right: float = 0, down: float = 0, by: float = 1) -> None:
        for outline in outlines(path):
            pen.polygon([((right + x * by) * scale, (down + y * by) * scale) for x, y in outline], fill=color)

    fill(FAR, far, right=seed // 5 % 24 - 12, down=-(seed // 11 % 7))
    ground = 172 - seed // 7 % 5
    fill(f"M-4 {ground - 3}c40-4 70 2 104 2s70 1 104-3v60H-4z", near)
    for x, y, large in _firs(seed, ground):
        fill(FIR, near, right=x, down=y, by=large * 0.82)
    rim = tuple(round(0.6 * a + 0.4 * b) for a, b in zip(letters, sky, strict=True))
    pen.ellipse([6.5 * scale, 6.5 * scale, 193.5 * scale, 193.5 * scale], outline=rim, width=max(1, round(0.8 * scale)))
    text, how = initials(card.name), Letters(SERIF, round(64 * scale / SHARP), 300)
    x = size / 2 - how.width(text) * SHARP / 2
    for file, run in how.runs(text):
        font = _font(file, how.size * SHARP, how.weight)
        pen.text((x, 108 * scale), run, font=font, fill=letters, anchor="ls")
        x += font.getlength(run)
    return _round(picture)


def _round(picture: Image.Image) -> Image.Image:
    """Return a square picture clear outside its circle."""
    circle = Image.new("L", picture.size, 0)
    ImageDraw.Draw(circle).ellipse([0, 0, picture.width - 1, picture.height - 1], fill=255)
    picture.putalpha(circle)
    return picture
