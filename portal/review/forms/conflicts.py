"""What a member says about conflicts: which lines of the list, then how close, then in what words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.review.queries.declarations import Item, Line, Tie
from portal.web.fields import Choice, Form, Text, clean, needed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import MultiDict

LONGEST = 1000
HARD, SOFT = "hard", "soft"


class CorrectionForm(Form):
    """What was declared by mistake."""

    which = Choice(_l("What was a mistake?"), [needed(_l("Choose what was a mistake"))])
    words = Text(
        _l("What is right?"),
        [needed(_l("Say in a few words what was mistaken."))],
        description=_l("The chair and staff read this and decide. Nobody clears a conflict of their own."),
        most=2000,
    )


class Said(NamedTuple):
    """What was said so far: the lines chosen, what is wrong by field, and whether it can be recorded."""

    chosen: list[Line]
    wrong: Mapping[str, str]
    complete: bool
    ties: list[Tie] = []  # noqa: RUF012 - a tuple's default, never changed
    close: Mapping[str, str] = {}
    words: Mapping[str, str] = {}


def value(item: Item) -> str:
    """Return a line's name in the form."""
    return f"{item.kind}-{item.id}"


def read(posted: MultiDict[str, str], lines: Sequence[Line]) -> Said:
    """Read the list. Chosen lines are asked about on a second screen (`asked`); nothing is recorded before they are answered."""
    named = {value(line.item): line for line in lines}
    chosen = [named[name] for name in dict.fromkeys(posted.getlist("tie")) if name in named]
    if not chosen:
        if "none" in posted:
            return Said([], {}, complete=True)
        return Said([], {"none": _("Choose those you are connected with, or say that there are none.")}, complete=False)
    close: dict[str, str] = {}
    words: dict[str, str] = {}
    wrong: dict[str, str] = {}
    asked = "asked" in posted
    for line in chosen:
        name = value(line.item)
        how = posted.get(f"close-{name}", "")
        close[name] = how if how in {HARD, SOFT} else ""
        text = clean(posted.get(f"words-{name}", ""))
        words[name] = "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")
        if asked and not close[name]:
            wrong[f"close-{name}"] = _("%(name)s: say how close it is.", name=line.words)
        elif len(words[name]) > LONGEST:
            wrong[f"words-{name}"] = _("Say it in fewer words: %(most)s characters at most.", most=LONGEST)
    ties = [Tie(line.item, close[value(line.item)] == HARD, words[value(line.item)].strip()) for line in chosen]
    return Said(chosen, wrong, asked and not wrong, ties, close, words)
