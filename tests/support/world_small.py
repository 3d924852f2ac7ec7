"""A small world with every kind of person and every kind of thing, for proofs that concern the whole portal.

Everything is found again by a key: `World.load()` reads which number each key got. Whoever is in it is signed in already:
`world.client(app, "chair")` is the chair's browser. What must not leak is planted: `PLANTED` names each datum and its word.
"""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from portal import clock
from portal.accounts import actions as accounts
from portal.accounts.models import Grant, HeldText, Link, Role, Session
from portal.accounts.rules import token_hash
from portal.awards.models import Award, Criterion, Cycle, Extension, Firewall, PastHonour, Rubric
from portal.awards.rules import CycleStage, MemberState
from portal.db import Model, db
from portal.decisions.models import Decision, Draw, Replay
from portal.decisions.rules.lives import DecisionState, Outcome
from portal.demo import makers
from portal.files import sandbox
from portal.files.models import StoredFile
from portal.files.rules import FileState
from portal.files.rules import Kind as FileKind
from portal.files.storage import store
from portal.funds.models import FundDonor, FundYear
from portal.funds.rules import PayeeKind
from portal.history import record
from portal.history.models import Event
from portal.jobs.models import Job
from portal.mail.actions import post
from portal.mail.models import Message, SentCopy
from portal.mail.rules import MessageState
from portal.nominations.actions import snapshots
from portal.nominations.doubts.models import Doubt
from portal.nominations.hearing.models import Hearing
from portal.nominations.hearing.rules import How
from portal.nominations.models import (
    Answer,
    Aside,
    Call,
    Candidacy,
    Consent,
    Field,
    Import,
    ImportRow,
    ImportState,
    Kind,
    Letter,
    LetterPlan,
    Match,
    Nomination,
    Paper,
    Part,
    Quote,
    Recommendation,
    RowState,
    Ruling,
    Snapshot,
)
from portal.nominations.queries import writing
from portal.nominations.rules import CandidacyStage, ConflictState, ConsentState, Stage, canonical, digest
from portal.nominations.rules.eligibility import Rule
from portal.nominations.rules.letters import LetterState, WriterRole
from portal.nominations.rules.papers import PaperState
from portal.nominations.rules.parts import PartState
from portal.nominations.translating.models import Translation
from portal.nominations.translating.rules import TranslationState
from portal.offers.models import Offer, Payment, Requirement, Terms, ThankYou
from portal.offers.rules import OfferState, PaymentState, RequirementKind, RequirementState
from portal.people.models import Person
from portal.people.rules import fold, name_key
from portal.publishing import portraits
from portal.publishing.archive.models import ArchiveRow, ArchiveUpload
from portal.publishing.desk.models import Brief, Draft, Followup, KindWords, Photo, Release, Visit
from portal.publishing.models import Recipient
from portal.publishing.rules import Change, ReleaseState
from portal.publishing.rules.practice import BriefState
from portal.questions.models import Asked, EarlierWords, Question, QuestionKind
from portal.review.actions import masking as masking_actions
from portal.review.actions import rounds, standings
from portal.review.models import (
    AgendaItem,
    Appointment,
    BandScore,
    CoveredFile,
    Declaration,
    Feedback,
    KnownString,
    Masked,
    Meeting,
    Note,
    Onward,
    PaperReview,
    Plan,
    PracticeFile,
    PracticeReview,
    Review,
    Round,
    RoundReader,
    SecondThought,
    SpokenName,
    Verdict,
)
from portal.review.queries import rounds as rounds_at
from portal.review.rules import covering, masking
from portal.review.rules.kinds import RoundKind
from portal.review.rules.lives import AssignmentState, RoundState
from portal.review.rules.notes import Audience
from portal.schools.models import Affiliation, Roster, RosterLine, School, SchoolAlias
from tests.support import hostile

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient


NOW = makers.NOW
DAY = timedelta(days=1)
RECORD = "world made"

# Everybody, by a key, with the name they bear: each is planted, so nobody's is a part of another's or of any page's words.
NAMES = {
    "nominator": "Peregrine Oxblood",
    "other nominator": "Lavinia Thornquist",
    "nominee": "Quillon Starvash",
    "nominee of two": "Ottoline Brackmire",
    "nominee apart": "Fenwick Jarrolde",
    "surprise": "Isolde Vanterpool",
    "surprise passed over": "Casimir Hollowell",
    "recipient": "Thaddeus Wimberley",
    "shy recipient": "Marguerite Poldark",
    "minor": "Juniper Ashgrove",
    "intake": "Barnaby Crickmore",
    "intake alike": "Barney Crickmore",
    "ineligible": "Rowena Tattersall",
    "late nominee": "Sylvester Umberfield",
    "drafted nominee": "Philippa Nightjar",
    "browser nominee": "Aurelio Featherstone",
    "elsewhere": "Cordelia Vexmoor",
    "reviewer": "Hyacinth Merriweather",
    "undeclared": "Bertrand Gallowglass",
    "conflicted reviewer": "Drusilla Penhaligon",
    "invited": "Osbert Trelawney",
    "removed": "Winifred Scrimgeour",
    "reviewer elsewhere": "Leopold Quackenbush",
    "chair": "Rosalind Eddington",
    "staff": "Joy Tanakura",
    "staff elsewhere": "Ignatius Bellweather",
    "conflicted staff": "Millicent Farthing",
    "publisher": "Ruth Alemayehu",
    "publisher alone": "Ambrose Kettering",
    "proposer": "Clementine Ravenscar",
    "auditor": "Percival Lockridge",
    "writer": "Ferdinand Oakhampton",
    "nobody": "Gwendolyn Plumptre",
}
HERE, VISITOR, GUARDIAN = "browser", "visitor", "guardian"
# Who looks at the portal: everybody above who can, a browser that only began something, and one who only looks.
PEOPLE = (
    VISITOR,
    HERE,
    GUARDIAN,
    *(
        key
        for key in NAMES
        if key
        not in {
            "intake",
            "intake alike",
            "ineligible",
            "late nominee",
            "drafted nominee",
            "browser nominee",
            "elsewhere",
        }
    ),
)

FILE_KEY, FILE = (
    "f" * 32,
    hostile.saved(
        hostile.pdf_of("Quillon Starvash lit the sycamorebugle at Tamberlane, says Ferdinand Oakhampton."),
        deterministic_id=True,
    ),
)
COVERED_KEY = "c" * 32
VISIT_KEY = "a" * 32
MEETING_KEY = "b" * 32  # of an interview's calendar
PROOF_KEY, PROOF = "7" * 32, hostile.saved(hostile.pdf_of("Enrolled for the fall."), deterministic_id=True)
PHOTO_KEYS = {"coming": "e" * 32, "recipient": "d" * 32}  # photographs, as they lie in the store
PLAIN = hostile.saved(hostile.pdf_of("A page that names nobody."), deterministic_id=True)
PLAIN_KEYS = (
    "a" * 32,
    "b" * 32,
    "9" * 32,
    "8" * 32,
)  # of answers sent and not, a form on paper, what was said on paper

# Schools, and words that stand in texts, each in one place alone.
SCHOOLS = {
    "tamberlane": "Tamberlane Elementary",
    "dunmorrow": "Dunmorrow Middle School",
    "vellacott": "Vellacott High School",
    "larkhollow": "Larkhollow K-8",
}
WORDS = {
    "text": "marigoldlamp",
    "second text": "cobaltfinch",
    "other text": "saffronbell",
    "elsewhere text": "umbrellaquartz",
    "apart text": "peatmossviolin",
    "surprise text": "walnutcomet",
    "passed over text": "thistlekite",
    "intake text": "pewterheron",
    "late text": "indigoteapot",
    "draft text": "copperlantern",
    "browser text": "velvetanchor",
    "released text": "ambercompass",
    "letter text": "sycamorebugle",
    "comment": "granitewhistle",
    "feedback": "pomegranatesextant",
    "practice why": "cinnamonlighthouse",
    "other comment": "larkspurdrum",
    "why": "basaltribbon",
    "note": "juniperhinge",
    "decision reason": "obsidianferry",
    "conflict words": "tinselharbor",
    "biography": "opalwindmill",
    "hidden biography": "quartzbagpipe",
    "citation": "meadowtelescope",
    "coming citation": "lilactrombone",
    "standing note": "emberwheelbarrow",
    "row text": "magnoliapiston",
    "kept text": "zirconpillow",
    "nickname": "Quillikins",
    "roster role": "tamarackspoon",
    "unmatched role": "vermilionsled",
    "ruling": "cinnabarloom",
}
PLANTED = {
    **{f"name of {key}": name.split()[-1] for key, name in NAMES.items() if key != "intake alike"},
    **{f"school {key}": name.split()[0] for key, name in SCHOOLS.items()},
    **{f"word {key}": word for key, word in WORDS.items()},
}


def email_of(key: str) -> str:
    """Return the address of somebody of this world."""
    return f"{key.replace(' ', '.')}@world.example"


def visit_token(key: str) -> str:
    """Return what stands in the cookie of somebody's browser."""
    return f"visit of {key}".replace(" ", "-")


