"""What the desk's pages call things, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.awards.rules import CycleStage
from portal.history import words as recorded
from portal.nominations.models import Entered, ImportState, Kind, MatchState, Relation, RowState
from portal.nominations.queries.screening import Listed, Tab
from portal.nominations.rules import CandidacyStage, ConflictState, Stage
from portal.nominations.rules.eligibility import Holds
from portal.nominations.rules.importing import TARGETS
from portal.nominations.views.pages import pages
from portal.web.language import NAMES
from portal.web.text import words_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from portal.nominations.models import Candidacy, Conflict, Nomination
    from portal.nominations.queries.screening import From, Line

TABS = {
    Tab.LOOK: _l("To look at"),
    Tab.ELIGIBLE: _l("Eligible"),
    Tab.WAITING: _l("Waiting for someone"),
    Tab.INELIGIBLE: _l("Not eligible"),
    Tab.LATE: _l("Late"),
}
RELATIONS = {
    Relation.PARENT: _l("Parent or guardian"),
    Relation.STUDENT: _l("Student"),
    Relation.COLLEAGUE: _l("Colleague"),
    Relation.SUPERVISOR: _l("Principal or supervisor"),
    Relation.COMMUNITY: _l("Community partner"),
    Relation.SELF: _l("Themself"),
    Relation.OTHER: _l("Somebody else"),
}
STAGES = {
    CandidacyStage.INTAKE: ("not_started", _l("To look at")),
    CandidacyStage.ELIGIBLE: ("done", _l("Eligible")),
    CandidacyStage.INELIGIBLE: ("blocks", _l("Not eligible")),
    CandidacyStage.IN_REVIEW: ("writing", _l("In review")),
    CandidacyStage.SHORTLISTED: ("writing", _l("Shortlisted")),
    CandidacyStage.NOT_ADVANCED: ("writing", _l("Not advanced")),
    CandidacyStage.DECIDED: ("done", _l("Decided")),
    CandidacyStage.WITHDRAWN: ("blocks", _l("Withdrawn")),
}
CYCLES = {
    CycleStage.DRAFT: _l("Draft"),
    CycleStage.OPEN: _l("Open"),
    CycleStage.CLOSED: _l("Closed"),
    CycleStage.IN_REVIEW: _l("In review"),
    CycleStage.DECIDED: _l("Decided"),
    CycleStage.RELEASED: _l("Released"),
    CycleStage.ARCHIVED: _l("Archived"),
}
NOMINATIONS = {
    Stage.DRAFT: ("not_started", _l("Draft")),
    Stage.SUBMITTED: ("done", _l("Submitted")),
    Stage.REVISING: ("writing", _l("Being revised")),
    Stage.RETURNED: ("writing", _l("Returned to the nominator")),
    Stage.LATE: ("undecided", _l("Came late")),
    Stage.REFUSED: ("blocks", _l("Refused")),
    Stage.WITHDRAWN: ("blocks", _l("Withdrawn")),
    Stage.VOID: ("blocks", _l("Void")),
    Stage.DISCARDED: ("blocks", _l("Discarded")),
}
ENTERED = {
    Entered.IMPORT: _l("imported"),
    Entered.STAFF: _l("entered by the office"),
    Entered.PAPER: _l("from paper, compared by a second person"),
}
KINDS = {
    Kind.IS_NOMINEE: _l("May be the nominee: the same name or address"),
    Kind.NOMINATED: _l("Nominated in this cycle: %(fact)s"),
    Kind.UNCONFIRMED: _l("Their address is on %(fact)s, and nobody confirmed it: did they write it?"),
    Kind.SAME_SCHOOL: _l("Belongs to the same school: %(fact)s"),
    Kind.SAME_NAME: _l("Has the same family name: %(fact)s"),
    Kind.DONOR: _l("Gave to the fund, or is close to somebody who did"),
    Kind.DECLARED: _l("Said so: “%(fact)s”"),
    Kind.RECUSED: _l("Recused while reading: “%(fact)s”"),
    Kind.WROTE_LETTER: _l("Wrote a letter: %(fact)s"),
    Kind.SUPERVISOR: _l("Is their principal or supervisor: %(fact)s"),
    Kind.FAMILY: _l("Family or household, as one of them named the other: %(fact)s"),
    Kind.HOUSEHOLD: _l("Shares a household or an address: %(fact)s"),
    Kind.CO_WINNER: _l("Was honored together with them: %(fact)s"),
    Kind.TRANSLATED: _l("Translated what was written about them, with names: %(fact)s"),
}
KINDS_BARE = {
    Kind.IS_NOMINEE: _l("May be the nominee"),
    Kind.NOMINATED: _l("Nominated in this cycle"),
    Kind.UNCONFIRMED: _l("Their address is on a nomination, and nobody confirmed it: did they write it?"),
    Kind.SAME_SCHOOL: _l("Belongs to the same school"),
    Kind.SAME_NAME: _l("Has the same family name"),
    Kind.DONOR: _l("Gave to the fund, or is close to somebody who did"),
    Kind.WROTE_LETTER: _l("Wrote a letter"),
    Kind.SUPERVISOR: _l("Is their principal or supervisor"),
    Kind.FAMILY: _l("Family or household, as one of them named the other"),
    Kind.HOUSEHOLD: _l("Shares a household or an address"),
    Kind.CO_WINNER: _l("Was honored together with them"),
    Kind.TRANSLATED: _l("Translated what was written about them, with names"),
}
CONFLICTS = {
    ConflictState.SUGGESTED: ("undecided", _l("To decide")),
    ConflictState.DECLARED: ("blocks", _l("Stands")),
    ConflictState.CONFIRMED: ("blocks", _l("Stands")),
    ConflictState.DISMISSED: ("done", _l("No conflict")),
    ConflictState.WAIVED: ("done", _l("Waived")),
}
MATCHES = {
    MatchState.OPEN: _l("Not decided"),
    MatchState.ACCEPTED: _l("Gathered as one person"),
    MatchState.REFUSED: _l("Two people"),
}
ROWS = {
    RowState.READY: ("not_started", _l("Right")),
    RowState.WRONG: ("blocks", _l("To mend")),
    RowState.IMPORTED: ("done", _l("Imported")),
    RowState.REPEATED: ("not_started", _l("Repeated")),
    RowState.SET_ASIDE: ("not_started", _l("Set aside")),
}
IMPORTS = {
    ImportState.MATCHING: _l("Columns to match"),
    ImportState.CHECKED: _l("Ready to import"),
    ImportState.IMPORTING: _l("Being imported"),
    ImportState.IMPORTED: _l("Imported"),
}
EVENTS = {
    "gathered": _l("Gathered into %(candidacy)s"),
    "candidacy begun": _l("Begun with nomination %(nomination)s"),
    "left empty": _l("Left empty: its nomination went to %(went_to)s"),
    "merged": _l("%(gathered)s was gathered into it as the same person"),
    "merged into another": _l("Gathered into %(into)s as the same person"),
    "parted": _l("%(parted)s stands by itself again"),
    "stands by itself again": _l("Stands by itself again; it was in %(was)s"),
    "two people": _l("Found to be two people"),
    "asked again": _l("Whether they are two people is asked again"),
    "found eligible": _l("Found eligible"),
    "found not eligible": _l("Found not eligible"),
    "to look at again": _l("To look at again"),
    "withdrawn": _l("Withdrawn"),
    "discarded": _l("The draft was discarded"),
    "biography put right": _l("The biography was put right by its person"),
    "scored from bands": _l("Scored by staff from bands"),
    "moved": _l("Moved here from another award"),
    "asked the nominator": _l("The nominator was asked something"),
    "came back": _l("Came back: a nomination counts again"),
    "put right": _l("Name put right: “%(before)s” is now “%(after)s”"),
    "standing confirmed": _l("Standing confirmed with the district"),
    "standing taken back": _l("The confirmation of standing was taken back"),
    "void": _l("Made void"),
    "returned": _l("Returned to the nominator"),
    "accepted late": _l("Accepted although late"),
    "refused": _l("Refused"),
    "begun": _l("Begun"),
    "submitted": _l("Submitted"),
    "imported": _l("Imported"),
    "entered": _l("Entered by the office"),
    "entered from paper": _l("Typed in from paper"),
    "paper taken in": _l("A paper form came in"),
    "paper typed in": _l("A paper form typed in"),
    "paper differs": _l("What was typed differs from the paper"),
    "paper compared and counted": _l("Compared with the paper by a second person; it counts as of when the paper came"),
    "paper set aside": _l("A paper form set aside"),
    "paper of a child let go": _l("A paper form of a child under 13: nothing of it kept"),
    "revising": _l("Opened for changes by the nominator"),
    "left late": _l("Left with us after the deadline"),
    "conflict suggested": _l("A conflict was suggested from facts"),
    "conflict declared": _l("A conflict was declared"),
    "conflict confirmed": _l("A conflict was confirmed"),
    "conflict dismissed": _l("A suggested conflict was dismissed"),
    "conflict waived": _l("A conflict was waived"),
    "conflict kept": _l("A declared conflict was found to be one"),
    "rule decided": _l("Decided on a rule, whatever the facts say"),
    "rule left to the facts": _l("Left a rule to the facts again"),
    "correction asked": _l("Its person says that it was declared by mistake"),
}


TARGET_WORDS = {target: _l(label) for target, label in TARGETS.items()}


def language(code: str) -> str:
    """Return a language by its own name."""
    return NAMES.get(code, code)


def relation(one: From | Nomination) -> str:
    """Return how a nominator knows the nominee."""
    return str(RELATIONS[one.relation]) if one.relation else _("Not said")


def relations(ones: Iterable[From]) -> str:
    """Return who nominated, each kind once, the most frequent first."""
    seen: dict[str, int] = {}
    for one in ones:
        word = relation(one)
        seen[word] = seen.get(word, 0) + 1
    ordered = sorted(seen, key=lambda word: (-seen[word], word))
    return ", ".join(f"{seen[word]} × {word}" if seen[word] > 1 else word for word in ordered)


def place(candidacy: Candidacy | Listed, names: Sequence[str] | None = None) -> str:
    """Return where a nominee works or learns. `names` are the schools'; without them, `schools` must be loaded."""
    if names is None and not isinstance(candidacy, Listed):
        names = sorted(link.school.name for link in candidacy.schools)
    if names:
        return ", ".join(names)
    return (
        _("Central office") if candidacy.place_text == "central office" else candidacy.place_text or _("No one school")
    )


