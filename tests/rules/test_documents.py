"""What people keep: PDFs in every script, QR codes, workbooks and CSV files in which nothing computes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from portal.web import lists, typesetting

AT = datetime(2026, 5, 26, 17, 0, 0, 654321, tzinfo=UTC)  # as a clock gives it
MARKUP = 'A "quotation", #panic("x"), $x^2$, *bold*, `code`, <label> @reference \\ and {{ 7*7 }}'
SCRIPTS = {  # each written as its language writes it, with the typeface that must have drawn it
    "am": ("የትምህርት ሽልማት", "NotoSansEthiopic"),
    "ti": ("መምህር ሃይለ ተስፋይ", "NotoSansEthiopic"),
    "ar": ("مدرسة عائشة", "NotoNaskhArabic"),
    "zh": ("陈美玲老师 陳美玲老師", "NotoSansSC"),
    "vi": ("Nguyễn Thị Hồng Đào", "NotoSans-"),
    "so": ("Macallimadda ugu fiican", "AtkinsonHyperlegible"),
    "om": ("Barsiisaa Ga’aa", "AtkinsonHyperlegible"),
    "tl": ("Gng. Peña", "AtkinsonHyperlegible"),
    "es": ("Señorita Muñoz, ¿sí?", "AtkinsonHyperlegible"),
}


@pytest.fixture
def printed(tmp_path, monkeypatch):
    """Set a small template that shows a text as the house's own templates do."""
    for source in typesetting.TEMPLATES.glob("house.typ"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    source = '#import "house.typ": *\n#show: house\n#written(facts.words, font: facts.at("font", default: auto))\n'
    (tmp_path / "trial.typ").write_text(source, encoding="utf-8")
    monkeypatch.setattr(typesetting, "TEMPLATES", tmp_path)

    def printed(words, *, code="en", **facts):
        return typesetting.pdf(
            "trial", {"words": words, **facts}, title="A trial", organization="The fund", code=code, at=AT
        )

    return printed


def faces(content: bytes) -> set[str]:
    """Name the typefaces that a PDF carries, each without the six letters that mark a part of one."""
    with pikepdf.open(io.BytesIO(content)) as document:
        fonts = document.pages[0].Resources.Font
        return {re.sub(r"^/[A-Z]{6}\+", "", str(font.BaseFont)) for font in fonts.values()}


def words_of(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as document:
        return document[0].get_textpage().get_text_range().replace("\r\n", "\n")


@pytest.mark.parametrize("code", SCRIPTS)
def test_every_language_of_the_families_is_set_in_letters_of_our_own(printed, code):
    words, face = SCRIPTS[code]
    serif = ["Newsreader", "Noto Naskh Arabic", "Noto Sans Ethiopic", "Noto Sans SC"]
    content = printed(words, code=code, **({"font": serif} if code == "ar" else {}))
    assert any(each.startswith(face.rstrip("-")) for each in faces(content))
    if code != "ar":  # a text layer keeps Arabic as it is drawn, in shapes
        assert words.replace("’", "'") in words_of(content).replace("’", "'")
    with pikepdf.open(io.BytesIO(content)) as document:
        assert str(document.Root.Lang) == code
        assert document.Root.MarkInfo.Marked  # tagged: a screen reader follows it


def test_words_that_look_like_markup_are_printed_as_they_were_typed(printed):
    assert " ".join(words_of(printed(MARKUP)).split()).startswith(MARKUP)


@pytest.mark.parametrize("words", ["⌈bounds⌉ 😀", "한국어", "\ud800 and \x00", "\u202eback\u2066", "a" * 5_000, ""])
def test_whatever_somebody_typed_a_document_is_made_and_stays_tagged(printed, words):
    with pikepdf.open(io.BytesIO(printed(words))) as document:
        assert document.Root.MarkInfo.Marked


def test_equal_facts_make_equal_bytes_that_name_nobody(printed):
    first, second = printed("The same."), printed("The same.")
    assert first == second
    with pikepdf.open(io.BytesIO(first)) as document:
        assert str(document.docinfo["/Title"]) == "A trial"
        assert str(document.docinfo["/Author"]) == "The fund"


def test_a_code_is_a_square_of_black_on_nothing():
    drawn = ET.fromstring(typesetting.qr("https://portal.example/awards/teaching"))  # noqa: S314 our own drawing
    assert drawn.tag.endswith("svg")
    assert drawn.get("width") == drawn.get("height")


def sheet(answer) -> tuple[str, bytes]:
    return answer.headers["Content-Disposition"], answer.get_data()


def test_a_list_is_kept_as_a_workbook_in_which_nothing_computes():
    rows = [
        ["=1+1", -4, 2.5, None, True],
        ["@SUM(A1)", "+1 206 555 0100", "https://a.example", "\x00\ud800", "x" * 40_000],
    ]
    app = Flask(__name__)
    with app.test_request_context("/list?as=xlsx"):
        kept, content = sheet(lists.table_file("people", ["Name", "Points", "Mean", "Nothing", "Yes"], rows))
    assert kept == 'attachment; filename="people.xlsx"'
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        tree = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 our own workbook
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))  # noqa: S314 as above
    cells = [cell for cell in tree.iter() if cell.tag.endswith("}c")]
    assert not [each for each in tree.iter() if each.tag.endswith(("}f", "}hyperlink"))]
    numbers = [float(cell[0].text) for cell in cells if cell.get("t") is None and len(cell)]
    assert numbers == [-4, 2.5]
    said = [text.text for text in strings.iter() if text.tag.endswith("}t")]
    assert {"=1+1", "@SUM(A1)", "+1 206 555 0100", "https://a.example", "\N{REPLACEMENT CHARACTER}" * 2} <= set(said)
    assert max(len(each) for each in said) == lists.CELL


def test_a_list_is_a_csv_file_unless_a_workbook_is_asked_for():
    app = Flask(__name__)
    with app.test_request_context("/list"):
        kept, content = sheet(lists.table_file("people", ["Name", "Points"], [["=1+1", -4]]))
    assert kept == 'attachment; filename="people.csv"'
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [["Name", "Points"], ["'=1+1", "-4"]]
