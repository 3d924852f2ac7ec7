"""Makes a clean file of one that anybody may have sent. Runs alone, in a process of its own with limits on time and memory.

It is started by its path and imports nothing of the portal. In the current folder it reads `in`; what is clean it writes to `out`,
what each page looks like to `page-1.webp` and so on, and the words of the pages to `text`. It prints one line of JSON: how many pages,
or the word of what is wrong.

A PDF is not weeded but built anew: only keys that drawing a page needs are taken over, so that whatever else the file holds (its
information and XMP, annotations, attachments, piece info, name trees, outlines, forms, scripts, structure, layers, thumbnails,
comments between operators, bytes after its end) is simply not there. Photographs in it lose everything that does not draw.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

CPU_SECONDS = 40
MEMORY = 900 * 1024 * 1024
MOST_OUT = 64 * 1024 * 1024
MOST_OBJECTS = 100_000
MOST_UNPACKED = 160 * 1024 * 1024
MOST_STREAM = 80 * 1024 * 1024
MOST_PIXELS = 50_000_000
MOST_DRAWN = 20_000  # forms drawn on one page, those inside others counted each time
MOST_DEPTH = 40
MOST_OPERATORS = 4 * 1024 * 1024  # bytes of them on one page or in one form
MOST_SIDE = 2400  # pixels of a picture that is kept
PREVIEW = 1100  # pixels across a page that is shown
MOST_WORDS = 200_000  # characters of text that are kept
PAGE_SIDE = (18, 14_400)  # points
MEMORY_TROUBLE = 3  # this process's own answer when it ran out

# What may be wrong: words that `rules.VERDICTS` puts into sentences.
BLANK = "blank"
BOMB = "bomb"
DAMAGED = "damaged"
ENCRYPTED = "encrypted"
ENDLESS = "endless"
FRAMES = "frames"
PAGES = "pages"
PIXELS = "pixels"
SCRIPTED = "scripted"
TRUNCATED = "truncated"
UNUSUAL = "unusual"


class Wrong(Exception):
    """What is wrong with a file, in one word of `rules.VERDICTS`."""


# ---------------------------------------------------------------- pictures


JFIF, ADOBE, COMMENT, SCAN, END, FILL = 0xE0, 0xEE, 0xFE, 0xDA, 0xD9, 0xFF
JFIF_BYTES = 18  # of a JFIF head without a thumbnail


def strip_jpeg(data: bytes) -> bytes:
    """Return a JPEG without anything that does not draw: no EXIF, XMP, profiles, comments or bytes after its end.

    Kept are the frames, tables and scans, the JFIF head and Adobe's mark of how colors are stored.
    """
    if data[:2] != b"\xff\xd8":
        raise Wrong(DAMAGED)
    out, at = bytearray(b"\xff\xd8"), 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if data[at] != FILL:
            raise Wrong(DAMAGED)
        if marker == FILL:
            at += 1
            continue
        if marker == END:
            break
        segment = data[at : at + 2 + int.from_bytes(data[at + 2 : at + 4])]
        at += len(segment)
        out += _kept_of(marker, segment)
        if marker == SCAN:
            end = _end_of_scan(data, at)
            out += data[at:end]
            at = end
    if data[at : at + 2] != b"\xff\xd9":
        raise Wrong(TRUNCATED)
    return bytes(out + b"\xff\xd9")


def _kept_of(marker: int, segment: bytes) -> bytes:
    if marker == JFIF:
        return _jfif(segment) if len(segment) >= JFIF_BYTES else b""
    if marker == COMMENT or (JFIF < marker <= JFIF + 15 and marker != ADOBE):
        return b""
    return segment


def _end_of_scan(data: bytes, at: int) -> int:
    """Return where a scan's data end: at the next marker that is neither a restart nor a stuffed byte."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise Wrong(TRUNCATED)
        if data[at + 1] != 0 and not 0xD0 <= data[at + 1] <= 0xD7:  # noqa: PLR2004 - the eight restarts
            return at
        at += 2


def _jfif(segment: bytes) -> bytes:
    """Return a JFIF head without its thumbnail."""
    return b"\xff\xe0\x00\x10" + segment[4:16] + b"\x00\x00"