def stands(line: Line) -> tuple[str, str, str]:
    """Return how a candidacy stands for whoever screens: a shape, a word, and what is to be known of it."""
    shape, word = STAGES[line.candidacy.stage]
    if line.candidacy.stage is not CandidacyStage.INTAKE:
        return shape, str(word), _(line.candidacy.reason) if line.candidacy.reason else ""
    return next(_to_know(line), ("done", str(_("Ready")), ""))


def _to_know(line: Line) -> Iterator[tuple[str, str, str]]:
    """Yield what is to be looked at in one that nobody has decided on, the weightiest first."""
    for _why, other in line.matches:
        also = _("Also %(name)s, %(reference)s", name=other.name, reference=other.reference)
        yield "undecided", _("Two schools?") if line.two_schools else _("Same person?"), also
    if not line.counted:
        yield "writing", _("No nomination left"), _("Each was withdrawn or made void")
    for one in line.counted:
        if one.stage in {Stage.RETURNED, Stage.REVISING}:
            yield "writing", str(NOMINATIONS[one.stage][1]), one.reference
    if line.copies:
        yield "writing", _("Campaign letter"), _("%(count)s sent the same text", count=line.copies)
    unconfirmed = sum(1 for one in line.counted if not one.confirmed and one.entered is Entered.WEB)
    if unconfirmed:
        how_many = ngettext("One address is not confirmed", "%(num)s addresses are not confirmed", unconfirmed)
        yield "not_started", _("Not confirmed"), how_many
    if line.rules.overall in {Holds.ASK, Holds.NOT_MET}:
        yield "not_started", str(STAGES[CandidacyStage.INTAKE][1]), ""