@dataclass
class World:
    """Which number each key got. Rows are read afresh where they are needed."""

    numbers: dict[str, int] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls) -> World:
        """Return the world of the database at hand."""
        facts = db.session.scalars(select(Event.facts).where(Event.action == RECORD)).one()
        store().put(f"clean/{PROOF_KEY}/whole", PROOF)
        store().put(f"clean/{PROOF_KEY}/page-1", hostile.picture("WEBP"))
        for key in (FILE_KEY, *PLAIN_KEYS):
            store().put(f"clean/{key}/whole", FILE if key == FILE_KEY else PLAIN)
            store().put(f"clean/{key}/page-1", hostile.picture("WEBP"))
        made = covered_file()
        for name, data in (("whole", made.data), ("page-1", made.pages[0])):
            store().put(f"covered/{COVERED_KEY}/{name}", data)
        for key in PHOTO_KEYS.values():
            store().put(f"clean/{key}/page-1", hostile.picture("WEBP"))
            for size in portraits.SIZES:
                store().put(f"portraits/{key}/50-40-{size}.webp", hostile.picture("WEBP"))
        return cls(facts["numbers"], facts["words"])

    def __getitem__(self, key: str) -> int:
        """Return a thing's number."""
        return self.numbers[key]

    def person(self, key: str) -> Person | None:
        """Return somebody of this world: nobody where they are not signed in, and the minor where their guardian looks."""
        if key in {VISITOR, HERE}:
            return None
        return db.session.get_one(Person, self.numbers[f"person {'minor' if key == GUARDIAN else key}"])

    def client(self, app: Flask, key: str) -> FlaskClient:
        """Return somebody's browser."""
        client = app.test_client()
        if key != VISITOR:
            client.set_cookie("visit", visit_token(key), domain=app.config["SETTINGS"].host.partition(":")[0])
        return client


@cache
def _words_of_file() -> list[str]:
    return sandbox.words_of(FILE, FileKind.PDF) or []


@cache
def covered_file() -> sandbox.Cleaned:
    """Return the letter's file as a blind round shows it, drawn by the portal's own way."""
    words = _words_of_file()
    return sandbox.cover(FILE, FileKind.PDF, spans=covering.spans(words, covered_pieces()), boxes=[])


def covered_pieces() -> list[Any]:
    """Return the words of that file with the names in it covered."""
    known = masking.of_person([NAMES["nominee"]]) | masking.of_person([NAMES["writer"]], noun=masking.WRITER)
    return masking.mask(covering.together(_words_of_file()), known | masking.of_school([SCHOOLS["tamberlane"]]))


class _Building(World):
    """The world while it is made."""

    def keep(self, key: str, row: Any) -> Any:
        db.session.add(row)
        db.session.flush()
        self.numbers[key] = row.id
        return row

    def who(self, key: str) -> Person:
        return db.session.get_one(Person, self.numbers[f"person {key}"])


def build(*, demonstration: bool = True, winner: str = "surprise") -> None:
    """Make the world, in a transaction that the caller holds. `winner` is whom the committee ranked first and selected."""
    makers._numbers = itertools.count(1)  # the same names for everything, however often it is built
    with clock.at(NOW):
        world = _Building()
        makers.make_organisation(demonstration=demonstration, languages=["en"])
        _people(world)
        _teaching(world)
        _principals(world, winner=winner)
        _students(world)
        _elsewhere(world)
        _past(world)
        _rules(world)
        _practice(world)
        _post(world)
        for key in PEOPLE:
            _session(world, key)
        _browser_draft(world)
        _numbers(world)
        _translations(world)
        _doubts(world)
        db.session.flush()
        record(RECORD, world.who("staff"), at=NOW, numbers=world.numbers, words=world.words)


def _people(world: _Building) -> None:
    for key, name in NAMES.items():
        world.keep(f"person {key}", makers.make_person(name, email=email_of(key)))
    for key, role in (
        ("staff", Role.STAFF),
        ("conflicted staff", Role.STAFF),
        ("publisher", Role.STAFF),
        ("publisher", Role.PUBLISHER),
    ):
        accounts.grant(world.who(key), role=role, by=None, at=NOW)
    for key, role in (
        ("publisher alone", Role.PUBLISHER),
        ("proposer", Role.STAFF),
        ("proposer", Role.PUBLISHER),
        ("auditor", Role.AUDITOR),
    ):
        accounts.grant(world.who(key), role=role, by=None, at=NOW)
    for key, name in SCHOOLS.items():
        school = world.keep(f"school {key}", makers.make_school(name))
        db.session.add(SchoolAlias(school_id=school.id, name=f"{name} Annex", name_key=f"{key} annex"))
    minor = world.who("minor")
    minor.minor, minor.guardian_name, minor.guardian_email = True, "Beatrix Ashgrove", "beatrix@world.example"
    world.who("nominee").known_as = WORDS["nickname"]
    db.session.flush()


def _numbers(world: _Building) -> None:
    """Note the numbers of what was made along with something else."""
    world.numbers["grant"] = db.session.scalars(
        select(Grant.id).where(Grant.person_id == world["person publisher alone"])
    ).one()
    for key in ("teaching", "principals", "students", "arts", "draft"):
        cycle = db.session.get_one(Cycle, world[f"cycle {key}"])
        world.numbers[f"fund {key}"] = cycle.fund_id or 0
        world.numbers[f"question {key}"] = db.session.scalars(
            select(Question.id).where(Question.set_id == cycle.question_set_id).order_by(Question.id)
        ).all()[1]
        world.numbers[f"criterion {key}"] = db.session.scalars(
            select(Criterion.id).where(Criterion.rubric_id == cycle.rubric_id).order_by(Criterion.id)
        ).all()[1]
    for key in ("one", "apart", "elsewhere", "surprise"):
        wanted = select(Snapshot.id).where(Snapshot.nomination_id == world[f"nomination {key}"])
        number = world.numbers[f"snapshot {key}"] = db.session.scalars(wanted).one()
        first = select(func.min(Masked.id)).where(Masked.source_kind == "snapshot", Masked.source_id == number)
        world.numbers[f"masked {key}"] = db.session.scalar(first) or 0


def _translations(world: _Building) -> None:
    """Three nominations in another language: nobody's, somebody's, and one that is translated."""
    for key, place, state, who in (
        ("one", "teaching", TranslationState.WANTED, None),
        ("apart", "teaching", TranslationState.HANDED_IN, "staff"),
        ("elsewhere", "arts", TranslationState.ASKED, "staff elsewhere"),
    ):
        made = Translation(
            source_kind="snapshot",
            source_id=world[f"snapshot {key}"],
            cycle_id=world[f"cycle {place}"],
            nomination_id=world[f"nomination {key}"],
            written_in="so",
            state=state,
            language="en",
            texts={},
            translator_id=world[f"person {who}"] if who else None,
            asked_at=NOW if who else None,
            noticed_at=NOW,
        )
        world.keep(f"translation {key}", made)
    letter = db.session.get_one(Letter, world["sent filed"])
    of_file = Translation(
        source_kind="letter",
        source_id=letter.id,
        cycle_id=world["cycle teaching"],
        recommendation_id=letter.recommendation_id,
        written_in="es",
        state=TranslationState.ASKED,
        language="en",
        texts={},
        translator_id=world["person staff"],
        asked_at=NOW,
        noticed_at=NOW,
    )
    world.keep("translation filed", of_file)


def _doubts(world: _Building) -> None:
    """A nomination that is held."""
    signs = ["no proof", "quick"]
    world.keep("doubt intake", Doubt(nomination_id=world["nomination intake"], signs=signs, raised_at=NOW))


def _grow_doubts(world: _Building, most: int) -> None:
    wanted = select(Nomination.id).where(
        Nomination.cycle_id == world["cycle students"],
        Nomination.stage == Stage.SUBMITTED,
        Nomination.id != world["nomination intake"],
    )
    for number in db.session.scalars(wanted.order_by(Nomination.id).limit(most)).all():
        db.session.add(Doubt(nomination_id=number, signs=["no proof", "links"], raised_at=NOW))


def _grow_translations(world: _Building, most: int) -> None:
    there = select(Translation.source_id)
    wanted = select(Snapshot).join(Nomination, Nomination.id == Snapshot.nomination_id)
    wanted = wanted.where(Nomination.cycle_id == world["cycle teaching"], Snapshot.id.not_in(there))
    for snapshot in db.session.scalars(wanted.order_by(Snapshot.id).limit(most)):
        row = {"source_kind": "snapshot", "source_id": snapshot.id, "nomination_id": snapshot.nomination_id}
        here = {"cycle_id": world["cycle teaching"], "written_in": "so", "language": "en", "noticed_at": NOW}
        db.session.add(Translation(**row, **here, state=TranslationState.WANTED, texts={}))


def _session(world: _Building, key: str) -> Session:
    person = None if key in {HERE, VISITOR} else world.who("minor" if key == GUARDIAN else key)
    session = Session(
        token_hash=token_hash(visit_token(key)),
        person_id=person.id if person else None,
        guardian=key == GUARDIAN,
        created_at=NOW,
        seen_at=NOW,
        expires_at=NOW + 20 * DAY,
        browser="Test",
    )
    world.keep(f"session {key}", session)
    if person is not None:  # a second browser, to be ended from the first
        world.keep(
            f"second session {key}",
            Session(
                token_hash=token_hash(f"second {key}"),
                person_id=person.id,
                created_at=NOW,
                seen_at=NOW,
                expires_at=NOW + DAY,
                browser="Telephone",
            ),
        )
    return session


def _award(world: _Building, key: str, name: str, **facts: Any) -> Award:
    return world.keep(f"award {key}", makers.make_award(name, slug=key, **facts))  # type: ignore[no-any-return]


def _reviewed(award: Award, *, stage: CycleStage = CycleStage.CLOSED, year: int = 2026, **facts: Any) -> Cycle:
    """Return a cycle whose nominations are in and whose round runs now."""
    usual = {
        "opens_at": NOW - 60 * DAY,
        "closes_at": NOW - 20 * DAY,
        "scoring_opens_at": NOW - 5 * DAY,
        "scoring_closes_at": NOW + 9 * DAY,
        "announced_at": NOW + 60 * DAY,
    }
    return makers.make_cycle(award, stage=stage, year=year, **{**usual, **facts})


def _candidacy(
    world: _Building, key: str, cycle: Cycle, nominee: str, *, school: str = "tamberlane", **facts: Any
) -> Candidacy:
    found = makers.make_candidacy(
        cycle, name=NAMES[nominee], person=world.who(nominee), school=_school(world, school), nominations=0, **facts
    )
    world.words[f"candidacy {key}"] = found.reference
    return world.keep(f"candidacy {key}", found)  # type: ignore[no-any-return]


def _school(world: _Building, key: str) -> School:
    return db.session.get_one(School, world.numbers[f"school {key}"])