def strip_jpeg2000(data: bytes) -> bytes:
    """Return a JPEG 2000 picture with only the boxes that draw."""
    if data[:4] == b"\xff\x4f\xff\x51":  # a bare code stream
        return data
    out, at = bytearray(), 0
    while at + 8 <= len(data):
        length, name, head = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16]), 16
        length = length or len(data) - at
        if length < head:
            raise Wrong(DAMAGED)
        if name in {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}:
            out += data[at : at + length]
        at += length
    return bytes(out)


def clean_picture(kind: str, _most_pages: int) -> dict[str, Any]:
    """Draw a picture anew: its first frame, upright, in sRGB, at most 2,400 pixels a side."""
    from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError  # noqa: PLC0415 - after the limits are set

    Image.MAX_IMAGE_PIXELS = None  # counted below, with a sentence
    formats = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
    try:
        image: Any = Image.open("in", formats=(formats[kind],))
        if image.width * image.height > MOST_PIXELS:
            raise Wrong(PIXELS)
        if kind != "image/jpeg" and getattr(image, "n_frames", 1) > 1:
            raise Wrong(FRAMES)
        profile = image.info.get("icc_profile")
        if kind == "image/jpeg":
            image.draft("RGB", (MOST_SIDE, MOST_SIDE))
        image.load()
        image = ImageOps.exif_transpose(image)
    except UnidentifiedImageError:
        raise Wrong(DAMAGED) from None
    except (OSError, SyntaxError, EOFError, zlib.error) as trouble:
        raise Wrong(TRUNCATED if "truncated" in str(trouble) else DAMAGED) from None
    image.thumbnail((MOST_SIDE, MOST_SIDE))
    clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    if profile and image.mode in {"RGB", "CMYK", "L"}:
        image = _in_srgb(image, profile, ImageCms)
    mode = "RGBA" if clear and kind != "image/jpeg" else "RGB"
    bare = Image.new(mode, image.size)  # a new picture, to which nothing of the old one clings but its pixels
    bare.paste(image.convert(mode))
    options: dict[str, dict[str, Any]] = {
        "JPEG": {"quality": 88, "optimize": True},
        "PNG": {"optimize": True},
        "WEBP": {"quality": 88},
    }
    bare.save("out", formats[kind], **options[formats[kind]])
    shown = Image.new("RGB", bare.size, "white")
    shown.paste(bare, mask=bare.getchannel("A") if mode == "RGBA" else None)
    shown.thumbnail((PREVIEW, PREVIEW * 2))
    shown.save("page-1.webp", "WEBP", quality=75)
    return {"pages": 1}


def _in_srgb(image: Any, profile: bytes, cms: Any) -> Any:  # noqa: ANN401 - Pillow is imported late
    """Return a picture in sRGB, since its profile does not stay; one with a broken profile as it is."""
    import io  # noqa: PLC0415 - here alone

    try:
        return cms.profileToProfile(
            image, cms.ImageCmsProfile(io.BytesIO(profile)), cms.createProfile("sRGB"), outputMode="RGB"
        )
    except (cms.PyCMSError, OSError, ValueError):
        return image


# ---------------------------------------------------------------- PDF: what is taken over

P = "plain"  # numbers, names, truth values, and arrays of them
T = "text"  # the same, and strings


def _keys(kind: str, names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), kind)


