"""Who answers for the policy's words, one line a kind of thing."""

from __future__ import annotations

from portal import policy
from portal.accounts import queries as accounts
from portal.accounts.models import HeldText, Session
from portal.awards import queries as awards
from portal.awards.models import Award, Cycle, Member, PastHonour
from portal.decisions import queries as decisions
from portal.decisions.queries import drawing
from portal.funds import queries as funds
from portal.funds.models import Fund
from portal.nominations.hearing import queries as hearing
from portal.nominations.hearing.models import Hearing
from portal.nominations.models import (
    Candidacy,
    Conflict,
    Import,
    ImportRow,
    Match,
    Nomination,
    Paper,
    Recommendation,
    Sitting,
)
from portal.nominations.queries import facts as nominations
from portal.nominations.queries import letters, papers, writing
from portal.nominations.translating import queries as translating
from portal.nominations.translating.models import Translation
from portal.offers import queries as offers
from portal.offers.models import Offer, Payment
from portal.offers.queries import books
from portal.publishing import queries as publishing
from portal.publishing.archive import queries as archive
from portal.publishing.archive.models import ArchiveRow, ArchiveUpload
from portal.publishing.desk import queries as desk
from portal.publishing.desk.models import Visit
from portal.publishing.desk.queries import followups, kind_words, own, practice, visits
from portal.publishing.models import Recipient
from portal.review.models import Appointment, Assignment
from portal.review.queries import appointments, feedback, paper
from portal.review.queries import facts as review
from portal.review.queries import practice as practicing
from portal.review.queries.rounds import InReview
from portal.schools.models import Roster


def teach() -> None:
    """Register every room's answers. Called once by `create_app()`."""
    policy.teach_person(accounts.facts_about)
    policy.teach_person(awards.facts_about)
    policy.teach(Session, accounts.facts_of_session)
    policy.teach(HeldText, accounts.facts_of_held)
    policy.teach(Award, awards.facts_of_award)
    policy.teach(Cycle, awards.facts_of_cycle)
    policy.teach(Member, awards.facts_of_member)
    policy.teach(decisions.Deciding, decisions.facts_of_deciding)
    policy.teach(decisions.Decided, decisions.facts_of_decided)
    policy.teach(drawing.Drawing, drawing.facts_of_drawing)
    policy.teach(desk.Releasing, desk.facts_of_releasing)
    policy.teach(desk.Drafting, desk.facts_of_drafting)
    policy.teach(desk.Published, desk.facts_of_drafting)
    policy.teach(kind_words.Spoken, kind_words.facts_of_spoken)
    policy.teach(kind_words.Read, kind_words.facts_of_read)
    policy.teach(followups.Following, followups.facts_of_following)
    policy.teach(own.Honour, own.facts_of_honour)
    policy.teach(practice.Own, practice.facts_of_own)
    policy.teach(practice.AtDesk, practice.facts_of_desk)
    policy.teach(visits.Surprise, visits.facts_of_surprise)
    policy.teach(Visit, visits.facts_of_visit)
    policy.teach(Fund, funds.facts_of_fund)
    policy.teach(offers.Offering, offers.facts_of_offering)
    policy.teach(offers.Proposed, offers.facts_of_proposed)
    policy.teach(Offer, offers.facts_of_offer)
    policy.teach(Payment, offers.facts_of_payment)
    policy.teach(books.Book, books.facts_of_book)
    policy.teach(books.Books, books.facts_of_books)
    policy.teach(Recipient, publishing.facts_of_public)
    policy.teach(publishing.Year, publishing.facts_of_public)
    policy.teach(ArchiveUpload, archive.facts_of_archive)
    policy.teach(ArchiveRow, archive.facts_of_archive)
    policy.teach(PastHonour, archive.facts_of_archive)
    policy.teach(Candidacy, nominations.facts_of_candidacy)
    policy.teach(Hearing, hearing.facts_of_hearing)
    policy.teach(Match, nominations.facts_of_match)
    policy.teach(Conflict, nominations.facts_of_conflict)
    policy.teach(Import, nominations.facts_of_import)
    policy.teach(Roster, nominations.facts_of_roster)
    policy.teach(ImportRow, nominations.facts_of_import_row)
    policy.teach(Nomination, writing.facts_of_nomination)
    policy.teach(Paper, papers.facts_of_paper)
    policy.teach(Sitting, writing.facts_of_sitting)
    policy.teach(Recommendation, letters.facts_of_recommendation)
    policy.teach(Translation, translating.facts_of_translation)
    _teach_review()


def _teach_review() -> None:
    policy.teach(InReview, review.facts_of_in_review)
    policy.teach(review.Seat, review.facts_of_seat)
    policy.teach(review.TextsOf, review.facts_of_texts)
    policy.teach(review.FileOf, review.facts_of_texts)
    policy.teach(practicing.PracticeOf, practicing.facts_of_practice)
    policy.teach(feedback.FeedbackOf, review.facts_of_texts)
    policy.teach(paper.PaperOf, review.facts_of_texts)
    policy.teach(review.PlanOf, review.facts_of_plan)
    policy.teach(review.Discussed, review.facts_of_discussed)
    policy.teach(appointments.Met, review.facts_of_texts)
    policy.teach(Appointment, appointments.facts_of_appointment)
    policy.teach(Assignment, review.facts_of_assignment)
