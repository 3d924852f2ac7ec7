"""What is read of one candidacy, in a round of any kind: its words and files, and its school where the round shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from portal.review.queries import appointments, covering, rounds, texts
from portal.review.queries import reading as queries
from portal.review.queries import screening as asking
from portal.review.rules.kinds import RoundKind
from portal.review.rules.scoring import minutes
from portal.review.views import drawing
from portal.web import viewer
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.review.models import Assignment


def read_by(assignment: Assignment) -> dict[str, Any]:
    """Return what the page of one reading shows beside what its reader says (review/_reading.html)."""
    round_, number = assignment.round, assignment.candidacy_id
    blind = assignment.covered
    spoken = rounds.name_of(round_, number)
    read = texts.reading(round_, number, covered=blind)
    files = covering.of_reading(round_, number)
    name = spoken.name if blind else assignment.candidacy.name
    return {
        "assignment": assignment,
        "round": round_,
        "award": words_in(round_.cycle.award.name),
        "name": name,
        "reference": spoken.reference if blind else "",
        "blind": blind,
        "passages": drawing.passages_of(read.passages, _("the nominee") if blind else name),
        "reading": read,
        "files": [
            {
                "what": drawing.file_word(one.purpose),
                "pages": one.pages,
                "words": one.words,
                "text": drawing.drawn(one.pieces),
            }
            for one in files.files
        ],
        "withheld": read.withheld or files.withheld,
        "minutes": minutes(sum(passage.words for passage in read.passages) + sum(one.words for one in files.files)),
        "schools": drawing.schools_of(asking.schools_of(number), covered=blind) if round_.shows_school else [],
        "met": appointments.of(round_.id, number) if round_.kind is RoundKind.INTERVIEW else None,
        "around": queries.around(assignment, viewer.current()),
    }
