"""What staff type: awards, calendars, rubrics, invitations. Words are asked for in each of the organisation's languages."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from babel.numbers import list_currencies
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, ValidationError
from wtforms.validators import StopValidation
from wtforms.widgets import DateTimeLocalInput

from portal.awards import rules
from portal.awards.models import AwardKind, Honours, PaidTo
from portal.awards.rules import DATES, NoSuchTime
from portal.web.fields import Address, Choice, Choices, Form, Line, Text, needed
from portal.web.figures import Money, Whole
from portal.web.language import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from portal.awards.models import Award, Criterion, Cycle, Organisation, Rubric
    from portal.awards.templates import AwardTemplate
    from portal.funds.models import Fund

ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?", re.IGNORECASE)

KINDS = {
    AwardKind.AWARD: _l("An award: people are nominated"),
    AwardKind.SCHOLARSHIP: _l("A scholarship: people apply"),
}
HONOURS = {
    Honours.PRINCIPALS: _l("Principals"),
    Honours.TEACHERS: _l("Teachers"),
    Honours.ADMINISTRATORS: _l("Administrators"),
    Honours.STAFF: _l("Other school staff"),
    Honours.STUDENTS: _l("Students"),
}
PAYEES = {PaidTo.SCHOOL: _l("The school"), PaidTo.PERSON: _l("The person"), PaidTo.COLLEGE: _l("The college")}
_LOCAL = re.compile(r"^(\d{4})-(\d{2})-(\d{2})[T ](\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?\s*([ap]m)?$", re.IGNORECASE)
NOON = 12


class WallClock(StringField):
    """A day and a time as clocks show them where the organisation is. Its `data` is the instant, or None where empty."""

    widget = DateTimeLocalInput()
    data: Any

    def __init__(
        self,
        label: Any = None,  # noqa: ANN401 - WTForms' signature
        *,
        zone: str = "UTC",
        needed_sentence: Any = None,  # noqa: ANN401 - a lazy string
        deadline: bool = True,
        **more: Any,
    ) -> None:
        """Read the time in `zone`; a `deadline` is never at 12:00 am."""
        super().__init__(label, **more)
        self.zone, self.needed_sentence, self.deadline = zone, needed_sentence, deadline
        self.typed: str | None = None

    def _value(self) -> str:
        """Show what was typed, or the instant as clocks show it."""
        if self.typed is not None:
            return self.typed
        return self.data.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%dT%H:%M") if self.data else ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed; what it says is found out when the form is judged."""
        if valuelist:
            self.typed, self.data = str(valuelist[0]), None

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' signature
        """Find the instant, or say why there is none."""
        typed = (self.typed or "").strip()
        if not typed:
            if self.needed_sentence:
                raise StopValidation(str(self.needed_sentence))
            return
        local = _local(typed)
        if local is None:
            raise StopValidation(str(_l("Write a date and a time, such as 2026-03-13 11:59 pm")))
        find = rules.deadline_instant if self.deadline else rules.instant
        try:
            self.data = find(local.date(), local.time(), self.zone)
        except NoSuchTime as refused:
            raise ValidationError(_(refused.message, **refused.facts)) from None


def _local(typed: str) -> datetime | None:
    """Return what was typed as a wall clock's day and time."""
    found = _LOCAL.match(typed)
    if found is None:
        return None
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    half = (found[6] or "").lower()
    if half:
        if not 1 <= hour <= NOON:
            return None
        hour = hour % NOON + (NOON if half == "pm" else 0)
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a wall clock's time; its zone is found next
    except ValueError:
        return None


# ---------------------------------------------------------------- words in several languages