def kind(conflict: Conflict, *, shown: bool = True) -> str:
    """Return a conflict's reason as a sentence; where names are not shown, without the fact that would tell them."""
    if not shown and conflict.kind not in {Kind.DECLARED, Kind.RECUSED}:
        return str(KINDS_BARE[conflict.kind])
    return str(KINDS[conflict.kind]) % {"fact": conflict.fact}


def event(action: str, facts: dict[str, Any]) -> str:
    """Return a line of the record as a sentence: in this room's words, or in those of the record itself."""
    words = EVENTS.get(action)
    if words is None:
        return str(_(recorded.action(action)))
    try:
        return str(words) % facts
    except KeyError:
        return str(words).partition("%")[0].strip(" :“") or str(_(recorded.action(action)))


def said(problem: dict[str, Any]) -> str:
    """Return a problem or a note of a row as a sentence."""
    return str(_(problem["message"], **problem["facts"]))


@pages.app_template_filter("translated")
def translated(message: str) -> str:
    """Return a stored message id as a sentence in the reader's language."""
    return str(_(message))


def about() -> dict[str, Any]:
    """Return what every page of the desk gives its template."""
    return {
        "relation_words": relation,
        "relations_words": relations,
        "place_words": place,
        "stands": stands,
        "language_words": language,
        "kind_words": kind,
        "event_words": event,
        "problem_words": said,
        "stage_words": STAGES,
        "nomination_words": NOMINATIONS,
        "conflict_words": CONFLICTS,
        "match_words": MATCHES,
        "row_words": ROWS,
        "import_words": IMPORTS,
        "entered_words": ENTERED,
        "target_words": TARGET_WORDS,
        "words_in": words_in,
    }
