"""A cycle that is ready to be decided: a closed round, standings in a known order, an office of two and a publisher."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from portal import clock
from portal.awards.actions import firewall
from portal.awards.rules import CycleStage
from portal.db import db
from portal.decisions import actions, queries
from portal.demo import makers
from portal.nominations.models import Consent, Field, Part
from portal.nominations.rules import CandidacyStage, ConsentState
from portal.review.models import SpokenName, Standing
from portal.review.rules.lives import RoundState

if TYPE_CHECKING:
    from datetime import datetime

    from portal.nominations.models import Candidacy
    from portal.people.models import Person

AT = makers.NOW + timedelta(days=60)
TOLD = AT + timedelta(days=7)
PUBLIC = AT + timedelta(days=14)
SECOND = timedelta(seconds=1)
NAMES = (
    "Amina Warsame",
    "Tomás Villaseñor",
    "Linh Tran-Whitaker",
    "Solomon Pratt",
    "Keala Baptiste",
    "Hodan Abdulle",
    "Gus Nakagawa",
    "Wren Halvorsen",
)


@dataclass
class World:
    """Numbers of what was made; each is read afresh where it is needed."""

    cycle: int
    slug: str
    candidacies: list[int]
    joy: int
    ruth: int

    @property
    def desk(self) -> str:
        """Where the cycle's pages lie."""
        return f"/desk/{self.slug}/2026"

    def candidacy(self, place: int) -> Candidacy:
        """Return the candidacy with this place in the order of standing, from 0."""
        from sqlalchemy.orm import joinedload, selectinload

        from portal.nominations.models import Candidacy

        loads = [selectinload(Candidacy.people), joinedload(Candidacy.cycle)]
        return db.session.get_one(Candidacy, self.candidacies[place], options=loads, populate_existing=True)

    def reference(self, place: int) -> str:
        """Return the reference of the candidacy with this place in the order of standing."""
        from portal.nominations.models import Candidacy

        return db.session.get_one(Candidacy, self.candidacies[place]).reference

    def person(self, name: str) -> Person:
        """Return joy or ruth."""
        from portal.people.models import Person

        return db.session.get_one(Person, getattr(self, name))

    def thing(self) -> queries.Deciding:
        """Return the cycle as the pages of decisions have it."""
        found = queries.deciding(self.slug, 2026)
        assert found is not None
        return found

    def one(self, place: int) -> queries.Decided:
        """Return one candidacy as the pages of decisions have it, by name."""
        thing = self.thing()
        row = db.session.execute(queries._lines(thing).where(queries.Candidacy.id == self.candidacies[place])).one()
        return queries.Decided(thing, queries._line(row, named=True))


def build(
    *,
    places: int = 2,
    ranks: tuple[int | None, ...] = (1, 2, 3, 4),
    surprise: bool = False,
    blind: bool = False,
    confirmed: bool = True,
    nominations: int = 1,
    **cycle_facts: Any,
) -> World:
    """Make it, in a transaction that the caller holds."""
    award = makers.make_award("Excellence in Teaching Award", slug="teaching")
    cycle = makers.make_cycle(
        award, stage=CycleStage.IN_REVIEW, places=places, surprise=surprise, blind=blind, **cycle_facts
    )
    joy, ruth = makers.make_staff("Joy Tanaka"), makers.make_publisher("Ruth Alemu")
    round_ = makers.make_round(cycle, state=RoundState.LOCKED, blind=blind)
    numbers = []
    for place, rank in enumerate(ranks):
        name = NAMES[place] if place < len(NAMES) else f"Person Number{place}"
        person = makers.make_person(name, email=f"nominee{place}@school.example")
        school = makers.make_school(f"School of {name}")
        candidacy = makers.make_candidacy(
            cycle,
            name=name,
            person=person,
            school=school,
            stage=CandidacyStage.IN_REVIEW,
            confirmed=confirmed,
            nominations=nominations,
        )
        db.session.add(
            SpokenName(round_id=round_.id, candidacy_id=candidacy.id, name=f"Plant {place}", reference=f"R-{place:04d}")
        )
        mean = None if rank is None else 60.0 - rank
        db.session.add(
            Standing(
                round_id=round_.id,
                candidacy_id=candidacy.id,
                mean=mean,
                count=3,
                rank=rank,
                tied=rank is not None and ranks.count(rank) > 1,
                facts={},
                computed_at=AT,
            )
        )
        numbers.append(candidacy.id)
    db.session.flush()
    return World(cycle.id, award.slug, numbers, joy.id, ruth.id)


