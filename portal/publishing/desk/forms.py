"""What the office types for a release: two times, a citation, quotations, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import NumberRange

from portal.awards.forms import WallClock
from portal.publishing.rules import keepsakes
from portal.publishing.rules.practice import TITLE
from portal.web.fields import Address, Choice, Choices, Form, Line, Text, Version, needed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.publishing.desk.models import Visit
    from portal.publishing.desk.queries import Quotable
    from portal.publishing.rules.keepsakes import Kind

MOST_QUOTATIONS = 3
MOST_CITATION = 600
MOST_WORDS = 1_200
MOST_REASON = 2_000


class TimesForm(Form):
    """The two instants of a release."""

    told_at = WallClock(
        _l("Those concerned are told"),
        description=_l(
            "Recipients, others who know of their nomination, and nominators, each by one message. Left empty: not yet."
        ),
    )
    public_at = WallClock(
        _l("The public can read it"),
        description=_l("Until this minute no page, feed or search result exists. Left empty: not yet."),
    )
    version = Version()


def times_form(zone: str, **facts: Any) -> TimesForm:
    """Return the form with its clocks in the organisation's zone."""
    form = TimesForm(**facts)
    for name in ("told_at", "public_at"):
        form[name].zone = zone
    return form


class DraftForm(Form):
    """A citation and up to three quotations. Each names the nomination it is from; its writer agreed to be quoted."""

    citation = Text(
        _l("Citation"),
        most=MOST_CITATION,
        description=_l("One sentence that begins with “For”: what they are honored for. It stands under the name."),
    )
    years = Line(
        _l("How long they have been there"),
        most=200,
        description=_l(
            "In words, such as “Eleven years at Cleveland High School”. Shown with the school, if they agree to that."
        ),
    )
    reason = Text(_l("What is corrected"), most=MOST_REASON, description=_l("Readers see this sentence with the day."))
    version = Version()
    nomination_0 = Choice(_l("From the nomination"))
    words_0 = Text(
        _l("Words to quote"),
        most=MOST_WORDS,
        description=_l("As they were written. Three dots may leave something out."),
    )
    translation_0 = Text(_l("Translation, where it needs one"), most=MOST_WORDS)
    nomination_1 = Choice(_l("From the nomination"))
    words_1 = Text(_l("Words to quote"), most=MOST_WORDS)
    translation_1 = Text(_l("Translation, where it needs one"), most=MOST_WORDS)
    nomination_2 = Choice(_l("From the nomination"))
    words_2 = Text(_l("Words to quote"), most=MOST_WORDS)
    translation_2 = Text(_l("Translation, where it needs one"), most=MOST_WORDS)

    def offer(self, writers: Sequence[Quotable], words: Sequence[str]) -> None:
        """Offer the nominations whose writers may be quoted."""
        for number in range(MOST_QUOTATIONS):
            self[f"nomination_{number}"].choices = [
                (writer.reference, said) for writer, said in zip(writers, words, strict=True)
            ]

    def quotations(self) -> list[dict[str, str]]:
        """Return what was written to be quoted; a row without words is none."""
        found = []
        for number in range(MOST_QUOTATIONS):
            words = (self[f"words_{number}"].data or "").strip()
            if words:
                found.append(
                    {
                        "nomination": self[f"nomination_{number}"].data or "",
                        "words": words,
                        "translation": (self[f"translation_{number}"].data or "").strip(),
                    }
                )
        return found

    def validate(self, extra_validators: Any = None) -> bool:  # noqa: ANN401 - WTForms' signature
        """Ask which nomination quoted words are from."""
        fine = bool(super().validate(extra_validators))
        for number in range(MOST_QUOTATIONS):
            if (self[f"words_{number}"].data or "").strip() and not self[f"nomination_{number}"].data:
                self.fail(f"nomination_{number}", str(_l("Choose the nomination these words are from")))
                fine = False
        return fine


class VersionForm(Form):
    """Which version was seen."""

    version = Version()


class SeenForm(Form):
    """What was read, as one word."""

    seen = HiddenField()


class CancelForm(Form):
    """Why a release is cancelled."""

    why = Text(
        _l("Why it is cancelled"), [needed(_l("Say why, in a sentence: it stands in the record."))], most=MOST_REASON
    )
    version = Version()