def _nomination(
    world: _Building,
    key: str,
    cycle: Cycle,
    nominee: str,
    *,
    by: str = "nominator",
    text: str,
    school: str = "tamberlane",
    **facts: Any,
) -> Nomination:
    """Return a nomination whose text says the planted word, and the names that a blind round covers."""
    called = f", called {WORDS['nickname']}," if nominee == "nominee" else ""
    writer = f"I, {NAMES[by]}, saw it. " if cycle.blind else ""  # where names are shown, texts are read word for word
    said = f"{writer}{NAMES[nominee]}{called} of {SCHOOLS[school]} lit the {WORDS[text]} for every student."
    made = makers.make_nomination(
        cycle,
        nominee=NAMES[nominee],
        school=_school(world, school),
        nominator=world.who(by),
        texts=(said, "One story.", "Numbers."),
        email=email_of(nominee),
        relation_text="We teach next door.",
        **facts,
    )
    world.words[f"nomination {key}"] = made.reference
    return world.keep(f"nomination {key}", made)  # type: ignore[no-any-return]


def _members(world: _Building, cycle: Cycle, place: str, *keys: str, **facts: Any) -> None:
    for key in keys:
        member = makers.make_member(cycle, world.who(key), **facts)
        member.appointed_by_id = world["person staff"]
        world.keep(f"member {place} {key}", member)
        record("invited", member, by=world.who("staff"), at=NOW)


def _say_clear(world: _Building, place: str, cycle: Cycle, *keys: str) -> None:
    """Let members have declared against everything on the list."""
    numbers = db.session.scalars(select(Candidacy.id).where(Candidacy.cycle_id == cycle.id)).all()
    for key in keys:
        listed = [
            *(["candidacy", number] for number in numbers),
            *(["school", world.numbers[f"school {school}"]] for school in SCHOOLS),
        ]
        db.session.add(Declaration(member_id=world[f"member {place} {key}"], said_at=NOW, listed=listed, ties=[]))
    db.session.flush()


def _round(world: _Building, place: str, cycle: Cycle) -> Round:
    made = rounds.make(cycle, seed=11, by=world.who("staff"), at=NOW - 5 * DAY)
    for name in db.session.scalars(select(SpokenName).where(SpokenName.round_id == made.id)):
        key = next(
            key for key, number in world.numbers.items() if key.startswith("candidacy ") and number == name.candidacy_id
        )
        world.words[f"spoken {key.removeprefix('candidacy ')}"] = name.reference
    return world.keep(f"round {place}", made)  # type: ignore[no-any-return]


def _assignment(  # noqa: PLR0917 - one line of the world
    world: _Building,
    key: str,
    round_: Round,
    candidacy: str,
    reviewer: str,
    state: AssignmentState,
    *,
    scores: tuple[int | None, ...] = (),
    submitted: bool = True,
    comment: str = "",
) -> None:
    made = makers.make_assignment(
        round_, db.session.get_one(Candidacy, world[f"candidacy {candidacy}"]), world.who(reviewer), state=state
    )
    world.keep(f"assignment {key}", made)
    world.numbers[f"position {key}"] = made.position
    if scores:
        rubric = db.session.get_one(Rubric, round_.cycle.rubric_id)
        review = makers.make_review(made, rubric, levels=scores, submitted=submitted)
        review.comment = comment
        db.session.flush()


def _teaching(world: _Building) -> None:
    """A blind round that is open: what most pages of review are about."""
    award = _award(world, "teaching", "Excellence in Teaching Award")
    cycle = world.keep("cycle teaching", _reviewed(award, blind=True, places=1))
    for key, nominee, school in (
        ("one", "nominee", "tamberlane"),
        ("two", "nominee of two", "dunmorrow"),
        ("apart", "nominee apart", "vellacott"),
    ):
        _candidacy(world, key, cycle, nominee, school=school, told_at=NOW - 10 * DAY if key == "one" else None)
    one = _nomination(
        world, "one", cycle, "nominee", text="text", candidacy=db.session.get_one(Candidacy, world["candidacy one"])
    )
    _letter(world, "one", one, state=LetterState.RECEIVED)
    other = _nomination(
        world,
        "one other",
        cycle,
        "nominee",
        by="other nominator",
        text="other text",
        candidacy=db.session.get_one(Candidacy, world["candidacy one"]),
    )
    _letter(world, "filed", other, state=LetterState.RECEIVED, filed=True)
    world.keep(
        "nominee's question",
        Question(
            set_id=cycle.question_set_id,
            position=9,
            key="practice",
            asked=Asked.NOMINEE,
            kind=QuestionKind.TEXT,
            label={"en": "How do you go about it?"},
            short={"en": "Practice"},
            hint={"en": ""},
            choices=[],
            word_limit=100,
        ),
    )
    part = Part(
        candidacy_id=world["candidacy one"],
        person_id=world["person nominee"],
        state=PartState.ACCEPTED,
        invited_at=NOW,
        answered_at=NOW,
        saved_at=NOW,
        file_id=world["file"],
    )
    world.keep("part", part)
    _nomination(
        world,
        "two",
        cycle,
        "nominee of two",
        text="second text",
        school="dunmorrow",
        candidacy=db.session.get_one(Candidacy, world["candidacy two"]),
    )
    apart = db.session.get_one(Candidacy, world["candidacy apart"])
    _nomination(
        world,
        "apart",
        cycle,
        "nominee apart",
        by="other nominator",
        text="apart text",
        school="vellacott",
        candidacy=apart,
    )
    world.keep("letter plan", LetterPlan(cycle_id=cycle.id, mix=[], read_blind=True))
    _members(world, cycle, "teaching", "reviewer", "conflicted reviewer")
    _members(world, cycle, "teaching", "undeclared", declared=False)
    _members(world, cycle, "teaching", "chair", chair=True)
    _members(world, cycle, "teaching", "invited", state=MemberState.INVITED)
    _members(world, cycle, "teaching", "removed", state=MemberState.REMOVED)
    round_ = _round(world, "teaching", cycle)
    db.session.add(
        KnownString(
            candidacy_id=apart.id,
            text="Founders Hall",
            noun="the school",
            added_by_id=world["person staff"],
            added_at=NOW,
        )
    )
    db.session.flush()
    _cover(world)
    for masked in db.session.scalars(select(Masked)):
        masked.approved_at, masked.approved_by_id = masked.approved_at or NOW, world["person staff"]
    _say_clear(world, "teaching", cycle, "reviewer", "conflicted reviewer", "chair")
    open_, clear = AssignmentState.ASSIGNED, AssignmentState.CLEAR
    _assignment(
        world,
        "reviewer one",
        round_,
        "one",
        "reviewer",
        clear,
        scores=(5, 4, 4, 3),
        comment=f"A {WORDS['comment']} of a file.",
    )
    _assignment(world, "reviewer two", round_, "two", "reviewer", clear, scores=(3, None, None, None), submitted=False)
    _assignment(world, "reviewer apart", round_, "apart", "reviewer", clear)
    _assignment(world, "conflicted reviewer one", round_, "one", "conflicted reviewer", clear)
    _assignment(
        world,
        "conflicted reviewer two",
        round_,
        "two",
        "conflicted reviewer",
        clear,
        scores=(4, 4, 4, 4),
        comment=f"Of {WORDS['other comment']}.",
    )
    _assignment(world, "undeclared one", round_, "one", "undeclared", open_)
    _assignment(world, "undeclared two", round_, "two", "undeclared", open_)
    rounds.open_round(round_, by=world.who("staff"), at=NOW - 4 * DAY)
    for key in ("conflicted reviewer", "conflicted staff"):
        conflict = makers.make_conflict(db.session.get_one(Candidacy, world["candidacy one"]), world.who(key))
        conflict.fact = f"We share a {WORDS['conflict words']}."
        world.keep(f"conflict {key}", conflict)
        record("conflict declared", conflict, by=world.who(key), at=NOW, kind=Kind.DECLARED.value)
    suggested = makers.make_conflict(apart, world.who("chair"), kind=Kind.SAME_SCHOOL, state=ConflictState.DISMISSED)
    world.keep("conflict dismissed", suggested)
    db.session.add(
        Note(
            round_id=round_.id,
            candidacy_id=world["candidacy two"],
            author_id=world["person chair"],
            text=f"A {WORDS['note']}.",
            written_at=NOW,
        )
    )
    standings.recompute(round_.id, [world[f"candidacy {key}"] for key in ("one", "two", "apart")], at=NOW)
    world.keep(
        "plan teaching",
        Plan(
            round_id=round_.id,
            seed=3,
            inputs_digest="0" * 64,
            pairs=[],
            facts=_plan_facts(),
            made_by_id=world["person chair"],
            made_at=NOW,
        ),
    )
    db.session.add(
        Extension(
            cycle_id=cycle.id,
            until=cycle.closes_at,
            before=cycle.closes_at - DAY,
            reason="Snow.",
            granted_by_id=world["person staff"],
            granted_at=NOW - 30 * DAY,
        )
    )


def _plan_facts() -> dict[str, Any]:
    return {
        "added": [],
        "dropped": [],
        "kept": 0,
        "loads": [],
        "shortages": [],
        "unfilled": [],
        "uneven": [],
        "groups": 1,
        "cost": 0,
        "plan_digest": "0" * 64,
        "certificate": {},
        "proof": {
            "document": {
                **{name: [] for name in ("candidacies", "reviewers", "barred", "kept", "locked")},
                "level": 1,
                "linked": True,
                "seed": 3,
            },
            "pairs": [],
            "unfilled": [],
            "certificate": {},
        },
    }


