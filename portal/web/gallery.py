"""What the gallery shows that templates cannot make for themselves: a real form, empty and refused."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FileField, Form, SelectField

from portal.web.fields import Address, Choice, Choices, Line, Text, needed

# The whole pages, in the order in which somebody would meet them.
PAGES = (
    "home",
    "award",
    "question",
    "tasks",
    "check",
    "sent",
    "error",
    "empty",
    "rtl",
    "score",
    "standings",
    "screening",
    "release",
    "recipients",
    "recipient",
)


class SampleForm(Form):
    """One field of each kind. Nothing is saved, so it needs no token."""

    name = Line(_l("Their name"), [needed(_l("Write the person's name"))], description=_l("As they use it."))
    email = Address(
        _l("Their e-mail address"), description=_l("We write to them only after we have read your nomination.")
    )
    story = Text(_l("One story with students"), [needed(_l("Write a sentence to begin"))])
    relation = Choice(
        _l("How do you know them?"),
        [needed(_l("Choose one of these"))],
        choices=[("student", _l("Student")), ("parent", _l("Parent or family")), ("colleague", _l("Colleague"))],
    )
    languages = Choices(_l("Languages you read"), choices=[("en", "English"), ("es", "Español"), ("so", "Soomaali")])
    level = SelectField(
        _l("Level"), choices=[("", _l("Any level")), ("middle", _l("Middle school")), ("high", _l("High school"))]
    )
    closes = DateField(_l("Closes on"))
    letter = FileField(_l("A letter"), description=_l("PDF, at most 10 MB."))
    agree = BooleanField(_l("I agree to the rules"))


def sample() -> dict[str, Any]:
    """Return what the gallery's template needs: a form untouched, the same refused, and the whole pages' names."""
    refused = SampleForm(data={"name": "", "email": "spratt.schools.example", "relation": ""})
    refused.name.raw_data = refused.story.raw_data = refused.relation.raw_data = [""]
    refused.email.raw_data = ["spratt.schools.example"]
    refused.validate()
    return {"sample": SampleForm(), "refused": refused, "whole_pages": PAGES}
