"""What a reviewer's page says."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import ValidationError

from portal.review.actions.reading import Typed
from portal.review.rules import merging
from portal.review.rules.scoring import Confidence, Mark
from portal.web.fields import Form, Keepable, Text, clean, needed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.datastructures import MultiDict

    from portal.awards.models import Rubric

LONGEST = 10_000  # characters of one comment
DOES_NOT_APPLY = "na"


class Scored(NamedTuple):
    """A page read: what it says, over which version, what is wrong with it by field, and how its fields were before."""

    typed: Typed
    version: int
    wrong: Mapping[str, str]
    seen: Mapping[str, str] | None = None


def read(posted: MultiDict[str, str], rubric: Rubric) -> Scored:
    """Read a scoring page. Whatever is wrong, the words are in the answer exactly as they can be shown again."""
    wrong: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    for criterion in rubric.criteria:
        if criterion.by_staff:
            continue
        key = criterion.key
        said = posted.get(f"score-{key}", "")
        why = _kept(posted.get(f"comment-{key}", ""), f"comment-{key}", wrong)
        level = int(said) if said.isascii() and said.isdigit() and len(said) < 4 else None  # noqa: PLR2004 - levels are small
        if level is not None and not rubric.lowest <= level <= rubric.highest:
            level = None
        if said and level is None and said != DOES_NOT_APPLY:
            wrong[f"score-{key}"] = _("Choose one of the levels.")
        marks[key] = Mark(level, said == DOES_NOT_APPLY, why)
    comment = _kept(posted.get("comment", ""), "comment", wrong)
    feedback = _kept(posted.get("feedback", ""), "feedback", wrong)
    said = posted.get("confidence", "")
    confidence = Confidence(said) if said in set(Confidence) else None
    version = posted.get("version", "")
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0  # noqa: PLR2004 - a count
    return Scored(Typed(marks, comment, feedback, confidence), number, wrong, merging.read(posted.get("seen")))


class _Held:
    """One text, for the fields' own judge."""

    def __init__(self, data: str) -> None:
        self.data = data


def _kept(text: str, field: str, wrong: dict[str, str]) -> str:
    held = _Held(clean(text))
    try:
        Keepable(LONGEST)(None, held)  # type: ignore[arg-type]  # it reads and mends `data` alone
    except ValidationError as problem:
        wrong[field] = str(problem)
    return held.data


def kept_words(text: str, field: str) -> tuple[str, dict[str, str]]:
    """Return a text as it can be kept, and what is wrong with it, by field."""
    wrong: dict[str, str] = {}
    return _kept(text, field, wrong), wrong


class RecusalForm(Form):
    """Why one may know this person."""

    words = Text(
        _l("How do you know this person, or think you do?"),
        [needed(_l("Say in a few words how you know this person."))],
        description=_l(
            "The chair and staff read this. You will not see this candidacy again, and your scores of it count nowhere."
        ),
        most=2000,
    )


class ReturnForm(Form):
    """Giving a reading back for want of time."""

    words = Text(
        _l("A word to the chair, if you like"),
        description=_l("Somebody else reads it instead. What you scored of it so far counts nowhere."),
        most=2000,
    )


class AbstentionForm(Form):
    """Reading and giving no score."""

    words = Text(
        _l("Why do you give no score?"),
        [needed(_l("Say in a few words why you give no score."))],
        description=_l("It is not a conflict and not a lack of time: you read it, and cannot judge it fairly."),
        most=2000,
    )
