"""A form service's export: every row accounted for, nothing twice, nothing lost."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

import portal.demo
from portal import clock
from portal.db import db, transaction
from portal.demo.makers import (
    CLOSES,
    NOW,
    make_award,
    make_cycle,
    make_organisation,
    make_school,
    make_season,
    make_staff,
)
from portal.errors import Refused
from portal.jobs import worker
from portal.jobs.models import Job, JobState
from portal.mail.models import Message
from portal.nominations.actions import importing, snapshots
from portal.nominations.models import (
    Answer,
    Candidacy,
    Import,
    ImportRow,
    ImportState,
    Match,
    Nomination,
    Quote,
    Relation,
    RowState,
    Snapshot,
)
from portal.nominations.queries import importing as queries
from portal.nominations.rules import Stage, matching
from portal.people.models import Person
from portal.questions.models import Asked, Question, QuestionKind, QuestionSet
from portal.schools import actions as schools
from portal.schools.models import School

DATA = Path(portal.demo.__file__).parent / "data"
AWARDS = (
    "Principal Award for Excellence",
    "Excellence in Teaching Award",
    "Science Teaching Award",
    "School Leadership Award",
    "Librarian Award",
    "Student Activist Award",
)
AFTER = CLOSES + timedelta(days=3)


def season_like_the_file():
    make_organisation()
    with (DATA / "seattle-schools.csv").open(encoding="utf-8-sig", newline="") as lines:
        schools.load(lines)
    for name in AWARDS:
        make_cycle(make_award(name), question_set_id=asked().id, self_nomination=name.startswith("Student"))
    return make_season(2026)


def asked():
    made = QuestionSet(title="General", frozen_at=NOW)
    for place, (key, label, limit, required) in enumerate(
        [
            ("justice", "What has {nominee} done to advance educational justice?", 250, True),
            ("story", "Tell us one story of {nominee} with students.", 250, True),
            ("evidence", "Evidence of change", 150, True),
            ("lift", "How does {nominee} lift up colleagues and families?", 150, False),
            ("anything", "Is there anything else the committee should know?", 100, False),
        ]
    ):
        made.questions.append(
            Question(
                position=place,
                key=key,
                asked=Asked.NOMINATOR,
                kind=QuestionKind.TEXT,
                label={"en": label},
                short={"en": label},
                hint={},
                choices=[],
                word_limit=limit,
                required=required,
            )
        )
    db.session.add(made)
    db.session.flush()
    return made


def export():
    return (DATA / "nominations-2026.csv").read_bytes()


def uploaded(season, data=None, name="nominations-2026.csv"):
    return importing.upload(export() if data is None else data, name=name, season=season, by=None, at=AFTER)


def rows(made, state=None):
    wanted = select(ImportRow).where(ImportRow.import_id == made.id).order_by(ImportRow.number, ImportRow.part)
    return db.session.scalars(wanted.where(ImportRow.state == state) if state else wanted).all()


def table(*lines, header="Timestamp,Your name,Your email,Nominee first name,Nominee last name,School,Award,justice"):
    return ("\ufeff" + "\r\n".join([header, *lines]) + "\r\n").encode()


def test_the_schools_of_the_file_are_loaded_once_and_what_is_not_reported_is_not_zero(app):
    with transaction():
        for added, kept in ((110, 0), (0, 110)):
            with (DATA / "seattle-schools.csv").open(encoding="utf-8-sig", newline="") as lines:
                assert schools.load(lines) == (added, kept)
        adams = db.session.scalars(select(School).where(School.name == "Adams Elementary School")).one()
        assert (adams.title_i, adams.students, adams.free_lunch) == (None, 534, 61)
        assert db.session.scalar(select(func.count()).select_from(School)) == 110


def test_every_one_of_the_143_rows_is_accounted_for(app):
    with transaction():
        season, staff = season_like_the_file(), make_staff()
        made = uploaded(season)
        assert len({row.number for row in rows(made)}) == 143
        assert [(row.number, row.part) for row in rows(made) if row.part] == [(two_awards().number, 1)]
        assert queries.counts(made) == {RowState.READY: 139, RowState.WRONG: 4, RowState.REPEATED: 1}
        assert {row.number: [problem["field"] for problem in row.problems] for row in rows(made, RowState.WRONG)} == {
            2: ["nominee_given"],
            81: ["nominator_email"],
            92: ["nominator_email"],
            95: ["school"],
        }
        assert [(row.number, row.notes[0]["facts"]) for row in rows(made, RowState.REPEATED)] == [(54, {"row": 52})]

        assert importing.start(made, tell=False, by=staff, at=AFTER) == 139
        assert queries.counts(made) == {RowState.IMPORTED: 139, RowState.WRONG: 4, RowState.REPEATED: 1}
        stages = Counter(db.session.scalars(select(Nomination.stage)))
        assert stages == {Stage.SUBMITTED: 138, Stage.LATE: 1}
        assert db.session.scalar(select(func.count()).select_from(Snapshot)) == 138
        assert all(snapshots.intact(snapshot) for snapshot in db.session.scalars(select(Snapshot)))
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0

        late = db.session.scalars(select(Nomination).where(Nomination.stage == Stage.LATE)).one()
        assert late.received_at == datetime(2026, 3, 14, 7, 31, tzinfo=UTC)
        assert late.candidacy_id is None


def two_awards():
    return next(row for row in db.session.scalars(select(ImportRow)) if "," in row.cells["Award(s)"])


def test_what_was_imported_is_what_the_file_says(app):
    with transaction():
        season, staff = season_like_the_file(), make_staff()
        made = uploaded(season)
        importing.start(made, tell=False, by=staff, at=AFTER)
        by_row = {row.number: row for row in rows(made) if row.part == 0}
        formula = answers(by_row[50])
        assert formula["justice"] == '=HYPERLINK("http://example.org","see attached")'
        assert "lift" not in formula  # not asked is not missing
        broken = next(
            row
            for row in by_row.values()
            if "\n" in row.cells["What has this person done to advance educational justice? (250 words)"]
        )
        assert "\n" in answers(broken)["justice"]
        assert "\r" not in answers(broken)["justice"]
        long = by_row[114]
        assert [note["facts"] for note in long.notes] == [{"count": 396, "most": 250, "over": 146}]
        assert len(answers(long)["justice"].split()) == 396
        first = db.session.get_one(Nomination, by_row[3].nomination_id)
        assert first.received_at == datetime(2026, 2, 3, 3, 57, tzinfo=UTC)
        assert (first.relation, first.quote) == (Relation.COLLEAGUE, Quote.NAMED)
        nominator = db.session.get_one(Person, first.nominator_id)
        assert (nominator.name, nominator.email) == ("Keala Mensah", "keala.mensah@example.org")
        languages = Counter(db.session.scalars(select(Nomination.language)))
        assert {"ar", "es", "so", "zh", "vi", "am"} < set(languages)
        two = [row for row in rows(made) if row.number == two_awards().number]
        assert len({row.nomination_id for row in two}) == 2
        persons = select(func.count(func.distinct(Nomination.candidacy_id))).where(
            Nomination.id.in_([row.nomination_id for row in two])
        )
        assert db.session.scalar(persons) == 2


def answers(row):
    wanted = (
        select(Question.key, Answer.text)
        .join(Answer, Answer.question_id == Question.id)
        .where(Answer.nomination_id == row.nomination_id)
    )
    return dict(db.session.execute(wanted).all())


def test_what_is_gathered_and_what_is_asked(app):
    with transaction():
        season, staff = season_like_the_file(), make_staff()
        importing.start(uploaded(season), tell=False, by=staff, at=AFTER)
        rosa = db.session.scalars(select(Candidacy).where(Candidacy.name == "Rosa Abdirahman")).one()
        assert (
            db.session.scalar(select(func.count()).select_from(Nomination).where(Nomination.candidacy_id == rosa.id))
            == 24
        )
        letters = Counter(
            db.session.scalars(
                select(Snapshot.letter_key)
                .join(Nomination, Nomination.id == Snapshot.nomination_id)
                .where(Nomination.candidacy_id == rosa.id)
            )
        )
        assert max(letters.values()) == 23
        why = {tuple(match.why) for match in db.session.scalars(select(Match))}
        assert why == {
            (matching.NICKNAME, matching.ADDRESS),
            (matching.TWO_SCHOOLS,),
        }  # Josefina and Josie Moretti; two Keala Flynns


def test_importing_the_same_file_again_adds_nothing(app):
    with transaction():
        season, staff = season_like_the_file(), make_staff()
        importing.start(uploaded(season), tell=False, by=staff, at=AFTER)
        before = db.session.scalar(select(func.count()).select_from(Nomination))
        again = uploaded(season, export().replace(b"\r\n", b"\n"), name="again.csv")
        assert queries.counts(again) == {RowState.REPEATED: 140, RowState.WRONG: 4}
        assert importing.start(again, tell=True, by=staff, at=AFTER) == 0
        assert db.session.scalar(select(func.count()).select_from(Nomination)) == before
        assert db.session.scalar(select(func.count()).select_from(Message)) == 0


def test_the_rest_is_mended_in_place_and_imported(app):
    with transaction():
        season, staff = season_like_the_file(), make_staff()
        made = uploaded(season)
        importing.start(made, tell=False, by=staff, at=AFTER)
        wrong = {row.number: queries.row_by_id(row.id) for row in rows(made, RowState.WRONG)}
        boren = db.session.scalars(select(School).where(School.name == "Louisa Boren STEM K-8")).one()
        importing.mend(wrong[2], {"nominee_given": "Nia"}, by=staff, at=AFTER)
        importing.mend(wrong[81], {}, passed=["nominator_email"], by=staff, at=AFTER)
        importing.mend(wrong[92], {"nominator_email": "still wrong"}, by=staff, at=AFTER)
        importing.mend(wrong[95], {"school_id": str(boren.id)}, by=staff, at=AFTER)
        assert [wrong[number].state for number in (2, 81, 92, 95)] == [
            RowState.READY,
            RowState.READY,
            RowState.WRONG,
            RowState.READY,
        ]
        assert wrong[2].cells["Nominee first name"] == ""
        assert importing.start(made, tell=True, by=staff, at=AFTER) == 3
        assert queries.counts(made) == {RowState.IMPORTED: 142, RowState.WRONG: 1, RowState.REPEATED: 1}
        assert db.session.scalar(select(func.count()).select_from(Message)) == 2  # asked for, and one gave no address
        importing.set_aside(wrong[92], by=staff, at=AFTER, reason="Nobody can tell who it is from")
        importing.set_aside(wrong[92], by=staff, at=AFTER)
        assert wrong[92].state is RowState.SET_ASIDE
        importing.take_up(wrong[92], by=staff, at=AFTER)
        assert wrong[92].state is RowState.WRONG
        with pytest.raises(Refused):
            importing.set_aside(queries.row_by_id(wrong[2].id), by=staff, at=AFTER)
        nia = db.session.scalars(select(Candidacy).where(Candidacy.name == "Nia Petrova")).one()
        assert (
            db.session.scalar(select(func.count()).select_from(Nomination).where(Nomination.candidacy_id == nia.id))
            == 3
        )


def test_a_school_learnt_from_one_row_mends_the_others_that_name_it_so(app):
    with transaction():
        make_organisation()
        make_cycle(make_award("Librarian Award"), question_set_id=asked().id)
        school, staff = make_school("David T. Denny International Middle School"), make_staff()
        made = uploaded(
            make_season(2026),
            table(
                *(
                    f"02/03/2026 10:0{n},A B,a{n}@b.example,Nia,Mendoza,The Dolphins,Librarian Award,Text"
                    for n in range(3)
                )
            ),
        )
        first, *_rest = rows(made, RowState.WRONG)
        importing.mend(queries.row_by_id(first.id), {"school_id": str(school.id)}, learn=True, by=staff, at=AFTER)
        assert queries.counts(made) == {RowState.READY: 3}
        assert importing.start(made, tell=False, by=staff, at=AFTER) == 3
        assert db.session.scalar(select(func.count()).select_from(Candidacy)) == 1


def test_a_row_within_the_grace_is_in_time_and_one_at_its_end_is_held(app):
    with transaction():
        make_organisation()
        make_cycle(make_award("Librarian Award"), question_set_id=asked().id)
        make_school("Lowell")
        staff = make_staff()
        times = ("03/14/2026 00:08:59", "03/14/2026 00:09:00", "03/14/2026 00:09:01", "03/13/2026 23:58:59")
        made = uploaded(
            make_season(2026),
            table(
                *(f"{said},A B,a{n}@b.example,Nia,Mendoza,Lowell,Librarian Award,Text" for n, said in enumerate(times))
            ),
        )
        importing.start(made, tell=False, by=staff, at=AFTER)
        stages = {n.received_at: n.stage for n in db.session.scalars(select(Nomination).order_by(Nomination.id))}
        assert list(stages.values()) == [Stage.SUBMITTED, Stage.LATE, Stage.LATE, Stage.SUBMITTED]


def test_columns_that_were_matched_by_hand_are_remembered(app):
    with transaction():
        make_organisation()
        award = make_award("Librarian Award")
        make_cycle(award, question_set_id=asked().id)
        make_school("Lowell")
        staff, season = make_staff(), make_season(2026)
        header = "When,Wer,Anschrift,Vorname,Nachname,Schule,Text"
        data = table("02/03/2026 10:00,A B,a@b.example,Nia,Mendoza,Lowell,A text", header=header)
        made = uploaded(season, data)
        assert queries.counts(made) == {RowState.WRONG: 1}
        with pytest.raises(Refused):
            importing.start(made, tell=False, by=staff, at=AFTER)
        matched = dict(
            zip(
                header.split(","),
                (
                    "submitted_at",
                    "nominator_name",
                    "nominator_email",
                    "nominee_given",
                    "nominee_family",
                    "school",
                    "question:justice",
                ),
                strict=True,
            )
        )
        with pytest.raises(Refused):
            importing.match_columns(made, {**matched, "Wer": "school"}, award=award, by=staff, at=AFTER)
        importing.match_columns(made, matched, award=award, by=staff, at=AFTER)
        assert importing.start(made, tell=False, by=staff, at=AFTER) == 1
        with pytest.raises(Refused):
            importing.match_columns(made, matched, award=None, by=staff, at=AFTER)
        again = uploaded(season, data.replace(b"Mendoza", b"Petrova"))
        assert again.matched == matched


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"", "empty"),
        (b"  \r\n ", "empty"),
        ("Name,School\r\nJosé,Lowell".encode("latin-1"), "UTF-8"),
        (b"Name,School\r\n", "no rows"),
        (b'Name,School\r\n"open,Lowell\r\n', "table"),
        (b"Name\r\n" + b"x" * 200_000, "table"),
        (b"a," * 500 + b"\r\n1,2\r\n", "columns"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "UTF-8"),
    ],
)
def test_a_file_that_is_no_table_of_text_is_refused_in_a_sentence(app, data, part):
    with pytest.raises(Refused, match=part), transaction():
        importing.upload(data, name="x.csv", season=make_season(2026), by=None, at=AFTER)


HOSTILE = (
    "\x00",
    "\u202eevil",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "=1+1",
    "x" * 100_000,
    "👩🏽‍🏫" * 50,
    "'; DROP TABLE person; --",
)


def test_hostile_rows_are_held_or_kept_exactly(app):
    with transaction():
        make_organisation()
        make_cycle(make_award("Librarian Award"), question_set_id=asked().id)
        make_school("Lowell")
        staff = make_staff()
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow(
            [
                "Timestamp",
                "Your name",
                "Your email",
                "Nominee first name",
                "Nominee last name",
                "School",
                "Award",
                "justice",
            ]
        )
        plain = ["02/03/2026 10:00", "A B", "a@b.example", "Nia", "Mendoza", "Lowell", "Librarian Award", "Text"]
        for text in HOSTILE:
            for place in range(len(plain)):
                writer.writerow([*plain[:place], text, *plain[place + 1 :]])
        made = uploaded(make_season(2026), out.getvalue().encode())
        assert len(rows(made)) == len(HOSTILE) * len(plain)
        importing.start(made, tell=False, by=staff, at=AFTER)
        kept = {text for text in db.session.scalars(select(Answer.text)) if text != "Text"}
        assert kept == {text.replace("\x00", "�") for text in HOSTILE}
        assert RowState.READY not in queries.counts(made)


def test_a_long_file_is_the_workers_in_batches_and_goes_on_after_a_kill(app, monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 5)
    monkeypatch.setattr(importing, "BATCH", 4)
    with transaction():
        make_organisation()
        make_cycle(make_award("Librarian Award"), question_set_id=asked().id)
        make_school("Lowell")
        staff, season = make_staff(), make_season(2026)
        made = uploaded(
            season,
            table(
                *(
                    f"02/03/2026 10:00,A B,a{n}@b.example,Nia{n},Mendoza{n},Lowell,Librarian Award,Text"
                    for n in range(10)
                )
            ),
        )
        number = made.id
        for _ in range(2):  # a double click asks for the work once
            assert importing.start(made, tell=False, by=staff, at=AFTER) is None
        assert made.state is ImportState.IMPORTING
    killed = importing.batch
    calls = []

    def dies(*args, **kwargs):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return killed(*args, **{**kwargs, "most": 4})

    monkeypatch.setattr(importing, "batch", dies)
    with clock.at(AFTER), pytest.raises(KeyboardInterrupt):
        worker.run_once()
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 4
    db.session.rollback()
    with clock.at(AFTER + timedelta(hours=1)):
        assert worker.run_once() >= 1
    made = db.session.get_one(Import, number)
    assert queries.counts(made) == {RowState.IMPORTED: 10}
    assert made.state is ImportState.IMPORTED
    job = db.session.scalars(select(Job)).one()
    assert (job.state, job.done_parts, job.all_parts) == (JobState.DONE, 10, 10)
    assert db.session.scalar(select(func.count()).select_from(Nomination)) == 10