def _letter(world: _Building, key: str, nomination: Nomination, *, state: LetterState, filed: bool = False) -> None:
    """A letter that the writer was asked for with a nomination; sent, where it was received, as text or as a file."""
    sent = state is LetterState.RECEIVED
    text = f"The {WORDS['letter text']} stood in the window." if sent and not filed else ""
    asked = Recommendation(
        reference=f"new {len(world.numbers)}",
        cycle_id=nomination.cycle_id,
        nomination_id=nomination.id,
        asked_by_id=nomination.nominator_id,
        writer_id=world["person writer"],
        writer_name=NAMES["writer"],
        writer_email=email_of("writer"),
        role=WriterRole.SUPERVISOR,
        state=state,
        asked_at=NOW,
        opened_at=NOW,
        received_at=NOW if sent else None,
        text=text,
        signed=NAMES["writer"],
    )
    world.keep(f"letter {key}", asked)
    asked.reference = f"R-{asked.id:04d}"  # as the portal numbers them
    world.words[f"letter {key}"] = asked.reference
    file = world.keep("file", _file(asked, FILE_KEY, owner=asked.writer_id, purpose="letter")) if filed else None
    asked.file_id = file.id if file else None
    facts = {
        "signed": NAMES["writer"],
        "position": "",
        "role": "supervisor",
        "text": text,
        "file": file.sha256 if file else None,
    }
    if sent:
        letter = Letter(
            recommendation_id=asked.id,
            number=1,
            facts=canonical(facts),
            sha256=digest(facts),
            words=7,
            file_id=asked.file_id,
            sent_at=NOW,
        )
        world.keep(f"sent {key}", letter)


def _photo(world: _Building, key: str, candidacy: Candidacy, person: Person, alt: str) -> Photo:
    """Give somebody honored a photograph with words for it."""
    sent = {"about_kind": "candidacy", "about_id": candidacy.id, "purpose": "portrait", "name": "portrait.jpg"}
    whole = {"size": len(FILE), "received": len(FILE), "clean_size": len(FILE), "sha256": "0" * 64, "pages": 1}
    settled = {
        "created_at": NOW,
        "received_at": NOW,
        "settled_at": NOW,
        "state": FileState.CLEAN,
        "kind": FileKind.JPEG,
    }
    file = StoredFile(key=PHOTO_KEYS[key], owner_id=world["person staff"], **sent, **whole, **settled)
    world.keep(f"file photo {key}", file)
    about = {"candidacy_id": candidacy.id, "person_id": person.id, "file_id": file.id}
    photo = Photo(**about, alt=alt, focus_x=50, focus_y=40, saved_at=NOW, saved_by_id=world["person staff"])
    world.keep(f"photo {key}", photo)
    return photo


def _file(about: Model, key: str, *, owner: int, purpose: str) -> StoredFile:
    whole = FILE if key == FILE_KEY else PROOF if key == PROOF_KEY else PLAIN
    return StoredFile(
        key=key,
        owner_id=owner,
        about_kind=about.__tablename__,
        about_id=about.id,
        purpose=purpose,
        name=f"{purpose}.pdf",
        size=len(whole),
        received=len(whole),
        state=FileState.CLEAN,
        kind=FileKind.PDF,
        clean_size=len(whole),
        sha256=hashlib.sha256(whole).hexdigest(),
        pages=1,
        created_at=NOW,
        received_at=NOW,
        settled_at=NOW,
    )


def _answered_with_file(world: _Building, key: str, nomination: Nomination, question: Question) -> None:
    """A nomination one of whose answers is a file."""
    answer = Answer(nomination_id=nomination.id, question_id=question.id, text="answer.pdf", saved_at=NOW)
    world.keep(f"answer {key}", answer)
    stored = _file(answer, PLAIN_KEYS[0 if key == "intake" else 1], owner=nomination.nominator_id, purpose="answer")
    answer.file_id = world.keep(f"file {key}", stored).id


def _cover(world: _Building) -> None:
    """The letter that came as a file, drawn anew and looked over."""
    row = db.session.scalars(select(CoveredFile)).one()
    row.words, row.pieces, row.key, row.pages = _words_of_file(), covered_pieces(), COVERED_KEY, 1
    row.drawn_from = covering.state(row.sha256, row.pieces, row.boxes)
    row.approved_at, row.approved_by_id = NOW, world["person staff"]
    world.keep("covered file", row)


def _principals(world: _Building, *, winner: str) -> None:
    """A surprise whose round is over: deliberation, decisions, and a release that is planned."""
    award = _award(world, "principals", "Principal Award")
    cycle = world.keep("cycle principals", _reviewed(award, blind=False, surprise=True, places=1))
    for key, nominee in (("surprise", "surprise"), ("passed over", "surprise passed over")):
        _candidacy(world, key, cycle, nominee, confirmed=True)
        own = db.session.get_one(Candidacy, world[f"candidacy {key}"])
        own.standing_confirmed_by_id, own.standing_note = world["person staff"], f"Seen by {WORDS['standing note']}."
    first = db.session.get_one(Candidacy, world["candidacy surprise"])
    second = db.session.get_one(Candidacy, world["candidacy passed over"])
    _nomination(world, "surprise", cycle, "surprise", text="surprise text", candidacy=first, quote=Quote.NAMED)
    _nomination(
        world,
        "passed over",
        cycle,
        "surprise passed over",
        by="other nominator",
        text="passed over text",
        candidacy=second,
        quote=Quote.NAMED,
    )
    _members(world, cycle, "principals", "reviewer")
    _members(world, cycle, "principals", "chair", chair=True)
    round_ = _round(world, "principals", cycle)
    _say_clear(world, "principals", cycle, "reviewer", "chair")
    best = winner == "surprise"
    for key in ("surprise", "passed over"):
        high = best == (key == "surprise")
        scores = (6, 6, 5, 6) if high else (2, 1, 2, 2)
        _assignment(
            world,
            f"principals {key}",
            round_,
            key,
            "reviewer",
            AssignmentState.CLEAR,
            scores=scores,
            comment="Read twice.",
        )
    rounds.open_round(round_, by=world.who("staff"), at=NOW - 4 * DAY)
    standings.recompute(round_.id, [first.id, second.id], at=NOW)
    rounds.close(round_, by=world.who("staff"), at=NOW - DAY)
    rounds.lock(round_, by=world.who("staff"), at=NOW - DAY)
    running = Meeting(
        round_id=round_.id,
        seed=11,
        begun_by_id=world["person chair"],
        begun_at=NOW - DAY / 2,
        present=[world["person reviewer"], world["person chair"]],
        shown_id=first.id,
    )
    world.keep("meeting", running)
    db.session.add(AgendaItem(meeting_id=running.id, candidacy_id=first.id, position=1))
    db.session.add(
        Note(
            round_id=round_.id,
            candidacy_id=first.id,
            author_id=world["person chair"],
            text="Both were strong.",
            written_at=NOW,
        )
    )
    _replay(world, round_)
    pool = [world.words["spoken surprise"], world.words["spoken passed over"]]
    drawn = {"pool": pool, "pool_digest": "0" * 64, "places": 1, "event": "Saturday's state lottery"}
    published = {"event_at": NOW + DAY, "published_by_id": world["person staff"], "published_at": NOW}
    db.session.add(Draw(round_id=round_.id, **drawn, **published))
    chosen, other = (first, second) if best else (second, first)
    reason = f"As the {WORDS['decision reason']} says."
    proposed = {"cycle_id": cycle.id, "proposed_by_id": world["person proposer"], "proposed_at": NOW}
    approved = {"state": DecisionState.APPROVED, "approved_by_id": world["person publisher"], "approved_at": NOW}
    made = world.keep(
        "decision selected",
        Decision(
            candidacy_id=chosen.id,
            outcome=Outcome.SELECTED,
            place=1,
            sum_cents=cycle.sum_cents,
            reason=reason,
            **proposed,
            **approved,
        ),
    )
    record("decision proposed", made, by=world.who("proposer"), at=NOW, reason=reason, outcome="selected")
    world.keep("decision other", Decision(candidacy_id=other.id, outcome=Outcome.ALTERNATE, alternate=1, **proposed))
    world.words["spoken chosen"] = world.words[f"candidacy {'surprise' if best else 'passed over'}"]
    release = Release(
        cycle_id=cycle.id,
        state=ReleaseState.PLANNED,
        told_at=NOW + 20 * DAY,
        public_at=NOW + 30 * DAY,
        planned_by_id=world["person proposer"],
        planned_at=NOW,
    )
    world.keep("release principals", release)
    honoured = db.session.get_one(Person, world[f"person {'surprise' if best else 'surprise passed over'}"])
    times = {"starts_at": NOW + 22 * DAY, "ends_at": NOW + 22.1 * DAY}
    planned = {"planned_by_id": world["person proposer"], "planned_at": NOW, "key": VISIT_KEY}
    host = {"host_name": "The front office", "note": f"Bring the {WORDS['coming citation']}."}
    world.keep("visit", Visit(candidacy_id=chosen.id, place="Tamberlane, hall", **times, **planned, **host))
    _photo(world, "coming", chosen, honoured, f"Beside the {WORDS['coming citation']}.")
    db.session.add(
        Draft(
            candidacy_id=chosen.id,
            citation=f"For the {WORDS['coming citation']}.",
            quotations=[],
            saved_at=NOW,
            saved_by_id=world["person staff"],
        )
    )


def _replay(world: _Building, round_: Round) -> None:
    """Compute the decision again, as if it came out the same."""
    done = {"asked_at": NOW, "finished_at": NOW, "same": True, "digest": "0" * 64}
    db.session.add(Replay(round_id=round_.id, asked_by_id=world["person staff"], steps=[], bundle={"all": []}, **done))


