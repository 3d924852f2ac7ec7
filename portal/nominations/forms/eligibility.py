"""Forms about who may nominate and receive: the rules of a year, a decision on one of them, the district's roster."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField

from portal.awards.rules import MAY_NOMINATE
from portal.nominations.rules.eligibility import (
    BEFORE_KINDERGARTEN,
    KINDERGARTEN,
    LAST_GRADE,
    MOST_YEARS,
    Does,
    Rule,
    tidy,
)
from portal.web.fields import Choice, Choices, Form, Line, Text, needed
from portal.web.figures import Whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REASON = 2000
DOES = {
    Does.PRINCIPAL: _l("Principals"),
    Does.ADMINISTRATOR: _l("Administrators"),
    Does.TEACHER: _l("Teachers"),
    Does.LIBRARIAN: _l("Librarians"),
    Does.COUNSELOR: _l("Counselors"),
    Does.STAFF: _l("Other school staff"),
    Does.STUDENT: _l("Students"),
}
GRADES = {
    BEFORE_KINDERGARTEN: _l("Pre-kindergarten"),
    KINDERGARTEN: _l("Kindergarten"),
    **{number: str(number) for number in range(1, LAST_GRADE + 1)},
}
UNSET = ("", _l("No rule"))


def _grades(label: Any) -> SelectField:  # noqa: ANN401 - lazy words
    choices = [UNSET, *((str(number), words) for number, words in GRADES.items())]
    return SelectField(label, coerce=str, choices=choices, validate_choice=False)


def _years(label: Any, **more: Any) -> Whole:  # noqa: ANN401 - lazy words
    return Whole(label, least=1, most=MOST_YEARS, may_be_empty=True, **more)


class RulesForm(Form):
    """The rules of one year: a figure left empty is no rule."""

    version = HiddenField()
    nominators = Choices(
        _l("Who may nominate?"),
        description=_l(
            "Nothing chosen: anybody may. It is said on the award's page and to whoever nominates; nobody is stopped."
        ),
    )
    roles = Choices(
        _l("Who may receive it?"),
        description=_l("Nothing chosen: anybody may."),
        choices=[(role.value, words) for role, words in DOES.items()],
    )
    school_years = _years(_l("Whole years at the school, at least"))
    district_years = _years(_l("Whole years in the district, at least"))
    taught_low = _grades(_l("They teach, from grade"))
    taught_high = _grades(_l("to grade"))
    grade_low = _grades(_l("They are in, from grade"))
    grade_high = _grades(_l("to grade"))
    grade_question = SelectField(_l("The question that asks their grade"), coerce=str, validate_choice=False)
    age_least = Whole(_l("At least this old"), least=1, most=120, may_be_empty=True)
    age_most = Whole(_l("At most this old"), least=1, most=120, may_be_empty=True)
    age_question = SelectField(
        _l("The question that asks their age or date of birth"), coerce=str, validate_choice=False
    )
    share = Whole(
        _l("Share of students with free or reduced-price lunch, in percent"),
        least=1,
        most=100,
        may_be_empty=True,
        description=_l("A school that receives Title I funds meets it too. Left empty: any school."),
    )
    repeat_years = _years(
        _l("Not again within this many years"), description=_l("Whoever was honored so lately is not honored again.")
    )
    repeat_any = BooleanField(_l("Whichever award it was"), description=_l("Otherwise only this same award counts."))
    families = BooleanField(
        _l("Nobody of the committee, no donor, and none of their families"),
        description=_l("The same person is out. The same family name, or what a reader said, is asked of you."),
    )
    reason = Text(_l("Why does it change?"), most=REASON)

    def ask(self, questions: Iterable[tuple[str, str]]) -> None:
        """Put the questions that may give a grade or an age, and those who may nominate."""
        said = {key: _(words) for key, words in MAY_NOMINATE.items()}
        self.nominators.choices = [(key, words[:1].upper() + words[1:]) for key, words in said.items()]
        choices = [("", _("None: the roster, or a person, says it")), *questions]
        self.grade_question.choices = choices
        self.age_question.choices = choices

    @staticmethod
    def data_of(rules: Mapping[str, Any]) -> dict[str, Any]:
        """Return a year's rules as the form shows them."""
        held = tidy(rules)

        def of(rule: Rule, name: str) -> Any:  # noqa: ANN401 - a figure or a list
            return held.get(rule.value, {}).get(name)

        def grade(rule: Rule, name: str) -> str:
            found = of(rule, name)
            return "" if found is None else str(found)

        return {
            "nominators": of(Rule.NOMINATOR, "from") or [],
            "roles": of(Rule.ROLE, "of") or [],
            "school_years": of(Rule.SCHOOL_YEARS, "least"),
            "district_years": of(Rule.DISTRICT_YEARS, "least"),
            "taught_low": grade(Rule.TAUGHT, "low"),
            "taught_high": grade(Rule.TAUGHT, "high"),
            "grade_low": grade(Rule.GRADE, "low"),
            "grade_high": grade(Rule.GRADE, "high"),
            "grade_question": of(Rule.GRADE, "question") or "",
            "age_least": of(Rule.AGE, "least"),
            "age_most": of(Rule.AGE, "most"),
            "age_question": of(Rule.AGE, "question") or "",
            "share": of(Rule.HIGH_NEED, "share"),
            "repeat_years": of(Rule.REPEAT, "years"),
            "repeat_any": bool(of(Rule.REPEAT, "any_award")),
            "families": Rule.FAMILIES.value in held,
        }

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' signature
        """Refuse bands of which one end is missing or which end before they begin."""
        right: bool = super().validate(extra_validators)
        for low, high in ((self.taught_low, self.taught_high), (self.grade_low, self.grade_high)):
            ends = [_number(field.data) for field in (low, high)]
            if (ends[0] is None) != (ends[1] is None):
                high.errors = [*high.errors, _("Choose both grades, or neither")]
                right = False
            elif ends[0] is not None and ends[1] is not None and ends[1] < ends[0]:
                high.errors = [*high.errors, _("Choose a grade that comes after the first")]
                right = False
        least, most = self.age_least.data, self.age_most.data
        if least is not None and most is not None and most < least:
            self.age_most.errors = [*self.age_most.errors, _("The most cannot be less than the least")]
            right = False
        return right

    @property
    def rules(self) -> dict[str, Any]:
        """The rules as data."""
        known = {choice[0] for choice in self.grade_question.choices or []}
        asked = {
            name: {"question": field.data} if field.data in known and field.data else {}
            for name, field in (("grade", self.grade_question), ("age", self.age_question))
        }
        return tidy(
            {
                Rule.NOMINATOR.value: {"from": self.nominators.data or []},
                Rule.ROLE.value: {"of": self.roles.data or []},
                Rule.SCHOOL_YEARS.value: {"least": self.school_years.data},
                Rule.DISTRICT_YEARS.value: {"least": self.district_years.data},
                Rule.TAUGHT.value: {"low": _number(self.taught_low.data), "high": _number(self.taught_high.data)},
                Rule.GRADE.value: {
                    "low": _number(self.grade_low.data),
                    "high": _number(self.grade_high.data),
                    **asked["grade"],
                },
                Rule.AGE.value: {"least": self.age_least.data, "most": self.age_most.data, **asked["age"]},
                Rule.HIGH_NEED.value: {"share": self.share.data},
                Rule.REPEAT.value: {"years": self.repeat_years.data, "any_award": bool(self.repeat_any.data)},
                **({Rule.FAMILIES.value: {}} if self.families.data else {}),
            }
        )


def _number(text: str | None) -> int | None:
    found = {str(number): number for number in GRADES}
    return found.get(text or "")


class RulingForm(Form):
    """What a person says of one rule, whatever the facts say."""

    holds = Choice(
        _l("What do you know?"),
        choices=[
            ("met", _l("It is met")),
            ("not met", _l("It is not met")),
            ("facts", _l("Leave it to the facts")),
        ],
    )
    reason = Text(
        _l("How do you know?"),
        description=_l(
            "Whom you asked, and when. It stands in the record. Not needed where you leave it to the facts."
        ),
        most=REASON,
    )


class RosterForm(Form):
    """The district's roster."""

    file = FileField(_l("The file"), description=_l("A CSV file in UTF-8, one person a row, with headings."))
    of = Line(
        _l("The day it is of"),
        [needed(_l("Write the day it is of, such as 2026-01-15"))],
        description=_l("Years at a school or in the district are counted back from it."),
        most=10,
    )

    @property
    def day(self) -> date | None:
        """The day, or None for what is none."""
        try:
            return date.fromisoformat((self.of.data or "").strip())
        except ValueError:
            return None
