"""What strangers send becomes clean, or is refused with a word: the cleaner in its own process, one file for each class of trouble."""

from __future__ import annotations

import io
import zlib

import pikepdf
import pytest
from PIL import Image

from portal.errors import Refused
from portal.files import cleaning, rules, sandbox
from portal.files.rules import Kind
from tests.support import hostile


def cleaned(data: bytes, most_pages: int = 10):
    return sandbox.clean(data, rules.sniff(data[: rules.HEAD]), most_pages=most_pages)


def everything_in(data: bytes) -> bytes:
    """Return a PDF with all its streams unpacked, and every stream once more by itself: a name hidden anywhere is found."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        held = io.BytesIO()
        pdf.save(
            held,
            compress_streams=False,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        )
        raw = [bytes(one.read_raw_bytes()) for one in pdf.objects if isinstance(one, pikepdf.Stream)]
    return held.getvalue() + b"".join(raw)


def spelled(name: str) -> list[bytes]:
    wide = name.encode("utf-16-be")
    return [name.encode(), wide, name.encode("utf-16-le"), name.encode().hex().encode(), wide.hex().encode()]


@pytest.mark.parametrize("name", hostile.HOSTILE)
def test_a_hostile_file_is_refused_with_a_word_that_has_a_sentence(name):
    make, expected = hostile.HOSTILE[name]
    wrong = cleaned(make()).wrong
    assert wrong in expected.split("|")
    assert rules.VERDICTS[wrong]


def test_an_authors_name_in_every_place_is_in_none_afterwards():
    before = hostile.everywhere()
    assert everything_in(before).count(hostile.SECRET.encode()) >= 20
    made = cleaned(before)
    assert made.wrong is None
    inside = everything_in(made.data) + zlib.compress(b"") + "".join(made.text).encode()
    for spelling in spelled(hostile.SECRET):
        assert spelling not in inside
    for word in (
        b"/Info",
        b"/Metadata",
        b"/Annots",
        b"/PieceInfo",
        b"/Names",
        b"/Outlines",
        b"/AcroForm",
        b"/StructTreeRoot",
        b"Exif",
    ):
        assert word not in inside, word
    assert "Dear committee" in made.text
    with pikepdf.open(io.BytesIO(made.data)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert set(pdf.pages[0].obj.keys()) <= {
            "/Type",
            "/Parent",
            "/MediaBox",
            "/CropBox",
            "/Rotate",
            "/Resources",
            "/Contents",
        }
        drawn = pdf.pages[0].obj.Resources.XObject.Im1
        assert Image.open(io.BytesIO(bytes(drawn.read_raw_bytes()))).size == (60, 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_keeps_its_pixels_upright_and_nothing_else(kind):
    made = cleaned(hostile.photograph(kind))
    assert made.wrong is None
    assert hostile.SECRET.encode() not in made.data
    picture = Image.open(io.BytesIO(made.data))
    assert picture.format == kind
    assert picture.size == (40, 60)  # it lay on its side
    assert not picture.getexif()
    assert {"icc_profile", "exif", "xmp", "comment"}.isdisjoint(picture.info)
    red, green, blue = picture.convert("RGB").getpixel((20, 30))
    assert red < 12
    assert 90 < green < 110
    assert blue < 12


@pytest.mark.parametrize("make", [hostile.polyglot, hostile.picture_and_page])
def test_what_is_two_things_at_once_is_one_afterwards(make):
    made = cleaned(make())
    assert made.wrong is None
    assert b"script" not in made.data
    assert b"PK\x03\x04" not in made.data
    assert len(made.pages) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00 a program", "not a PDF"),
        (b"<html><script>alert(1)</script>", "not a PDF"),
        (b"GIF89a%PDF-1.7", "not a PDF"),
        (b" \n%PDF-1.7", "not a PDF"),
        (b"RIFF\x00\x00\x00\x00WAVE", "not a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a PDF"),
        (hostile.archive(), "Save As, PDF"),
        (hostile.archive("evil.html"), "not a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old document", "Save As, PDF"),
        (b"\x00\x00\x00\x18ftypheic", "HEIC"),
    ],
)
def test_what_a_file_is_is_told_by_its_first_bytes_and_refused_in_a_sentence(data, words):
    with pytest.raises(Refused, match=words):
        rules.sniff(data[: rules.HEAD])


def test_a_clean_letter_can_be_read_page_by_page_and_by_ear():
    made = cleaned(hostile.plain_pdf("Dear committee", "Yours, Ana"))
    assert [Image.open(io.BytesIO(page)).format for page in made.pages] == ["WEBP", "WEBP"]
    assert "Dear committee" in made.text
    assert "Yours, Ana" in made.text
    assert cleaned(hostile.plain_pdf("one", "two", "three"), most_pages=2).wrong == "pages"


def test_cleaning_what_is_clean_changes_nothing_that_is_read():
    once = cleaned(hostile.everywhere())
    twice = cleaned(once.data)
    assert twice.wrong is None
    assert twice.text == once.text
    assert twice.pages == once.pages


def test_the_cleaner_is_given_none_of_our_secrets_and_stops_at_its_limits(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY", "never seen by the cleaner")
    spy = tmp_path / "spy.py"
    spy.write_text(
        "import json, os, resource, sys\n"
        "print(json.dumps({'wrong': ' '.join([*sorted(os.environ), str(sys.flags.isolated)])}))\n"
    )
    monkeypatch.setattr(cleaning, "__file__", str(spy))
    assert "SECRET_KEY" not in sandbox.clean(b"x", Kind.PDF, most_pages=1).wrong
    spy.write_text("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 2))\nwhile True: pass\n")
    assert sandbox.clean(b"x", Kind.PDF, most_pages=1).wrong == "endless"
    spy.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    assert sandbox.clean(b"x", Kind.PDF, most_pages=1).wrong == "damaged"
    spy.write_text("raise ImportError('a library is missing')\n")
    with pytest.raises(RuntimeError, match="a library is missing"):
        sandbox.clean(b"x", Kind.PDF, most_pages=1)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\Users\\Ana\\letter.pdf", "letter.pdf"),
        ("letter\x00.pdf\r\nX: y", "letter.pdf X y"),
        ("fdp.\u202eexe.letter", "fdp.exe.letter"),
        ("  .  ", "file"),
        ("…", "…"),
        ("con/../aux:$DATA", "aux $DATA"),
        ("رسالة.pdf", "رسالة.pdf"),
        ("x" * 300 + ".pdf", "x" * 120),
        ('"; rm -rf "', "; rm -rf"),
    ],
)
def test_an_odd_name_becomes_one_that_can_be_shown(name, shown):
    assert rules.safe_name(name) == shown
