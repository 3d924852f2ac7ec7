"""Every place where a lower step is felt above, in the same transaction; and what the worker does on each round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts import actions as accounts
from portal.accounts import chores as accounts_chores
from portal.accounts import minting
from portal.accounts import queries as people
from portal.awards import chores as awards
from portal.awards import queries as award_queries
from portal.awards.actions import committees
from portal.awards.models import Award, Criterion, Cycle, Extension, Organisation, PastHonour, Rubric, Season
from portal.decisions import actions as decisions
from portal.decisions import chores as deciding
from portal.decisions import queries as decision_queries
from portal.decisions.actions import replaying
from portal.files import actions as files_actions
from portal.files import chores as files
from portal.funds import actions as funds
from portal.funds.models import Fund
from portal.jobs import worker
from portal.mail import chores as mail
from portal.mail import delivery
from portal.nominations import chores as nominations
from portal.nominations.actions import conflicts, consent, gathering, importing, letters, parts, screening, writing
from portal.nominations.models import LetterPlan
from portal.nominations.queries import eligibility
from portal.nominations.queries import facts as nominations_facts
from portal.nominations.translating import actions as translating
from portal.nominations.views import consent as consent_views
from portal.offers import actions as offers
from portal.offers import chores as offering
from portal.offers.views import mine as own_offers
from portal.publishing import actions as publishing
from portal.publishing import chores as releases
from portal.publishing.actions import photos, visits
from portal.publishing.desk.views import own as own_views
from portal.publishing.desk.views import practice as practice_views
from portal.publishing.models import Recipient
from portal.questions.models import Question, QuestionSet
from portal.review import chores as reviewing
from portal.review.actions import (
    appointments,
    assigning,
    calibrating,
    covering,
    declaring,
    masking,
    reading,
    rounds,
    standings,
)
from portal.review.queries import assigning as assigning_queries
from portal.review.queries import facts as review_facts
from portal.review.queries import progress
from portal.schools.models import School
from portal.web import cache

if TYPE_CHECKING:
    from collections.abc import Callable


def _add(to: list, listener: Callable[..., object]) -> None:  # type: ignore[type-arg]
    if listener not in to:
        to.append(listener)


def install() -> None:
    """Connect them, once however many apps are made."""
    _add(delivery.minters, minting.for_message)
    _chores()
    _add(accounts.on_link_used, letters.felt_link)  # a writer opened their link
    _add(screening.on_stage, letters.felt_stage)  # whoever withdrew needs no letters
    _add(people.scopes_of, award_queries.scopes)  # what a role can be given for
    worker.handlers[importing.JOB] = nominations.import_rows
    worker.handlers[files_actions.JOB] = files.clean
    worker.handlers |= {replaying.JOB: deciding.replay, photos.JOB: photos.forget}
    for changed in (
        accounts.on_person_changed,
        committees.on_member_invited,
        committees.on_member_said,
        funds.on_donor_noted,
    ):
        _add(changed, conflicts.felt_person)  # new facts about somebody may keep them from candidacies
    _add(conflicts.honours_since, decision_queries.honours)  # who was honored together may not judge one another unseen
    _add(writing.on_withdrawn, screening.felt_withdrawal)  # a candidacy of which nothing is left is withdrawn
    _add(gathering.on_gathered, screening.felt_gathering)  # and comes back with the next nomination
    _add(gathering.on_parted, declaring.felt_parting)  # what members declared since reaches both again
    _add(screening.on_stage, decisions.felt_stage)  # whoever withdrew is not decided
    _add(screening.on_stage, appointments.felt_stage)  # whoever withdrew is not met
    _add(screening.on_stage, publishing.felt_stage)
    _add(screening.on_stage, standings.felt_stage)  # whoever withdrew has no rank, and the ranks of others follow
    _add(gathering.on_merged, decisions.felt_merging)
    _add(conflicts.on_changed, decisions.felt_conflict)  # nobody decides on somebody they have a conflict with
    _add(
        decisions.on_changed, publishing.decisions_changed
    )  # an approved release is approved for what was decided then
    _add(decisions.on_changed, visits.decisions_changed)  # nobody is visited who is not selected any more
    _add(writing.on_withdrawn, publishing.nomination_withdrawn)  # words taken back are quoted no more
    _add(files_actions.on_settled, photos.felt_settling)  # a photograph is cut once it is clean
    _add(consent.on_consent_changed, publishing.consent_changed)
    _add(consent.on_biography_put_right, publishing.biography_put_right)
    _add(translating.on_approved, publishing.biography_translated)
    # what public pages are made of, and what each reading asks of its cycle: a write of any of these drops what every process keeps
    cache.watch(
        Award,
        Criterion,
        Cycle,
        Extension,
        Fund,
        LetterPlan,
        Organisation,
        PastHonour,
        Question,
        QuestionSet,
        Recipient,
        Rubric,
        School,
        Season,
    )
    _add(accounts.on_link_used, writing.confirm_address)  # a confirmed address confirms what was begun with it
    _add(committees.may_serve, declaring.may_serve)  # nobody reviews in a cycle they nominated in
    _add(award_queries.reading_of, progress.of_cycle)  # how far each reviewer is
    _add(committees.on_member_left, assigning.felt_leaving)  # what they had not finished is handed back
    _add(
        conflicts.on_changed, reading.felt_conflict
    )  # a conflict that stands ends a reading, and its scores count nowhere
    _add(
        gathering.on_gathered, masking.felt_gathering
    )  # what comes in late is covered and looked over before it is read
    _add(letters.on_received, masking.felt_letter)  # and so is a letter
    _add(parts.on_completed, masking.felt_part)  # and what a nominee wrote
    _add(translating.on_approved, masking.felt_translation)  # and what was translated
    worker.handlers[covering.JOB] = covering.draw_again
    worker.handlers[assigning_queries.JOB] = assigning.plan_asked  # of a round too large for a request
    _add(eligibility.announced_before, decision_queries.announced_before)  # nobody receives twice too soon
    _add(nominations_facts.more_of_candidacy, review_facts.more_of_candidacy)
    _what_follows_a_release()


def _chores() -> None:
    """Say what the worker does on each of its rounds, in this order."""
    for chore in (releases.release_due, releases.remind_of_briefs):
        _add(worker.chores, chore)
    _add(worker.chores, mail.deliver_due)
    _add(worker.chores, awards.close_due)
    _add(worker.chores, nominations.look_after_letters)
    _add(worker.chores, nominations.look_after_parts)
    _add(worker.chores, nominations.look_after_the_silent)
    _add(worker.chores, nominations.notice_languages)
    _add(worker.chores, nominations.sweep_counts)
    _add(worker.chores, awards.remind_invited)
    _add(worker.chores, reviewing.remind_readers)
    _add(worker.chores, nominations.look_after_roster)
    _add(worker.chores, rounds.close_due)
    _add(worker.chores, calibrating.calibrate_due)
    _add(worker.chores, deciding.select_due)
    _add(worker.chores, files.sweep)
    _add(worker.chores, accounts_chores.sweep)
    _add(worker.chores, mail.sweep)


def _what_follows_a_release() -> None:
    """Alternates, offers and funds."""
    _add(decisions.on_released_late, publishing.took_a_place)  # an alternate is told once a place is theirs
    _add(decisions.on_rescinded, offers.felt_rescinded)  # what was offered ends with the decision
    _add(publishing.on_told, offers.felt_told)  # whoever is told they were selected is offered what they get
    _add(screening.on_stage, offers.felt_stage)
    _add(own_views.more, own_offers.among_ones_own)  # from all that is theirs, to what they are offered
    _add(consent_views.elsewhere, own_views.address)  # from where they say what is published, to all that is theirs
    _add(consent_views.of_guardians, practice_views.of_guardian)  # and a guardian, to what is asked of them besides
    _add(funds.committed, decision_queries.promised)  # a fund never gives less than its awards promise
    _add(worker.chores, offering.look_after_offers)