class Said:
    """Reads and fills fields that ask for one thing in several languages: `name_en`, `name_es`."""

    said_in: ClassVar[tuple[str, ...]] = ("en",)
    said_things: ClassVar[tuple[str, ...]] = ()
    said_labels: ClassVar[Mapping[str, Any]] = {}

    def said(self, thing: str) -> dict[str, str]:
        """Return what was written, by language; languages left empty are left out."""
        written = {code: (self._fields[f"{thing}_{code}"].data or "").strip() for code in self.said_in}  # type: ignore[attr-defined]
        return {code: words for code, words in written.items() if words}

    def fields_of(self, thing: str) -> list[Any]:
        """Return the fields of one thing, a language each, for the page."""
        return [self._fields[f"{thing}_{code}"] for code in self.said_in]  # type: ignore[attr-defined]

    def shown_of(self, thing: str) -> list[Any]:
        """Return the fields that a page shows at once: the first language, every one that says something, and what is wrong.

        With ten languages a page of empty fields buries the three that matter. One or two are never worth a fold.
        """
        fields = self.fields_of(thing)
        shown = [field for place, field in enumerate(fields) if place == 0 or field.data or field.errors]
        return shown if len(fields) - len(shown) > 1 else fields

    def folded_of(self, thing: str) -> list[Any]:
        """Return the other fields: empty, and folded away until somebody writes in that language."""
        shown = self.shown_of(thing)
        return [field for field in self.fields_of(thing) if field not in shown]


def spread(**things: Mapping[str, str] | None) -> dict[str, str]:
    """Return words by language as the fields' values: {"name": {"en": ...}} -> {"name_en": ...}."""
    return {f"{thing}_{code}": words for thing, said in things.items() for code, words in (said or {}).items()}


def in_languages(base: type[Form], languages: Sequence[str], things: Mapping[str, tuple[Any, type, Any]]) -> type[Any]:
    """Return `base` with a field for each thing in each language. `things` maps a name to (label, field, sentence if needed).

    What is needed is needed in the first language alone; the others may stay empty.
    """
    fields: dict[str, Any] = {"said_in": tuple(languages), "said_things": tuple(things)}
    fields["said_labels"] = {thing: label for thing, (label, _kind, _sentence) in things.items()}
    for thing, (label, kind, sentence) in things.items():
        for place, code in enumerate(languages):
            words = (
                label
                if len(languages) == 1
                else _l("%(thing)s, in %(language)s", thing=label, language=NAMES.get(code, code))
            )
            validators = [needed(sentence)] if sentence is not None and place == 0 else []
            fields[f"{thing}_{code}"] = kind(words, validators, render_kw={"lang": code})
    return type(base.__name__, (Said, base), fields)


# ---------------------------------------------------------------- awards


class NewAwardForm(Form):
    """What a new award starts from."""

    template = RadioField(_l("Start from"), validate_choice=False)
    name = Line(
        _l("Its name"), description=_l("Leave this empty to keep the template's name. It can be changed later.")
    )


def new_award_form(templates: Iterable[AwardTemplate], words: Any) -> NewAwardForm:  # noqa: ANN401 - the words_in filter
    """Return the form for a new award; `words` draws a template's words in the reader's language."""
    form = NewAwardForm()
    form.template.choices = [*((t.slug, words(t.name)) for t in templates), ("", _("Nothing: a blank award"))]
    return form


class AwardForm(Form):
    """A standing award."""

    kind = Choice(
        _l("What sort"), [needed(_l("Choose one of these"))], choices=[(k.value, words) for k, words in KINDS.items()]
    )
    honours = Choice(
        _l("Whom it honors"),
        [needed(_l("Choose one of these"))],
        choices=[(h.value, words) for h, words in HONOURS.items()],
    )


def award_form(award: Award, languages: Sequence[str]) -> Any:  # noqa: ANN401 - a form made for these languages
    """Return the form that says everything about an award."""
    made = in_languages(
        AwardForm,
        languages,
        {
            "name": (_l("Name"), Line, _l("Give the award a name")),
            "summary": (_l("One line for lists"), Line, _l("Say in one line whom it is for")),
            "about": (_l("About it"), Text, None),
            "who_may_receive": (_l("Who may receive it"), Text, None),
            "who_may_nominate": (_l("Who may nominate"), Text, None),
        },
    )
    said = spread(
        name=award.name,
        summary=award.summary,
        about=award.about,
        who_may_receive=award.who_may_receive,
        who_may_nominate=award.who_may_nominate,
    )
    return made(data={"kind": award.kind.value, "honours": award.honours.value, **said})


