"""Every kind of question as a nominator answers it, and as the office and reviewers read it; the editor's own pages."""

from __future__ import annotations

import io
import re

import pytest
from sqlalchemy import select

from portal import clock
from portal.awards.models import Cycle
from portal.awards.rules import CycleStage
from portal.db import db, transaction
from portal.demo import makers
from portal.files.models import StoredFile
from portal.files.rules import FileState, Kind
from portal.jobs import worker
from portal.nominations.actions import snapshots
from portal.nominations.models import Answer, Candidacy, Nomination, Snapshot
from portal.nominations.queries import writing
from portal.nominations.rules import Stage
from portal.people.models import Person
from portal.questions.models import Question, QuestionKind, QuestionSet
from portal.review.actions import rounds
from portal.review.queries import covering, texts
from portal.review.queries import rounds as rounds_at
from tests.support import hostile
from tests.support.reviewing import make_committee

NOW = makers.NOW
COLORS = [["red", {"en": "Red"}], ["blue", {"en": "Blue"}]]
KINDS = {
    QuestionKind.LINE: ("One line", "<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
    QuestionKind.CHOICE: ("A color", "red", "Red"),
    QuestionKind.CHOICES: ("Colors", ["red", "blue"], "Red, Blue"),
    QuestionKind.YES_NO: ("Seen", "yes", "Yes"),
    QuestionKind.NUMBER: ("How many", "1,200", "1,200"),
    QuestionKind.DATE: ("Which day", "2026-02-03", "February 3, 2026"),
    QuestionKind.SCHOOL: ("Which school", "South Shore PK-8 School", "South Shore PK-8 School"),
    QuestionKind.LINK: ("A page", "https://seen.example/a?b=1", "https://seen.example/a?b=1"),
    QuestionKind.CONSENT: ("Agreed", "yes", "Yes, I agree"),
    QuestionKind.FILE: ("A transcript", None, "grades.pdf"),
}
PLAIN = {
    QuestionKind.CHOICE,
    QuestionKind.CHOICES,
    QuestionKind.YES_NO,
    QuestionKind.CONSENT,
    QuestionKind.NUMBER,
    QuestionKind.DATE,
}
WRONG = {
    QuestionKind.NUMBER: "twelve",
    QuestionKind.DATE: "soon",
    QuestionKind.LINK: "javascript:alert(1)",
    QuestionKind.CHOICE: "mauve",
    QuestionKind.CONSENT: "no",
}


def every_kind(set_id=None, **facts):
    return [
        Question(
            **({"set_id": set_id} if set_id else {}),
            position=place,
            key=kind.value,
            kind=kind,
            label={"en": f"{label}?"},
            short={"en": label},
            hint={},
            choices=COLORS if kind in {QuestionKind.CHOICE, QuestionKind.CHOICES} else [],
            **facts,
        )
        for place, (kind, (label, _answer, _read)) in enumerate(KINDS.items())
    ]


@pytest.fixture
def people(app):
    with transaction():
        makers.make_organisation(languages=["en"])
        makers.make_school("South Shore PK-8 School")
        held = makers._add(QuestionSet(title="Every kind", questions=every_kind()))
        cycle = makers.make_cycle(question_set_id=held.id)
        nomination = makers.make_nomination(cycle, texts=[], stage=Stage.DRAFT)
        return {
            "nominator": nomination.nominator_id,
            "staff": makers.make_staff().id,
            "here": f"/nominations/{nomination.reference}",
            "desk": f"/desk/{cycle.award.slug}/2026",
        }


def browser(app, person_id):
    client = app.test_client()
    with transaction():
        makers.sign_in(client, db.session.get(Person, person_id), at=NOW)
    return client


def get(client, url):
    with clock.at(NOW):
        return client.get(url)


def post(client, url, *, form=None, **fields):
    drawn = get(client, form or url).get_data(as_text=True)
    data = {"csrf_token": re.search(r'name="csrf_token"[^>]* value="([^"]+)"', drawn)[1], **fields}
    for name in ("version", "drawn"):
        if name not in fields and (held := re.search(rf'name="{name}"[^>]* value="([^"]+)"', drawn)):
            data[name] = held[1]
    with clock.at(NOW):
        return client.post(url, data=data, content_type="multipart/form-data" if "file" in fields else None)


def work():
    db.session.rollback()
    with clock.at(NOW):
        worker.run_once(at=NOW)


def test_every_kind_is_answered_checked_sent_and_read(app, people):
    amina, here = browser(app, people["nominator"]), people["here"]
    for kind, typed in WRONG.items():
        answer = post(amina, f"{here}/answers/{kind.value}", answer=typed)
        assert answer.status_code == 422, kind
        if kind not in {QuestionKind.CHOICE, QuestionKind.CONSENT}:
            assert f'value="{typed}"' in answer.get_data(as_text=True)
    for kind, (_label, typed, _read) in KINDS.items():
        if typed is not None:
            assert post(amina, f"{here}/answers/{kind.value}", answer=typed).status_code == 303, kind
    page = f"{here}/answers/file"
    assert post(amina, page).status_code == 422
    sent = (io.BytesIO(hostile.everywhere()), "grades.pdf")
    assert post(amina, f"{page}/file", form=page, file=sent).status_code == 303
    assert "still being checked" in post(amina, page).get_data(as_text=True)
    work()
    assert get(amina, f"{page}/file/1").mimetype == "image/webp"
    checked = get(amina, f"{here}/check").get_data(as_text=True)
    for label, _typed, read in KINDS.values():
        assert label in checked
        assert read in checked
    post(amina, f"{here}/submission", form=f"{here}/check")
    copy = get(amina, f"{here}/copy").get_data(as_text=True)
    assert all(read in copy for _label, _typed, read in KINDS.values())
    db.session.rollback()
    candidacy = db.session.scalars(select(Candidacy)).one()
    desk, joy = f"{people['desk']}/candidacies/{candidacy.reference}", browser(app, people["staff"])
    whole = get(joy, desk).get_data(as_text=True)
    assert all(read in whole for _label, _typed, read in KINDS.values())
    number = re.search(r"/files/(\d+)", whole)[1]
    assert hostile.SECRET.encode() not in get(joy, f"{desk}/files/{number}/download").data
    assert get(joy, f"{desk}/files/{number}/1").mimetype == "image/webp"
    assert "grades.pdf" in get(joy, f"{desk}/files/{number}").get_data(as_text=True)


def test_a_file_that_was_sent_stays_when_it_is_taken_out_and_another_goes(app, people):
    amina, page = browser(app, people["nominator"]), people["here"] + "/answers/file"

    def send():
        post(amina, f"{page}/file", form=page, file=(io.BytesIO(hostile.plain_pdf("1")), "grades.pdf"))
        work()

    send()
    with transaction():
        whole = writing.afresh(db.session.scalars(select(Nomination)).one())
        number = snapshots.read(snapshots.take(whole, at=NOW))["answers"]["file"]["file"]
    for _twice in range(2):
        post(amina, f"{page}/file/removal", form=page)
        send()
    db.session.expire_all()
    states = dict(db.session.execute(select(StoredFile.id, StoredFile.state).order_by(StoredFile.id)).all())
    assert [state.value for state in states.values()] == ["clean", "removed", "clean"]
    assert states[number].value == "clean"
    assert snapshots.intact(db.session.scalars(select(Snapshot)).one())


def answered(committee):
    """Answer every kind of question in a committee's first candidacy."""
    db.session.add_all(every_kind(committee.cycle.question_set_id))
    db.session.flush()
    db.session.expire_all()
    nomination = db.session.scalars(
        select(Nomination).where(Nomination.candidacy_id == committee.candidacies[0].id)
    ).one()
    mine = Question.set_id == committee.cycle.question_set_id, Question.key.in_([kind.value for kind in KINDS])
    for question in db.session.scalars(select(Question).where(*mine)):
        typed = KINDS[question.kind][1] or "grades.pdf"
        text = typed if isinstance(typed, str) else "\n".join(typed)
        answer = Answer(nomination_id=nomination.id, question_id=question.id, text=text, saved_at=NOW)
        if question.kind is QuestionKind.FILE:
            sent = {"about_kind": "answer", "about_id": 1, "purpose": "answer", "name": "grades.pdf", "size": 1}
            whole = {"state": FileState.CLEAN, "kind": Kind.PDF, "sha256": "0" * 64, "pages": 1, "created_at": NOW}
            answer.file_id = makers._add(StoredFile(key="c" * 32, owner_id=nomination.nominator_id, **sent, **whole)).id
        db.session.add(answer)
    db.session.flush()
    snapshots.take(writing.afresh(nomination), at=NOW)


@pytest.mark.parametrize("blind", [True, False])
def test_a_blind_round_shows_what_was_chosen_and_never_what_tells_whom_it_is_about(app, blind):
    with transaction():
        committee = make_committee(candidacies=1, blind=blind)
        answered(committee)
        round_ = rounds_at.by_id(rounds.make(committee.cycle, seed=1, by=committee.staff, at=NOW).id)
        passages = texts.reading(round_, committee.candidacies[0].id).passages
        files = covering.of_reading(round_, committee.candidacies[0].id).files
        read = {QuestionKind(p.key): p.pieces for p in passages if p.key in set(QuestionKind)}
    assert {kind: read[kind] for kind in PLAIN} == {kind: [KINDS[kind][2]] for kind in PLAIN}
    assert (set(read) - PLAIN - {QuestionKind.TEXT} == set()) is blind  # texts and schools wait to be looked over
    assert (QuestionKind.LINK in read) is not blind
    assert [one.file.name for one in files] == ([] if blind else ["grades.pdf"])


def test_the_editor_refuses_what_cannot_be_and_keeps_what_was_typed(app, people):
    with transaction():
        cycle = db.session.scalars(select(Cycle)).one()
        cycle.stage = CycleStage.DRAFT
    joy, here = browser(app, people["staff"]), people["desk"] + "/questions"
    usual = {"asked": "nominator", "label_en": "What?", "short_en": "What", "kind": "file", "sensitivity": "none"}
    for wrong, sentence in (
        ({"blind_visible": "y"}, "cannot be shown in a blind round"),
        ({"asked": "nominee"}, "their resume"),
        ({"shown": ["choice=red", "yes_no=yes"]}, "answers of one question alone"),
        ({"shown": ["choice=mauve"]}, "Choose among the answers"),
    ):
        page = post(joy, f"{here}/new", **{**usual, **wrong})
        assert page.status_code == 422
        assert sentence in page.get_data(as_text=True)
    assert post(joy, f"{here}/new", **usual, shown=["choice=red", "choice=blue"]).status_code == 303
    listed = get(joy, here).get_data(as_text=True)
    assert "A color: Red / Blue" in listed
    number = re.search(r"/questions/(\d+)/removal", listed)[1]
    drawn = get(joy, f"{here}/{number}").get_data(as_text=True)
    post(
        joy, f"{here}/{number}", label_en="Which?", short_en="Which", asked="nominator", kind="line", sensitivity="none"
    )
    held = re.search(r'name="drawn"[^>]* value="([^"]+)"', drawn)[1]
    stale = {"label_en": "Mine?", "short_en": "Mine", "asked": "nominator", "kind": "line", "sensitivity": "none"}
    page = post(joy, f"{here}/{number}", drawn=held, **stale)
    assert page.status_code == 422
    assert "Somebody changed this question" in page.get_data(as_text=True)
    assert "Mine?" in page.get_data(as_text=True)
    order = re.findall(r'data-row="(\d+)"', listed)
    moved = post(joy, f"{here}/order", form=here, asked="nominator", order=[*order[1:], order[0]], moved=order[0])
    assert moved.status_code == 303
    assert re.findall(r'data-row="(\d+)"', get(joy, here).get_data(as_text=True))[-1] == order[0]
    assert "meanwhile" in get(joy, post(joy, f"{here}/order", form=here, asked="nominator").location).get_data(
        as_text=True
    )
    for at in ("", "?now=choice&answer=red&go=next", "?go=back&now=nonsense", "?at=file", "?asked=nominee"):
        assert get(joy, f"{here}/preview{at}").status_code == 200
    assert post(joy, f"{here}/start", start="nonsense").status_code == 422
    assert post(joy, f"{here}/start", start="template librarian").status_code == 303
    assert "Evidence of change" in get(joy, here).get_data(as_text=True)
    assert "whoever applies" not in get(joy, f"{here}/preview").get_data(as_text=True)
    with transaction():
        db.session.scalars(select(Cycle)).one().self_nomination = True
    for address, words in (("", "See what whoever applies is asked"), ("?own=yes", "as whoever applies for themself")):
        assert words in get(joy, f"{here}/preview{address}").get_data(as_text=True)


def test_words_are_put_right_after_the_opening_with_why(app, people):
    with transaction():
        db.session.get_one(QuestionSet, db.session.scalars(select(Cycle)).one().question_set_id).frozen_at = NOW
    joy, here = browser(app, people["staff"]), people["desk"] + "/questions"
    number = db.session.scalar(select(Question.id).where(Question.key == "choice"))
    said = {"label_en": "Which colour?", "short_en": "Colour", "choices": "Crimson\nAzure"}
    assert "Say why" in post(joy, f"{here}/{number}", **said).get_data(as_text=True)
    assert "none can be added" in post(joy, f"{here}/{number}", **{**said, "choices": "One"}).get_data(as_text=True)
    assert post(joy, f"{here}/{number}", **said, reason="A word was wrong.").status_code == 303
    page = get(joy, here).get_data(as_text=True)
    assert "read before: “A color?” Why: A word was wrong." in page
    assert "Which colour?" in page
