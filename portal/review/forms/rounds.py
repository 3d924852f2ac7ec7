"""What a round is to be, as staff and chairs say it; and who goes on from one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField
from wtforms.validators import StopValidation

from portal.awards.forms import WallClock
from portal.review.actions.onward import Said
from portal.review.actions.rounds import CYCLES, INTERVIEWS, Shape
from portal.review.rules import onward
from portal.review.rules.kinds import RoundKind
from portal.review.rules.onward import By
from portal.web.fields import Choice, Choices, Form, clean, needed
from portal.web.figures import Whole
from portal.web.text import zone

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.datastructures import MultiDict

    from portal.awards.models import Cycle, Member
    from portal.review.models import Round

LONGEST = 1000
KINDS = {
    RoundKind.SCREENING: (
        _l("Screening"),
        _l("Each reader says of each: it goes on, or it does not and why. For many, quickly."),
    ),
    RoundKind.SCORING: (_l("Scoring"), _l("Each reader scores by the rubric.")),
    RoundKind.RANKING: (_l("Ranking"), _l("Each reader puts the best in order: first, second, third.")),
    RoundKind.INTERVIEW: (
        _l("Interviews or visits"),
        _l("Whoever went on from the round before is met or visited, and scored by a rubric."),
    ),
}
SHOWN, COVERED, AFTER = "shown", "covered", "after"
NAMES = {
    SHOWN: (_l("Shown"), _l("Readers see who it is from the start.")),
    COVERED: (_l("Covered"), _l("Staff look over the masked text before the round opens.")),
    AFTER: (
        _l("Covered until their own is in"),
        _l("A reader sees the name once theirs is sent. From then on theirs cannot be changed."),
    ),
}
WAYS = {
    By.SHARE: (_l("A share of its readers"), _l("At least so many in a hundred say that it goes on.")),
    By.TOP: (_l("The first so many"), _l("In the order of the standings. A tie at the end is left to a person.")),
    By.LEVEL: (_l("A score of at least so much"), _l("On the rubric's own scale, such as 4.5.")),
    By.HAND: (_l("A person says so of each"), _l("With a reason for each.")),
}
_FIGURE = re.compile(r"^\d{1,3}(?:\.\d{1,2})?$")


class Figure(StringField):
    """A figure with at most two decimals. Its `data` is a float, or None where nothing was typed."""

    data: Any

    def __init__(self, label: Any = None, **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Take a figure of nothing or more."""
        super().__init__(label, **more)
        self.typed: str | None = None

    def _value(self) -> str:
        """Show what was typed, or the figure."""
        return self.typed if self.typed is not None else "" if self.data is None else f"{self.data:g}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, and the figure it says."""
        if valuelist:
            self.typed = str(valuelist[0])
            bare = self.typed.strip().removesuffix("%").strip().replace(",", ".")
            self.data = float(bare) if bare.isascii() and _FIGURE.match(bare) else None

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' signature
        """Say what figure is wanted."""
        if self.data is None and (self.typed or "").strip():
            raise StopValidation(str(_l("Write a figure, such as 50 or 4.5")))


class ShapeForm(Form):
    """What a round is to be."""

    kind = Choice(_l("What is done in it?"), [needed(_l("Choose what is done in it."))])
    opens_at = WallClock(_l("Opens"), deadline=False, needed_sentence=_l("Say when it opens."))
    closes_at = WallClock(_l("Closes"), needed_sentence=_l("Say when it closes."))
    reads = Whole(_l("Readers for each"), least=1, most=20)
    quorum = Whole(
        _l("Enough, at the least"),
        least=1,
        most=20,
        description=_l("With fewer, the page says “not enough readers”, and no rule takes or leaves it."),
    )
    cap = Whole(
        _l("At most, for one reader"),
        least=1,
        most=500,
        may_be_empty=True,
        description=_l("Whatever they offered. Empty: as many as each offered."),
    )
    best = Whole(
        _l("How many each puts in order"), least=1, most=30, may_be_empty=True, description=_l("For a ranking round.")
    )
    rubric = Choice(
        _l("Scored by"),
        choices=[
            (CYCLES, _l("The award's rubric")),
            (INTERVIEWS, _l("A rubric for interviews and visits")),
        ],
    )
    names = Choice(_l("Names"), [needed(_l("Choose whether names are shown."))])
    covers_pronouns = BooleanField(
        _l("Cover English pronouns too"),
        description=_l('"He" and "she" are covered as "they". It reads less smoothly, and says less about who it is.'),
    )
    shows_school = BooleanField(
        _l("Readers see the size and need of the school"),
        description=_l(
            "Where names are covered, in broad words: a small school, most students from low-income families."
        ),
    )
    by_language = BooleanField(
        _l("Only readers of the languages it is written in"),
        description=_l(
            "Or of the one it is translated into, once that is approved. Committee members say which they read when they accept."
        ),
    )
    needs_expertise = BooleanField(
        _l("Only readers who know what it asks for"),
        description=_l(
            "Where a candidacy asks for readers who know something, such as music. Else they are preferred, and not required."
        ),
    )
    one_per_school = BooleanField(_l("Never two readers of one school for the same candidacy"))
    per_school = Whole(
        _l("At most, of one school, for one reader"),
        least=1,
        most=100,
        may_be_empty=True,
        description=_l("So that nobody reads one school's alone. Empty: as it comes."),
    )
    goes_by = Choice(_l("Who goes on?"), [needed(_l("Choose how it is told who goes on."))])
    goes_count = Whole(
        _l("How many"), least=1, most=1000, may_be_empty=True, description=_l("For “the first so many”.")
    )
    goes_least = Figure(
        _l("At least"), description=_l("For a share, in a hundred: 50 is half. For a score, on the rubric's scale.")
    )
    readers = Choices(
        _l("Who reads"),
        description=_l("Choose some, or nobody: then the whole committee reads."),
        validate_choice=False,
    )

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' signature
        """Ask for the figure that the chosen way needs."""
        fine = bool(super().validate(extra_validators))
        by = self.goes_by.data
        if by == By.TOP and self.goes_count.data is None and not self.goes_count.errors:
            self.fail("goes_count", _("Say how many go on."))
            return False
        if by in {By.SHARE, By.LEVEL} and self.goes_least.data is None and not self.goes_least.errors:
            self.fail("goes_least", _("Say how much it takes."))
            return False
        return fine


