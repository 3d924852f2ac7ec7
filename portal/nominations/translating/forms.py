"""What the office and translators type about translations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from portal.web.fields import Address, Choice, Form, Line, Text
from portal.web.language import NAMES

if TYPE_CHECKING:
    from portal.nominations.translating.queries import Original

MYSELF, NEW = "myself", "new"


def number(typed: str) -> int:
    """Return the version that a page was drawn with; one that is no number fits none."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1  # noqa: PLR2004 - a version


class LanguageForm(Form):
    """In which language something is written."""

    code = Choice(_l("It is written in"), choices=list(NAMES.items()))


class AskForm(Form):
    """Who translates it."""

    into = Choice(_l("Into which language?"))
    who = Choice(_l("Who translates it?"))
    name = Line(_l("Their name"))
    email = Address(_l("Their e-mail address"))


class ReturnForm(Form):
    """What should be different."""

    reason = Text(_l("What should be different?"), most=2_000)


class TypedForm(Form):
    """A translation as it is typed: a field for each text."""

    version = HiddenField()

    def said(self, texts: list[Original]) -> dict[str, str]:
        """Return what was typed, by key."""
        return {each.key: self[f"text_{place}"].data or "" for place, each in enumerate(texts)}


def typed_form(texts: list[Original], held: dict[str, Any], *, version: int, label: Any) -> TypedForm:  # noqa: ANN401 - says a heading
    """Return the form for these texts, filled with what was typed before."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {"version": str(version)}
    for place, each in enumerate(texts):
        fields[f"text_{place}"] = Text(label(each))
        data[f"text_{place}"] = held.get(each.key, {}).get("text", "")
    return type("TypedTexts", (TypedForm,), fields)(data=data)  # type: ignore[no-any-return]
