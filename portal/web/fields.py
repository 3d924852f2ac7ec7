"""Fields that keep exactly what was typed, and say in a sentence what cannot be kept."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.i18n import get_translations
from wtforms.validators import Email, InputRequired, Optional, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from portal.web.text import figures

if TYPE_CHECKING:
    from flask import Flask

LINE = 300
LONG = 20_000
# NUL, lone surrogates, and the character that stands where bytes were no text.
UNKEEPABLE = re.compile("[\x00\ud800-\udfff\N{REPLACEMENT CHARACTER}]")


def clean(text: str | None) -> str:
    """Return the text with line ends made one kind, and composed (NFC). Nothing visible is changed."""
    return unicodedata.normalize("NFC", (text or "").replace("\r\n", "\n").replace("\r", "\n"))


class Keepable:
    """Refuse what no database can store, in a sentence, and say where a text is longer than can be kept."""

    def __init__(self, most: int) -> None:
        """Take at most `most` characters."""
        self.most = most

    def __call__(self, _form: object, field: Field) -> None:
        """Check one field. The text itself is shown back untouched, less the characters that cannot be shown."""
        text = field.data or ""
        if UNKEEPABLE.search(text):
            field.data = UNKEEPABLE.sub("", text)
            raise ValidationError(
                str(
                    _l(
                        "This text held characters that cannot be kept. They were taken out: read it once more and save again."
                    )
                )
            )
        if len(text) > self.most:
            raise ValidationError(
                str(
                    _l(
                        "This is %(count)s characters long; at most %(most)s can be kept here. Nothing was cut: shorten it and save again.",
                        count=figures(len(text)),
                        most=figures(self.most),
                    )
                )
            )


class Line(StringField):
    """One line of text."""

    def __init__(self, label: Any = None, validators: Any = (), *, most: int = LINE, **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Strip the ends; keep the rest as typed."""
        super().__init__(
            label,
            [*(validators or [Optional()]), Keepable(most)],
            filters=[lambda text: clean(text).strip().replace("\n", " ")],
            **more,
        )


class Text(TextAreaField):
    """Several lines of text."""

    def __init__(self, label: Any = None, validators: Any = (), *, most: int = LONG, **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Keep it as typed."""
        super().__init__(label, [*(validators or [Optional()]), Keepable(most)], filters=[clean], **more)


class Version(HiddenField):
    """Which version of something was seen. What is no number is none that anything ever had."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the number."""
        typed = str(valuelist[0]) if valuelist else ""
        self.data = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else -1  # noqa: PLR2004 - no version is longer


class Address(EmailField):
    """An e-mail address."""

    def __init__(self, label: Any = None, validators: Any = (), **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Check its form; whether it exists, only a message can tell."""
        wrong = Email(message=_l("The e-mail address needs an @ sign, like name@school.example"))
        super().__init__(
            label,
            [*(validators or [Optional()]), Keepable(LINE), wrong],
            filters=[lambda text: clean(text).strip()],
            **more,
        )


class Choice(RadioField):
    """One of several, as radios. Blank is answered by our own sentence, not WTForms'."""

    def __init__(self, label: Any = None, validators: Any = (), **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Take the choices as (value, words)."""
        super().__init__(label, validators or [Optional()], validate_choice=False, **more)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ANN401, ARG002, FBT001 - WTForms' signature
        """Refuse a value that was never offered."""
        if self.data and self.data not in {str(choice[0]) for choice in self.choices or []}:
            raise ValidationError(str(_l("Choose one of these")))


class Choices(SelectMultipleField):
    """Several of several, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = (), **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Take the choices as (value, words)."""
        super().__init__(label, validators or [Optional()], **more)


class Needed(InputRequired):
    """Refuse an empty answer, and one of spaces alone."""

    def __call__(self, form: Any, field: Field) -> None:  # noqa: ANN401 - WTForms' signature
        """Check one field."""
        raw = field.raw_data
        if raw and isinstance(raw[0], str) and not raw[0].strip():
            field.errors = []
            raise StopValidation(str(self.message))
        super().__call__(form, field)


def needed(sentence: Any) -> InputRequired:  # noqa: ANN401 - a lazy string
    """Return the validator that says what is missing, as an instruction ("Write the person's last name")."""
    return Needed(message=sentence)


@cache
def _library_words(language: str) -> Any:  # noqa: ANN401 - WTForms' translations, untyped
    """Return WTForms' own few sentences in a language, its catalogue opened once and not with every form."""
    try:
        return get_translations([language])
    except OSError:  # no such catalogue: English
        return get_translations(["en"])


class Form(FlaskForm):
    """A form that answers a refused POST with 422 and the text still in it."""

    class Meta(FlaskForm.Meta):
        """How it is drawn and checked."""

        def get_translations(self, _form: object) -> Any:  # noqa: ANN401 - as above
            """Return WTForms' own few sentences in the reader's language."""
            return _library_words(str(get_locale() or "en"))

    @property
    def status(self) -> int:
        """The HTTP status of the page that shows this form."""
        return 422 if request.method == "POST" else 200

    def fail(self, field: str | None, sentence: str) -> None:
        """Put a refusal from an action beside the field it belongs to."""
        target = self._fields.get(field or "") or next(iter(self._fields.values()))
        target.errors = [*target.errors, sentence]


# ---------------------------------------------------------------- how a field is drawn


class Wired(NamedTuple):
    """What the macro `field` draws a field with: each of it belongs to the control, and its attributes say so."""

    kind: str
    id: str
    label: Any
    hint: Any
    errors: list[Any]
    said: str  # what describes the control: the ids of its hint, its errors and its count
    attrs: dict[str, Any]


def _of(field: Any, name: str) -> Any:  # noqa: ANN401 - a field of WTForms, or a mapping that describes one
    return field.get(name) if isinstance(field, dict) else getattr(field, name, None)


def kind_of(field: Any) -> str:  # noqa: ANN401 - as above
    """Return the kind of control that a field is drawn as: an input's type, or textarea, select, radios, checkboxes."""
    said, widget, option = (_of(field, name) for name in ("kind", "widget", "option_widget"))
    if said is not None or widget is None:
        return str(said or "text")
    if option is None:
        return str(getattr(widget, "input_type", None) or "textarea")
    one = getattr(option, "input_type", None)
    if one is not None:
        return "checkboxes" if one == "checkbox" else "radios"
    return "checkboxes" if getattr(widget, "multiple", False) else "select"


def wired(field: Any, kind: str | None, label: Any, hint: Any, *, counted: bool, attrs: dict[str, Any]) -> Wired:  # noqa: ANN401 - as above
    """Return what a field is drawn with; `kind`, `label` and `hint` stand in place of its own, `counted` where words are counted."""
    number = str(_of(field, "id") or _of(field, "name"))
    if label is None:
        label = _of(field, "label") or ""
        label = getattr(label, "text", label)
    if hint is None:
        hint = _of(field, "description") or _of(field, "hint") or ""
    errors = _of(field, "errors") or []
    parts = ((hint, "hint"), (errors, "error"), (counted, "count"))
    said = " ".join(f"{number}-{part}" for there, part in parts if there)
    wires = dict(attrs)
    if said:
        wires["aria-describedby"] = said
    if errors:
        wires["aria-invalid"] = "true"
    return Wired(kind or kind_of(field), number, label, hint, errors, said, wires)


def install(app: Flask) -> None:
    """Let templates draw fields so."""
    app.jinja_env.globals.update(kind_of=kind_of, wired=wired)