# What a dictionary of each kind may hold, and of what kind that is in turn. "each x": a dictionary whose every value is an x.
SHAPES: dict[str, dict[str, str]] = {
    "resources": {
        "Font": "each font",
        "XObject": "each xobject",
        "ExtGState": "each state",
        "ColorSpace": "each color",
        "Pattern": "each pattern",
        "Shading": "each shading",
    },
    "font": {
        **_keys(P, "Type Subtype BaseFont FirstChar LastChar Widths DW W DW2 W2 FontMatrix FontBBox Name"),
        "FontDescriptor": "descriptor",
        "Encoding": "encoding",
        "ToUnicode": "cmap",
        "DescendantFonts": "font",
        "CIDSystemInfo": "registry",
        "CIDToGIDMap": "raw",
        "CharProcs": "each drawing",
        "Resources": "resources",
    },
    "descriptor": {
        **_keys(P, "Type FontName Flags FontBBox ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH"),
        **_keys(P, "AvgWidth MaxWidth MissingWidth FontStretch FontWeight"),
        **_keys("font file", "FontFile FontFile2 FontFile3"),
        "CharSet": T,
        "CIDSet": "raw",
    },
    "font file": _keys(P, "Subtype Length1 Length2 Length3"),
    "encoding": {
        **_keys(P, "Type BaseEncoding Differences CMapName WMode"),
        "CIDSystemInfo": "registry",
        "UseCMap": "cmap",
    },
    "cmap": {**_keys(P, "Type CMapName WMode"), "CIDSystemInfo": "registry", "UseCMap": "cmap"},
    "registry": {"Registry": T, "Ordering": T, "Supplement": P},
    "raw": {},
    "drawing": {},
    "image": {
        **_keys(P, "Type Subtype Width Height BitsPerComponent Decode ImageMask Interpolate Intent SMaskInData Matte"),
        "ColorSpace": "color",
        "Mask": "mask",
        "SMask": "image",
    },
    "form": {**_keys(P, "Type Subtype FormType BBox Matrix"), "Resources": "resources", "Group": "group"},
    "group": {**_keys(P, "Type S I K"), "CS": "color"},
    "state": {
        **_keys(P, "Type LW LC LJ ML D RI OP op OPM FL SM SA BM CA ca AIS TK"),
        "Font": "state font",
        "SMask": "soft",
    },
    "soft": {**_keys(P, "Type S BC"), "G": "form", "TR": "function"},
    "pattern": {
        **_keys(P, "Type PatternType PaintType TilingType BBox XStep YStep Matrix"),
        "Resources": "resources",
        "Shading": "shading",
        "ExtGState": "state",
    },
    "shading": {
        **_keys(
            P, "ShadingType Background BBox AntiAlias Domain Matrix Coords Extend BitsPerCoordinate BitsPerComponent"
        ),
        **_keys(P, "BitsPerFlag Decode VerticesPerRow"),
        "ColorSpace": "color",
        "Function": "function",
    },
    "function": {
        **_keys(P, "FunctionType Domain Range Size BitsPerSample Order Encode Decode C0 C1 N Bounds"),
        "Functions": "function",
    },
    "calibrated": _keys(P, "WhitePoint BlackPoint Gamma Matrix Range"),
    "fax": _keys(P, "K Columns Rows BlackIs1 EncodedByteAlign EndOfLine EndOfBlock DamagedRowsBeforeError"),
    "jpeg": _keys(P, "ColorTransform"),
    "jbig2": {"JBIG2Globals": "raw"},
}
DRAWN = frozenset({"drawing", "form"})  # streams of operators
BARE_PICTURES = {"/CCITTFaxDecode": "fax", "/JBIG2Decode": "jbig2", "/DCTDecode": "jpeg", "/JPXDecode": ""}
# Every operator of a content stream, but those that only mark content (BMC BDC EMC MP DP BX EX) and carry words that nobody sees.
OPERATORS = frozenset(
    "b B b* B* BI BT c cm CS cs d d0 d1 Do ET f F f* G g gs h i ID EI INLINE IMAGE j J K k l m M n q Q re RG rg ri s S SC sc SCN scn "  # noqa: SIM905 - read as one line
    "sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W W* y ' \"".split()
)
ACTS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/ImportData",
        "/SubmitForm",
        "/Rendition",
        "/RichMediaExecute",
        "/GoToE",
        "/Movie",
        "/Sound",
    }
)


