"""A season's end as its people lived it: decided, approved by a second person, told, agreed to, and made public."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts import actions as accounts
from portal.awards import actions as awards
from portal.awards.rules import CycleStage, CycleStep
from portal.db import db
from portal.decisions import actions as decisions
from portal.decisions import queries as deciding
from portal.decisions.models import Decision
from portal.decisions.rules.lives import Outcome
from portal.demo import cast, giving, pictures
from portal.demo.world import World, cycles_of
from portal.files import actions as files
from portal.files import sandbox
from portal.files.rules import PORTRAIT
from portal.nominations.actions import screening
from portal.nominations.forms import consent as read_out
from portal.nominations.hearing import actions as hearing
from portal.nominations.hearing.rules import How
from portal.nominations.models import Candidacy, CandidacyPerson, Consent, Field, Part
from portal.nominations.queries import consent as consents
from portal.nominations.rules import ConsentState
from portal.nominations.translating.models import Translation
from portal.nominations.translating.queries import BIOGRAPHY, digest
from portal.nominations.translating.rules import TranslationState
from portal.people.models import Person
from portal.people.rules import address_key, fold
from portal.publishing import actions as publishing
from portal.publishing.actions import followups as words
from portal.publishing.actions import photos, unnamed, wording
from portal.publishing.desk import queries as releases
from portal.publishing.desk.queries import followups

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Select

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid
    from portal.publishing.desk.models import Photo
    from portal.publishing.desk.queries import Chosen, Releasing

TOLD_BEFORE = timedelta(days=8)
WORDS = "Yes, you may publish this."
CHOSEN = "The committee's choice, after hearing every reader."
LATE = 6  # one in so many answers once they are told, and not before
UNREACHED = 13  # one in so many has no address that anybody knows
SILENT = "Asked twice with everybody of this award, and has not answered. They are asked again when they are told."
CORRECTED = (
    "Kenji Batista",
    "For a string quartet that rehearses in the laundromat, between two dryers",
    "It is a laundromat; we had written that it was a laundry.",
)
BY_TELEPHONE = "Harold Nishikawa"  # writes no e-mail: he said on the telephone what may be published
GUARDIAN_CALLED = (
    "Thandiwe Moyo",
    "Nomsa Moyo",
)  # a student of 17, and who called for her: a second person has not confirmed it yet
BEGUN = "arts-scholarship"  # of a season in deliberation: its pages are being prepared today


def by_cast(world: World, season: Laid) -> None:
    """Decide the past season as the cast has it: the honored take the places, and somebody else approves."""
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    for cycle in cycles_of(season):
        if cycle.stage is CycleStage.OPEN:
            awards.close_cycle(cycle, at=cycle.closes_at + timedelta(hours=1))
        awards.take_step(cycle, CycleStep.REVIEW, by=joy, at=cycle.closes_at + timedelta(days=20))
        at = cycle.decision_at or cycle.closes_at
        honoured = {one.name for one in cast.HONOURED if one.award == cycle.award.slug}
        thing = deciding.deciding(cycle.award.slug, cycle.year)
        if thing is None:
            continue
        named = (
            select(Candidacy).where(Candidacy.cycle_id == cycle.id, Candidacy.name.in_(honoured)).order_by(Candidacy.id)
        )
        for candidacy in db.session.scalars(named).all():
            line = deciding.Line(candidacy, None, None, candidacy.reference, candidacy.name, "")
            screening.confirm_standing(
                candidacy, note="Confirmed with the district by telephone.", by=joy, at=at - timedelta(days=2)
            )
            decisions.propose(deciding.Decided(thing, line), outcome=Outcome.SELECTED, reason=CHOSEN, by=joy, at=at)
        if cycle.award.slug == giving.DECLINED:
            _two_more(thing, honoured, by=joy, at=at)
        else:
            decisions.propose_the_rest(thing, reason=CHOSEN, by=joy, at=at)
        decisions.approve(thing, digest=deciding.approval_digest(thing, ruth), by=ruth, at=at + timedelta(hours=3))


def _two_more(thing: deciding.Deciding, honoured: set[str], *, by: Person, at: datetime) -> None:
    """Select one who will decline, and have an alternate for the place."""
    wanted = select(Candidacy).where(Candidacy.cycle_id == thing.cycle.id, Candidacy.name.not_in(honoured))
    for candidacy, outcome in zip(
        db.session.scalars(wanted.order_by(Candidacy.id)).all(), (Outcome.SELECTED, Outcome.ALTERNATE), strict=False
    ):
        line = deciding.Line(candidacy, None, None, candidacy.reference, candidacy.name, "")
        if outcome is Outcome.SELECTED:
            screening.confirm_standing(candidacy, note="Confirmed with the district.", by=by, at=at)
        decisions.propose(deciding.Decided(thing, line), outcome=outcome, reason=CHOSEN, by=by, at=at)


def by_standing(world: World, season: Laid) -> None:
    """Decide a season in the order of its standings."""
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    for cycle in cycles_of(season):
        thing = deciding.deciding(cycle.award.slug, cycle.year)
        if thing is None:
            continue
        at = cycle.decision_at or cycle.closes_at
        decisions.propose_by_standing(thing, alternates=1, by=joy, at=at)
        if any(one.decision is None for one in deciding.every_line(thing, joy)):
            decisions.propose_the_rest(thing, reason=CHOSEN, by=joy, at=at)
        for candidacy in db.session.scalars(
            select(Candidacy)
            .options(selectinload(Candidacy.people))
            .join(Decision, Decision.candidacy_id == Candidacy.id)
            .where(Candidacy.cycle_id == cycle.id, Decision.outcome == Outcome.SELECTED)
        ).all():
            screening.confirm_standing(candidacy, note="Confirmed with the district by telephone.", by=joy, at=at)
            for link in candidacy.people if candidacy.id % UNREACHED else ():
                _reach(link.person)
        decisions.approve(thing, digest=deciding.approval_digest(thing, ruth), by=ruth, at=at + timedelta(hours=3))


def _reach(person: Person) -> None:
    """Note where somebody is written to, whose nominators did not say."""
    if not person.email:
        person.email = f"{fold(person.name).replace(' ', '.')}.{person.id}@people.example"
        person.email_key = address_key(person.email)


def prepare(world: World, season: Laid) -> None:
    """Prepare the pages, set the two instants, and let a second person approve them."""
    ruth, desmond = world.person("Ruth Amsalem"), world.person("Desmond Cole")
    by_name = {one.name: one for one in cast.HONOURED}
    for cycle in cycles_of(season):
        at = (cycle.decision_at or cycle.closes_at) + timedelta(days=1)
        public_at = cycle.announced_at or at + timedelta(days=15)
        for reference in db.session.scalars(_selected(cycle)).all():
            drafting = releases.drafting(cycle.award.slug, cycle.year, reference)
            if drafting is None:
                continue
            one = by_name.get(drafting.candidacy.name)
            quoted = [quotable for quotable in drafting.quotable if one is not None and one.quotation][:1]
            quotations = (
                [{"nomination": quotable.reference, "words": one.quotation, "translation": ""} for quotable in quoted]
                if one is not None
                else []
            )
            publishing.save_draft(
                drafting,
                citation=one.citation if one else "For work that lifted a whole school",
                years=cast.YEARS.get(drafting.candidacy.name, ""),
                quotations=quotations,
                by=ruth,
                at=at,
            )
            if not cycle.surprise and drafting.candidacy.id % LATE:
                _answers(drafting.candidacy, one, at=cycle.closes_at + timedelta(days=9))
            _photograph(drafting.candidacy.name, cycle, reference, by=ruth, at=at)
        giving.before(world, cycle)
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is None:
            continue
        release = publishing.plan(releasing, told_at=public_at - TOLD_BEFORE, public_at=public_at, by=ruth, at=at)
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is not None:
            silent = [one for one in releases.chosen(cycle) if one.silent]
            unnamed.go_on(releasing, silent, reason=SILENT, by=ruth, at=at)
            _look_over(releasing, by=desmond, at=at + timedelta(hours=1))
            publishing.approve(releasing, version=release.version, by=desmond, at=at + timedelta(hours=2))


def begin(world: World, season: Laid) -> None:
    """Begin to announce one award while others are still talked about: on its page stands what blocks, and what may wait."""
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    cycle = next(cycle for cycle in cycles_of(season) if cycle.award.slug == BEGUN)
    thing, at = deciding.deciding(BEGUN, cycle.year), world.now - timedelta(hours=20)
    if thing is None:
        return
    decisions.propose_by_standing(thing, alternates=1, by=joy, at=at)
    if any(one.decision is None for one in deciding.every_line(thing, joy)):
        decisions.propose_the_rest(thing, reason=CHOSEN, by=joy, at=at)
    decisions.approve(thing, digest=deciding.approval_digest(thing, ruth), by=ruth, at=at + timedelta(hours=3))
    for number, reference in enumerate(db.session.scalars(_selected(cycle)).all()):
        drafting = releases.drafting(cycle.award.slug, cycle.year, reference)
        if drafting is None:
            continue
        if number:  # the first one's years are still being asked about
            note = "Confirmed with the district by telephone."
            screening.confirm_standing(drafting.candidacy, note=note, by=joy, at=at + timedelta(hours=4))
        else:
            _answers(drafting.candidacy, None, at=cycle.closes_at + timedelta(days=9))
            citation = "For work that made a whole building look up"
            publishing.save_draft(drafting, citation=citation, quotations=[], by=joy, at=at + timedelta(hours=5))
            _send(drafting.people[0], by=joy, at=at + timedelta(hours=6))  # and nobody has put it into words
        person = drafting.people[0].person
        person.minor = number == 1  # no guardian is noted of this one yet
        _reach(person)
    releasing = releases.releasing(cycle.award.slug, cycle.year)
    public_at = cycle.announced_at or world.now + timedelta(days=28)
    if releasing is not None:
        publishing.plan(releasing, told_at=public_at - TOLD_BEFORE, public_at=public_at, by=joy, at=world.now)


def put_right(world: World, season: Laid) -> None:
    """Correct a page after everybody was told: those who were told are owed a word, which waits for a second person."""
    ruth, at = world.person("Ruth Amsalem"), world.now - timedelta(hours=2)
    for cycle in cycles_of(season):
        for reference in db.session.scalars(_selected(cycle)).all() if cycle.award.slug == BEGUN else ():
            drafting = releases.drafting(cycle.award.slug, cycle.year, reference)
            if drafting is None or drafting.candidacy.name != CORRECTED[0] or drafting.draft is None:
                continue
            facts: dict[str, Any] = {"years": drafting.draft.years, "quotations": drafting.draft.quotations}
            version, (_name, citation, reason) = drafting.draft.version, CORRECTED
            publishing.save_draft(drafting, citation=citation, version=version, reason=reason, by=ruth, at=at, **facts)
            owed = next((one for one, _candidacy in followups.of_cycle(cycle)), None)
            thing = followups.following(cycle.award.slug, cycle.year, owed.id) if owed is not None else None
            if thing is not None:
                said = {
                    "en": "The quartet rehearses in a laundromat, and not in a laundry. The laundromat would like it known."
                }
                words.save(thing, words=said, version=thing.followup.version, by=ruth, at=at + timedelta(minutes=9))


def _look_over(releasing: Releasing, *, by: Person, at: datetime) -> None:
    """Let a second person check every page and approve every message."""
    cycle = releasing.cycle
    for reference in db.session.scalars(_selected(cycle)).all():
        drafting = releases.drafting(cycle.award.slug, cycle.year, reference)
        if drafting is not None:
            publishing.check(drafting, seen=drafting.seen, by=by, at=at)
    wording.approve(releasing, by=by, at=at)


def _selected(cycle: Cycle) -> Select[str]:
    return (
        select(Candidacy.reference)
        .join(Decision, Decision.candidacy_id == Candidacy.id)
        .where(Candidacy.cycle_id == cycle.id, Decision.outcome == Outcome.SELECTED)
        .order_by(Candidacy.id)
    )


def announce(world: World, season: Laid) -> None:
    """Tell those concerned, let them agree field by field, and let the public read: each at its instant."""
    joy = world.person("Joy Tanaka")
    by_name = {one.name: one for one in cast.HONOURED}
    for cycle in cycles_of(season):
        public_at = cycle.announced_at or world.now
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is None or public_at > world.now:
            continue
        publishing.tell(releasing, at=public_at - TOLD_BEFORE)
        giving.declines(cycle, at=public_at - timedelta(days=6))
        if cycle.surprise:
            for reference in db.session.scalars(_selected(cycle)).all():
                drafting = releases.drafting(cycle.award.slug, cycle.year, reference)
                if drafting is not None:
                    publishing.told_in_person(drafting, by=joy, at=public_at - timedelta(days=4, hours=18))
        for candidacy in db.session.scalars(
            select(Candidacy).options(selectinload(Candidacy.people)).where(Candidacy.reference.in_(_selected(cycle)))
        ).all():
            _answers(candidacy, by_name.get(candidacy.name), at=public_at - timedelta(days=3))
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is not None:
            publishing.publish(releasing, at=public_at)


def _photograph(name: str, cycle: Cycle, reference: str, *, by: Person, at: datetime) -> None:
    """Send somebody's picture, if one was drawn of them, and say in words what it shows."""
    if name not in pictures.SITTERS:
        return
    thing = releases.drafting(cycle.award.slug, cycle.year, reference)
    if thing is None:
        return
    photo, words = _send(thing.people[0], by=by, at=at), pictures.SITTERS[name].words
    focus = (photo.focus_x, photo.focus_y)
    photos.describe(thing.people[0], photo, alt=words, focus=focus, version=photo.version, by=by, at=at)


