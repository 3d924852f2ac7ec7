"""A committee's meeting: nobody sees others' scores before all are locked, and what is said after stays beside them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal import policy
from portal.awards.models import Criterion, Rubric
from portal.db import db, transaction
from portal.errors import Refused, Stale
from portal.history.models import Event
from portal.nominations.models import Candidacy, Conflict, Kind
from portal.nominations.rules import ConflictState
from portal.people.models import Person
from portal.policy import Fact, Permission
from portal.review.actions import meeting, notes, reading, rounds
from portal.review.models import AgendaItem, Assignment, Round, SecondThought, SpokenName, Standing
from portal.review.queries import meeting as queries
from portal.review.queries import rounds as rounds_queries
from portal.review.queries import standings
from portal.review.queries.reading import count_left, own
from portal.review.queries.rounds import InReview
from portal.review.rules.lives import RoundState
from portal.review.rules.notes import Audience
from tests.support.reviewing import LATER, make_open, score, typed

END = LATER + timedelta(days=30)
MORE = END + timedelta(days=5)
LEVELS = (5, 4, 4, 2)  # with two places, the second and the third stand in a tie at the cut


@pytest.fixture
def closed(app):
    """Return a committee whose round is closed, with an exact tie at the cut; its third member has read nothing of the tie."""
    with transaction():
        committee = make_open(candidacies=4, members=4, reads=2, places=2)
        for person in committee.people:
            for mine in committee.readings(person):
                place = [one.id for one in committee.candidacies].index(mine.candidacy_id)
                score(committee, mine, *[LEVELS[place]] * 4)
        rounds.close(committee.round, by=None, at=committee.round.closes_at)
    return committee


def round_of(committee) -> Round:
    return rounds_queries.by_id(committee.round.id)


def lock(committee) -> None:
    with transaction():
        rounds.lock(round_of(committee), by=committee.staff, at=END)


def band(committee) -> list[str]:
    return [row.reference for row in standings.standings(round_of(committee)).rows if row.group == "band"]


def tied(committee) -> list[Candidacy]:
    return [committee.candidacies[1], committee.candidacies[2]]


def order(committee, references, *, until=MORE, reason="The two cannot be told apart.") -> int:
    with transaction():
        return meeting.order_extra(
            round_of(committee), references, until=until, reason=reason, by=committee.staff, at=END
        )


def test_a_member_sees_nothing_of_others_before_the_scores_are_locked(closed):
    member = closed.people[1]
    assert not policy.may(member, Permission.SEE_STANDINGS, InReview(closed.cycle, round_of(closed)))
    lock(closed)
    review = InReview(rounds_queries.by_id(closed.round.id).cycle, round_of(closed))
    assert Fact.IN_DELIBERATION in policy.facts_about(member, review)
    assert policy.may(member, Permission.SEE_STANDINGS, review)
    assert not policy.may(member, Permission.LEAD_MEETING, review)
    assert policy.may(closed.people[0], Permission.LEAD_MEETING, review)


def test_extra_readings_are_for_those_in_the_band_and_open_the_round_for_nothing_else(closed):
    outside = db.session.scalar(select(SpokenName.reference).where(SpokenName.candidacy_id == closed.candidacies[0].id))
    assert len(band(closed)) == 2
    with pytest.raises(Refused, match="cannot tell apart"):
        order(closed, [outside])
    with pytest.raises(Refused, match="at least one"):
        order(closed, [])
    with pytest.raises(Refused, match="Say why"):
        order(closed, band(closed), reason=" ")
    assert round_of(closed).state is RoundState.CLOSED
    before = db.session.scalar(select(func.count()).select_from(Assignment))
    assert order(closed, band(closed)) == 2
    made = db.session.scalars(select(Assignment).where(Assignment.extra)).all()
    assert (len(made), db.session.scalar(select(func.count()).select_from(Assignment)) - before) == (2, 2)
    assert {each.candidacy_id for each in made} == {each.id for each in tied(closed)}
    assert round_of(closed).state is RoundState.REOPENED
    read_before = {
        (each.candidacy_id, each.reviewer_id)
        for each in db.session.scalars(select(Assignment).where(~Assignment.extra))
    }
    assert not read_before & {(each.candidacy_id, each.reviewer_id) for each in made}
    reader = db.session.get_one(Person, made[0].reviewer_id)
    assert count_left(reader) == sum(each.reviewer_id == reader.id for each in made)
    old = db.session.scalars(select(Assignment).where(~Assignment.extra, Assignment.reviewer_id == reader.id)).first()
    with transaction():
        held = own(db.session.get_one(Person, reader.id), old.position)
        with pytest.raises(Refused, match="closed"):
            reading.save(held, typed(closed, 1, 1, 1, 1), version=held.review.version, at=END)
    with transaction():
        extra = own(db.session.get_one(Person, reader.id), made[0].position)
        score(closed, extra, 6, 6, 6, 6, at=END + timedelta(hours=1))
    assert standings_count(made[0].candidacy_id) == 3


def standings_count(candidacy_id: int) -> int:
    return db.session.scalar(select(Standing.count).where(Standing.candidacy_id == candidacy_id))


def test_extra_readings_that_nobody_may_do_change_nothing(closed):
    with transaction():
        for candidacy in tied(closed):
            for person in closed.numbers:
                db.session.add(
                    Conflict(
                        candidacy_id=candidacy.id,
                        person_id=person,
                        kind=Kind.FAMILY,
                        state=ConflictState.DECLARED,
                        fact="A neighbor.",
                        raised_at=END,
                    )
                )
    with pytest.raises(Refused):
        order(closed, band(closed))
    assert round_of(closed).state is RoundState.CLOSED
    assert not db.session.scalar(select(func.count()).select_from(Assignment).where(Assignment.extra))


def begin(committee, present=None):
    with transaction():
        return meeting.begin(
            round_of(committee),
            seed=5,
            present=committee.numbers if present is None else present,
            by=committee.people[0],
            at=END,
        ).id


def test_a_meeting_begins_once_about_locked_scores_and_its_agenda_is_the_band(closed):
    with pytest.raises(Refused, match="Lock the scores first"):
        begin(closed)
    lock(closed)
    assert begin(closed) == begin(closed)
    held = queries.of(round_of(closed))
    assert held.present == sorted(closed.numbers)
    agenda = queries.agenda(held, closed.people[0])
    assert {stop.candidacy.id for stop in agenda} == {each.id for each in tied(closed)}
    assert [stop.item.position for stop in agenda] == [1, 2]


def test_whoever_has_a_conflict_steps_out_and_does_not_find_it_on_the_agenda(closed):
    lock(closed)
    begin(closed)
    first = tied(closed)[0].id
    with transaction():
        db.session.add(
            Conflict(
                candidacy_id=first,
                person_id=closed.numbers[1],
                kind=Kind.FAMILY,
                state=ConflictState.DECLARED,
                fact="A neighbor.",
                raised_at=END,
            )
        )
    held = queries.of(round_of(closed))
    assert [stop.candidacy.id for stop in queries.agenda(held, closed.people[1])] == [tied(closed)[1].id]
    kept = {person.id: away for person, away in queries.seats(round_of(closed))}
    assert kept[closed.numbers[1]] == {first}
    assert not kept[closed.numbers[0]]


def test_talked_about_counts_once_brought_comes_last_and_after_the_end_nothing_moves(closed):
    lock(closed)
    begin(closed)
    chair, first, last = closed.people[0], tied(closed)[0], closed.candidacies[3]
    for _twice in range(2):
        with transaction():
            held = queries.of(round_of(closed))
            meeting.talked(round_of(closed), held, db.session.get_one(Candidacy, first.id), by=chair, at=END)
            meeting.bring(round_of(closed), held, db.session.get_one(Candidacy, last.id), by=chair, at=END)
            meeting.show(held, db.session.get_one(Candidacy, first.id))
    assert db.session.scalar(select(func.count()).select_from(Event).where(Event.action == "talked about")) == 1
    assert db.session.scalar(select(AgendaItem.position).where(AgendaItem.candidacy_id == last.id)) == 3
    with transaction():
        meeting.end(round_of(closed), queries.of(round_of(closed)), by=chair, at=END)
    with transaction():
        held = queries.of(round_of(closed))
        assert held.shown_id is None
        for step in (
            lambda: meeting.show(held, last),
            lambda: meeting.talked(round_of(closed), held, last, by=chair, at=END),
            lambda: meeting.seat(round_of(closed), held, present=[], by=chair, at=END),
            lambda: meeting.end(round_of(closed), held, by=chair, at=END),
        ):
            with pytest.raises(Refused, match="has ended"):
                step()


def think(committee, person, candidacy, *, level, reason="I had missed a year.", seen=None):
    with transaction():
        review = queries.own_review(round_of(committee), candidacy.id, person)
        rubric = db.session.get_one(Rubric, committee.cycle.rubric_id)
        criterion = db.session.scalars(
            select(Criterion).where(Criterion.rubric_id == rubric.id).order_by(Criterion.position)
        ).first()
        return meeting.think_again(
            review, criterion, level=level, reason=reason, seen=seen, by=person, at=END + timedelta(hours=2)
        ).id


def test_a_second_thought_stands_beside_the_score_and_changes_no_standing(closed):
    lock(closed)
    begin(closed)
    candidacy = tied(closed)[0]
    reader = db.session.scalar(
        select(Person)
        .join(Assignment, Assignment.reviewer_id == Person.id)
        .where(Assignment.candidacy_id == candidacy.id)
        .limit(1)
    )
    before = db.session.execute(select(Standing.mean, Standing.rank).order_by(Standing.id)).all()
    with pytest.raises(Refused, match="Say why"):
        think(closed, reader, candidacy, level=6, reason="  ")
    first = think(closed, reader, candidacy, level=6)
    with pytest.raises(Stale):
        think(closed, reader, candidacy, level=5)
    second = think(closed, reader, candidacy, level=5, seen=first)
    kept = db.session.scalars(select(SecondThought).order_by(SecondThought.id)).all()
    assert [(each.id, each.before, each.level, each.replaced_at is None) for each in kept] == [
        (first, 4, 6, False),
        (second, 4, 5, True),
    ]
    assert db.session.execute(select(Standing.mean, Standing.rank).order_by(Standing.id)).all() == before
    rubric = db.session.scalars(select(Rubric).where(Rubric.id == closed.cycle.rubric_id)).one()
    db.session.refresh(rubric, ["criteria"])
    voices = queries.voices(round_of(closed), [candidacy.id], rubric)[candidacy.id]
    assert {voice.total for voice in voices} == {40.0}
    (again,) = [voice for voice in voices if voice.thoughts]
    assert again.now == pytest.approx(40.0 + rubric.criteria[0].weight / 10)
    stranger = next(one for one in closed.people if queries.own_review(round_of(closed), candidacy.id, one) is None)
    assert stranger is not None


def test_notes_are_heard_by_whom_they_are_for(closed):
    lock(closed)
    first, writer, other, chair = tied(closed)[0], closed.people[1], closed.people[2], closed.people[0]
    with transaction():
        for audience in Audience:
            notes.write(round_of(closed), first, text=audience.value, audience=audience, by=writer, at=END)

    def heard(person, *, leads):
        found = queries.notes_heard(round_of(closed), [first.id], person, leads=leads, deliberates=True)
        return [note.text for note in found[first.id]]

    assert heard(writer, leads=False) == ["self", "chair", "committee", "minutes"]
    assert heard(other, leads=False) == ["committee", "minutes"]
    assert heard(chair, leads=True) == ["chair", "committee", "minutes"]
    assert [note.text for note in queries.minuted(round_of(closed), [first.id])[first.id]] == ["minutes"]