def decide(world: World) -> None:
    """Propose by standing, the rest not selected, and approve it all, in a transaction that the caller holds."""
    joy, ruth = world.person("joy"), world.person("ruth")
    actions.propose_by_standing(world.thing(), alternates=1, by=joy, at=AT)
    actions.propose_the_rest(world.thing(), reason="", by=joy, at=AT)
    thing = world.thing()
    actions.approve(thing, digest=queries.approval_digest(thing, ruth), by=ruth, at=AT)


def ready(world: World, *, at: datetime = AT) -> None:
    """Let Ruth check every page, go on without whoever has not answered, and approve every message; the caller holds the transaction."""
    from portal.publishing import actions as publishing
    from portal.publishing.actions import unnamed, wording
    from portal.publishing.desk import queries as desk

    db.session.flush()
    db.session.expire_all()
    releasing, ruth = desk.releasing(world.slug, 2026), world.person("ruth")
    assert releasing is not None
    for reference in {one.reference for one in desk.chosen(releasing.cycle)}:
        thing = desk.drafting(world.slug, 2026, reference)
        assert thing is not None
        if thing.draft is None or thing.draft.checked_at is None:
            publishing.check(thing, seen=thing.seen, by=ruth, at=at)
    unnamed.go_on(releasing, desk.chosen(releasing.cycle), reason="Nobody answered.", by=ruth, at=at)
    known = desk.readiness(releasing, desk.chosen(releasing.cycle))
    if known.members and not known.has_donors and not known.families:
        chosen = {one.candidacy.id for one in desk.chosen(releasing.cycle)}
        firewall.confirm_families(releasing.cycle, candidacies=chosen, donors=[], version=0, by=ruth, at=at)
    if releasing.release is not None and desk.unapproved(releasing.cycle):
        wording.approve(releasing, by=ruth, at=at)
    db.session.flush()
    db.session.expire_all()


def consent(
    candidacy: Candidacy,
    *fields: Field,
    state: ConsentState = ConsentState.GIVEN,
    at: datetime = AT,
    guardian: bool = False,
) -> None:
    """Let the candidacy's people say something about publication."""
    for link in candidacy.people:
        for field in fields:
            db.session.add(
                Consent(
                    candidacy_id=candidacy.id,
                    person_id=link.person_id,
                    field=field,
                    state=state,
                    words="Yes.",
                    by_guardian=guardian,
                    said_at=at,
                )
            )
    db.session.flush()


def biography(candidacy: Candidacy, words: str) -> None:
    """Let the candidacy's people write their biography."""
    for link in candidacy.people:
        db.session.add(Part(candidacy_id=candidacy.id, person_id=link.person_id, biography=words, saved_at=AT))
    db.session.flush()


def token(page: str) -> str:
    """Return the token of a page's forms."""
    return re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]


class Desk:
    """Somebody at their desk: gets a page, fills in a form of it, sends it."""

    def __init__(self, app: Any, person: Person | None, at: datetime = AT) -> None:
        """Sign them in."""
        from portal.db import transaction

        self.client, self.at = app.test_client(), at
        if person is not None:
            with transaction():
                makers.sign_in(self.client, person, at=at)

    def get(self, url: str) -> Any:
        """Get a page."""
        with clock.at(self.at):
            return self.client.get(url)

    def text(self, url: str) -> str:
        """Get a page that must be there."""
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return str(answer.get_data(as_text=True))

    def post(self, url: str, data: dict[str, Any]) -> Any:
        """Send these fields as they are."""
        with clock.at(self.at):
            return self.client.post(url, data=data)

    def send(self, page: str, action: str, **fields: Any) -> Any:
        """Send a form of `page` to `action`, with that page's token and whatever hidden fields that form holds."""
        text = self.text(page)
        found = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', text, re.DOTALL)
        assert found, f"{page} has no form for {action}"
        hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', found[0])
        data = {
            re.search(r'name="([^"]+)"', one)[1]: (re.search(r'value="([^"]*)"', one) or ["", ""])[1] for one in hidden
        }
        return self.post(action, {**data, **{key: value for key, value in fields.items() if value is not None}})