def shape_form(
    cycle: Cycle, made: Round | None, members: Sequence[Member], chosen: frozenset[int], *, later: bool
) -> ShapeForm:
    """Return the form of one round: what it is, or what a next one usually is. `later`: one was before it."""
    form = ShapeForm(data=_known(cycle, made, chosen, later=later))
    form.kind.choices = [
        (kind.value, words) for kind, (words, _more) in KINDS.items() if later or kind is not RoundKind.INTERVIEW
    ]
    form.names.choices = [(name, words) for name, (words, _more) in NAMES.items()]
    form.goes_by.choices = [(by.value, words) for by, (words, _more) in WAYS.items()]
    form.readers.choices = [(str(member.id), member.person.name) for member in members]
    form.opens_at.zone = form.closes_at.zone = zone().key
    return form


def small() -> dict[str, dict[str, str]]:
    """Return the second lines of choices, by field."""
    return {
        "kind": {kind.value: str(more) for kind, (_words, more) in KINDS.items()},
        "names": {name: str(more) for name, (_words, more) in NAMES.items()},
        "goes_by": {by.value: str(more) for by, (_words, more) in WAYS.items()},
    }


def _known(cycle: Cycle, made: Round | None, chosen: frozenset[int], *, later: bool) -> dict[str, Any]:
    if made is None:
        kind = RoundKind.INTERVIEW if later else RoundKind.SCREENING
        rule = onward.Rule(By.TOP, cycle.places * 2) if later else onward.Rule(By.SHARE, least=50)
        return {
            "kind": kind.value,
            "opens_at": None if later else cycle.scoring_opens_at,
            "closes_at": None if later else cycle.scoring_closes_at,
            "reads": cycle.reads,
            "quorum": max(cycle.reads - 1, 1),
            "rubric": INTERVIEWS if later else CYCLES,
            "names": COVERED if cycle.blind and not later else SHOWN,
            "goes_by": rule.by.value,
            "goes_count": rule.count or None,
            "goes_least": rule.least or None,
            "readers": [],
        }
    rule = onward.from_json(made.goes_on)
    same = ("opens_at", "closes_at", "reads", "quorum", "cap", "best", "covers_pronouns", "shows_school")
    more = ("by_language", "needs_expertise", "one_per_school", "per_school")
    return {
        **{name: getattr(made, name) for name in (*same, *more)},
        "kind": made.kind.value,
        "rubric": INTERVIEWS if made.rubric_id is not None else CYCLES,
        "names": SHOWN if not made.blind else AFTER if made.names_after else COVERED,
        "goes_by": rule.by.value,
        "goes_count": rule.count or None,
        "goes_least": rule.least if rule.by in {By.SHARE, By.LEVEL} else None,
        "readers": [str(number) for number in sorted(chosen)],
    }


def shape_of(form: ShapeForm) -> Shape:
    """Return a checked form as a shape."""
    by = By(form.goes_by.data)
    offered: Any = form.readers.choices or ()
    return Shape(
        kind=RoundKind(form.kind.data),
        opens_at=form.opens_at.data,
        closes_at=form.closes_at.data,
        reads=form.reads.data,
        quorum=form.quorum.data,
        cap=form.cap.data,
        best=form.best.data,
        blind=form.names.data != SHOWN,
        names_after=form.names.data == AFTER,
        covers_pronouns=bool(form.covers_pronouns.data),
        shows_school=bool(form.shows_school.data),
        by_language=bool(form.by_language.data),
        needs_expertise=bool(form.needs_expertise.data),
        one_per_school=bool(form.one_per_school.data),
        per_school=form.per_school.data,
        rubric=form.rubric.data or CYCLES,
        goes_on=onward.Rule(
            by,
            form.goes_count.data or 0 if by is By.TOP else 0,
            form.goes_least.data or 0.0 if by in {By.SHARE, By.LEVEL} else 0.0,
        ),
        readers=frozenset(
            int(value) for value in form.readers.data or () if value in {str(each[0]) for each in offered}
        ),
    )


class Onwards(NamedTuple):
    """What a page of who goes on says: a word for each candidacy that has one, by number; and what is wrong, by field."""

    said: dict[int, Said]
    wrong: dict[str, str]


def read_onward(posted: MultiDict[str, str], numbers: Mapping[str, int]) -> Onwards:
    """Read who goes on. `numbers` by the round's references; what has no word is left as it is."""
    said: dict[int, Said] = {}
    wrong: dict[str, str] = {}
    for reference, number in numbers.items():
        word = posted.get(f"goes-{reference}", "")
        why = clean(posted.get(f"why-{reference}", "")).replace("\x00", "").strip()
        if len(why) > LONGEST:
            wrong[reference] = _("Say it in fewer words: %(most)s characters at most.", most=LONGEST)
        if word in {"yes", "no"}:
            said[number] = Said(word == "yes", why)
    return Onwards(said, wrong)
