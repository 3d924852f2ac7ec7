"""What follows an announcement, as the past season lived it: visits, kind words, names read aloud, and what worked months later."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal.db import db
from portal.demo.world import World, cycles_of
from portal.publishing.actions import keepsakes, kind_words, practice, visits
from portal.publishing.desk import queries as releases
from portal.publishing.desk.queries import keepsakes as printed
from portal.publishing.desk.queries import kind_words as spoken
from portal.publishing.desk.queries import practice as briefs
from portal.publishing.desk.queries import visits as surprises
from portal.publishing.rules import ReleaseState
from portal.publishing.rules.keepsakes import Kind
from portal.publishing.rules.practice import BriefState

if TYPE_CHECKING:
    from datetime import datetime

    from portal.demo.calendar import Laid
    from portal.publishing.desk.queries import Releasing

SAID = {
    "Ynez Castellano": "ee-NEZ kas-teh-YAH-no",
    "Bernard Achterhof": "ber-NARD AHK-ter-hof",
}
WORKED = {
    "Ynez Castellano": (
        "A front office that opens at seven",
        (
            "We moved one desk and one kettle. From seven there is breakfast, an interpreter, and nobody asks why a child is early.\n\n"
            "What changed first was who came to us. Parents who had never been in the building came to pour tea, and stayed to say what they "
            "thought of the bus. Two routes changed that winter.\n\n"
            "Begin with one morning a week. Ask the cook before you ask the district."
        ),
    ),
    "Bernard Achterhof": (
        "A schedule made from the other end",
        "Put those with the fewest choices at the top of the list and fit everybody else around them. It takes two weekends and a large table.",
    ),
}
HOSTS = ("Odalys Marchetti", "Rufus Okonjo", "Lien Vandermeer")
ASKED = timedelta(days=100)  # after the public could read
WRITTEN = timedelta(days=30)


def plan_visits(world: World, season: Laid) -> None:
    """Plan the visits of a surprise, and let each host in on it."""
    joy = world.person("Joy Tanaka")
    for cycle in cycles_of(season):
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is None or not cycle.surprise or releasing.release is None or releasing.release.told_at is None:
            continue
        told, at = releasing.release.told_at, releasing.release.planned_at + timedelta(hours=5)
        for number, stop in enumerate(surprises.schedule(releasing)):
            thing = surprises.surprise(cycle.award.slug, cycle.year, stop.one.reference)
            if thing is None:
                continue
            starts = told + timedelta(days=3, hours=2 * number)  # all on one morning, and recorded that afternoon
            school = ", ".join(link.school.name for link in stop.one.candidacy.schools) or "The school"
            host = HOSTS[number % len(HOSTS)]
            visits.plan(
                thing,
                starts_at=starts,
                ends_at=starts + timedelta(hours=1),
                place=f"{school}, main office",
                host_name=host,
                host_email=f"{host.split()[0].lower()}@host.example",
                host_phone="206 555 0142",
                note="Ruth and the board's chair come along; flowers from the market.",
                by=joy,
                at=at,
            )
            thing = surprises.surprise(cycle.award.slug, cycle.year, stop.one.reference)
            if thing is not None:
                visits.tell_host(thing, by=joy, at=at)


def remembered(world: World, season: Laid) -> None:
    """Send kind words, note how names are said, sign the certificates, and ask what worked."""
    joy, ruth = world.person("Joy Tanaka"), world.person("Ruth Amsalem")
    lines = {
        "signature_1": {"en": "Ruth Amsalem, Executive Director"},
        "signature_2": {"en": "Desmond Cole, for the Board"},
    }
    usual = printed.template(Kind.CERTIFICATE)
    if usual.known is None:
        keepsakes.save(usual, words=lines, layout={}, version=0, by=ruth, at=world.now - timedelta(days=300))
    for cycle in cycles_of(season):
        releasing = releases.releasing(cycle.award.slug, cycle.year)
        if releasing is None or releasing.release is None or releasing.release.state is not ReleaseState.PUBLIC:
            continue
        at = releasing.release.public_at or world.now
        people = releases.chosen(cycle)
        keepsakes.note_names(releasing, [(one, SAID.get(one.person.name, "")) for one in people], by=joy, at=at)
        for one, count, _known in list(spoken.everyone(releasing))[:3]:
            thing = spoken.spoken(cycle.award.slug, cycle.year, one.reference)
            if thing is None or not count:
                continue
            words = ["\n\n".join(writer.texts) for writer in thing.writers]
            saved = kind_words.save(thing, words, version=0, by=joy, at=at + timedelta(days=4))
            kind_words.send(thing, saved, by=ruth, at=at + timedelta(days=5))
        if at + ASKED + WRITTEN < world.now:
            _what_worked(world, releasing, at=at + ASKED)


def _what_worked(world: World, releasing: Releasing, *, at: datetime) -> None:
    """Ask everybody; two write, one of which the office has read."""
    joy = world.person("Joy Tanaka")
    ready = [one for one, known in briefs.recipients(releasing) if known is None and practice.may_be_asked(one)]
    if not ready:
        return
    practice.ask(releasing, due_at=max(at + timedelta(days=60), world.now + timedelta(days=21)), by=joy, at=at)
    db.session.flush()
    for number, brief in enumerate(briefs.of_cycle(releasing.cycle.id).values()):
        if brief.person.name not in WORKED:
            continue
        title, text = WORKED[brief.person.name]
        written = at + timedelta(days=20)
        practice.save(brief, title=title, text=text, version=brief.version, at=written)
        own = briefs.own(brief.candidacy_id)
        if own is None:
            continue
        practice.send(own.candidacy, brief, agreed="This may be published beside my page.", by=brief.person, at=written)
        thing = briefs.at_desk(releasing.cycle.award.slug, releasing.cycle.year, brief.id)
        row = releases.recipient_of(brief.candidacy_id, brief.person_id)
        if thing is not None and number == 0 and row is not None and row.name and brief.state is BriefState.SENT:
            practice.publish(thing, version=brief.version, by=joy, at=written + timedelta(days=2))