def _students(world: _Building) -> None:
    """A cycle that is open, with everything that screening meets; and the same award's next year, which is a draft."""
    award = _award(world, "students", "Student Award")
    cycle = world.keep(
        "cycle students",
        makers.make_cycle(award, stage=CycleStage.OPEN, opens_at=NOW - 10 * DAY, closes_at=NOW + 20 * DAY),
    )
    world.keep(
        "cycle draft",
        makers.make_cycle(
            award, stage=CycleStage.DRAFT, year=2027, opens_at=NOW + 300 * DAY, closes_at=NOW + 330 * DAY
        ),
    )
    for key, stage in (
        ("intake", CandidacyStage.INTAKE),
        ("intake alike", CandidacyStage.INTAKE),
        ("ineligible", CandidacyStage.INELIGIBLE),
    ):
        _candidacy(world, key, cycle, key, school="dunmorrow", stage=stage)
    intake = _nomination(
        world,
        "intake",
        cycle,
        "intake",
        text="intake text",
        school="dunmorrow",
        candidacy=db.session.get_one(Candidacy, world["candidacy intake"]),
    )
    _letter(world, "intake", intake, state=LetterState.OPENED)
    alike = db.session.get_one(Candidacy, world["candidacy intake alike"])
    _nomination(
        world,
        "intake alike",
        cycle,
        "intake alike",
        by="other nominator",
        text="intake text",
        school="dunmorrow",
        candidacy=alike,
    )
    pair = sorted([world["candidacy intake"], world["candidacy intake alike"]])
    world.keep("match", Match(cycle_id=cycle.id, first_id=pair[0], second_id=pair[1], why=["nickname"]))
    draft = _nomination(world, "draft", cycle, "drafted nominee", text="draft text", stage=Stage.DRAFT)
    transcript = Question(
        set_id=cycle.question_set_id,
        position=9,
        key="transcript",
        kind=QuestionKind.FILE,
        label={"en": "A transcript"},
        short={"en": "Transcript"},
        hint={},
        choices=[],
        required=False,
        scored=False,
        blind_visible=False,
    )
    world.keep("question transcript", transcript)
    came = {"cycle_id": cycle.id, "received_at": NOW - DAY, "taken_by_id": world["person staff"], "taken_at": NOW - DAY}
    typed = {"state": PaperState.TYPED, "typed_by_id": world["person staff"], "typed_at": NOW - DAY}
    told = {"name": "Hibo", "phone": "1", "people": [{"given": "", "family": "Oso", "role": "", "email": ""}]}
    form = world.keep("paper", Paper(**came, **typed, told=told))
    form.file_id = world.keep("file paper", _file(form, PLAIN_KEYS[2], owner=world["person staff"], purpose="scan")).id
    world.keep("paper untyped", Paper(**came))
    db.session.add(
        Call(cycle_id=cycle.id, taken_by_id=world["person staff"], once="a call", told=told, saved_at=NOW - DAY)
    )
    _answered_with_file(world, "draft", draft, transcript)
    _answered_with_file(world, "intake", intake, transcript)
    snapshots.take(writing.afresh(intake), at=NOW)
    db.session.add(
        Aside(
            nomination_id=draft.id, part="relation", fields={"relation": "parent", "text": "Another tab."}, typed_at=NOW
        )
    )
    db.session.flush()
    world.numbers["aside"] = db.session.scalars(select(Aside.id)).one()
    _nomination(
        world, "other draft", cycle, "drafted nominee", by="other nominator", text="draft text", stage=Stage.DRAFT
    )
    _nomination(
        world,
        "revising",
        cycle,
        "ineligible",
        text="intake text",
        stage=Stage.REVISING,
        candidacy=db.session.get_one(Candidacy, world["candidacy ineligible"]),
    )
    _nomination(world, "late", cycle, "late nominee", text="late text", stage=Stage.LATE)
    _nomination(world, "withdrawn", cycle, "ineligible", text="intake text", stage=Stage.WITHDRAWN)
    claimed = _nomination(
        world, "claimed", cycle, "drafted nominee", text="draft text", stage=Stage.DRAFT, confirmed=False
    )
    world.numbers["claim"] = claimed.sitting_id
    for number, (key, state) in enumerate((("matching", ImportState.MATCHING), ("checked", ImportState.CHECKED))):
        upload = world.keep(
            f"import {key}",
            Import(
                name=f"{key}.csv",
                sha256=str(number) * 64,
                season_id=cycle.season_id,
                columns=["Nominee first name", "Nominee last name", "Story"],
                matched={
                    "Nominee first name": "nominee_given",
                    "Nominee last name": "nominee_family",
                    "Story": "question:q1",
                }
                if number
                else {},
                award_id=award.id,
                state=state,
                uploaded_by_id=world["person staff"],
                uploaded_at=NOW,
            ),
        )
        for place, row_state in enumerate((RowState.READY, RowState.WRONG, RowState.SET_ASIDE)):
            row = ImportRow(
                import_id=upload.id,
                number=place + 2,
                cells={
                    "Nominee first name": "Ada",
                    "Nominee last name": f"Row{place}",
                    "Story": f"The {WORDS['row text']}.",
                },
                award_id=award.id,
                digest=f"{number}{place}".rjust(64, "0"),
                state=row_state,
                problems=[],
                notes=[],
            )
            world.keep(f"row {key} {row_state.value}", row)


def _browser_draft(world: _Building) -> None:
    """What somebody began who gave an address and confirmed nothing."""
    cycle = db.session.get_one(Cycle, world["cycle students"])
    session = db.session.get_one(Session, world[f"session {HERE}"])
    _nomination(
        world,
        "browser",
        cycle,
        "browser nominee",
        by="nobody",
        text="browser text",
        stage=Stage.DRAFT,
        session=session,
        confirmed=False,
    )
    for key, kept_by in (("own", HERE), ("other", "nominator")):
        held = HeldText(
            session_id=world[f"session {kept_by}"],
            path="/account/nothing",
            fields=[["story", WORDS["kept text"]]],
            held_at=NOW,
        )
        world.keep(f"held {key}", held)


def _elsewhere(world: _Building) -> None:
    """Another award with its own staff and its own committee: everybody else's "other's"."""
    award = _award(world, "arts", "Arts Award")
    accounts.grant(
        world.who("staff elsewhere"), role=Role.STAFF, scope=accounts.Scope.AWARD, scope_id=award.id, by=None, at=NOW
    )
    cycle = world.keep("cycle arts", _reviewed(award, blind=False))
    db.session.get_one(Rubric, cycle.rubric_id).criteria[-1].by_staff = True
    _candidacy(world, "elsewhere", cycle, "elsewhere", school="vellacott")
    own = db.session.get_one(Candidacy, world["candidacy elsewhere"])
    _nomination(
        world,
        "elsewhere",
        cycle,
        "elsewhere",
        by="other nominator",
        text="elsewhere text",
        school="vellacott",
        candidacy=own,
    )
    _members(world, cycle, "arts", "reviewer elsewhere")
    round_ = _round(world, "arts", cycle)
    round_.kind = RoundKind.INTERVIEW
    times = {"starts_at": NOW + 3 * DAY, "ends_at": NOW + 4 * DAY, "planned_at": NOW}
    known = {"key": MEETING_KEY, "place": "Room 4", "planned_by_id": world["person staff"]}
    db.session.add(Appointment(round_id=round_.id, candidacy_id=own.id, **times, **known))
    _say_clear(world, "arts", cycle, "reviewer elsewhere")
    _assignment(world, "elsewhere", round_, "elsewhere", "reviewer elsewhere", AssignmentState.CLEAR)
    rounds.open_round(round_, by=world.who("staff"), at=NOW - 4 * DAY)
    world.keep(
        "plan arts",
        Plan(
            round_id=round_.id,
            seed=3,
            inputs_digest="0" * 64,
            pairs=[],
            facts=_plan_facts(),
            made_by_id=world["person staff"],
            made_at=NOW,
        ),
    )


def _past(world: _Building) -> None:
    """Last year, released: somebody with a page, somebody who preferred not to be named, a student whose guardian says."""
    for slug, people in (("teaching", ("recipient", "shy recipient")), ("students", ("minor",))):
        award = db.session.get_one(Award, world[f"award {slug}"])
        cycle = world.keep(
            f"cycle {slug} past",
            _reviewed(award, stage=CycleStage.RELEASED, year=2025, opens_at=NOW - 400 * DAY, closes_at=NOW - 360 * DAY),
        )
        for place, key in enumerate(people, start=1):
            _candidacy(
                world,
                key,
                cycle,
                key,
                school="larkhollow",
                stage=CandidacyStage.DECIDED,
                told_at=NOW - 300 * DAY,
                confirmed=True,
            )
            own = db.session.get_one(Candidacy, world[f"candidacy {key}"])
            _nomination(world, key, cycle, key, text="released text", school="larkhollow", candidacy=own)
            facts = {"cycle_id": cycle.id, "proposed_by_id": world["person proposer"], "proposed_at": NOW - 320 * DAY}
            approved = {
                "state": DecisionState.RELEASED,
                "approved_by_id": world["person publisher"],
                "approved_at": NOW - 310 * DAY,
            }
            db.session.add(
                Decision(
                    candidacy_id=own.id,
                    outcome=Outcome.SELECTED,
                    place=place,
                    sum_cents=cycle.sum_cents,
                    **facts,
                    **approved,
                )
            )
            _recipient(world, key, cycle, own, named=key == "recipient")
            if key == "minor":
                guarded = {"asked_by_id": world["person staff"], "asked_at": NOW - DAY, "due_at": NOW + 60 * DAY}
                db.session.add(Brief(candidacy_id=own.id, person_id=world["person minor"], **guarded))
            if key == "recipient":
                sent = {"saved_by_id": world["person staff"], "saved_at": NOW, "approved_by_id": world["person staff"]}
                asked = {"asked_by_id": world["person staff"], "asked_at": NOW - DAY, "due_at": NOW + 60 * DAY}
                begun = {
                    "title": "A table",
                    "text": f"About the {WORDS['citation']}.",
                    "saved_at": NOW,
                    "agreed": "Yes.",
                }
                read = {"state": BriefState.PUBLISHED, "published_by_id": world["person staff"], "published_at": NOW}
                who = {"candidacy_id": own.id, "person_id": world[f"person {key}"]}
                world.keep("brief", Brief(**who, **asked, **begun, **read, sent_at=NOW))
                db.session.add(KindWords(candidacy_id=own.id, passages=[], sent_at=NOW, **sent))
                changed = {"change": Change.CORRECTED, "reason": "A letter was missing.", "begun_at": NOW}
                begun_by = {"begun_by_id": world["person proposer"], "words": {"en": "It has two n."}}
                heard = {"said_by": "A sister", "how": How.TELEPHONE, "said_on": NOW.date(), "by_guardian": True}
                heard |= {
                    "said": {"sum": True},
                    "words": {"sum": "The sum may stand on the page."},
                    "needs_second": True,
                }
                heard |= {"recorded_by_id": world["person proposer"], "recorded_at": NOW}
                hearing = world.keep("hearing", Hearing(**who, **heard))
                scan = _file(hearing, PLAIN_KEYS[3], owner=world["person proposer"], purpose="proof")
                db.session.add(scan)
                db.session.flush()
                hearing.file_id = scan.id
                world.keep("followup", Followup(candidacy_id=own.id, **changed, **begun_by))
        done = {
            "told_at": NOW - 300 * DAY,
            "public_at": NOW - 290 * DAY,
            "told_done_at": NOW - 300 * DAY,
            "public_done_at": NOW - 290 * DAY,
        }
        planned = {"planned_by_id": world["person proposer"], "planned_at": NOW - 310 * DAY}
        approved = {"approved_by_id": world["person publisher"], "approved_at": NOW - 305 * DAY}
        world.keep(
            f"release {slug}", Release(cycle_id=cycle.id, state=ReleaseState.PUBLIC, **done, **planned, **approved)
        )
    _offers(world)
    line = {"name": "Nellie Archive", "name_key": "archive nellie", "school_name": "Old School"}
    world.keep("archive line", PastHonour(award_id=world["award teaching"], year=2019, **line))
    for number, key in enumerate(("matching", "checked")):
        upload = _archive_upload(world, f"{key}.csv", str(number) * 64, matched=bool(number))
        world.keep(f"archive {key}", upload)
        for place, state in enumerate((RowState.READY, RowState.WRONG, RowState.SET_ASIDE)):
            world.keep(f"archive row {key} {state.value}", _archive_row(upload, place, state))


