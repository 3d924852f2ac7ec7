"""The office sets rules, overrules one, types in paper, translates and words a message: a phone without JavaScript, axe at every step."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from portal.db import db, transaction
from portal.demo.makers import NOW, make_award, make_cycle, make_nomination, make_organisation, make_school, make_staff
from portal.nominations.actions import gathering
from portal.nominations.doubts.models import Doubt
from portal.nominations.models import Relation
from portal.nominations.translating import actions as translating
from tests.support.browser import PHONE

SOMALI = "Macallimaddu waxay caawisaa ardayda oo dhan, gaar ahaan kuwa cusub ee aan Ingiriisiga aqoon."
ROSTER = b"Last name,First name,Job title,School,Hire date\nWarsame,Amina,Teacher,Denny Middle School,2016-09-01\n"


@pytest.mark.browser
def test_rules_are_set_judged_and_overruled(app, open_page, axe, sign_in):
    with transaction():
        make_organisation()
        staff = make_staff("Joy Tanaka")
        cycle = make_cycle(make_award("Teaching", slug="teaching"))
        school = make_school("Denny Middle School", low_grade="06", high_grade="08")
        nomination = make_nomination(
            cycle, nominee="Amina Warsame", school=school, relation=Relation.PARENT, texts=(SOMALI, "", "")
        )
        gathering.gather(nomination, at=NOW)
        db.session.add(Doubt(nomination_id=make_nomination(cycle).id, signs=["quick", "links"], raised_at=NOW))
        db.session.flush()
        translating.notice(at=NOW)
    page = open_page(javascript=False, **PHONE)
    sign_in(page, staff)
    page.goto("/desk/teaching/2026/eligibility")
    axe(page)
    page.get_by_label("Teachers", exact=True).check()
    page.get_by_label("Whole years in the district, at least").fill("3")
    page.get_by_label("Share of students").fill("50")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("Say why they change").first).to_be_visible()
    axe(page)
    page.get_by_label("Why does it change?").fill("The board set them.")
    page.get_by_role("button", name="Save the rules").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto("/desk/roster")
    page.get_by_label("The file").set_input_files({"name": "roster.csv", "mimeType": "text/csv", "buffer": ROSTER})
    page.get_by_label("The day it is of").fill("2026-02-01")
    page.get_by_role("button", name="Bring it in").click()
    expect(page.get_by_text("One line was taken.")).to_be_visible()
    axe(page)
    page.goto("/desk/screening")
    page.get_by_label("Name, nominator, school or reference").fill("amina")
    page.get_by_role("button", name="Find").click()
    axe(page)
    page.get_by_role("link", name="Amina Warsame").click()
    expect(page.get_by_text("2 rules are met")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Say what you know: High-need school").click()
    axe(page)
    page.get_by_label("It is met").check()
    page.get_by_label("How do you know?").fill("The district's own figures of this fall.")
    page.get_by_role("button", name="Record it").click()
    expect(page.get_by_text("All rules met")).to_be_visible()
    _paper_translation_and_words(page, axe)


def _paper_translation_and_words(page, axe):
    for path in ("unreached", "held", "reminders", "translations", "papers"):
        page.goto(f"/desk/teaching/2026/{path}")
        axe(page)
    page.get_by_role("button", name="Take in a form").click()
    page.get_by_label("Their name").fill("Hibo Nuradin")
    page.get_by_role("button", name="It is all typed in").click()
    expect(page.get_by_text("Choose how old they are").first).to_be_visible()
    axe(page)
    page.get_by_text("A child under 13 wrote it").click()
    page.get_by_role("button", name="Delete what a child wrote").click()
    expect(page.get_by_text("Nothing of it is kept")).to_be_visible()
    page.goto("/desk/teaching/2026/translations")
    page.get_by_role("link", name="Amina Warsame").click()
    axe(page)
    page.get_by_label("I translate it myself").check()
    page.get_by_role("button", name="Ask them").click()
    page.get_by_label("Your translation: English").first.fill("She helps every child.")
    axe(page)
    page.get_by_role("button", name="Hand it in").click()
    expect(page.get_by_text("you have nothing more to do")).to_be_visible()
    axe(page)
    page.goto("/desk/messages/words/publishing.selected/en")
    axe(page)
    page.get_by_role("button", name="Save these words").click()
    expect(page.get_by_text("once somebody else approved them")).to_be_visible()
