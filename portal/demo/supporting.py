"""Letters and nominees' own parts in the season that is open: one of each kind that an office meets."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal.db import db
from portal.demo import makers
from portal.demo.world import World, cycles_of
from portal.files import actions as files
from portal.files import sandbox
from portal.files.rules import LETTER as LETTER_FILE
from portal.files.rules import RESUME, Kind
from portal.nominations.actions import gathering, letters, parts
from portal.nominations.models import Candidacy, Nomination, Relation
from portal.nominations.queries import parts as part_queries
from portal.nominations.queries.consent import candidacy_by_number
from portal.nominations.queries.writing import by_reference
from portal.nominations.rules.letters import WriterRole
from portal.people.rules import address_key
from portal.schools.models import School

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Cycle
    from portal.demo.calendar import Laid

MIXES = {
    "principal-award": [WriterRole.STAFF, WriterRole.SUPERVISOR, WriterRole.FAMILY],
    "excellence-in-teaching": [WriterRole.SUPERVISOR, WriterRole.COMMUNITY, WriterRole.FAMILY],
    "senior-scholarship": [WriterRole.TEACHER],
    "student-activist": [WriterRole.TEACHER, WriterRole.COMMUNITY],
}
WRITERS = (
    ("Delphine Aubert", "delphine.aubert@writers.example", WriterRole.SUPERVISOR),
    ("Samuel Okonkwo", "samuel.okonkwo@writers.example", WriterRole.COMMUNITY),
    ("Marisol Duarte", "marisol.duarte@writers.example", WriterRole.FAMILY),
)
LETTER = """I have been Amina's principal for six years, and I have stopped being surprised by her room.

In her first autumn she asked to keep the door open after the last bell. Eleven students came to finish homework; by spring there were forty, and she had persuaded two retired engineers from the street behind the school to sit with them. Nobody was sent by a teacher. They came because somebody would look at their work and say what was good in it before saying what was wrong.

What I would tell a committee is smaller. When a family stops answering the telephone, she walks there. She brings the workbook, and she brings bread. Of nineteen students who had failed the term before, seventeen passed with her, and the two others came back the year after and passed then.