def _offers(world: _Building) -> None:
    """What those of last year are offered: one accepted with papers, payments and a note; one waiting for an answer."""
    for place, key in (("teaching", "recipient"), ("students", "minor")):
        cycle = db.session.get_one(Cycle, world[f"cycle {place} past"])
        taken = key == "recipient"
        offer = world.keep(f"offer {key}", _offer(cycle, world[f"candidacy {key}"], taken=taken))
        world.words[f"offer {key}"] = offer.reference
        for kind in (RequirementKind.AGREEMENT, RequirementKind.ENROLLMENT, RequirementKind.ACCOUNT):
            world.keep(f"paper {key} {kind.value}", Requirement(offer_id=offer.id, kind=kind))
        paper = db.session.get_one(Requirement, world[f"paper {key} {RequirementKind.ENROLLMENT.value}"])
        if taken:
            file = _file(paper, PROOF_KEY, owner=world["person recipient"], purpose="proof")
            db.session.add(file)
            db.session.flush()
            paper.file_id, paper.state, paper.given_at = file.id, RequirementState.GIVEN, NOW
            for number, name in enumerate(("planned", "recorded"), start=1):
                world.keep(f"payment {name}", _payment(world, offer, number, recorded=name == "recorded"))
            world.keep("note", _note(offer, world.who("recipient").id))
            db.session.add(FundYear(fund_id=cycle.fund_id, year=2025, budget_cents=10_000_000, note="As always."))
        asked = {"new_needs": [], "new_agreement": {}, "proposed_by_id": world["person proposer"], "proposed_at": NOW}
        terms = {"needs": ["agreement"], "agreement": {}, "answer_days": 14, "paper_days": 30}
        db.session.add(Terms(cycle_id=cycle.id, **terms, **(asked if taken else {})))
        sheet = {"procedure": "The procedure", "approved_by": "The board", "families_of": []}
        db.session.add(Firewall(cycle_id=cycle.id, **sheet))
    students = db.session.get_one(Cycle, world["cycle students past"])
    db.session.add(FundDonor(fund_id=students.fund_id, person_id=world["person writer"]))
    world.numbers["fund teaching past"] = db.session.get_one(Cycle, world["cycle teaching past"]).fund_id or 0
    world.numbers["fund students past"] = students.fund_id or 0
    db.session.flush()


def _offer(cycle: Cycle, candidacy: int, *, taken: bool) -> Offer:
    number = (db.session.scalar(select(func.max(Offer.id))) or 0) + 1
    return Offer(
        reference=f"O-{number:04d}",
        candidacy_id=candidacy,
        cycle_id=cycle.id,
        fund_id=cycle.fund_id,
        state=OfferState.PAPERWORK if taken else OfferState.MADE,
        offered_cents=cycle.sum_cents,
        sum_cents=cycle.sum_cents,
        planned_cents=2_000 if taken else 0,
        recorded_cents=1_000 if taken else 0,
        paid_to=cycle.paid_to,
        agreement={},
        made_at=NOW - 290 * DAY,
        due_at=NOW + 5 * DAY,
        paper_days=30,
        papers_due_at=NOW + 9 * DAY if taken else None,
        answered_at=NOW - 280 * DAY if taken else None,
        payee_kind=PayeeKind.PERSON,
        payee_name="Whoever is paid",
    )


def _payment(world: _Building, offer: Offer, number: int, *, recorded: bool) -> Payment:
    approved = {"approved_by_id": world["person publisher"], "approved_at": NOW}
    done = {"paid_on": NOW.date(), "reference": "check 1", "recorded_by_id": world["person staff"], "recorded_at": NOW}
    return Payment(
        offer_id=offer.id,
        number=number,
        cents=1_000,
        planned_on=NOW.date(),
        payee_kind=PayeeKind.PERSON,
        payee_name="Whoever is paid",
        planned_by_id=world["person proposer"],
        planned_at=NOW,
        state=PaymentState.RECORDED if recorded else PaymentState.PLANNED,
        **(approved | done if recorded else {}),
    )


def _note(offer: Offer, person: int) -> ThankYou:
    facts = {"offer_id": offer.id, "person_id": person, "fund_id": offer.fund_id}
    return ThankYou(**facts, text="Thank you for the year.", named=True, given_at=NOW)


def _practice(world: _Building) -> None:
    """A past file to practice on, and a word for nominators."""
    past = db.session.get_one(Candidacy, world["candidacy recipient"])
    masking_actions.cover_past(past, by=world.who("staff"), at=NOW)
    mine = select(Masked).where(Masked.candidacy_id == past.id)
    for masked in db.session.scalars(mine):
        masked.approved_at, masked.approved_by_id = masked.approved_at or NOW, world["person staff"]
    file = PracticeFile(
        cycle_id=world["cycle teaching"],
        past_id=past.id,
        name="Practice Fern",
        added_by_id=world["person staff"],
        added_at=NOW,
    )
    world.keep("practice file", file)
    tried = {"c1": {"level": 3, "does_not_apply": False, "why": f"A {WORDS['practice why']}."}}
    db.session.add(PracticeReview(file_id=file.id, person_id=world["person chair"], marks=tried, saved_at=NOW))
    wanted = select(Review).where(Review.assignment_id == world["assignment reviewer one"])
    review = db.session.scalars(wanted).one()
    review.feedback = f"More {WORDS['feedback']} next time."
    world.numbers["review one"] = review.id


def _archive_upload(world: _Building, name: str, digest: str, *, matched: bool) -> ArchiveUpload:
    columns = {"Year": "year", "Name": "name", "Award": "award"}
    return ArchiveUpload(
        name=name,
        sha256=digest,
        columns=list(columns),
        matched=columns if matched else {},
        uploaded_by_id=world["person staff"],
        uploaded_at=NOW,
    )


def _archive_row(upload: ArchiveUpload, place: int, state: RowState) -> ArchiveRow:
    return ArchiveRow(
        upload_id=upload.id,
        number=place + 2,
        cells={"Year": "2018", "Name": f"Ada Archived{place}", "Award": "Teaching"},
        mended={},
        digest=f"{upload.id}-{place}".rjust(64, "0"),
        state=state,
        problems=[{"field": "year", "message": "Say the year.", "facts": {}}] if state is RowState.WRONG else [],
        notes=[],
    )


def _recipient(world: _Building, key: str, cycle: Cycle, candidacy: Candidacy, *, named: bool) -> None:
    fields = (Field.NAME, Field.SCHOOL, Field.PHOTO, Field.BIOGRAPHY, Field.SUM) if named else ()
    person = world.who(key)
    for one in fields:
        db.session.add(
            Consent(
                candidacy_id=candidacy.id,
                person_id=person.id,
                field=one,
                state=ConsentState.GIVEN,
                words="Yes.",
                said_at=NOW - 295 * DAY,
            )
        )
    word = WORDS["biography"] if named else WORDS["hidden biography"]
    db.session.add(
        Part(
            candidacy_id=candidacy.id,
            person_id=person.id,
            biography=f"They built the {word}.",
            saved_at=NOW - 299 * DAY,
        )
    )
    alt = f"They stand beside the {WORDS['citation']}."
    photo = _photo(world, key, candidacy, person, alt) if named else None
    row = Recipient(
        photo=portraits.name(PHOTO_KEYS[key], photo.focus) if photo is not None else None,
        photo_alt=alt if named else None,
        practice_title="A table" if named else None,
        practice=f"About the {WORDS['citation']}." if named else None,
        slug=person.name.lower().replace(" ", "-") if named else f"r-{person.id}",
        candidacy_id=candidacy.id,
        person_id=person.id,
        cycle_id=cycle.id,
        year=2025,
        award_slug=cycle.award.slug,
        award_name=cycle.award.name,
        name=person.name if named else None,
        sort_name=person.sort_name if named else "",
        role="Teacher" if named else None,
        school=SCHOOLS["larkhollow"] if named else None,
        biography=f"They built the {word}." if named else None,
        citation=f"For the {WORDS['citation']}." if named else None,
        quotations=[],
        sum_cents=cycle.sum_cents,
        fund_credit={"en": "With thanks."},
        public_at=NOW - 290 * DAY,
    )
    world.words[f"recipient {key}"] = row.slug
    world.keep(f"recipient {key}", row)


