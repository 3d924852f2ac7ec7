"""Files as strangers send them: one maker for each kind of trouble, and plain ones to compare with."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "Quillfeather Wobbegong"  # the author's name, which must be nowhere afterwards
XMP = f"""<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:creator>{SECRET}</dc:creator></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def saved(pdf: Pdf, **options: Any) -> bytes:
    """Return a PDF as bytes."""
    held = io.BytesIO()
    pdf.save(held, **options)
    return held.getvalue()


def pdf_of(*texts: str, content: bytes | None = None) -> Pdf:
    """Return a PDF with one page for each text."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    for text in texts or ("A letter",):
        page = pdf.add_blank_page(page_size=(612, 792))
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream(content or f"BT /F1 14 Tf 72 700 Td ({text}) Tj ET".encode())
    return pdf


def plain_pdf(*texts: str) -> bytes:
    """A PDF that nothing is wrong with."""
    return saved(pdf_of(*texts))


def picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), **options: Any) -> bytes:
    """A picture that nothing is wrong with."""
    held = io.BytesIO()
    Image.new("RGB", size, "darkgreen").save(held, kind, **options)
    return held.getvalue()


def photograph(kind: str = "JPEG") -> bytes:
    """A picture with the author's name and place wherever one fits."""
    exif = Image.Exif()
    exif[0x013B] = exif[0x010E] = exif[0x8298] = SECRET
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (47.0, 36.0, 22.0)
    options: dict[str, Any] = {"exif": exif, "icc_profile": _profile()}
    if kind == "JPEG":
        return picture(kind, comment=SECRET.encode(), **options) + SECRET.encode()
    return picture(kind, **options, **({"xmp": XMP.encode()} if kind == "WEBP" else {"pnginfo": _png_words()}))


def _png_words() -> Any:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", SECRET)
    words.add_itxt("XML:com.adobe.xmp", XMP)
    return words


def _profile() -> bytes:
    from PIL import ImageCms

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return bytes(made)