def _send(one: Chosen, *, by: Person, at: datetime) -> Photo:
    """Send a picture, and have it cleaned as the worker does."""
    data = pictures.draw(one.candidacy.name)
    file = files.take_whole(by, one.candidacy, PORTRAIT, name="portrait.jpg", data=data, at=at)
    photo = photos.attach(one, file, by=by, at=at)
    if file.kind is not None:
        files.settle(file, sandbox.clean(data, file.kind, most_pages=PORTRAIT.most_pages), scans=0, at=at)
    return photo


def _answers(candidacy: Candidacy, one: cast.Honoured | None, *, at: datetime) -> None:
    """Let the people of a candidacy say what may be published, where they have not answered yet."""
    said = {number for _candidacy, number in consents.said_in([candidacy.id]).answered}
    for link in candidacy.people:
        if link.person_id not in said:
            _agree(candidacy, link, one, at=at)
    db.session.flush()


def _agree(candidacy: Candidacy, link: CandidacyPerson, one: cast.Honoured | None, *, at: datetime) -> None:
    """Let one person say what may be published: everything, but for those who prefer otherwise."""
    if one is not None and one.unnamed:
        link.person.minor = True  # a student of 17 whose guardian has not answered
        return
    link.person.minor = False
    if one is not None and one.name == BY_TELEPHONE:
        candidacy.told_at = candidacy.told_at or at
        said = dict.fromkeys((Field.NAME, Field.SCHOOL, Field.BIOGRAPHY, Field.SUM), True) | {Field.QUOTATION: False}
        _called(candidacy, link.person, said, by_whom=one.name, at=at)
        db.session.add(Part(candidacy_id=candidacy.id, person_id=link.person_id, biography=one.biography, saved_at=at))
        return
    young = candidacy.role is not None and candidacy.role.startswith("Student")
    if young:
        link.person.minor, link.person.guardian_name, link.person.guardian_email = (
            True,
            "The family",
            "family@people.example",
        )
    for field in Field:
        if field is Field.PHOTO and candidacy.name not in pictures.SITTERS:
            continue
        for guardian in (False, True) if young else (False,):
            db.session.add(
                Consent(
                    candidacy_id=candidacy.id,
                    person_id=link.person_id,
                    field=field,
                    state=ConsentState.GIVEN,
                    words=WORDS,
                    by_guardian=guardian,
                    said_at=at,
                )
            )
    if one is not None and one.biography:
        part = Part(candidacy_id=candidacy.id, person_id=link.person_id, biography=one.biography, saved_at=at)
        db.session.add(part)
        if one.name in cast.IN_SPANISH:
            part.biography = cast.IN_SPANISH[one.name]
            db.session.flush()
            _translated(candidacy, part, one.biography, at=at)


