"""The messages whose words staff may write, each with the fields that it may hold. Data, and nothing else.

Every message that leaves is here but two (`tests/rules/test_wording.py`): the test that staff send themselves, and the word to
those told what changed since (`publishing/followup`), which staff write each time and a second person approves.

A kind is a template under `templates/mail/`; where that says different things by case, each case is a kind of its own here, so
that what staff read in the editor is a whole message and never a choice between sentences. A message that tells an outcome never
says the newest words: it says the version that a second person approved with its release, which each message names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.errors import N_


class How(StrEnum):
    """How a fact is said."""

    TEXT = "text"  # as it is
    SAID = "said"  # data text, in the reader's language
    SAID_LIST = "said list"
    INSTANT = "instant"
    NUMBER = "number"
    SENTENCE = "sentence"  # one that the shipped template says by case, or nothing
    BLOCKS = "blocks"  # several paragraphs of the shipped template


@dataclass(frozen=True, slots=True)
class Field:
    """What may stand in braces: its name there, what it is in words, and how it is said."""

    name: str
    words: str
    how: How = How.TEXT


@dataclass(frozen=True, slots=True)
class Kind:
    """One message: which template, in which case, to whom, and what it may hold."""

    template: str
    words: str  # what it is
    to: str  # who gets it
    fields: tuple[Field, ...]
    link: bool = True
    case: str = ""
    when: Mapping[str, Any] = field(default_factory=dict)  # facts that make the case
    shown: Mapping[str, Any] = field(
        default_factory=dict
    )  # facts of another form that its shipped words are drawn with
    address: str = ""  # the fact that holds where its button goes, where that is no link of the reader's own
    approved: bool = False  # it tells an outcome: each message says the version that was approved with its release

    @property
    def slug(self) -> str:
        """The kind as an address says it: "nominations.letter_news.received"."""
        return ".".join([*self.template.split("/"), *([self.case] if self.case else [])])

    def fits(self, facts: Mapping[str, Any]) -> bool:
        """Say whether a message with these facts is of this case."""
        return all(_same(facts.get(name), wanted) for name, wanted in self.when.items())

    def field(self, name: str) -> Field | None:
        """Return the field of this name."""
        return next((each for each in (*self.fields, *EVERYWHERE) if each.name == name), None)


def _same(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - a fact
    return bool(value) is wanted if isinstance(wanted, bool) else value == wanted


EVERYWHERE = (
    Field("organization", N_("the organization's name")),
    Field("help_name", N_("whom to ask for help")),
    Field("help_email", N_("the address for help")),
    Field("help_phone", N_("the telephone for help")),
)

_NAME = Field("name", N_("the reader's name"))
_NOMINEE = Field("nominee", N_("the nominee's name"))
_AWARD = Field("award", N_("the award"), How.SAID)
_YEAR = Field("year", N_("the year"))
_REFERENCE = Field("reference", N_("the nomination's reference"))
_DEADLINE = Field("deadline", N_("until when"), How.INSTANT)
_REASON = Field("reason", N_("the reason that staff gave"))
_ASKER = Field("asker", N_("who asks"))
_WRITER = Field("writer", N_("who writes the letter"))
_SURPRISE = Field("surprise_words", N_("a sentence, where the award is a surprise"), How.SENTENCE)
_COUNT = Field("count", N_("how many"), How.NUMBER)
_DUE = Field("due", N_("until when"), How.INSTANT)
_ADDED = Field("added", N_("the paragraph that the office adds for this release"), How.SAID)
_SUM = Field("sum_words", N_("a sentence that says the sum and who gets it"), How.SENTENCE)
_PUBLIC = Field("public_words", N_("a sentence that says when it becomes public"), How.SENTENCE)
_STARTS = Field("starts_at", N_("when it begins"), How.INSTANT)
_PLACE = Field("place", N_("where it is, or a call's address"))
_FUND = Field("fund", N_("the fund"))
_CLOSES = Field("closes_at", N_("when scores lock"), How.INSTANT)

# What an invented case says.
SAMPLE_INSTANT = "2027-03-13T07:59:00+00:00"
SAMPLE_NUMBER = 3
SAMPLES: dict[str, Any] = {
    "name": "Rosa Delgado",
    "guardian": "Rosa Delgado",
    "nominee": "Amina Warsame",
    "award": "Excellence in Teaching Award",
    "before": "School Leadership Award",
    "year": 2027,
    "reference": "N-0042",
    "reason": "…",
    "words": "…",
    "note": "…",
    "asker": "Ruth Alemayehu",
    "writer": "Desmond Pryce",
    "reads": 3,
    "added": "…",
    "school": "Rainier View Elementary School",
    "place": "815 Fourth Avenue, room 2",
    "whom": "Vine Maple",
    "fund": "The Madrona Fund",
    "address": "https://awards.example/recipients",
}

ANYONE = N_("Whoever signs in")
NOMINATORS = N_("Nominators")
NOMINEES = N_("Nominees")
GUARDIANS = N_("Guardians")
WRITERS = N_("Writers of letters")
ASKERS = N_("Whoever asked for a letter")
REVIEWERS = N_("Reviewers and chairs")
OFFICE = N_("The office")
TRANSLATORS = N_("Translators")
RECIPIENTS = N_("Those who are honored")
DONORS = N_("Donors")
HOSTS = N_("Principals who are visited")
OF_A_RELEASE = N_("News of a release, said once a second person approved it")

_COPY = {
    "people": [],
    "schools": [],
    "central": False,
    "place_text": "",
    "relation": "other",
    "relation_text": "",
    "answers": [],
    "quote": "no",
    "tell": False,
}
_RECEIVED = (
    _NAME,
    _NOMINEE,
    _AWARD,
    _REFERENCE,
    _SURPRISE,
    Field("until_words", N_("a sentence that says until when it can be changed"), How.SENTENCE),
    Field("letters_words", N_("the letters that nobody was asked for yet, where there are such"), How.BLOCKS),
    Field("copy_words", N_("the copy of everything that was sent"), How.BLOCKS),
)
_RECEIVED_SHOWN = {
    "confirmed": True,
    "surprise": True,
    "copy": _COPY,
    "deadline": SAMPLE_INSTANT,
    "letters": ["supervisor"],
    "letters_due": SAMPLE_INSTANT,
}
_NEWS = (_WRITER, _NOMINEE, _AWARD)


def _met(template: str, to: str, fields: tuple[Field, ...], words: str, *, moved: str) -> tuple[Kind, Kind]:
    """Return what is said of a day on which people meet: that it is set, and that it moved. Its button fetches the calendar."""
    first, again = {"moved": False}, {"moved": True}
    return (
        Kind(template, words, to, fields, when=first, address="calendar"),
        Kind(template, moved, to, fields, case="moved", when=again, address="calendar"),
    )


KINDS: tuple[Kind, ...] = (
    Kind("accounts/link", N_("Sign-in link"), ANYONE, ()),
    Kind(
        "nominations/begun",
        N_("The way back to a nomination"),
        NOMINATORS,
        (_NAME, Field("awards", N_("the awards"), How.SAID_LIST), _DEADLINE),
        when={"own": False},
    ),
    Kind(
        "nominations/begun",
        N_("The way back to an application"),
        NOMINATORS,
        (_NAME, Field("awards", N_("the awards"), How.SAID_LIST), _DEADLINE),
        case="applied",
        when={"own": True},
    ),
    Kind(
        "nominations/received",
        N_("Thanks for a nomination"),
        NOMINATORS,
        _RECEIVED,
        case="first",
        when={"own": False, "again": False},
        shown=_RECEIVED_SHOWN,
    ),
    Kind(
        "nominations/received",
        N_("Thanks for a new version of a nomination"),
        NOMINATORS,
        _RECEIVED,
        case="again",
        when={"own": False, "again": True},
        shown=_RECEIVED_SHOWN,
    ),
    Kind(
        "nominations/received",
        N_("Thanks for an application"),
        NOMINATORS,
        _RECEIVED,
        case="applied",
        when={"own": True, "again": False},
        shown=_RECEIVED_SHOWN,
    ),
    Kind(
        "nominations/received",
        N_("Thanks for a new version of an application"),
        NOMINATORS,
        _RECEIVED,
        case="applied_again",
        when={"own": True, "again": True},
        shown=_RECEIVED_SHOWN,
    ),
    Kind(
        "nominations/draft_reminder",
        N_("Reminder of a nomination not sent yet"),
        NOMINATORS,
        (_NAME, _AWARD, _YEAR, _DEADLINE),
    ),
    Kind(
        "nominations/imported",
        N_("Thanks for a nomination from another form"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE),
    ),
    Kind(
        "nominations/question",
        N_("A question about a nomination"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE, Field("words", N_("what staff ask"))),
        link=False,
    ),
    Kind(
        "nominations/returned",
        N_("A nomination returned"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE, _REASON, _DUE),
    ),
    Kind(
        "nominations/moved",
        N_("A nomination that fits another award better"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, Field("before", N_("the award it was for"), How.SAID), _REFERENCE, _REASON),
        link=False,
    ),
    Kind(
        "nominations/withdrawn",
        N_("A nomination withdrawn"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE),
        link=False,
    ),
    Kind(
        "nominations/accepted_late",
        N_("A late nomination accepted"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE, _REASON),
        link=False,
    ),
    Kind(
        "nominations/refused_late",
        N_("A late nomination refused"),
        NOMINATORS,
        (_NAME, _NOMINEE, _AWARD, _REFERENCE, _REASON),
        link=False,
    ),
    Kind(
        "awards/extended",
        N_("A later deadline"),
        NOMINATORS,
        (_NAME, _AWARD, Field("until", N_("until when"), How.INSTANT)),
    ),
    Kind(
        "nominations/part_invited",
        N_("Invitation to the nominee's part"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR, _DEADLINE),
    ),
    Kind(
        "nominations/part_reminder",
        N_("Reminder of the nominee's part"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR, _DEADLINE),
    ),
    Kind(
        "nominations/part_lapsed",
        N_("The day for the nominee's part has passed"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR, _DEADLINE),
    ),
    Kind(
        "nominations/consent",
        N_("What may be published, asked of a nominee"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR),
        case="adult",
        when={"minor": False},
    ),
    Kind(
        "nominations/consent",
        N_("What may be published, said to a nominee under 18"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR),
        case="minor",
        when={"minor": True},
    ),
    Kind(
        "nominations/consent_reminder",
        N_("Reminder to say what may be published"),
        NOMINEES,
        (_NOMINEE, _AWARD, _YEAR, _DEADLINE),
    ),
    Kind(
        "nominations/consent_written_down",
        N_("What may be published, as the office wrote it down"),
        NOMINEES,
        (
            _NOMINEE,
            _AWARD,
            _YEAR,
            Field("greeting", N_("the greeting, where the reader's name is known"), How.SENTENCE),
            Field("heard_words", N_("who said it, how and when, and who wrote it down"), How.SENTENCE),
            Field("said_words", N_("each of the fields, and whether it may be shown"), How.BLOCKS),
        ),
        shown={
            "guardian": "",
            "how": "telephone",
            "said_on": SAMPLE_INSTANT,
            "said_by": "Amina Warsame",
            "written_by": "Joy Tanaka",
            "said": {"name": True, "photo": False},
        },
    ),
    Kind(
        "nominations/guardian",
        N_("What may be published, asked of a guardian"),
        GUARDIANS,
        (
            Field("greeting", N_("the greeting, where the guardian's name is known"), How.SENTENCE),
            _NOMINEE,
            _AWARD,
            _YEAR,
        ),
        shown={"guardian": "{guardian}"},
    ),
    Kind(
        "nominations/guardian_application",
        N_("An application, told to the guardian it names"),
        GUARDIANS,
        (Field("guardian", N_("the guardian's name")), _NOMINEE, _AWARD, _YEAR, _REFERENCE),
        link=False,
    ),
    Kind(
        "nominations/letter_asked",
        N_("A letter asked for"),
        WRITERS,
        (
            _NAME,
            _ASKER,
            _NOMINEE,
            _AWARD,
            _YEAR,
            _SURPRISE,
            Field("note", N_("what whoever asks wrote to the writer")),
            _DEADLINE,
        ),
        when={"own": False},
        shown={"surprise": True},
    ),
    Kind(
        "nominations/letter_asked",
        N_("A letter asked for by whoever applies"),
        WRITERS,
        (
            _NAME,
            _ASKER,
            _AWARD,
            _YEAR,
            Field("note", N_("what whoever asks wrote to the writer")),
            _DEADLINE,
            Field("access_words", N_("a sentence that says whether whoever asks may read the letter"), How.SENTENCE),
        ),
        case="applied",
        when={"own": True},
        shown={"readable": True},
    ),
    Kind(
        "nominations/letter_reminder", N_("Reminder of a letter"), WRITERS, (_NAME, _NOMINEE, _AWARD, _YEAR, _DEADLINE)
    ),
    Kind(
        "nominations/letter_cancelled",
        N_("A letter not needed any more"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR, _REASON),
    ),
    Kind(
        "nominations/letter_received",
        N_("Thanks for a letter"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR, _DEADLINE),
        case="first",
        when={"late": False, "again": False},
    ),
    Kind(
        "nominations/letter_received",
        N_("Thanks for a new version of a letter"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR, _DEADLINE),
        case="again",
        when={"late": False, "again": True},
    ),
    Kind(
        "nominations/letter_received",
        N_("Thanks for a letter that came late"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR),
        case="late",
        when={"late": True},
    ),
    Kind(
        "nominations/letter_late",
        N_("A late letter accepted"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR),
        case="accepted",
        when={"accepted": True},
    ),
    Kind(
        "nominations/letter_late",
        N_("A late letter refused"),
        WRITERS,
        (_NAME, _NOMINEE, _AWARD, _YEAR, _REASON),
        case="refused",
        when={"accepted": False},
    ),
    Kind("nominations/letter_news", N_("A letter came"), ASKERS, _NEWS, case="received", when={"state": "received"}),
    Kind(
        "nominations/letter_news",
        N_("A letter was declined"),
        ASKERS,
        _NEWS,
        case="declined",
        when={"state": "declined"},
    ),
    Kind(
        "nominations/letter_news", N_("A letter did not come"), ASKERS, _NEWS, case="lapsed", when={"state": "lapsed"}
    ),
    Kind("nominations/letter_news", N_("A letter came late"), ASKERS, _NEWS, case="late", when={"state": "late"}),
    Kind(
        "nominations/letter_news",
        N_("A letter was not accepted"),
        ASKERS,
        _NEWS,
        case="refused",
        when={"state": "refused"},
    ),
    Kind(
        "awards/invitation",
        N_("Invitation to a committee"),
        REVIEWERS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("reads", N_("how many people read each candidate")),
            Field("reading_days", N_("a sentence that says when reading begins and ends"), How.SENTENCE),
        ),
        case="reviewer",
        when={"chair": False},
        shown={
            "scoring_opens_at": "2001-01-01T12:00:00+00:00",
            "scoring_closes_at": "2001-01-02T12:00:00+00:00",
        },
    ),
    Kind(
        "awards/invitation",
        N_("Invitation to chair a committee"),
        REVIEWERS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("reads", N_("how many people read each candidate")),
            Field("reading_days", N_("a sentence that says when reading begins and ends"), How.SENTENCE),
        ),
        case="chair",
        when={"chair": True},
        shown={
            "scoring_opens_at": "2001-01-01T12:00:00+00:00",
            "scoring_closes_at": "2001-01-02T12:00:00+00:00",
        },
    ),
    Kind("awards/invitation_again", N_("Reminder of an invitation"), REVIEWERS, (_NAME, _AWARD, _YEAR)),
    Kind("review/reading", N_("Something to read"), REVIEWERS, (_AWARD, _COUNT, _CLOSES)),
    Kind("review/reminder", N_("Reminder of readings not scored yet"), REVIEWERS, (_AWARD, _COUNT, _CLOSES)),
    Kind("review/replacement", N_("A reading that needs somebody else"), REVIEWERS, (_AWARD,)),
    Kind(
        "nominations/translation_asked",
        N_("A text to translate"),
        TRANSLATORS,
        (
            _NAME,
            Field("words", N_("how many words it has"), How.NUMBER),
            Field("written_in_words", N_("the language it is written in"), How.SENTENCE),
            Field("into_words", N_("the language it is to be translated into"), How.SENTENCE),
            _REASON,
        ),
        shown={"written_in": "so", "into": "es"},
    ),
    Kind(
        "publishing/selected",
        N_("You are honored"),
        OF_A_RELEASE,
        (
            _NOMINEE,
            _AWARD,
            _YEAR,
            _ADDED,
            _SUM,
            _PUBLIC,
            Field("consent_words", N_("a sentence that says who decides what is published"), How.SENTENCE),
        ),
        shown={"sum_cents": 300_000, "paid_to": "the school", "minor": False, "public_at": None},
        approved=True,
    ),
    Kind(
        "publishing/guardian",
        N_("A child is honored, told to the guardian"),
        OF_A_RELEASE,
        (
            Field("greeting", N_("the greeting, where the guardian's name is known"), How.SENTENCE),
            _NOMINEE,
            _AWARD,
            _YEAR,
            _ADDED,
            _PUBLIC,
        ),
        shown={"guardian": "{guardian}", "public_at": SAMPLE_INSTANT},
        approved=True,
    ),
    *(
        Kind(f"publishing/{name}", words, OF_A_RELEASE, (_NAME, _AWARD, _YEAR, _ADDED), link=False, approved=True)
        for name, words in (
            ("alternate", N_("An alternate")),
            ("finalist", N_("A finalist")),
            ("not_selected", N_("Somebody who was not chosen")),
        )
    ),
    *(
        Kind(
            f"publishing/{name}",
            words,
            OF_A_RELEASE,
            (_NAME, _AWARD, _YEAR, _ADDED, Field("news_words", N_("what came of each person"), How.BLOCKS)),
            link=False,
            shown={"nominees": [{"name": "Amina Warsame", "outcome": "selected"}]},
            approved=True,
        )
        for name, words in (
            ("nominator", N_("What became of a nomination")),
            ("recommender", N_("What came of a letter")),
        )
    ),
    Kind(
        "publishing/school",
        N_("Somebody of a school is honored, told to its principal"),
        OF_A_RELEASE,
        (
            _NAME,
            _NOMINEE,
            Field("school", N_("the school")),
            _AWARD,
            _YEAR,
            _ADDED,
            Field("address", N_("where their page stands")),
        ),
        link=False,
        approved=True,
    ),
    Kind(
        "offers/made",
        N_("What somebody is offered"),
        RECIPIENTS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("offer_words", N_("a sentence that says what is offered, and until when to answer"), How.SENTENCE),
        ),
        shown={"sum_cents": 300_000, "due": SAMPLE_INSTANT},
    ),
    Kind("offers/reminder", N_("Reminder of an offer"), RECIPIENTS, (_NAME, _AWARD, _YEAR, _DUE)),
    Kind(
        "offers/lapsed",
        N_("The time to answer an offer has passed"),
        RECIPIENTS,
        (_NAME, _AWARD, _YEAR, _DUE),
        link=False,
    ),
    Kind(
        "offers/accepted",
        N_("Thanks for accepting an offer"),
        RECIPIENTS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("needed_words", N_("a sentence that says what is needed, and until when"), How.SENTENCE),
        ),
        shown={"papers": [], "papers_due": SAMPLE_INSTANT},
    ),
    Kind(
        "publishing/brief_asked",
        N_("What worked? Asked of somebody honored"),
        RECIPIENTS,
        (_NAME, _AWARD, _YEAR, Field("due_at", N_("until when"), How.INSTANT)),
    ),
    *(
        Kind(
            f"publishing/{name}",
            words,
            GUARDIANS,
            (
                Field("greeting", N_("the greeting, where the guardian's name is known"), How.SENTENCE),
                _NOMINEE,
                _AWARD,
                _YEAR,
                *((Field("due_at", N_("until when"), How.INSTANT),) if name == "brief_guardian" else ()),
            ),
            shown={"guardian": "{guardian}"},
        )
        for name, words in (
            ("brief_guardian", N_("May somebody under 18 be asked what worked? Asked of a guardian")),
            ("brief_guardian_reads", N_("What somebody under 18 wrote, to be read by a guardian")),
        )
    ),
    Kind(
        "publishing/brief_returned",
        N_("A question about what somebody honored wrote"),
        RECIPIENTS,
        (_NAME, Field("note", N_("what staff ask"))),
    ),
    *(
        Kind(
            "publishing/brief_reminder",
            words,
            RECIPIENTS,
            (_NAME, Field("due_at", N_("until when"), How.INSTANT)),
            case=case,
            when={"begun": bool(case)},
        )
        for case, words in (
            ("", N_("Reminder to say what worked")),
            ("begun", N_("Reminder to finish what somebody began to say of what worked")),
        )
    ),
    Kind(
        "publishing/kind_words",
        N_("What people said of a nominee"),
        NOMINEES,
        (_NAME, _AWARD, _YEAR, Field("people_words", N_("a sentence that says how many wrote"), How.SENTENCE)),
        shown={"count": 2},
    ),
    Kind(
        "review/feedback",
        N_("A word from the committee"),
        NOMINATORS,
        (
            _NAME,
            _NOMINEE,
            _AWARD,
            _YEAR,
            Field("intro_words", N_("a sentence that says who leaves it"), How.SENTENCE),
            Field("texts_words", N_("what the committee says"), How.BLOCKS),
        ),
        link=False,
        shown={"texts": ["…"]},
    ),
    *_met(
        "review/interview",
        NOMINEES,
        (_NAME, _AWARD, _YEAR, _STARTS, _PLACE),
        N_("An interview or visit, told to the nominee"),
        moved=N_("An interview or visit that moved, told to the nominee"),
    ),
    Kind(
        "review/interview_off",
        N_("An interview or visit that does not take place"),
        NOMINEES,
        (_NAME, _AWARD, _YEAR, _STARTS),
        link=False,
    ),
    *_met(
        "review/interview_reader",
        REVIEWERS,
        (_NAME, _AWARD, _YEAR, Field("whom", N_("whom they meet, as far as they may know")), _STARTS, _PLACE),
        N_("An interview or visit, told to a reader"),
        moved=N_("An interview or visit that moved, told to a reader"),
    ),
    *_met(
        "publishing/visit",
        HOSTS,
        (_NAME, _NOMINEE, _AWARD, _YEAR, _STARTS, _PLACE),
        N_("A surprise visit to their school"),
        moved=N_("A surprise visit that moved"),
    ),
    Kind(
        "publishing/visit_off",
        N_("A surprise visit that does not take place"),
        HOSTS,
        (_NAME, _STARTS, _PLACE),
        link=False,
    ),
    Kind(
        "offers/papers",
        N_("Something is still needed before the sum is paid"),
        RECIPIENTS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("needed_words", N_("a sentence that says what is needed, and until when"), How.SENTENCE),
        ),
        shown={"papers": ["proof of enrollment"], "papers_due": SAMPLE_INSTANT},
    ),
    Kind(
        "offers/returned",
        N_("Something that was sent is needed once more"),
        RECIPIENTS,
        (_NAME, _AWARD, _YEAR, Field("paper_words", N_("a sentence that says what"), How.SENTENCE), _REASON),
        shown={"paper": "proof of enrollment"},
    ),
    Kind(
        "offers/paid",
        N_("A payment was made"),
        RECIPIENTS,
        (
            _NAME,
            _AWARD,
            _YEAR,
            Field("paid_words", N_("a sentence that says how much, to whom, and what is still to come"), How.SENTENCE),
        ),
        shown={"cents": 300_000, "payee": "Rainier View Elementary School", "left": 0},
    ),
    Kind(
        "offers/note_returned",
        N_("A question about a note of thanks"),
        RECIPIENTS,
        (_NAME, _REASON),
    ),
    Kind("offers/note", N_("A note of thanks"), DONORS, (_NAME, _FUND)),
    Kind("offers/donor", N_("What a fund did"), DONORS, (_NAME, _FUND)),
    Kind("decisions/please_approve", N_("Decisions that wait for approval"), OFFICE, (_ASKER, _AWARD, _YEAR)),
    Kind("publishing/please_approve", N_("A release that waits for approval"), OFFICE, (_ASKER, _AWARD, _YEAR)),
    Kind("publishing/photo_came", N_("A photograph came"), OFFICE, (_NOMINEE, _AWARD, _YEAR)),
    Kind("offers/office_declined", N_("An offer was declined"), OFFICE, (_NOMINEE, _AWARD, _YEAR, _REASON)),
    Kind("offers/office_lapsed", N_("Nobody answered an offer"), OFFICE, (_NOMINEE, _AWARD, _YEAR)),
)


def of(template: str, facts: Mapping[str, Any]) -> Kind | None:
    """Return the kind of a message; None where nobody may write its words."""
    return next((kind for kind in KINDS if kind.template == template and kind.fits(facts)), None)


def by_slug(slug: str) -> Kind | None:
    """Return the kind that an address names."""
    return next((kind for kind in KINDS if kind.slug == slug), None)
