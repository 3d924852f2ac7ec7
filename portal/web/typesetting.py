"""Documents on paper: a template, facts, and a PDF in every script that families write.

Typst sets them (docs/decisions/0013): it needs nothing of the system, reads facts as data and never as markup, and tags what it
sets, so that a screen reader follows it. The typefaces are our own, in `typefaces/`; the system's are never asked.
"""

from __future__ import annotations

import io
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Response

from portal.web.language import language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    import typst

TEMPLATES = Path(__file__).resolve().parents[2] / "templates" / "print"
# What typst says of a letter that no typeface holds, or that is no letter: PDF/UA-1 forbids an empty box.
UNDRAWN = ("could not be displayed", "disallowed codepoint")
TYPEFACES = Path(__file__).resolve().parent / "typefaces"


@cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415 - as below

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(TYPEFACES)])


def pdf(
    template: str,
    facts: Mapping[str, Any],
    *,
    title: str,
    organization: str,
    code: str,
    at: datetime,
    files: Mapping[str, bytes] | None = None,
    accent: str = "green",
    paper: str = "us-letter",
    large: bool = False,
) -> bytes:
    """Set `templates/print/<template>.typ` and return the PDF (PDF/UA-1: tagged, titled, in a language).

    `facts` is anything JSON can hold and reaches the template as `facts`, beside `facts.house` (title, organization, language,
    direction, accent, paper, large); `files` are pictures by the names the template gives them. `code` is the language of the
    document as in `en`, or `es_US`, whose region is left out; `at` stands in the file as when it was made, so that equal facts give
    equal bytes. A letter that none of our typefaces holds is drawn as an empty box, and the file is tagged all the same but promises
    PDF/UA-1 no more. Raises `typst.TypstError` when the template itself is wrong: no fact can make it so.
    """
    import typst  # noqa: PLC0415 - heavy, and only what is printed needs it

    read_in = language(code.partition("_")[0])
    house = {
        "title": title,
        "organization": organization,
        "language": read_in.code,
        "direction": read_in.dir,
        "accent": accent,
        "paper": paper,
        "large": large,
    }
    with tempfile.TemporaryDirectory(prefix="portal-print-") as folder:
        root = Path(folder)
        for source in TEMPLATES.glob("*.typ"):
            (root / source.name).write_bytes(source.read_bytes())
        told = json.dumps({**facts, "house": house}, ensure_ascii=False)
        (root / "facts.json").write_bytes(told.encode("utf-8", "replace"))
        for name, content in (files or {}).items():
            (root / Path(name).name).write_bytes(content)
        compiler = typst.Compiler(root=str(root), font_paths=_fonts(), ignore_system_fonts=True)
        main = str(root / f"{template}.typ")
        made_at = at.replace(microsecond=0)  # a PDF knows whole seconds, and typst refuses any other
        try:
            made = compiler.compile(main, format="pdf", pdf_standards="ua-1", timestamp=made_at)
        except typst.TypstError as refused:
            if not any(words in str(refused) for words in UNDRAWN):
                raise
            made = compiler.compile(main, format="pdf", timestamp=made_at)
    if not isinstance(made, bytes):  # a list would be one file a page, which PDF never is
        message = f"typst made no PDF of {template}"
        raise TypeError(message)
    return made


def qr(address: str) -> bytes:
    """Return the QR code of an address as an SVG of black squares, medium error correction, a quiet zone of four."""
    import segno  # noqa: PLC0415 - as above

    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="svg", border=4, scale=4, xmldecl=False)
    return out.getvalue()


def pdf_file(name: str, content: bytes) -> Response:
    """Answer with a PDF to be kept: an attachment under its own name."""
    answer = Response(content, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return answer