class UnnamedForm(Form):
    """Without whose names a release goes on, and why."""

    who = Choices(_l("Whose name is left out"), [needed(_l("Choose whose name is left out"))], validate_choice=False)
    reason = Text(
        _l("Why"),
        [needed(_l("Say why, in a sentence: it stands in the record."))],
        most=MOST_REASON,
        description=_l("For the record: who was asked, how often, and what you heard. The public never sees it."),
    )


def unnamed_form(people: Mapping[str, str]) -> UnnamedForm:
    """Return the form over those who have not answered. `people` are key -> name."""
    form = UnnamedForm()
    form.who.choices = list(people.items())
    return form


class LeaveForm(Form):
    """Why nobody is written to."""

    why = Text(
        _l("Why nobody is written to"),
        [needed(_l("Say why, in a sentence: it stands in the record."))],
        most=MOST_REASON,
        description=_l("For the record: a misspelled word that nobody was told, for instance."),
    )
    version = Version()


class RemovalForm(Form):
    """Why a page is taken down, or put back."""

    why = Text(
        _l("Why"),
        [needed(_l("Say why, in a sentence: it stands in the record."))],
        most=MOST_REASON,
        description=_l("For the record. The public never sees it."),
    )
    rescind = BooleanField(
        _l("Take the decision itself back"),
        description=_l("Their place falls free, and everyone of this candidacy is taken down."),
    )


class PhotoForm(Form):
    """What a photograph shows, and what in it matters."""

    alt = Text(
        _l("What the photograph shows"),
        [needed(_l("Say in a sentence what the photograph shows."))],
        most=MOST_CITATION,
        description=_l(
            "Read aloud to whoever does not see it: “Amina Warsame laughing at a table of fractions.” No “photo of”."
        ),
    )
    focus_x = IntegerField(
        _l("Across, percent from the left"),
        [NumberRange(0, 100, message=_l("Write a number from 0 to 100"))],
    )
    focus_y = IntegerField(
        _l("Down, percent from the top"),
        [NumberRange(0, 100, message=_l("Write a number from 0 to 100"))],
    )
    version = Version()


def wording_form(languages: Sequence[tuple[str, str]], words: Mapping[str, str], version: int) -> Any:  # noqa: ANN401 - a form made here
    """Return the form of one kind of message: a paragraph in each language that is offered. `languages` are (code, own name)."""

    class WordingForm(Form):
        version = Version()

        def words(self) -> dict[str, str]:
            """Return what was written, by language."""
            return {code: self[f"words_{code}"].data or "" for code, _name in languages}

    for code, name in languages:
        setattr(
            WordingForm,
            f"words_{code}",
            Text(_l("What you add, in %(language)s", language=name), most=MOST_REASON, render_kw={"lang": code}),
        )
    return WordingForm(version=version, **{f"words_{code}": words.get(code, "") for code, _name in languages})


class VisitForm(Form):
    """When and where somebody is told in person, and who there is in on it."""

    starts_at = WallClock(_l("Begins"), needed_sentence=_l("Say when the visit begins"), deadline=False)
    ends_at = WallClock(_l("Ends"), needed_sentence=_l("Say when the visit ends"), deadline=False)
    place = Line(
        _l("Where"),
        [needed(_l("Say where the visit takes place"))],
        description=_l("It stands in calendars, so write a place and no name: “Cleveland High School, main office”."),
    )
    host_name = Line(_l("The host's name"), [needed(_l("Write who receives you there"))])
    host_email = Address(_l("The host's e-mail address"))
    host_phone = Line(_l("The host's telephone"), most=60)
    note = Text(
        _l("For the office"),
        most=MOST_REASON,
        description=_l("Who comes along, what is brought, who takes pictures. Nobody else reads it."),
    )
    version = Version()

    def facts(self) -> dict[str, Any]:
        """Return what was written, as the action takes it."""
        words = ("place", "host_name", "host_email", "host_phone", "note")
        times = {name: self[name].data for name in ("starts_at", "ends_at")}
        return {**times, **{name: self[name].data or "" for name in words}}


def visit_form(zone: str, known: Visit | None, *, school: str) -> VisitForm:
    """Return the form of a visit with its clocks in the organisation's zone."""
    if known is None:
        form = VisitForm(place=school)
    else:
        form = VisitForm(
            starts_at=known.starts_at,
            ends_at=known.ends_at,
            place=known.place,
            host_name=known.host_name,
            host_email=known.host.email if known.host is not None else "",
            host_phone=known.host_phone,
            note=known.note,
            version=known.version,
        )
    for name in ("starts_at", "ends_at"):
        form[name].zone = zone
    return form


