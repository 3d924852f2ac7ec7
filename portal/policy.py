"""Who may do what, and who sees which datum, in words that a board member can read.

The policy knows words, not types: each word is a fact, answered by the room that owns the thing (`facts(person, thing)`) and
registered in `create_app()`. Rules say *when* a step fits; the policy says *who* may ask for it. `docs/permissions.md` is
generated from the two tables below.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Fact(StrEnum):
    """A word that is true or not of one person and one thing."""

    __hash__ = str.__hash__  # an enumeration's own is made anew, in Python, each of the hundred times that a page asks

    # about the person alone
    ANYONE = "anyone"
    SIGNED_IN = "is signed in"
    HERE = "has begun something in this browser"
    STAFF = "is on the organisation's staff"
    STAFF_SOMEWHERE = "is staff of some award"
    PUBLISHER = "may approve and release"
    AUDITOR = "is an auditor of the board"
    REVIEWS = "is on a committee"
    CHAIRS = "chairs a committee"
    # about the person and the thing
    STAFF_OF_IT = "is staff of this award"
    PUBLISHER_OF_IT = "may approve and release this award"
    CHAIR_OF_IT = "chairs this cycle's committee"
    MEMBER_OF_IT = "is on this cycle's committee"
    ITS_NOMINATOR = "wrote it, address confirmed"
    WRITTEN_HERE = "began it in this browser"
    ITS_NOMINEE = "is the nominee"
    TOLD = "has been told"
    ITS_GUARDIAN = "is the guardian of the nominee"
    ITS_OWN = "is the person it concerns"
    INVITED = "was invited to it"
    DECLARED = "has declared conflicts in its cycle"
    ASSIGNED = "is assigned to it"
    CLEAR = 'has said "no conflict" for it'
    STILL_SCORES = "still gives scores in its open round"
    CONFLICT = "has a conflict with it that stands or holds"
    PROPOSED_IT = "proposed it"
    ITS_WRITER = "was asked to write it"
    ITS_TRANSLATOR = "was asked to translate it"
    ACCESS_KEPT = "keeps the right to read it"
    # about the thing alone
    PUBLIC = "is public"
    NAMES_SHOWN = "is in a round that shows names"
    IN_DELIBERATION = "is in deliberation"
    RELEASED = "has been released"
    LETTER_NEEDED = "is in a round whose rubric needs letters"
    NOMINATOR_AGREES = "has the nominator's agreement"
    NOMINATOR_SHOWS = "has the nominator's agreement to show the words"
    GAVE_TO_IT = "gave to it"
    CONSENTED = "has the person's consent"
    DEMONSTRATION = "is on a demonstration"


class Rule:
    """A condition on facts, built with `&`, `|` and `~`, that can be asked and can be read aloud."""

    def __init__(self, holds: Callable[[frozenset[Fact]], bool], words: str, *, simple: bool = True) -> None:
        """Keep the test and its words."""
        self._holds = holds
        self.words = words
        self._simple = simple

    def __call__(self, facts: frozenset[Fact]) -> bool:
        """Say whether the rule holds of these facts."""
        return self._holds(facts)

    def __and__(self, other: Rule) -> Rule:
        """Both."""
        return Rule(lambda facts: self(facts) and other(facts), f"{self._inner} and {other._inner}", simple=False)

    def __or__(self, other: Rule) -> Rule:
        """Either."""
        return Rule(lambda facts: self(facts) or other(facts), f"{self._inner}, or {other._inner}", simple=False)

    def __invert__(self) -> Rule:
        """Not."""
        return Rule(lambda facts: not self(facts), f"not ({self.words})")

    @property
    def _inner(self) -> str:
        return self.words if self._simple else f"({self.words})"


def _word(fact: Fact) -> Rule:
    return Rule(lambda facts: fact in facts, fact.value)


anyone = Rule(lambda _facts: True, "anyone")
nobody = Rule(lambda _facts: False, "nobody")
signed_in = _word(Fact.SIGNED_IN)
here = _word(Fact.HERE)
staff = _word(Fact.STAFF)
staff_somewhere = _word(Fact.STAFF_SOMEWHERE)
publisher = _word(Fact.PUBLISHER)
auditor = _word(Fact.AUDITOR)
reviews = _word(Fact.REVIEWS)
chairs = _word(Fact.CHAIRS)
staff_of_it = _word(Fact.STAFF_OF_IT)
publisher_of_it = _word(Fact.PUBLISHER_OF_IT)
chair_of_it = _word(Fact.CHAIR_OF_IT)
member_of_it = _word(Fact.MEMBER_OF_IT)
its_nominator = _word(Fact.ITS_NOMINATOR)
written_here = _word(Fact.WRITTEN_HERE)
its_nominee = _word(Fact.ITS_NOMINEE)
told = _word(Fact.TOLD)
its_guardian = _word(Fact.ITS_GUARDIAN)
its_own = _word(Fact.ITS_OWN)
invited = _word(Fact.INVITED)
declared = _word(Fact.DECLARED)
assigned = _word(Fact.ASSIGNED)
clear = _word(Fact.CLEAR)
still_scores = _word(Fact.STILL_SCORES)
conflict = _word(Fact.CONFLICT)
proposed_it = _word(Fact.PROPOSED_IT)
its_writer = _word(Fact.ITS_WRITER)
its_translator = _word(Fact.ITS_TRANSLATOR)
gave_to_it = _word(Fact.GAVE_TO_IT)
access_kept = _word(Fact.ACCESS_KEPT)
names_shown = _word(Fact.NAMES_SHOWN)
in_deliberation = _word(Fact.IN_DELIBERATION)
released = _word(Fact.RELEASED)
letter_needed = _word(Fact.LETTER_NEEDED)
nominator_agrees = _word(Fact.NOMINATOR_AGREES)
nominator_shows = _word(Fact.NOMINATOR_SHOWS)
consented = _word(Fact.CONSENTED)
demonstration = _word(Fact.DEMONSTRATION)


class Permission(StrEnum):
    """Everything that can be done, each the key of one line of the policy."""

    __hash__ = str.__hash__  # as above

    SEE_PUBLIC_PAGES = "see the public pages"
    USE_LINK = "open a link sent by e-mail"
    SEE_MAILBOX = "see the demonstration's mailbox"
    SEE_GALLERY = "see the gallery of components"
    SEE_OWN_ACCOUNT = "see and end one's own sessions"
    SIGN_OUT = "sign out of this browser"
    SEE_HOME = "see what waits for one"
    # nominating
    BEGIN_NOMINATION = "begin a nomination"
    SEE_OWN_NOMINATIONS = "see one's own nominations"
    READ_NOMINATION = "read a nomination as its writer"
    EDIT_NOMINATION = "write, submit, revise and withdraw a nomination"
    CONSENT = "say what may be published"
    SEE_WRITTEN_CONSENT = "read what the office wrote down of what may be published"
    CONFIRM_WRITTEN_CONSENT = "confirm what another wrote down of what may be published"
    SEE_OWN_HONOUR = "see what is one's own of an honor: send a photograph, print one's certificate"
    READ_KIND_WORDS = "read what people said of one"
    WRITE_BRIEF = "write, send and take back one's own practice brief"
    GUARD_BRIEF = "let somebody under 18 be asked for a practice brief, read it and let it be published"
    OWN_PART = "take up, write or decline one's own part as a nominee"
    SEE_OWN_LETTERS = "see the letters one was asked for"
    WRITE_LETTER = "write, send, replace or decline a letter one was asked for"
    READ_LETTER = "read a letter that was sent"
    TRANSLATE = "read and translate a text one was asked to translate"
    # staff's desk
    SEE_DESK = "see the staff's desk"
    MANAGE_AWARDS = "set up awards, cycles, question sets and rubrics"
    MANAGE_CYCLE = "open, close and extend a cycle"
    MANAGE_PEOPLE = "see people, correct addresses, grant roles"
    SCREEN = "screen nominations and gather them into candidacies"
    READ_CANDIDACY = "read everything about one candidacy"
    IMPORT_NOMINATIONS = "import nominations"
    FIND = "find candidacies and nominations by name, school or reference"
    KEEP_ROSTER = "bring in the district's roster, and take it away"
    ENTER_NOMINATION = "enter a nomination for someone"
    MANAGE_COMMITTEE = "invite reviewers and form a committee"
    MANAGE_CONFLICTS = "decide on conflicts of interest"
    MANAGE_LETTERS = "say what letters are asked for, and accept or refuse late ones"
    REDACT = "look over masked text"
    GIVE_FEEDBACK = "read what reviewers wrote for nominators, and send it"
    ENTER_PAPER = "type in reviews written on paper, and check them"
    PREPARE_PRACTICE = "choose and cover past files for practice"
    ARRANGE_INTERVIEWS = "set when and where nominees are met"
    SCORE_BANDS = "score what staff score from bands, such as need"
    CONFIRM_STANDING = "record that standing was confirmed"
    SEE_MESSAGES = "see messages, mend addresses and send again"
    WRITE_MESSAGES = "write the words of the portal's messages"
    EXPORT = "export lists"
    READ_RECORD = "read the record"
    # review
    ANSWER_INVITATION = "answer an invitation to a committee"
    SEE_QUEUE = "see one's own reading"
    DECLARE_CONFLICTS = "declare conflicts of interest"
    READ_MASKED = "read a candidacy for review"
    SCORE_CANDIDACY = "score a candidacy"
    PRACTICE = "practice on a past file"
    ASSIGN = "assign candidacies to reviewers"
    MANAGE_ROUND = "open, close, reopen and lock a round"
    SEE_RULE = "see how places are given"
    SEE_STANDINGS = "see the standings"
    SEE_READERS = "see how each reviewer scores beside the others"
    DELIBERATE = "write notes in deliberation"
    THINK_AGAIN = "say after the committee talked what one would give now"
    LEAD_MEETING = "lead the committee's meeting"
    # decision and publishing
    SEE_DECISIONS = "see what is decided before it is released"
    SEE_REPLAY = "have a decision computed again, and see whether it comes out the same"
    HOLD_DRAW = "hold the draw that settles an exact tie"
    PROPOSE_DECISION = "propose decisions"
    APPROVE_DECISION = "approve decisions proposed by another"
    RETURN_DECISION = "return an approved decision"
    PLAN_RELEASE = "set the release times and preview"
    APPROVE_RELEASE = "approve a release planned by another"
    RELEASE = "cancel a release, correct and take down pages"
    # what follows a release
    ANSWER_OFFER = "accept or decline what one is offered, and send what is needed for it"
    SEE_PAYMENTS = "see the payments that wait"
    SEE_OFFERS = "see what was offered, and the payments of it"
    MANAGE_OFFERS = "make offers, look through their papers, plan and record payments"
    APPROVE_TERMS = "approve what another proposed that offers need before a sum is paid"
    APPROVE_PAYMENT = "approve a payment planned by another"
    SEE_BOOKS = "see a fund's books, and take them along for the accountant"
    KEEP_BOOKS = "say what a fund gives in a year, and match its payments with the bank's statement"
    READ_THANKS = "read thank-you notes before donors do"
    SEE_FIREWALL = "see the sheet that keeps donors from choosing"
    KEEP_FIREWALL = "note what stands on that sheet"
    SEE_OWN_FUND = "see what the fund one gave to did"
    KEEP_ARCHIVE = "bring past years into the archive, and take names out of it"


_its_writer = its_nominator | written_here
_spoke = (
    ~member_of_it | declared
)  # whoever sits on the committee, in whatever other role, says first whom they have to do with
_staff = staff_of_it & _spoke
_publisher = publisher_of_it & _spoke
_auditor = auditor & _spoke
_office = _staff & ~conflict
_chair = chair_of_it & declared
_scorer = assigned & clear & ~conflict
_deliberates = member_of_it & in_deliberation & declared

POLICY: dict[Permission, Rule] = {
    Permission.SEE_PUBLIC_PAGES: anyone,
    Permission.USE_LINK: anyone,
    Permission.SEE_MAILBOX: demonstration,
    Permission.SEE_GALLERY: demonstration,
    Permission.SEE_OWN_ACCOUNT: signed_in,
    Permission.SIGN_OUT: signed_in | here,
    Permission.SEE_HOME: signed_in,
    Permission.BEGIN_NOMINATION: anyone,
    Permission.SEE_OWN_NOMINATIONS: signed_in | here,
    Permission.READ_NOMINATION: _its_writer,
    Permission.EDIT_NOMINATION: _its_writer,
    Permission.CONSENT: (its_nominee & told) | its_guardian,
    Permission.SEE_WRITTEN_CONSENT: (staff_of_it | publisher_of_it) & ~conflict,
    Permission.CONFIRM_WRITTEN_CONSENT: (staff_of_it | publisher_of_it) & ~proposed_it & ~conflict,
    Permission.SEE_OWN_HONOUR: its_nominee & told,
    Permission.READ_KIND_WORDS: its_nominee & told,
    Permission.WRITE_BRIEF: its_nominee & told,
    Permission.GUARD_BRIEF: its_guardian,
    Permission.OWN_PART: its_nominee & told,
    Permission.SEE_OWN_LETTERS: signed_in,
    Permission.WRITE_LETTER: its_writer,
    Permission.TRANSLATE: its_translator & ~member_of_it,
    Permission.READ_LETTER: its_writer | ((_staff | _chair) & ~conflict & ~its_nominee) | (its_nominee & access_kept),
    Permission.MANAGE_LETTERS: _staff & ~conflict & ~its_nominee,
    Permission.SEE_DESK: staff_somewhere | auditor | publisher,
    Permission.MANAGE_AWARDS: staff,
    Permission.MANAGE_CYCLE: staff_of_it,
    Permission.MANAGE_PEOPLE: staff,
    Permission.SCREEN: _office,
    Permission.READ_CANDIDACY: _office,
    Permission.IMPORT_NOMINATIONS: staff & ~conflict,
    Permission.FIND: staff_somewhere,
    Permission.KEEP_ROSTER: staff,
    Permission.ENTER_NOMINATION: staff_of_it,
    Permission.MANAGE_COMMITTEE: staff_of_it,
    Permission.MANAGE_CONFLICTS: (_staff | _chair) & ~conflict,
    Permission.REDACT: _office & ~assigned,
    Permission.GIVE_FEEDBACK: _office,
    Permission.ENTER_PAPER: _office & ~assigned,
    Permission.PREPARE_PRACTICE: _office,
    Permission.ARRANGE_INTERVIEWS: _office,
    Permission.SCORE_BANDS: _office & ~assigned,
    Permission.CONFIRM_STANDING: _office,
    Permission.SEE_MESSAGES: staff,
    Permission.WRITE_MESSAGES: staff,
    Permission.EXPORT: staff_of_it,
    Permission.READ_RECORD: staff_somewhere | auditor,
    Permission.ANSWER_INVITATION: invited | member_of_it,
    Permission.SEE_QUEUE: reviews,
    Permission.DECLARE_CONFLICTS: member_of_it & ~released,
    Permission.READ_MASKED: _scorer,
    Permission.SCORE_CANDIDACY: _scorer,
    Permission.PRACTICE: member_of_it & ~conflict,
    Permission.ASSIGN: (_staff | _chair) & ~conflict,
    Permission.MANAGE_ROUND: _staff | _chair,
    Permission.SEE_RULE: _staff | _chair | _auditor | _deliberates,
    Permission.SEE_STANDINGS: (_staff | _chair | _auditor | _deliberates) & ~still_scores,
    Permission.SEE_READERS: _chair & ~still_scores,
    Permission.DELIBERATE: (_staff | _chair | _deliberates) & ~conflict & ~still_scores,
    Permission.THINK_AGAIN: _deliberates & ~conflict,
    Permission.LEAD_MEETING: (_staff | _chair) & ~conflict & ~still_scores,
    Permission.SEE_DECISIONS: (_staff | _chair | _publisher) & ~conflict & ~still_scores,
    Permission.SEE_REPLAY: _staff | _chair | _publisher | _auditor,
    Permission.HOLD_DRAW: (_staff | _chair | _publisher) & ~conflict & ~still_scores,
    Permission.PROPOSE_DECISION: (_staff | _chair) & ~conflict & ~still_scores,
    Permission.APPROVE_DECISION: _publisher & ~proposed_it & ~conflict,
    Permission.RETURN_DECISION: (_staff | _publisher) & ~conflict,
    Permission.PLAN_RELEASE: (staff_of_it | publisher_of_it) & ~conflict,
    Permission.APPROVE_RELEASE: publisher_of_it & ~proposed_it & ~conflict,
    Permission.RELEASE: publisher_of_it & ~conflict,
    Permission.ANSWER_OFFER: its_nominee & told,
    Permission.SEE_OFFERS: (staff_of_it | publisher_of_it) & ~conflict,
    Permission.SEE_PAYMENTS: staff_somewhere | publisher,
    Permission.MANAGE_OFFERS: staff_of_it & ~conflict,
    Permission.APPROVE_TERMS: publisher_of_it & ~proposed_it & ~conflict,
    Permission.APPROVE_PAYMENT: publisher_of_it & ~proposed_it & ~conflict,
    Permission.SEE_BOOKS: (staff | auditor) & ~conflict,
    Permission.KEEP_BOOKS: staff & ~conflict,
    Permission.READ_THANKS: staff,
    Permission.SEE_FIREWALL: (staff_of_it | publisher_of_it | auditor) & ~conflict,
    Permission.KEEP_FIREWALL: staff_of_it & ~conflict,
    Permission.SEE_OWN_FUND: gave_to_it,
    Permission.KEEP_ARCHIVE: staff,
}


class Datum(StrEnum):
    """A kind of fact about people that is shown, masked or denied."""

    NOMINATION_TEXT = "nomination text"
    NOMINEE_IDENTITY = "nominee identity"
    NOMINATOR_IDENTITY = "nominator identity"
    CONFIDENTIAL_LETTER = "a confidential letter"
    ASSIGNMENT = "that someone is assigned"
    OTHERS_SCORES = "others' scores"
    STANDING = "standing, rank"
    OUTCOME = "outcome before release"
    CONTACT = "contact, need, demographics"


class Sight(StrEnum):
    """How much of a datum is seen. Deny beats mask, mask beats show."""

    DENY = "deny"
    MASK = "mask"
    SHOW = "show"


_reads = assigned & clear

# Each datum: whom it is denied whatever else they are; who sees all of it; who sees it masked.
VISIBLE: dict[Datum, tuple[Rule, Rule, Rule]] = {
    Datum.NOMINATION_TEXT: (
        conflict,
        staff_of_it | _its_writer | (its_nominee & told & nominator_shows) | (_reads & names_shown),
        _reads | _chair,
    ),
    Datum.NOMINEE_IDENTITY: (
        conflict,
        staff_of_it | _its_writer | (its_nominee & told) | ((_reads | _chair) & names_shown) | (released & consented),
        nobody,
    ),
    Datum.NOMINATOR_IDENTITY: (
        conflict,
        staff_of_it | _its_writer | (its_nominee & told & nominator_agrees) | (_chair & names_shown),
        nobody,
    ),
    Datum.CONFIDENTIAL_LETTER: (
        conflict | (its_nominee & ~access_kept),
        staff_of_it | its_writer | _chair | (its_nominee & access_kept),
        _reads & letter_needed,
    ),
    Datum.ASSIGNMENT: (conflict, staff_of_it | _chair | assigned, nobody),
    Datum.OTHERS_SCORES: (conflict, staff_of_it | _chair, nobody),
    Datum.STANDING: (conflict, staff_of_it | _chair | _deliberates, nobody),
    Datum.OUTCOME: (conflict, publisher_of_it | _deliberates | _chair | staff_of_it, nobody),
    Datum.CONTACT: (conflict, staff_of_it | its_own | _its_writer, nobody),
}


def sight(datum: Datum, facts: frozenset[Fact]) -> Sight:
    """Return how much of `datum` someone with these facts sees: the narrowest view wins."""
    denied, shown, masked = VISIBLE[datum]
    reviewing = Fact.ASSIGNED in facts and Fact.NAMES_SHOWN not in facts
    if denied(facts):
        return Sight.DENY
    if reviewing:  # somebody who scores a blind round keeps the reviewer's view, whatever other role they hold
        return Sight.MASK if masked(facts) else Sight.SHOW if datum is Datum.ASSIGNMENT else Sight.DENY
    if shown(facts):
        return Sight.SHOW
    return Sight.MASK if masked(facts) else Sight.DENY


_answers: dict[type, Callable[[Any, Any], frozenset[Fact]]] = {}
_about_person: list[Callable[[Any], frozenset[Fact]]] = []


def teach(kind: type, facts: Callable[[Any, Any], frozenset[Fact]]) -> None:
    """Register who answers for things of this kind: `facts(person, thing)`."""
    _answers[kind] = facts


def teach_person(facts: Callable[[Any], frozenset[Fact]]) -> None:
    """Register who answers for a person alone: `facts(person)`."""
    if facts not in _about_person:
        _about_person.append(facts)


def facts_about(person: object, thing: object = None) -> frozenset[Fact]:
    """Return every fact that holds of this person and this thing. `person` is None for a visitor."""
    known: set[Fact] = {Fact.ANYONE}
    for answer in _about_person:
        known |= answer(person)
    if thing is not None:
        for kind in type(thing).__mro__:
            if kind in _answers:
                known |= _answers[kind](person, thing)
                break
        else:
            msg = f"No room answers for {type(thing).__name__}: call policy.teach() in create_app()."
            raise LookupError(msg)
    return frozenset(known)


def may(person: object, permission: Permission, thing: object = None) -> bool:
    """Say whether this person may do this with this thing."""
    return POLICY[permission](facts_about(person, thing))


def turns_on(person: object, permission: Permission, thing: object, fact: Fact) -> bool:
    """Say whether this fact alone decides: they may not do it, and might if it held of them, or held no more."""
    known, rule = facts_about(person, thing), POLICY[permission]
    return not rule(known) and rule(known ^ {fact})


def in_words() -> Iterable[tuple[str, str]]:
    """Yield every permission with its rule in words, for `docs/permissions.md`."""
    for permission, rule in POLICY.items():
        yield permission.value, rule.words