def everywhere() -> bytes:
    """A PDF with its author's name in every place where one can stand without being drawn."""
    pdf = pdf_of("Dear committee")
    page = pdf.pages[0].obj
    pdf.docinfo["/Author"] = SECRET
    pdf.docinfo["/Title"] = String(SECRET)
    pdf.Root.Metadata = pdf.make_stream(XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    page.Metadata = pdf.make_stream(XMP.encode(), Type=Name.Metadata, Subtype=Name.XML)
    page.PieceInfo = Dictionary(Word=Dictionary(Private=Dictionary(Author=SECRET), LastModified=String("D:2026")))
    page.Annots = Array(
        [
            pdf.make_indirect(
                Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[0, 0, 9, 9], T=SECRET, Contents=SECRET)
            )
        ]
    )
    held = pdf.make_stream(SECRET.encode(), Type=Name.EmbeddedFile)
    spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=f"{SECRET}.txt", UF=SECRET, EF=Dictionary(F=held)))
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=Array([SECRET, spec])),
        Dests=Dictionary(Names=Array([SECRET, Array([page, Name.Fit])])),
    )
    pdf.Root.AF = Array([spec])
    pdf.Root.Outlines = pdf.make_indirect(Dictionary(Type=Name.Outlines, Count=1))
    pdf.Root.Outlines.First = pdf.Root.Outlines.Last = pdf.make_indirect(
        Dictionary(Title=SECRET, Parent=pdf.Root.Outlines)
    )
    field = pdf.make_indirect(Dictionary(FT=Name.Tx, T=SECRET, V=SECRET, TU=SECRET))
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
    pdf.Root.StructTreeRoot = pdf.make_indirect(
        Dictionary(
            Type=Name.StructTreeRoot,
            K=Dictionary(Type=Name.StructElem, S=Name.P, Alt=SECRET, ActualText=SECRET, T=SECRET),
        )
    )
    pdf.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(P=SECRET)]))
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([pdf.make_indirect(Dictionary(Type=Name.OCG, Name=SECRET))]), D=Dictionary(Name=SECRET)
    )
    pdf.Root.Lang = String(SECRET)
    page.Thumb = pdf.make_stream(SECRET.encode(), Width=1, Height=1, ColorSpace=Name.DeviceGray, BitsPerComponent=8)
    photo = pdf.make_stream(photograph())
    for name, value in (
        ("Type", Name.XObject),
        ("Subtype", Name.Image),
        ("Width", 60),
        ("Height", 40),
        ("BitsPerComponent", 8),
    ):
        photo[f"/{name}"] = value
    photo.ColorSpace = Array([Name.ICCBased, pdf.make_stream(SECRET.encode(), N=3)])
    photo.Filter, photo.Metadata = Name.DCTDecode, pdf.make_stream(XMP.encode())
    form = pdf.make_stream(f"%{SECRET}\n0 0 10 10 re f".encode())
    for name, value in (("Type", Name.XObject), ("Subtype", Name.Form), ("BBox", Array([0, 0, 10, 10]))):
        form[f"/{name}"] = value
    form.PieceInfo, form.LastModified = Dictionary(Word=Dictionary(Private=SECRET)), String(SECRET)
    page.Resources.XObject = Dictionary(Im1=photo, Fm1=form)
    page.Resources.Properties = Dictionary(MC0=Dictionary(Title=SECRET))
    page.Resources.Font.F1.Author = String(SECRET)
    page.Contents = pdf.make_stream(
        f"%{SECRET}\n/P <</ActualText ({SECRET}) /MCID 0>> BDC BT /F1 14 Tf 72 700 Td (Dear committee) Tj ET EMC\n"
        f"/Span /MC0 BDC q 60 0 0 40 72 600 cm /Im1 Do Q /Fm1 Do EMC\n({SECRET}) unheardof\n".encode()
    )
    return saved(pdf, compress_streams=False) + f"\n%{SECRET}\n%%EOF\n".encode()


def encrypted(user: str = "") -> bytes:
    """A PDF behind a password; an empty one opens by itself and forbids what its owner does not want."""
    return saved(pdf_of(), encryption=pikepdf.Encryption(owner="owner", user=user))


def scripted(where: str) -> bytes:
    """A PDF that acts when it is opened, printed or clicked."""
    pdf = pdf_of()
    act = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    if where == "opened":
        pdf.Root.OpenAction = act
    elif where == "named":
        pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), pdf.make_indirect(act)])))
    elif where == "printed":
        pdf.Root.AA = Dictionary(WP=act)
    elif where == "clicked":
        pdf.pages[0].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=act)])
    elif where == "started":
        pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("calc.exe"))
    else:
        pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))
    return saved(pdf)


def endless(how: str) -> bytes:
    """A PDF whose drawing, or whose pages, never end."""
    pdf = pdf_of(content=b"/F0 Do")
    page = pdf.pages[0].obj

    def form(content: bytes, **inner: Any) -> Any:
        made = pdf.make_stream(content)
        made.Type, made.Subtype, made.BBox = Name.XObject, Name.Form, Array([0, 0, 9, 9])
        made.Resources = Dictionary(XObject=Dictionary(**inner))
        return made

    if how == "itself":
        itself = form(b"/F0 Do")
        itself.Resources.XObject.F0 = itself
        page.Resources.XObject = Dictionary(F0=itself)
    elif how == "laughs":
        inner = form(b"0 0 9 9 re f")
        for _ in range(12):
            inner = form(b"/X Do " * 10, X=inner)
        page.Resources.XObject = Dictionary(F0=inner)
    elif how == "pages":
        pdf.Root.Pages.Kids = Array([pdf.Root.Pages, pdf.Root.Pages])
        pdf.Root.Pages.Count = 2
    else:  # strokes without end
        page.Contents = pdf.make_stream(b"0 0 m 9 9 l S " * 700_000)
    return saved(pdf)