She is not finished learning, and says so to her classes. I can think of nobody from whom I have learned more."""
COLLEAGUE = ("Rosario Beltrán", "rosario.beltran@writers.example")
SPANISH_LETTER = (
    "Estimado comité:",
    "Trabajo con la maestra desde hace nueve años y conozco su aula.",
    "Los alumnos que llegan sin inglés encuentran allí una mesa y una pregunta.",
    "Ella aprende sus nombres el primer día, y los de sus hermanos.",
    "No conozco a nadie que escuche más a las familias.",
)
ESSAY = "I keep the door open after the last bell, and I ask before I explain. Most days the students explain it better than I would have."

DECLINING, DECLINES_AT = "Ossian Holt", "ossian.holt@people.example"
DECLINES = "I am grateful, and I would rather that somebody at the start had it. I retire in June."


def support(world: World, season: Laid) -> None:
    """Say what letters two awards ask for; one letter came, one is waited for, one was declined; one nominee began their part, another declines."""
    joy = world.person("Joy Tanaka")
    cycles = {cycle.award.slug: cycle for cycle in cycles_of(season)}
    for slug, mix in MIXES.items():
        cycle = cycles[slug]
        letters.set_plan(
            cycle,
            by=joy,
            at=cycle.opens_at - timedelta(days=1),
            mix=[role.value for role in mix],
            least_words=300,
            most_words=700,
        )
    teaching = cycles["excellence-in-teaching"]
    found = (
        select(Nomination)
        .join(Candidacy, Candidacy.id == Nomination.candidacy_id)
        .where(Candidacy.cycle_id == teaching.id, Candidacy.name == "Amina Warsame")
        .order_by(Nomination.id)
    )
    nomination = by_reference(db.session.scalars(found).first().reference)  # type: ignore[union-attr]
    if nomination is None:
        return
    _letters(world, nomination)
    _part(world, nomination)
    _declines(world, cycles["librarian"])


def _letters(world: World, nomination: Nomination) -> None:
    begun = nomination.created_at
    asked = [
        letters.ask(
            cycle=nomination.cycle,
            nomination=nomination,
            by=nomination.nominator,
            name=name,
            email=email,
            role=role,
            note="You have seen her with students for longer than any of us.",
            at=begun,
        )
        for name, email, role in WRITERS
    ]
    came = min(begun + timedelta(days=2), world.now - timedelta(minutes=50))
    saved = letters.save(asked[0], text=LETTER, signed=WRITERS[0][0], position="Her principal", version=None, at=came)
    letters.send(asked[0], version=saved.version, at=came)
    letters.decline(asked[2], reason="I moved away and would only repeat what others know.", at=came)
    _letter_as_file(nomination, at=came)


def _letter_as_file(nomination: Nomination, *, at: datetime) -> None:
    """Let a teacher send a letter in Spanish, as a file: somebody is to type its translation beside it."""
    name, email = COLLEAGUE
    asked = letters.ask(
        cycle=nomination.cycle,
        nomination=nomination,
        by=nomination.nominator,
        name=name,
        email=email,
        role=WriterRole.TEACHER,
        at=at,
    )
    data = pages_of((*SPANISH_LETTER, name))
    file = files.take_whole(asked.writer, asked, LETTER_FILE, name="Carta.pdf", data=data, at=at)
    files.settle(
        file, sandbox.clean(data, Kind.PDF, most_pages=LETTER_FILE.most_pages), scans=0, at=at
    )  # our own letter
    letters.attach(asked, file, at=at)
    letters.send(asked, version=None, at=at)


def _part(world: World, nomination: Nomination) -> None:
    candidacy = candidacy_by_number(nomination.candidacy_id or 0)
    if candidacy is None:
        return
    amina = candidacy.people[0].person
    amina.email = "amina.warsame@people.example"
    amina.email_key = address_key(amina.email)
    at = world.now - timedelta(minutes=40)
    parts.invite(candidacy, by=world.person("Joy Tanaka"), at=at)
    own = part_queries.part_of(candidacy.id, amina.id)
    if own is None:
        return
    parts.accept(candidacy, own, by=amina, at=at)
    essay = part_queries.question(candidacy.cycle, "equity_practice")
    if essay is not None:
        parts.save_answer(candidacy, own, essay, ESSAY, version=None, at=at)
    file = files.take_whole(amina, own, RESUME, name="Resume, Amina Warsame.pdf", data=_resume(), at=at)
    parts.attach(candidacy, own, file, by=amina, at=at)


def _declines(world: World, cycle: Cycle) -> None:
    """Let a nominee say no: the office reads why, and whoever nominated learns nothing of it."""
    at = world.now - timedelta(days=1)
    lowell = db.session.scalars(select(School).where(School.name == "Lowell Elementary School")).one()
    writer = makers.make_person("Birgitta Solano", email="birgitta.solano@families.example", at=at)
    nomination = makers.make_nomination(
        cycle, nominee=DECLINING, school=lowell, nominator=writer, texts=(ESSAY,) * 3, relation=Relation.PARENT, at=at
    )
    candidacy = candidacy_by_number(gathering.gather(nomination, at=at).id)
    if candidacy is None:
        return
    ossian = candidacy.people[0].person
    ossian.email, ossian.email_key = DECLINES_AT, address_key(DECLINES_AT)
    parts.invite(candidacy, by=world.person("Joy Tanaka"), at=at + timedelta(hours=2))
    own = part_queries.part_of(candidacy.id, ossian.id)
    if own is not None:
        parts.decline(candidacy, own, reason=DECLINES, by=ossian, at=at + timedelta(hours=9))


def _resume() -> bytes:
    """Return a resume of one page."""
    return pages_of(
        (
            "Amina Warsame",
            "Mathematics, grades 7 and 8, since 2017",
            "The open table after the last bell, since 2018",
            "Bachelor of science in mathematics, 2015; teaching certificate, 2017",
            "Speaks Somali, English and some Amharic",
        )
    )


def pages_of(lines: tuple[str, ...]) -> bytes:
    """Return a PDF of one page with these lines."""
    import pikepdf  # noqa: PLC0415 - the demonstration alone makes one

    made = pikepdf.new()
    page = made.add_blank_page(page_size=(612, 792))
    name = pikepdf.Name
    font = pikepdf.Dictionary(
        Type=name.Font, Subtype=name.Type1, BaseFont=name.Helvetica, Encoding=name.WinAnsiEncoding
    )
    page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    shown = " ".join(f"({line}) Tj 0 -28 Td" for line in lines)
    page.obj.Contents = made.make_stream(f"BT /F1 15 Tf 72 700 Td {shown} ET".encode("cp1252"))
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()