class Builder:
    """Takes pages over from one PDF into a new one, key by key."""

    def __init__(self, source: Any, target: Any, pikepdf: Any) -> None:  # noqa: ANN401 - pikepdf is imported late
        """Begin with nothing taken over."""
        self.source, self.target, self.pike = source, target, pikepdf
        self.known: dict[tuple[tuple[int, int], str], Any] = {}
        self.unpacked = self.pixels = 0
        self.draws: dict[tuple[int, int], int] = {}

    def page(self, page: Any) -> None:  # noqa: ANN401 - as above
        """Take one page over."""
        pike = self.pike
        box = self._box(self._inherited(page.obj, "/MediaBox"))
        made = pike.Dictionary(Type=pike.Name.Page, MediaBox=pike.Array(box))
        crop = self._inherited(page.obj, "/CropBox")
        if crop is not None:
            made.CropBox = pike.Array(self._box(crop))
        turn = self._inherited(page.obj, "/Rotate")
        if isinstance(turn, int) and turn % 90 == 0:
            made.Rotate = turn % 360
        resources = self._inherited(page.obj, "/Resources")
        self._count(page, resources)
        made.Resources = self.take(resources, "resources", 1) if resources is not None else pike.Dictionary()
        made.Contents = self.target.make_stream(self._operators(page))
        self.target.pages.append(pike.Page(self.target.make_indirect(made)))

    def _inherited(self, node: Any, key: str) -> Any:  # noqa: ANN401 - as above
        for _ in range(MOST_DEPTH):
            if key in node:
                return node[key]
            if "/Parent" not in node:
                return None
            node = node["/Parent"]
        raise Wrong(ENDLESS)

    def _box(self, box: Any) -> list[Any]:  # noqa: ANN401 - as above
        if box is None:
            return [0, 0, 612, 792]
        numbers = [one for one in box if isinstance(one, (int, float, Decimal)) and not isinstance(one, bool)]
        if len(numbers) != 4:  # noqa: PLR2004 - a rectangle
            raise Wrong(DAMAGED)
        wide, high = abs(float(numbers[2]) - float(numbers[0])), abs(float(numbers[3]) - float(numbers[1]))
        if not all(PAGE_SIDE[0] <= side <= PAGE_SIDE[1] for side in (wide, high)):
            raise Wrong(UNUSUAL)
        return numbers

    # -------------------------------------------------------- objects

    def take(self, found: Any, kind: str, depth: int) -> Any:  # noqa: ANN401 - as above
        """Return what a value of this kind is taken over as; None where nothing of it is."""
        pike = self.pike
        if depth > MOST_DEPTH:
            raise Wrong(ENDLESS)
        if found is None or isinstance(found, (bool, int, float, Decimal, pike.Name)):
            return pike.Name(str(found)) if isinstance(found, pike.Name) else found
        if kind in {"color", "mask", "state font", "xobject"}:
            return getattr(self, f"_{kind.replace(' ', '_')}")(found, depth)
        if isinstance(found, pike.String):
            return pike.String(bytes(found)) if kind == T else None
        if isinstance(found, pike.Array):
            if len(found) > MOST_OBJECTS:
                raise Wrong(ENDLESS)
            return pike.Array([one for each in found if (one := self.take(each, kind, depth + 1)) is not None])
        return self._held(found, kind, depth) if kind not in {P, T} else None

    def _held(self, found: Any, kind: str, depth: int) -> Any:  # noqa: ANN401 - as above
        """Return a dictionary or a stream taken over, once however often it is used."""
        key = (found.objgen, kind) if found.is_indirect else None
        if key is not None and key in self.known:
            return self.known[key]
        take = self._stream if isinstance(found, self.pike.Stream) else self._dictionary
        return take(found, kind, depth, key)

    def _dictionary(self, found: Any, kind: str, depth: int, key: Any) -> Any:  # noqa: ANN401 - as above
        made: Any = self.pike.Dictionary()
        if key is not None:
            if len(self.known) > MOST_OBJECTS:
                raise Wrong(ENDLESS)
            made = self.known[key] = self.target.make_indirect(made)
        self._fill(made, found, kind, depth)
        return made

    def _fill(self, made: Any, found: Any, kind: str, depth: int) -> None:  # noqa: ANN401 - as above
        if kind.startswith("each "):
            wanted = dict.fromkeys([str(name)[1:] for name in found.keys()], kind.removeprefix("each "))  # noqa: SIM118 - pikepdf's own
        else:
            wanted = SHAPES[kind]
        for name, inner in wanted.items():
            if f"/{name}" in found:
                value = self.take(found[f"/{name}"], inner, depth + 1)
                if value is not None:
                    made[f"/{name}"] = value

    def _stream(self, found: Any, kind: str, depth: int, key: Any) -> Any:  # noqa: ANN401 - as above
        if kind.startswith("each "):
            return None
        more: dict[str, Any] = {}
        if (kind == "pattern" and "/PatternType" in found and found["/PatternType"] == 1) or kind in DRAWN:
            data = self._operators(found)
        elif kind == "image":
            data, more = self._picture(found, depth)
        else:
            data = self._unpack(found)
        made = self.target.make_stream(data)
        if key is not None:
            self.known[key] = made
        self._fill(made, found, kind, depth)
        for name, value in more.items():
            made[name] = value
        return made

    def _xobject(self, found: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        if not isinstance(found, self.pike.Stream):
            return None
        kind = {"/Image": "image", "/Form": "form"}.get(str(found.get("/Subtype")))
        return self.take(found, kind, depth + 1) if kind else None

    def _mask(self, found: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        return self.take(found, "image" if isinstance(found, self.pike.Stream) else P, depth + 1)

    def _state_font(self, found: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        if not isinstance(found, self.pike.Array) or len(found) != 2:  # noqa: PLR2004 - a font and its size
            return None
        return self.pike.Array([self.take(found[0], "font", depth + 1), self.take(found[1], P, depth + 1)])

    def _color(self, found: Any, depth: int) -> Any:  # noqa: ANN401 - as above
        """Take a color space over. A profile carries words of its own, so that what it stands for takes its place."""
        pike = self.pike
        if not isinstance(found, pike.Array) or not len(found) or depth > MOST_DEPTH:
            return None
        family = str(found[0])
        if family == "/ICCBased" and len(found) > 1:
            count = found[1].get("/N", 3) if isinstance(found[1], pike.Stream) else 3
            return {1: pike.Name.DeviceGray, 4: pike.Name.DeviceCMYK}.get(int(count), pike.Name.DeviceRGB)
        kinds = {
            "/CalGray": ["calibrated"],
            "/CalRGB": ["calibrated"],
            "/Lab": ["calibrated"],
            "/Indexed": ["color", P, "lookup"],
            "/Separation": [P, "color", "function"],
            "/DeviceN": [P, "color", "function"],
            "/Pattern": ["color"],
        }.get(family)
        if kinds is None:
            return pike.Name(family) if family.startswith("/Device") or family == "/Pattern" else None
        parts = [pike.Name(family)]
        for inner, one in zip(kinds, list(found)[1:], strict=False):
            wanted = ("raw" if isinstance(one, pike.Stream) else T) if inner == "lookup" else inner
            taken = self.take(one, wanted, depth + 1)
            if taken is None:
                return None
            parts.append(taken)
        return pike.Array(parts)

    # -------------------------------------------------------- streams

    def _filters(self, found: Any) -> list[str]:  # noqa: ANN401 - as above
        named = found.get("/Filter")
        if named is None:
            return []
        names = [str(one) for one in named] if isinstance(named, self.pike.Array) else [str(named)]
        if len(names) > 3 or "/Crypt" in names:  # noqa: PLR2004 - more is only ever a trick
            raise Wrong(BOMB)
        return names

    def _unpack(self, found: Any) -> bytes:  # noqa: ANN401 - as above
        """Return a stream's bytes, all filters undone. What inflates beyond bounds is stopped before it does."""
        raw, names = bytes(found.read_raw_bytes()), self._filters(found)
        packed = raw
        for name in names:
            if name not in {"/FlateDecode", "/Fl"}:
                break
            packed = self._inflate(packed)
        try:
            data = bytes(found.read_bytes())
        except self.pike.PdfError:
            raise Wrong(UNUSUAL) from None
        self._spend(len(data))
        return data

    def _inflate(self, packed: bytes) -> bytes:
        undo = zlib.decompressobj()
        try:
            data = undo.decompress(packed, MOST_STREAM)
        except zlib.error:
            return b""  # pikepdf says what is to be said
        if undo.unconsumed_tail:
            raise Wrong(BOMB)
        return data

    def _spend(self, size: int) -> None:
        self.unpacked += size
        if size > MOST_STREAM or self.unpacked > MOST_UNPACKED:
            raise Wrong(BOMB)

    def _picture(self, found: Any, depth: int) -> tuple[bytes, dict[str, Any]]:  # noqa: ANN401 - as above
        pike, names = self.pike, self._filters(found)
        self.pixels += int(found.get("/Width", 0)) * int(found.get("/Height", 0))
        if self.pixels > MOST_PIXELS * 2:
            raise Wrong(PIXELS)
        last = names[-1] if names else ""
        if last not in BARE_PICTURES:
            return self._unpack(found), {}
        if any(name != "/FlateDecode" for name in names[:-1]):
            raise Wrong(UNUSUAL)
        data = bytes(found.read_raw_bytes())
        for _ in names[:-1]:
            data = self._inflate(data)
        self._spend(len(data))
        if last == "/DCTDecode":
            data = strip_jpeg(data)
        elif last == "/JPXDecode":
            data = strip_jpeg2000(data)
        more: dict[str, Any] = {"/Filter": pike.Name(last)}
        given = found.get("/DecodeParms")
        given = given[len(names) - 1] if isinstance(given, pike.Array) and len(given) == len(names) else given
        if isinstance(given, pike.Dictionary) and BARE_PICTURES[last]:
            more["/DecodeParms"] = self.take(given, BARE_PICTURES[last], depth + 1)
        return data, more

    def _operators(self, found: Any) -> bytes:  # noqa: ANN401 - a page or a stream
        """Return a content stream written anew: known operators only, no comments, no marks."""
        pike, kept = self.pike, []
        streams = [found] if not isinstance(found, pike.Page) else self._contents(found)
        if sum(len(self._unpack(stream)) for stream in streams) > MOST_OPERATORS:
            raise Wrong(ENDLESS)
        try:
            instructions = pike.parse_content_stream(found) if streams else []
        except pike.PdfError:
            raise Wrong(DAMAGED) from None
        for one in instructions:
            if isinstance(one, pike.ContentStreamInlineImage):
                if any("DCT" in str(name) or "JPX" in str(name) for name in one.iimage.filters):
                    raise Wrong(UNUSUAL)
                kept.append(one)
            elif str(one.operator) in OPERATORS:
                kept.append(one)
        return bytes(pike.unparse_content_stream(kept))

    def _contents(self, page: Any) -> list[Any]:  # noqa: ANN401 - as above
        found = page.obj.get("/Contents")
        if found is None:
            return []
        streams = list(found) if isinstance(found, self.pike.Array) else [found]
        return [stream for stream in streams if isinstance(stream, self.pike.Stream)]

    # -------------------------------------------------------- what drawing would cost

    def _count(self, page: Any, resources: Any) -> None:  # noqa: ANN401 - as above
        if self._drawn(page, resources, set()) > MOST_DRAWN:
            raise Wrong(ENDLESS)

    def _drawn(self, found: Any, resources: Any, above: set[tuple[int, int]]) -> int:  # noqa: ANN401 - as above
        """Return how many forms are drawn where this is drawn: forms inside forms multiply, and one inside itself never ends."""
        pike = self.pike
        forms = resources.get("/XObject") if isinstance(resources, pike.Dictionary) else None
        if not isinstance(forms, pike.Dictionary):
            return 1
        if len(above) > MOST_DEPTH:
            raise Wrong(ENDLESS)
        cost = 1
        streams = [found] if isinstance(found, pike.Stream) else self._contents(found)
        if sum(self._inflated(stream) for stream in streams) > MOST_OPERATORS:
            raise Wrong(ENDLESS)
        for one in pike.parse_content_stream(found, operators="Do") if forms else ():
            name = str(one.operands[0]) if len(one.operands) else ""
            form = forms.get(name)
            if not isinstance(form, pike.Stream) or str(form.get("/Subtype")) != "/Form":
                continue
            if form.objgen in above:
                raise Wrong(ENDLESS)
            if form.objgen not in self.draws:
                self.draws[form.objgen] = self._drawn(form, form.get("/Resources", resources), above | {form.objgen})
            cost += self.draws[form.objgen]
            if cost > MOST_DRAWN:
                raise Wrong(ENDLESS)
        return cost

    def _inflated(self, stream: Any) -> int:  # noqa: ANN401 - as above
        """Return how long a stream is once inflated, which is stopped where it goes beyond bounds."""
        packed = bytes(stream.read_raw_bytes())
        for name in self._filters(stream):
            if name in {"/FlateDecode", "/Fl"}:
                packed = self._inflate(packed)
        return len(packed)


def _look_for_acts(source: Any, pike: Any) -> None:  # noqa: ANN401 - pikepdf is imported late
    """Refuse a PDF that does something: a script, a form that computes or sends, a command that starts a program."""
    names = source.Root.get("/Names")
    if isinstance(names, pike.Dictionary) and "/JavaScript" in names:
        raise Wrong(SCRIPTED)
    for count, top in enumerate(source.objects):
        if count > MOST_OBJECTS:
            raise Wrong(ENDLESS)
        waiting = [(top, 0)]
        while waiting:
            one, depth = waiting.pop()
            if depth > MOST_DEPTH:
                raise Wrong(ENDLESS)
            if isinstance(one, (pike.Dictionary, pike.Stream)):
                if "/JS" in one or "/XFA" in one or str(one.get("/S")) in ACTS:
                    raise Wrong(SCRIPTED)
                inner = [one[key] for key in one.keys()]  # noqa: SIM118 - pikepdf's own
            elif isinstance(one, pike.Array):
                inner = list(one)
            else:
                continue
            waiting += [(each, depth + 1) for each in inner if isinstance(each, pike.Object) and not each.is_indirect]


def clean_pdf(_kind: str, most_pages: int) -> dict[str, Any]:
    """Build a PDF anew from the keys that draw its pages, and draw each once."""
    import pikepdf  # noqa: PLC0415 - after the limits are set

    data = Path("in").read_bytes()
    if b"%%EOF" not in data[-2048:]:
        raise Wrong(TRUNCATED)
    try:
        source = pikepdf.open("in")
        if source.is_encrypted:
            raise Wrong(ENCRYPTED)
        _look_for_acts(source, pikepdf)
        count = len(source.pages)
        if not count:
            raise Wrong(BLANK)
        if count > most_pages:
            raise Wrong(PAGES)
        target = pikepdf.new()
        builder = Builder(source, target, pikepdf)
        for page in source.pages:
            builder.page(page)
    except pikepdf.PasswordError:
        raise Wrong(ENCRYPTED) from None
    except RecursionError:
        raise Wrong(ENDLESS) from None
    except (
        pikepdf.PdfError,
        pikepdf.DataDecodingError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
    ) as trouble:
        raise Wrong(ENDLESS if "loop" in str(trouble) else DAMAGED) from None
    target.save(
        "out", compress_streams=True, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True
    )
    _draw(count)
    return {"pages": count}


def _draw(count: int) -> None:
    """Draw every page of the new PDF as a picture, for reading it in any browser; and take its words, for whoever listens."""
    import pypdfium2  # noqa: PLC0415 - after the limits are set

    words = []
    document = pypdfium2.PdfDocument("out")
    for number in range(count):
        page = document[number]
        wide, high = page.get_size()
        scale = min(PREVIEW / wide, PREVIEW * 2 / high, 4)
        picture = page.render(scale=scale).to_pil().convert("RGB")
        picture.save(f"page-{number + 1}.webp", "WEBP", quality=75)
        text = page.get_textpage()
        words.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    plain = "\n\n".join(words).replace("\r\n", "\n").replace("\x00", "")
    Path("text").write_text(plain[:MOST_WORDS], encoding="utf-8", errors="replace")


def limit() -> None:
    """Bound what this process may take, before it reads a byte that a stranger wrote."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_OUT, MOST_OUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def main() -> None:
    """Clean `in`, whose kind and most pages the command line gives."""
    limit()
    kind, most_pages = sys.argv[1], int(sys.argv[2])
    try:
        answer = (clean_pdf if kind == "application/pdf" else clean_picture)(kind, most_pages)
    except Wrong as wrong:
        answer = {"wrong": str(wrong)}
    except MemoryError:
        os._exit(MEMORY_TROUBLE)
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