def bomb() -> bytes:
    """A PDF of some kilobytes that unpacks to 160 megabytes, packed twice."""
    once = zlib.compressobj(9)
    zeros = b"\0" * (1 << 20)
    packed = b"".join(once.compress(zeros) for _ in range(160)) + once.flush()
    pdf = pdf_of()
    stream = pdf.make_stream(b"")
    stream.write(zlib.compress(packed, 9), filter=Array([Name.FlateDecode, Name.FlateDecode]))
    pdf.pages[0].obj.Contents = stream
    return saved(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def flood(kind: str = "PNG") -> bytes:
    """A picture of a few kilobytes with a hundred million pixels."""
    held = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(held, kind)
    return held.getvalue()


def flooded_pdf() -> bytes:
    """A PDF whose picture claims two billion pixels."""
    pdf = pdf_of(content=b"/Im Do")
    image = pdf.make_stream(b"\0")
    image.Type, image.Subtype, image.Width, image.Height = Name.XObject, Name.Image, 50_000, 40_000
    image.BitsPerComponent, image.ColorSpace = 8, Name.DeviceGray
    pdf.pages[0].obj.Resources.XObject = Dictionary(Im=image)
    return saved(pdf)


def moving(kind: str = "PNG") -> bytes:
    """A picture that moves."""
    held = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "green", "blue")]
    frames[0].save(held, kind, save_all=True, append_images=frames[1:])
    return held.getvalue()


def archive(name: str = "word/document.xml") -> bytes:
    """A word processor's document, or any other archive."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        if name.startswith("word"):
            made.writestr("[Content_Types].xml", "<x/>")
        made.writestr(name, SECRET)
    return held.getvalue()


def polyglot() -> bytes:
    """A PDF that is an archive as well, with a page of a web site in front of its end."""
    return plain_pdf() + b"<html><script>alert(1)</script></html>" + archive("evil.html") + b"\n%%EOF\n"


def picture_and_page() -> bytes:
    """A JPEG that is a page of a web site as well."""
    return (
        picture()[:-2]
        + b"\xff\xfe\x00\x30<html><script>alert(document.cookie)</script></htm"
        + b"\xff\xd9<script>alert(2)</script>"
    )


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {  # what it is, its maker, and the word of what is said
    "locked": (lambda: encrypted("secret"), "encrypted"),
    "locked for its owner": (encrypted, "encrypted"),
    "a script when opened": (lambda: scripted("opened"), "scripted"),
    "a script by name": (lambda: scripted("named"), "scripted"),
    "a script when printed": (lambda: scripted("printed"), "scripted"),
    "a script when clicked": (lambda: scripted("clicked"), "scripted"),
    "a program to start": (lambda: scripted("started"), "scripted"),
    "a form that acts": (lambda: scripted("form"), "scripted"),
    "drawn inside itself": (lambda: endless("itself"), "endless"),
    "ten of ten of ten": (lambda: endless("laughs"), "endless"),
    "pages in a circle": (lambda: endless("pages"), "endless|damaged"),
    "strokes without end": (lambda: endless("strokes"), "endless"),
    "a bomb": (bomb, "bomb"),
    "a picture of a hundred million pixels": (flood, "pixels"),
    "a picture in a PDF of two billion pixels": (flooded_pdf, "pixels"),
    "a picture that moves": (moving, "frames"),
    "half of a PDF": (lambda: plain_pdf("one", "two")[:-400], "truncated"),
    "half of a picture": (lambda: picture("JPEG", (900, 900))[:-900], "truncated|damaged"),
    "a mark and nothing else": (lambda: b"%PDF-1.7\n%%EOF", "damaged"),
    "no page": (lambda: saved(pikepdf.new()), "blank"),
    "too many pages": (lambda: plain_pdf(*"123456789ab"), "pages"),
}