LETTER = '<html lang="en"><head><title>Your link</title></head><body><h1>Your link</h1><p>A link.</p></body></html>'


def _post(world: _Building) -> None:
    """Messages in every state, a copy of one, links, work for the worker, and who gave."""
    for state in MessageState:
        message = post(
            "accounts/link",
            to=world.who("nominator"),
            at=NOW,
            about=world.who("nominator"),
            link={"purpose": "sign in", "next": "/me"},
        )
        assert message is not None
        message.state, message.subject = state, "Your link"
        world.keep(f"message {state.value}", message)
    sent = db.session.get_one(Message, world["message sent"])
    sent.sent_at = NOW
    world.keep(
        "copy",
        SentCopy(
            message_id=sent.id,
            to_email=email_of("nominator"),
            subject="Your link",
            text="A link.",
            html=LETTER,
            sent_at=NOW,
        ),
    )
    for key, purpose in (("one", "sign in"), ("used", "sign in"), ("guardian", "guardian")):
        link = Link(
            token_hash=token_hash(f"link-{key}"),
            person_id=world["person minor" if key == "guardian" else "person nobody"],
            purpose=purpose,
            next="/me",
            created_at=NOW,
            expires_at=NOW + DAY,
            used_at=NOW if key == "used" else None,
        )
        world.keep(f"link {key}", link)
    db.session.add(
        Job(kind="import", facts={"import": world["import checked"]}, run_at=NOW, created_at=NOW, finished_at=NOW)
    )
    donor = world.keep(
        "person donor", makers.make_person("Evangeline Moneypenny", email="donor@world.example", account=False)
    )
    cycle = db.session.get_one(Cycle, world["cycle principals"])
    db.session.add(FundDonor(fund_id=cycle.fund_id, person_id=donor.id))
    db.session.add(
        Affiliation(person_id=world["person reviewer elsewhere"], school_id=world["school tamberlane"], role="Teacher")
    )
    db.session.flush()


RULES: dict[str, Any] = {
    "nominator": {"from": ["parent", "student", "colleague"]},
    "role": {"of": ["teacher"]},
    "school_years": {"least": 3},
    "district_years": {"least": 3},
    "taught": {"low": 6, "high": 12},
    "high_need": {"share": 50},
    "repeat": {"years": 5, "any_award": True},
    "families": {},
}


def _rules(world: _Building) -> None:
    """Rules of eligibility, a roster with a line for one nominee and one for nobody, and what staff decided of a rule."""
    for place in ("teaching", "students", "arts"):
        db.session.get_one(Cycle, world[f"cycle {place}"]).eligibility = RULES
    roster = Roster(
        name="roster.csv",
        of=NOW.date(),
        lines=2,
        left_out=[],
        unread=[],
        brought_by_id=world["person staff"],
        brought_at=NOW,
    )
    world.keep("roster", roster)
    given, family = NAMES["intake"].split()
    for first, last, word in ((given, family, "roster role"), ("Elwood", "Nobody", "unmatched role")):
        there = world["school dunmorrow"]
        line = {"role": f"Teacher of {WORDS[word]}", "school_since": (NOW - 2000 * DAY).date()}
        db.session.add(
            RosterLine(
                roster_id=roster.id,
                given_name=first,
                family_name=last,
                name_key=name_key(first, last),
                family_key=fold(last),
                school_id=there,
                **line,
            )
        )
    ruling = {"reason": f"The {WORDS['ruling']} says so.", "ruled_by_id": world["person staff"], "ruled_at": NOW}
    db.session.add(Ruling(candidacy_id=world["candidacy intake"], rule=Rule.HIGH_NEED, holds=True, **ruling))


GROWN, CYCLES_GROWN = 50, 6


def grow(most: int = GROWN) -> None:
    """Add as many more of everything to the world at hand: for proofs that no page costs more for it. In the caller's transaction."""
    with clock.at(NOW):
        world = _Building()
        known = World.load()
        world.numbers, world.words = dict(known.numbers), dict(known.words)
        for place in ("teaching", "principals", "arts"):
            _grow_round(world, place, most)
        _grow_intake(world, most)
        _grow_translations(world, most)
        _grow_doubts(world, most)
        _grow_office(world, most)
        _grow_past(world, most)
        for number in range(CYCLES_GROWN):
            _grow_cycle(world, number)
        db.session.flush()


