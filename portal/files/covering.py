"""Draws a clean file anew with parts of it painted over. Runs alone, like the cleaner beside it, in a process with the same limits.

It is started by its path and imports nothing of the portal but the cleaner's limits. In the current folder it reads `in`, a clean file.
Asked for `words` it prints the characters of each page, one for each that is drawn, so that a place among them is a place on the page.
Asked to `draw` it reads `plan`, what to paint over, and writes each page as a picture to `page-1.webp` and so on, and to `out` a PDF
that is made of nothing but such pictures: no words lie under them, no names in its information, and nothing is under the paint.
"""

from __future__ import annotations

import ctypes
import importlib.util
import io
import json
import os
import sys
from pathlib import Path
from typing import Any

MEMORY_TROUBLE = 3  # as in the cleaner
WIDE = 1400  # pixels across a page that is drawn
SHOWN = 1100  # and of the picture that is read in a browser
MOST_WORDS = 200_000
PAINT = (236, 230, 219)  # of a paper a little darker than the page
EDGE = (150, 138, 120)
THOUSAND = 1000
ROOM = 0.18  # of a line's height, painted over round it


class TooLong(Exception):
    """More words than can be looked through."""


def words_of(kind: str) -> dict[str, Any]:
    """Return the characters of each page. A picture has none that could be found."""
    if kind != "application/pdf":
        return {"words": [""]}
    import pypdfium2  # noqa: PLC0415 - after the limits are set

    document = pypdfium2.PdfDocument("in")
    found: list[str] = []
    for number in range(len(document)):
        text = document[number].get_textpage()
        codes = (pypdfium2.raw.FPDFText_GetUnicode(text.raw, place) for place in range(text.count_chars()))
        found.append("".join(chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else " " for code in codes))  # noqa: PLR2004 - halves of a pair
        if sum(map(len, found)) > MOST_WORDS:
            raise TooLong
    return {"words": found}


def draw(kind: str, plan: dict[str, Any]) -> dict[str, Any]:
    """Draw every page with what the plan names painted over."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - after the limits are set

    pages: list[bytes] = []
    for number, (picture, rectangles) in enumerate(_pages(kind, plan["spans"], Image), start=1):
        pen = ImageDraw.Draw(picture)
        for page, left, top, right, bottom in plan["boxes"]:
            if page == number:
                wide, high = picture.size
                rectangles.append(
                    (
                        left * wide // THOUSAND,
                        top * high // THOUSAND,
                        right * wide // THOUSAND,
                        bottom * high // THOUSAND,
                    )
                )
        for rectangle in rectangles:
            pen.rectangle(rectangle, fill=PAINT, outline=EDGE)
        kept = io.BytesIO()
        picture.save(kept, "JPEG", quality=82, optimize=True)
        pages.append(kept.getvalue())
        picture.thumbnail((SHOWN, SHOWN * 2))
        picture.save(f"page-{number}.webp", "WEBP", quality=78)
    _bind(pages, Image)
    return {"pages": len(pages)}


def _pages(kind: str, spans: list[list[int]], image: Any) -> Any:  # noqa: ANN401 - Pillow is imported late
    """Yield each page as a picture, and the rectangles that its spans fill."""
    if kind != "application/pdf":
        bare = image.open("in")
        picture = image.new("RGB", bare.size, "white")
        clear = bare.convert("RGBA")
        picture.paste(clear, mask=clear.getchannel("A"))
        picture.thumbnail((WIDE, WIDE * 2))
        yield picture, []
        return
    import pypdfium2  # noqa: PLC0415 - after the limits are set

    document = pypdfium2.PdfDocument("in")
    for number in range(len(document)):
        page = document[number]
        wide, high = page.get_size()
        picture = page.render(scale=min(WIDE / wide, WIDE * 2 / high, 4)).to_pil().convert("RGB")
        text = page.get_textpage()
        rectangles: list[tuple[int, int, int, int]] = []
        for _page, start, end in (span for span in spans if span[0] == number + 1):
            rectangles += _lines(page, text, range(start, min(end, text.count_chars())), picture.size)
        yield picture, rectangles


def _lines(page: Any, text: Any, places: range, size: tuple[int, int]) -> list[tuple[int, int, int, int]]:  # noqa: ANN401 - pypdfium2 is imported late
    """Return the rectangles that characters fill on a picture of the page, one for each line they stand on."""
    from pypdfium2 import raw  # noqa: PLC0415 - after the limits are set

    found: list[list[int]] = []
    for place in places:
        box = raw.FS_RECTF()
        if not raw.FPDFText_GetLooseCharBox(text.raw, place, ctypes.byref(box)) or box.right <= box.left:
            continue
        corners = []
        for x, y in ((box.left, box.top), (box.right, box.bottom)):
            across, down = ctypes.c_int(), ctypes.c_int()
            raw.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down))
            corners.append((across.value, down.value))
        (x1, y1), (x2, y2) = corners
        here = [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]
        last = found[-1] if found else None
        if last is not None and abs((here[1] + here[3]) - (last[1] + last[3])) < max(here[3] - here[1], 2):
            last[:] = [min(last[0], here[0]), min(last[1], here[1]), max(last[2], here[2]), max(last[3], here[3])]
        else:
            found.append(here)
    return [
        (left - room, top - room // 2, right + room, bottom + room // 2)
        for left, top, right, bottom in found
        for room in [max(int((bottom - top) * ROOM), 2)]
    ]


def _bind(pages: list[bytes], image: Any) -> None:  # noqa: ANN401 - Pillow is imported late
    """Write a PDF of pictures and nothing else."""
    import pikepdf  # noqa: PLC0415 - after the limits are set

    made = pikepdf.new()
    for data in pages:
        wide, high = image.open(io.BytesIO(data)).size
        scale = 612 / wide
        picture = pikepdf.Stream(made, data)
        picture.stream_dict = pikepdf.Dictionary(
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=wide,
            Height=high,
            ColorSpace=pikepdf.Name.DeviceRGB,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=[0, 0, 612, round(high * scale, 2)],
            Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=picture)),
            Contents=made.make_stream(f"q 612 0 0 {high * scale:.2f} 0 0 cm /Page Do Q".encode()),
        )
        made.pages.append(pikepdf.Page(made.make_indirect(page)))
    made.save("out", deterministic_id=True)


def main() -> None:
    """Answer what the command line asks for: `words` or `draw`, and the kind of file."""
    beside = importlib.util.spec_from_file_location("cleaning", Path(__file__).with_name("cleaning.py"))
    assert beside is not None  # noqa: S101 - it lies beside this file
    assert beside.loader is not None  # noqa: S101 - as above
    cleaning = importlib.util.module_from_spec(beside)
    beside.loader.exec_module(cleaning)
    cleaning.limit()
    act, kind = sys.argv[1], sys.argv[2]
    try:
        answer = words_of(kind) if act == "words" else draw(kind, json.loads(Path("plan").read_text(encoding="utf-8")))
    except TooLong:
        answer = {"wrong": "unusual"}
    except MemoryError:
        os._exit(MEMORY_TROUBLE)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