def kind_words_form(passages: Sequence[tuple[str, str]], version: int) -> Any:  # noqa: ANN401 - a form made here
    """Return the form of what is sent to a nominee: one field a writer. `passages` are (label, words)."""

    class KindWordsForm(Form):
        version = Version()

        def words(self) -> list[str]:
            """Return what is kept of each writer, in their order."""
            return [self[f"words_{number}"].data or "" for number in range(len(passages))]

    for number, (label, _words) in enumerate(passages):
        setattr(KindWordsForm, f"words_{number}", Text(label))
    known = {f"words_{number}": words for number, (_label, words) in enumerate(passages)}
    return KindWordsForm(version=version, **known)


def names_form(people: Sequence[tuple[str, str]]) -> Any:  # noqa: ANN401 - a form made here
    """Return the form of how names are said: one line a person. `people` are (name, how it is said)."""

    class NamesForm(Form):
        def said(self) -> list[str]:
            """Return what was written, in their order."""
            return [self[f"said_{number}"].data or "" for number in range(len(people))]

    for number, (name, _said) in enumerate(people):
        setattr(NamesForm, f"said_{number}", Line(name))
    return NamesForm(**{f"said_{number}": said for number, (_name, said) in enumerate(people)})


def keepsake_form(
    kind: Kind,
    languages: Sequence[tuple[str, str]],
    words: Mapping[str, Mapping[str, str]],
    layout: Mapping[str, str],
    version: int,
) -> Any:  # noqa: ANN401 - a form made here
    """Return the form of a keepsake: words for each place in each language, and the choices of layout."""
    slots, choices = keepsakes.SLOTS[kind], keepsakes.CHOICES[kind]

    class KeepsakeForm(Form):
        version = Version()

        def words(self) -> dict[str, dict[str, str]]:
            """Return what was written, by place and language."""
            return {
                slot.name: {code: self[f"{slot.name}_{code}"].data or "" for code, _name in languages} for slot in slots
            }

        def layout(self) -> dict[str, str]:
            """Return what was chosen."""
            return {choice.name: self[choice.name].data or choice.usual for choice in choices}

    facts: dict[str, Any] = {choice.name: layout[choice.name] for choice in choices}
    for choice in choices:
        offered = [(value, _l(said)) for value, said in choice.values]
        setattr(KeepsakeForm, choice.name, Choice(_l(choice.label), choices=offered))
    for slot in slots:
        for code, name in languages:
            field = Text if slot.tall else Line
            label = (
                _l("%(place)s, in %(language)s", place=_l(slot.label), language=name)
                if len(languages) > 1
                else _l(slot.label)
            )
            setattr(KeepsakeForm, f"{slot.name}_{code}", field(label, most=MOST_REASON, render_kw={"lang": code}))
            written = words.get(slot.name, {}).get(code)
            usual = slot.usual if written is None and code == "en" else ""
            facts[f"{slot.name}_{code}"] = written if written is not None else (str(_(usual)) if usual else "")
    return KeepsakeForm(version=version, **facts)


class AskForBriefsForm(Form):
    """Until when recipients are asked to share what worked."""

    due_at = WallClock(_l("Until when"), needed_sentence=_l("Say until when it is asked for"))


def ask_for_briefs_form(zone: str, due_at: datetime | None) -> AskForBriefsForm:
    """Return the form with its clock in the organisation's zone."""
    form = AskForBriefsForm(due_at=due_at)
    form.due_at.zone = zone
    return form


class ReturnForm(Form):
    """What the office asks for before a brief can be published."""

    note = Text(
        _l("What you ask for"), most=MOST_REASON, description=_l("Its writer reads this and can change the brief.")
    )
    version = Version()


class BriefForm(Form):
    """What worked, in its writer's own words."""

    title = Line(_l("Title"), most=TITLE, description=_l("A few words that another teacher would look for."))
    text = Text(
        _l("What worked"),
        description=_l(
            "What you did, with whom, what changed, and what you would tell a colleague who begins tomorrow. Name no student."
        ),
    )
    agrees = BooleanField(_l("This may be published beside my page. I can take it back at any time."))
    version = Version()