def _grow_decision(world: _Building, cycle: Cycle, candidacy: Candidacy, number: int) -> None:
    """Let one more candidacy go on, be talked about and be decided."""
    said = {"goes_on": True, "by_rule": True, "decided_by_id": world["person staff"], "decided_at": NOW}
    db.session.add(Onward(round_id=world["round principals"], candidacy_id=candidacy.id, **said))
    facts = {"outcome": Outcome.SELECTED, "place": number // 2 + 2, "sum_cents": cycle.sum_cents}
    if number % 2:
        facts = {"outcome": Outcome.NOT_SELECTED}
    decision = {"cycle_id": cycle.id, "proposed_by_id": world["person proposer"], "proposed_at": NOW}
    db.session.add(Decision(candidacy_id=candidacy.id, **facts, **decision))
    db.session.add(Draft(candidacy_id=candidacy.id, citation="For it.", quotations=[], saved_at=NOW))
    db.session.add(AgendaItem(meeting_id=world["meeting"], candidacy_id=candidacy.id, position=number + 2))


def _grow_resume(candidacy: Candidacy, number: int) -> None:
    """One more resume of a blind round: drawn anew, waiting to be looked over or kept back."""
    person = candidacy.people[0].person
    times = {"saved_at": NOW, "invited_at": NOW, "answered_at": NOW, "completed_at": NOW}
    part = Part(candidacy_id=candidacy.id, person_id=person.id, state=PartState.COMPLETED, **times)
    db.session.add(part)
    db.session.flush()
    stored = _file(part, f"{number}".rjust(32, "g"), owner=person.id, purpose="resume")
    db.session.add(stored)
    db.session.flush()
    part.file_id = stored.id
    drawn = {"words": ["A resume"], "pieces": ["A resume"], "boxes": [], "pages": 1, "key": f"{number}".rjust(32, "h")}
    of = {"candidacy_id": candidacy.id, "file_id": stored.id, "purpose": "resume", "sha256": stored.sha256}
    db.session.add(CoveredFile(kept_back=number % 3 == 0, **of, **drawn))


def _grow_appointment(world: _Building, round_: Round, candidacy: Candidacy, number: int) -> None:
    """Say when one more candidacy is met."""
    times = {"starts_at": NOW + number * DAY, "ends_at": NOW + (number + 1) * DAY, "planned_at": NOW}
    known = {"key": f"{number}".rjust(32, "m"), "place": "Room 4", "planned_by_id": world["person staff"]}
    db.session.add(Appointment(round_id=round_.id, candidacy_id=candidacy.id, **times, **known))


def _grow_round(world: _Building, place: str, most: int) -> None:
    cycle = db.session.get_one(Cycle, world[f"cycle {place}"])
    round_ = rounds_at.by_id(world[f"round {place}"])
    assert round_ is not None
    cycle.places += (most + 1) // 2  # all taken, where anybody is chosen: as before
    made = []
    for number in range(most):
        name = f"Grown {place.title()}{number}"
        school = makers.make_school(f"{place.title()} School {number}")
        made.append(
            makers.make_candidacy(cycle, name=name, school=school, nominations=1 + (number < 2), confirmed=True)
        )
    state, round_.state = round_.state, RoundState.OPEN  # as if they had been taken in before it was locked
    rounds.take(round_, by=world.who("staff"), at=NOW)
    round_.state = state
    rubric = db.session.get_one(Rubric, cycle.rubric_id)
    reader = world.who("reviewer elsewhere" if place == "arts" else "reviewer")
    for number, candidacy in enumerate(made):
        assignment = makers.make_assignment(round_, candidacy, reader, state=AssignmentState.CLEAR)
        review = makers.make_review(assignment, rubric, levels=(4, 3, number % 7, 5), submitted=number % 2 == 0)
        db.session.add(Verdict(review_id=review.id, passes=True, said_at=NOW))
        review.feedback = "Say more about the second year."
        if place == "teaching":
            _grow_resume(candidacy, number)
            settled = {"settled_by_id": world["person staff"], "settled_at": NOW}
            db.session.add(Feedback(review_id=review.id, goes=number % 2 == 0, text="Say more.", **settled))
            typed = {"typed_by_id": world["person staff"], "typed_at": NOW}
            db.session.add(PaperReview(assignment_id=assignment.id, marks={}, **typed))
        if place == "arts":
            banded = {"criterion_id": rubric.criteria[-1].id, "level": number % 7, "given_by_id": world["person staff"]}
            db.session.add(BandScore(candidacy_id=candidacy.id, given_at=NOW, **banded))
            _grow_appointment(world, round_, candidacy, number)
        if place == "principals":
            _grow_decision(world, cycle, candidacy, number)
            _replay(world, round_)
            thought = {"review_id": review.id, "criterion_id": rubric.criteria[0].id, "before": 4, "level": 5}
            db.session.add(SecondThought(reason="After talking.", said_at=NOW, **thought))
    for masked in db.session.scalars(select(Masked).where(Masked.approved_at.is_(None))):
        masked.approved_at = NOW if masked.id % 2 else None
    key = {"teaching": "two", "principals": "surprise", "arts": "elsewhere"}[place]
    for number in range(most):
        person = makers.make_person(f"Member {place.title()}{number}")
        member = makers.make_member(cycle, person, declared=number % 2 == 0)
        member.appointed_by_id = world["person staff"]
        if place == "teaching":
            tried = {"file_id": world["practice file"], "person_id": person.id, "marks": {}}
            db.session.add(PracticeReview(saved_at=NOW, submitted_at=NOW if number % 2 else None, **tried))
        if place == "principals":
            db.session.add(RoundReader(round_id=round_.id, member_id=member.id))
        own = world[f"candidacy {key}"]
        note = {"round_id": round_.id, "candidacy_id": own, "author_id": person.id, "audience": Audience.MINUTES}
        db.session.add(Note(text="More.", written_at=NOW, **note))
        state = ConflictState.SUGGESTED if number % 2 else ConflictState.CONFIRMED
        makers.make_conflict(made[number], person, kind=Kind.SAME_SCHOOL, state=state)
        post("accounts/link", to=person, at=NOW, about=member, link={"purpose": "sign in", "next": "/me"})
        record("reminded", member, by=world.who("staff"), at=NOW)
    standings.recompute(round_.id, [candidacy.id for candidacy in made], at=NOW)


def _grow_intake(world: _Building, most: int) -> None:
    cycle = db.session.get_one(Cycle, world["cycle students"])
    writer, before = world.who("nominator"), world["candidacy intake alike"]
    intake = db.session.scalars(select(Nomination).where(Nomination.candidacy_id == world["candidacy intake"])).first()
    for number in range(most):
        _letter(world, f"grown {number}", intake, state=LetterState.RECEIVED)
        school = makers.make_school(f"Intake School {number}")
        came = {"received_at": NOW, "taken_by_id": world["person staff"], "taken_at": NOW}
        typed = {"state": PaperState.TYPED, "typed_by_id": world["person staff"], "typed_at": NOW}
        db.session.add(Paper(cycle_id=cycle.id, **came, **typed))
        told = {"name": f"Caller {number}", "people": [{"given": "", "family": "Oso", "role": "", "email": ""}]}
        call = {"taken_by_id": world["person staff"], "once": f"call {number}", "told": told, "saved_at": NOW}
        db.session.add(Call(cycle_id=cycle.id, **call))
        words = {"label": {"en": "Before?"}, "short": {"en": "Before"}, "hint": {}, "choices": [], "reason": "Typing."}
        until = {"until": NOW + number * DAY, "by_id": world["person staff"]}
        db.session.add(EarlierWords(question_id=world["question students"], **words, **until))
        candidacy = makers.make_candidacy(
            cycle, name=f"Grown Intake{number}", school=school, stage=CandidacyStage.INTAKE
        )
        db.session.add(Match(cycle_id=cycle.id, first_id=before, second_id=candidacy.id, why=["nickname"]))
        before = candidacy.id
        ruled = {"holds": True, "reason": "Asked.", "ruled_by_id": world["person staff"], "ruled_at": NOW}
        db.session.add(Ruling(candidacy_id=candidacy.id, rule=Rule.TAUGHT, **ruled))
        named = {"given_name": "Grown", "family_name": f"Intake{number}", "family_key": f"intake{number}"}
        key = {"name_key": f"intake{number} grown", "school_id": school.id, "role": "Teacher"}
        db.session.add(RosterLine(roster_id=world["roster"], **named, **key))
        for stage in (Stage.DRAFT, Stage.LATE, Stage.SUBMITTED):
            makers.make_nomination(cycle, nominee=f"Grown {stage.value.title()}{number}", nominator=writer, stage=stage)
    first = db.session.get_one(Hearing, world["hearing"])
    same = ("candidacy_id", "person_id", "by_guardian", "needs_second", "said_by", "how", "said_on", "said", "words")
    for _number in range(most):
        again = {name: getattr(first, name) for name in same}
        db.session.add(Hearing(**again, recorded_by_id=first.recorded_by_id, recorded_at=NOW))
    for key in ("matching", "checked"):
        for number in range(most):
            state = (RowState.READY, RowState.WRONG, RowState.SET_ASIDE)[number % 3]
            cells = {"Nominee first name": "Ada", "Nominee last name": f"Row{number}", "Story": "Long."}
            digest = f"{key}{number}".rjust(64, "-")
            row = {"number": number + 10, "cells": cells, "digest": digest, "state": state, "problems": [], "notes": []}
            db.session.add(ImportRow(import_id=world[f"import {key}"], award_id=world["award students"], **row))
    for number in range(most):
        facts = {"season_id": cycle.season_id, "columns": ["A"], "matched": {}, "uploaded_at": NOW}
        db.session.add(
            Import(name=f"grown {number}.csv", sha256=f"{number}".rjust(64, "+"), uploaded_by_id=writer.id, **facts)
        )


def _grow_office(world: _Building, most: int) -> None:
    principals = db.session.get_one(Cycle, world["cycle principals"])
    for number in range(most):
        person = makers.make_staff(f"Officer Grown{number}")
        db.session.add(FundDonor(fund_id=principals.fund_id, person_id=person.id))
        message = post("accounts/link", to=person, at=NOW, about=person, link={"purpose": "sign in", "next": "/me"})
        assert message is not None
        message.state = list(MessageState)[number % len(MessageState)]
        copy = {"subject": "Your link", "text": "A link.", "html": LETTER}
        db.session.flush()
        db.session.add(SentCopy(message_id=message.id, to_email=person.email or "", sent_at=NOW, **copy))
        person.bounced_at = NOW if number % 3 == 0 else None
        for key in ("staff", "nominator"):
            token = token_hash(f"grown {key} {number}")
            times = {"created_at": NOW, "seen_at": NOW, "expires_at": NOW + DAY}
            db.session.add(Session(token_hash=token, person_id=world[f"person {key}"], browser="Grown", **times))
        reason = {"reason": "Snow.", "granted_by_id": person.id, "granted_at": NOW}
        for key in ("teaching", "students"):
            cycle = db.session.get_one(Cycle, world[f"cycle {key}"])
            span = {"until": cycle.closes_at, "before": cycle.closes_at - DAY}
            db.session.add(Extension(cycle_id=cycle.id, person_id=person.id, **span, **reason))


def _grow_past(world: _Building, most: int) -> None:
    cycle = db.session.get_one(Cycle, world["cycle teaching past"])
    for number in range(most):
        candidacy = makers.make_candidacy(
            cycle, name=f"Grown Honored{number}", stage=CandidacyStage.DECIDED, nominations=0
        )
        decision = {"cycle_id": cycle.id, "proposed_by_id": world["person proposer"], "proposed_at": NOW}
        released = {"state": DecisionState.RELEASED, "approved_by_id": world["person publisher"], "approved_at": NOW}
        taken = {"outcome": Outcome.SELECTED, "place": number + 10, "sum_cents": 1}
        db.session.add(Decision(candidacy_id=candidacy.id, **decision, **released, **taken))
        public = {"award_slug": "teaching", "award_name": {"en": "Teaching"}, "public_at": NOW, "fund_credit": {}}
        changed = {"change": Change.CORRECTED, "reason": "A letter was missing.", "begun_at": NOW, "words": {}}
        db.session.add(Followup(candidacy_id=candidacy.id, begun_by_id=world["person proposer"], **changed))
        person = candidacy.people[0].person
        offer = _offer(cycle, candidacy.id, taken=number % 2 == 0)
        db.session.add(offer)
        db.session.flush()
        db.session.add(
            Requirement(offer_id=offer.id, kind=RequirementKind.AGREEMENT, state=list(RequirementState)[number % 2])
        )
        db.session.add(_payment(world, offer, 1, recorded=number % 2 == 0))
        db.session.add(_note(offer, person.id))
        db.session.add(FundYear(fund_id=cycle.fund_id, year=2100 + number, budget_cents=number))
        row = {"slug": f"grown-{number}", "name": candidacy.name, "sort_name": candidacy.sort_name, "quotations": []}
        who = {"candidacy_id": candidacy.id, "person_id": person.id, "cycle_id": cycle.id, "year": 2025}
        db.session.add(Recipient(**who, **row, **public))
        line = {"name": f"Archive {number}", "name_key": f"archive {number}", "school_name": "Old School"}
        db.session.add(PastHonour(award_id=world["award teaching"], year=2019 - number % 5, **line))
        upload = _archive_upload(world, f"grown {number}.csv", f"{number}".rjust(64, "+"), matched=True)
        db.session.add(upload)
        checked = db.session.get_one(ArchiveUpload, world["archive checked"])
        db.session.add(_archive_row(checked, number + 10, list(RowState)[number % len(RowState)]))
    cycle.places = 1000


def _grow_cycle(world: _Building, number: int) -> None:
    """One more award, with what somebody has to do in it: consent, an invitation, a round to read, a release to approve."""
    award = makers.make_award(f"Grown Award {number}", slug=f"grown-{number}")
    cycle = _reviewed(award, blind=False)
    candidacy = makers.make_candidacy(cycle, name="Quillon Starvash", person=world.who("nominee"), told_at=NOW)
    makers.make_nomination(cycle, nominator=world.who("nominator"), candidacy=candidacy, nominee="Quillon Starvash")
    makers.make_member(cycle, world.who("reviewer"))
    makers.make_member(cycle, world.who("chair"), chair=True)
    makers.make_member(cycle, world.who("invited"), state=MemberState.INVITED)
    round_ = rounds.make(cycle, seed=11, by=world.who("staff"), at=NOW - 5 * DAY)
    makers.make_assignment(round_, candidacy, world.who("reviewer"))
    rounds.open_round(round_, by=world.who("staff"), at=NOW - 4 * DAY)
    other = makers.make_cycle(award, stage=CycleStage.OPEN, year=2027)
    proposed = {"outcome": Outcome.NOT_SELECTED, "proposed_by_id": world["person proposer"], "proposed_at": NOW}
    db.session.add(Decision(cycle_id=cycle.id, candidacy_id=candidacy.id, **proposed))
    times = {
        "told_at": NOW + DAY,
        "public_at": NOW + 2 * DAY,
        "planned_by_id": world["person proposer"],
        "planned_at": NOW,
    }
    db.session.add(Release(cycle_id=cycle.id, state=ReleaseState.PLANNED, **times))
    makers.make_nomination(other, nominator=world.who("nominator"), stage=Stage.DRAFT)