def _called(candidacy: Candidacy, person: Person, said: dict[Field, bool], *, by_whom: str, at: datetime) -> None:
    """Let somebody say by telephone what may be published, and the office write it down."""
    guardian, day = bool(person.minor), (at - timedelta(hours=8)).date()
    hearing.write_down(
        consents.candidacy_by_number(candidacy.id) or candidacy,
        person,
        hearing.Heard(by=by_whom, how=How.TELEPHONE, on=day, said=said, guardian=guardian),
        words=read_out.words(guardian=guardian, name=person.name),
        today=day,
        by=db.session.scalars(select(Person).where(Person.email_key == address_key(cast.OFFICE[0].email))).one(),
        at=at,
    )


def guardian_called(world: World, season: Laid) -> None:
    """A mother calls for her daughter of 17: what she allows is written down, and waits for a second person."""
    name, mother = GUARDIAN_CALLED
    wanted = (
        select(Candidacy)
        .options(selectinload(Candidacy.people), joinedload(Candidacy.cycle))
        .where(Candidacy.name == name, Candidacy.cycle_id.in_([cycle.id for cycle in cycles_of(season)]))
    )
    for candidacy in db.session.scalars(wanted):
        person = candidacy.people[0].person
        person.guardian_name = mother
        said = {Field.NAME: True, Field.SCHOOL: True, Field.PHOTO: False}
        _called(candidacy, person, said, by_whom=mother, at=world.now - timedelta(hours=20))


def _translated(candidacy: Candidacy, part: Part, words: str, *, at: datetime) -> None:
    """Let a neighbor have translated a biography, and the office have approved it."""
    translator = accounts.person_at("carmen.ibarra@translators.example", at=at, given="Carmen", family="Ibarra")
    made = Translation(
        source_kind=BIOGRAPHY,
        source_id=part.id,
        cycle_id=candidacy.cycle_id,
        part_id=part.id,
        written_in="es",
        state=TranslationState.APPROVED,
        language="en",
        texts={BIOGRAPHY: {"text": words, "of": digest(part.biography)}},
        translator_id=translator.id,
        asked_at=at,
        handed_in_at=at,
        approved_at=at,
        noticed_at=at,
    )
    db.session.add(made)
