"""Every place where a lower step is felt above, in the same transaction; and what the worker does on each round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from portal.accounts import actions as accounts
from portal.accounts import minting
from portal.awards import chores as awards
from portal.awards.models import Award, Criterion, Cycle, Extension, Organisation, PastHonour, Rubric, Season
from portal.funds.models import Fund
from portal.jobs import worker
from portal.mail import chores as mail
from portal.mail import delivery
from portal.nominations import chores as nominations
from portal.nominations.actions import importing, writing
from portal.publishing.models import Recipient
from portal.questions.models import Question, QuestionSet
from portal.web import cache

if TYPE_CHECKING:
    from collections.abc import Callable


def _add(to: list, listener: Callable[..., object]) -> None:  # type: ignore[type-arg]
    if listener not in to:
        to.append(listener)


def install() -> None:
    """Connect them, once however many apps are made."""
    _add(delivery.minters, minting.for_message)
    _add(worker.chores, mail.deliver_due)
    _add(worker.chores, awards.close_due)
    worker.handlers[importing.JOB] = nominations.import_rows
    # what public pages are made of: a write of any of these drops the pages that every process keeps
    cache.watch(Award, Criterion, Cycle, Extension, Fund, Organisation, PastHonour, Question, QuestionSet, Recipient, Rubric, Season)
    _add(accounts.on_link_used, writing.confirm_address)  # a confirmed address confirms what was begun with it
