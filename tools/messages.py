"""Gather every visible string into `translations/messages.pot`, and bring each language's catalog up to date.

`python -m tools.messages` writes; with `--check` it only says whether the template is fresh and the catalogs sound. The
files name no place in the code and no time of day, so that they change only when a string does.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from portal import models
from portal.lives import REGISTER

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"

# gettext's usual names, flask_babel's, and N_, which marks a sentence that rules or policy carry untranslated.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
}
HEADER = """\
# Every string a person can see. Written by `make messages`; do not edit this template, edit the languages' catalogs.
#"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def gathered() -> Catalog:
    """Return a catalog of every string marked in the code and the templates, in alphabetical order."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project="portal", charset="utf-8", header_comment=HEADER)
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        strip_comment_tags=True,
        directory_filter=lambda folder: Path(folder).name not in {".venv", ".git", "node_modules", "tests", "static"},
    )
    for _file, _line, message, comments, context in found:
        catalog.add(message, auto_comments=comments, context=context)
    models.load()
    for life in REGISTER.values():  # a refusal says where a thing stands: "This cycle is draft, so ..."
        for state in sorted({state for pair, after in life.table.items() for state in (pair[0], after)}):
            catalog.add(state.value, context="state", auto_comments=["Where a thing stands, within a sentence"])
    return catalog


def written(catalog: Catalog) -> bytes:
    """Return the catalog as the bytes of a .po file, without the lines that would change with every run."""
    buffer = io.BytesIO()
    write_po(buffer, catalog, no_location=True, sort_output=True, ignore_obsolete=False, width=120)
    noise = re.compile(rb'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Report-Msgid-Bugs-To).*\n', re.MULTILINE)
    return noise.sub(b"", buffer.getvalue())


def read(path: Path) -> Catalog:
    """Return the catalog that a .po file holds."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def catalogs() -> list[Path]:
    """Return every language's .po file."""
    return sorted(FOLDER.glob("*/LC_MESSAGES/*.po"))


def update() -> None:
    """Write the template, and merge it into every language."""
    FOLDER.mkdir(exist_ok=True)
    template = gathered()
    TEMPLATE.write_bytes(written(template))
    print(f"{len(template)} strings")
    for path in catalogs():
        catalog = read(path)
        catalog.update(template, no_fuzzy_matching=True, keep_user_comments=True)
        path.write_bytes(written(catalog))
        done = sum(1 for message in catalog if message.id and message.string)
        print(f"  {path.parent.parent.name}: {done} of {len(template)}")


def _each(text: object) -> tuple[str, ...]:
    """Return the singular and the plurals of a message, or its one text."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)


def problems(message: Message) -> list[str]:
    """Return what would break, or read as code, if this translation were shown."""
    if not message.string or not any(_each(message.string)):
        return []
    known = {name for text in _each(message.id) for name in PLACEHOLDER.findall(text)}
    used = {name for text in _each(message.string) for name in PLACEHOLDER.findall(text)}
    return [f"names {name!r}, which the English does not" for name in sorted(used - known)]


def check() -> int:
    """Say what is stale or unsound; return how many such things there are."""
    found = 0
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != written(gathered()):
        print("translations/messages.pot is stale: run `make messages`.")
        found += 1
    for path in catalogs():
        for message in read(path):
            for problem in problems(message):
                print(f"{path.relative_to(ROOT)}: {message.id!r} {problem}.")
                found += 1
    return found


def main() -> int:
    """Update the catalogs, or check them with `--check`."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; say what is stale or unsound")
    if parser.parse_args().check:
        return check()
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