class NewCycleForm(Form):
    """One more year of an award."""

    year = Whole(_l("Year"), least=2000, most=2200, description=_l("The year in which recipients are announced."))
    start = RadioField(_l("Start from"), validate_choice=False)


# ---------------------------------------------------------------- cycles


class CycleForm(Form):
    """A cycle's dates, what it gives and how it is judged."""

    version = HiddenField()
    grace_minutes = Whole(
        _l("Grace, in minutes"),
        most=1440,
        description=_l(
            "How long after the deadline a nomination is still taken: for slow networks. It is stated on the page."
        ),
    )
    places = Whole(_l("Places"), most=500, least=1, description=_l("How many can be selected, at most."))
    sum_cents = Money(_l("Sum for each"), description=_l("The least, where sums differ."))
    most_cents = Money(_l("The most, where sums differ"), may_be_empty=True)
    paid_to = Choice(
        _l("Paid to"), [needed(_l("Choose one of these"))], choices=[(p.value, words) for p, words in PAYEES.items()]
    )
    fund_id = SelectField(_l("From the fund"), validate_choice=False)
    committee_size = Whole(_l("Reviewers wanted"), most=200, least=1)
    reads = Whole(
        _l("Readings of each candidate"),
        most=20,
        least=1,
        description=_l("How many reviewers read and score each one."),
    )
    surprise = BooleanField(
        _l("It is a surprise"),
        description=_l("Nominees hear nothing until staff say they have been told; those not chosen never hear."),
    )
    blind = BooleanField(
        _l("Reading is blind"), description=_l("Reviewers read without names: staff look over masked texts first.")
    )
    self_nomination = BooleanField(_l("People may put themselves forward"))

    def validate_most_cents(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """The most is not less than the least."""
        if field.data is not None and self.sum_cents.data is not None and field.data < self.sum_cents.data:
            raise ValidationError(str(_l("The most cannot be less than the sum for each")))


FIGURES = (
    "grace_minutes",
    "places",
    "sum_cents",
    "most_cents",
    "committee_size",
    "reads",
    "surprise",
    "blind",
    "self_nomination",
)


def cycle_form(cycle: Cycle, *, zone: str, funds: Sequence[Fund]) -> Any:  # noqa: ANN401 - a form with a field for each date
    """Return the form of one cycle: a field for each of its dates, read on the organisation's clocks."""
    dates = {
        name: WallClock(
            _l(words),
            zone=zone,
            deadline=name not in {"opens_at", "scoring_opens_at", "deliberation_at", "announced_at"},
            needed_sentence=_l("Say when nominations open and close") if name in {"opens_at", "closes_at"} else None,
        )
        for name, words in DATES.items()
    }
    made = type("CycleForm", (CycleForm,), dates)
    known = {name: getattr(cycle, name) for name in (*DATES, *FIGURES)}
    form = made(
        data={
            **known,
            "version": str(cycle.version),
            "paid_to": cycle.paid_to.value,
            "fund_id": str(cycle.fund_id or ""),
        }
    )
    form.fund_id.choices = [("", _("No fund yet")), *((str(fund.id), fund.name) for fund in funds)]
    return form


def cycle_facts(form: Any) -> dict[str, Any]:  # noqa: ANN401 - a CycleForm with dates
    """Return a checked form as a cycle's columns."""
    facts = {name: form[name].data for name in (*DATES, *FIGURES)}
    funds = {value for value, _words in form.fund_id.choices}
    chosen = form.fund_id.data if form.fund_id.data in funds else ""
    return facts | {"paid_to": PaidTo(form.paid_to.data), "fund_id": int(chosen) if chosen else None}


class ReasonForm(Form):
    """Why something is done."""

    reason = Text(
        _l("Why"),
        [needed(_l("Say why: the reason stays on the record."))],
        most=2000,
        description=_l("It stays on the record."),
    )


def extension_form(zone: str) -> Any:  # noqa: ANN401 - a form made for this zone
    """Return the form that gives a later deadline."""

    class ExtensionForm(Form):
        """A later deadline, for everyone or for one person."""

        whom = Choice(
            _l("For whom"),
            [needed(_l("Choose one of these"))],
            choices=[("all", _l("Everyone")), ("one", _l("One person"))],
        )
        email = Address(
            _l("That person's e-mail address"), description=_l("The address they nominate with. We write to them.")
        )
        until = WallClock(_l("Until"), zone=zone, needed_sentence=_l("Say until when"))
        reason = Text(_l("Why"), [needed(_l("Say why: the reason stays on the record."))], most=2000)

        def validate_whom(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
            """One person has an address."""
            if field.data == "one" and not self.email.data:
                raise ValidationError(str(_l("Write that person's e-mail address below")))

    return ExtensionForm()


# ---------------------------------------------------------------- rubrics


def levels_form(rubric: Rubric, languages: Sequence[str], *, highest: int) -> Any:  # noqa: ANN401 - a form made for this scale
    """Return the form that puts every level of a rubric in words, from 0 to `highest`."""
    things = {
        f"level{level}": (_l("Level %(level)s", level=level), Line, _l("Say what level %(level)s means", level=level))
        for level in range(highest + 1)
    }
    made = in_languages(Form, languages, things)
    return made(data=spread(**{f"level{level}": rubric.levels.get(str(level)) for level in range(highest + 1)}))


class CriterionForm(Form):
    """One thing that is scored."""

    weight = Whole(_l("Weight, in percent"), least=1, most=100)
    by_staff = BooleanField(
        _l("Scored by staff"), description=_l("Reviewers do not see what it is scored from: need, for instance.")
    )


def criterion_form(criterion: Criterion | None, languages: Sequence[str]) -> Any:  # noqa: ANN401 - a form made for these languages
    """Return the form of one criterion."""
    made = in_languages(
        CriterionForm,
        languages,
        {
            "name": (_l("Name"), Line, _l("Give the criterion a name")),
            "about": (_l("What to look for"), Text, _l("Say what to look for")),
        },
    )
    if criterion is None:
        return made()
    return made(
        data={
            "weight": criterion.weight,
            "by_staff": criterion.by_staff,
            **spread(name=criterion.name, about=criterion.about),
        }
    )


# ---------------------------------------------------------------- committees


class InvitationForm(Form):
    """Somebody asked to join a committee."""

    given = Line(_l("First name"), [needed(_l("Write the person's first name"))])
    family = Line(_l("Last name"), [needed(_l("Write the person's last name"))])
    email = Address(_l("E-mail address"), [needed(_l("Write the person's e-mail address"))])
    chair = BooleanField(_l("Ask them to chair the committee"))
    donor_related = BooleanField(
        _l("They are related to a donor"), description=_l("Donor-related members must stay a minority.")
    )


class AddressForm(Form):
    """A corrected address."""

    email = Address(_l("E-mail address"), [needed(_l("Write the person's e-mail address"))])


class CapacityForm(Form):
    """How many somebody can read."""

    capacity = Whole(_l("How many they can read"), most=500)


# ---------------------------------------------------------------- the organisation


VALUES = 3  # how many things it stands for fit on the home page


class OrganisationForm(Form):
    """Who runs the portal."""

    name = Line(_l("Its name"), [needed(_l("Write the organization's name"))], most=200)
    short_name = Line(_l("A shorter name, for small places"), [needed(_l("Write a short name"))], most=80)
    website = Line(_l("Its own website"), most=300)
    zone = SelectField(_l("Time zone"), description=_l("Every date is read and shown on its clocks."))
    currency = Line(
        _l("Currency"),
        [needed(_l("Write a currency, such as USD"))],
        most=3,
        description=_l("Three letters, such as USD."),
    )
    languages = Choices(
        _l("Languages it says things in"),
        description=_l("English first, where it is among them. Words are asked for in each of them."),
    )
    help_name = Line(
        _l("Who answers"),
        [needed(_l("Say who answers"))],
        most=200,
        description=_l("Every page and message says whom to ask."),
    )
    help_email = Address(_l("At which address"), [needed(_l("Write the address where people find help"))])
    help_phone = Line(_l("Under which number"), most=60)

    frame_origins = Text(
        _l("Sites that may show the list of recipients"),
        most=2_000,
        description=_l(
            "One address a line, such as https://www.fund.example. None: no other site can show it in a frame."
        ),
    )

    def validate_frame_origins(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Each line is the beginning of a site's address and nothing more."""
        wrong = next((line for line in lines_of(field.data) if not ORIGIN.fullmatch(line)), None)
        if wrong is not None:
            raise ValidationError(str(_l("Write only the beginning of the address, like https://www.fund.example")))

    def validate_currency(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """A currency is one that exists."""
        if (field.data or "").upper() not in list_currencies("en"):
            raise ValidationError(str(_l("Write a currency, such as USD")))

    def validate_website(self, field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """An address begins as one does."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError(str(_l("The address begins with https://")))

    def validate_help_name(self, _field: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """It says things in one language at least."""
        if not self.languages.data:
            self.languages.errors = [*self.languages.errors, str(_l("Choose at least one language"))]
            raise ValidationError(str(_l("Choose at least one language above")))


def lines_of(text: str | None) -> list[str]:
    """Return a text's lines without spaces and closing slashes, empty ones left out, none twice."""
    return list(dict.fromkeys(line.strip().rstrip("/") for line in (text or "").splitlines() if line.strip()))


def organisation_form(held: Organisation) -> Any:  # noqa: ANN401 - a form made for its languages
    """Return the form that says everything about the organisation, in the languages it has now."""
    things: dict[str, tuple[Any, type, Any]] = {
        "lead": (_l("The home page's heading"), Line, _l("Write the home page's heading")),
        "about": (_l("Who you are, in a paragraph"), Text, None),
        "mission": (_l("What you stand for, in a sentence"), Text, None),
        "help_hours": (_l("When somebody answers"), Line, None),
    }
    for number in range(VALUES):
        things[f"value{number}_title"] = (_l("Value %(number)s", number=number + 1), Line, None)
        things[f"value{number}_text"] = (_l("Value %(number)s, in a sentence or two", number=number + 1), Text, None)
    made = in_languages(OrganisationForm, held.languages, things)
    said: dict[str, Any] = {name: getattr(held, name) for name in ("lead", "about", "mission", "help_hours")}
    for number, value in enumerate(held.values[:VALUES]):
        said |= {f"value{number}_title": value.get("title"), f"value{number}_text": value.get("text")}
    plain = ("name", "short_name", "website", "zone", "currency", "languages", "help_name", "help_email", "help_phone")
    origins = "\n".join(held.frame_origins)
    form = made(data={**{name: getattr(held, name) for name in plain}, "frame_origins": origins, **spread(**said)})
    form.zone.choices = [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name]
    form.languages.choices = list(NAMES.items())
    return form


def organisation_facts(form: Any) -> dict[str, Any]:  # noqa: ANN401 - an OrganisationForm in languages
    """Return a checked form as the organisation's columns."""
    plain = ("name", "short_name", "zone", "currency", "help_name", "help_email", "help_phone")
    values = [
        {"title": form.said(f"value{number}_title"), "text": form.said(f"value{number}_text")}
        for number in range(VALUES)
    ]
    return {
        **{name: form[name].data or "" for name in plain},
        "currency": form.currency.data.upper(),
        "website": form.website.data or None,
        "frame_origins": lines_of(form.frame_origins.data),
        "languages": sorted(form.languages.data, key=lambda code: (code != "en", list(NAMES).index(code))),
        "values": [value for value in values if value["title"]],
        **{name: form.said(name) for name in ("lead", "about", "mission", "help_hours")},
    }
