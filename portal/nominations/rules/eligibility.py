"""Who may receive an award, and who may nominate for it: rules as data, judged against known facts. Pure.

Every rule that a year sets gets a verdict: it is met, it is not, or a person must be asked. What nobody knows is never a no, and
what only a name or a nominator's own words say is never a no either. A verdict names the fact it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.awards.rules import MAY_NOMINATE, WHO_NOMINATES
from portal.errors import N_
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

KINDERGARTEN, BEFORE_KINDERGARTEN, LAST_GRADE = 0, -1, 12
MOST_YEARS = 60
WHOLE = 100


class Rule(StrEnum):
    """What may be asked of a candidacy, in the order in which it is said."""

    NOMINATOR = WHO_NOMINATES
    ROLE = "role"
    SCHOOL_YEARS = "school_years"
    DISTRICT_YEARS = "district_years"
    TAUGHT = "taught"
    GRADE = "grade"
    AGE = "age"
    HIGH_NEED = "high_need"
    REPEAT = "repeat"
    FAMILIES = "families"


class Holds(StrEnum):
    """Whether a rule is met."""

    MET = "met"
    ASK = "ask"
    NOT_MET = "not met"


class Does(StrEnum):
    """What somebody does at a school, in the words that rules know."""

    PRINCIPAL = "principal"
    ADMINISTRATOR = "administrator"
    TEACHER = "teacher"
    LIBRARIAN = "librarian"
    COUNSELOR = "counselor"
    STAFF = "other staff"
    STUDENT = "student"


# Folded words of English and Spanish by which a role is known.
_BESIDE = r"(?:assistant|vice|associate|deputy) principal|subdirector"
_SECOND = re.compile(_BESIDE)
_ROLE_WORDS: tuple[tuple[Does, re.Pattern[str]], ...] = tuple(
    (does, re.compile(rf"\b(?:{words})"))
    for does, words in (
        (Does.ADMINISTRATOR, rf"{_BESIDE}|dean\b|superintendent|administrat"),
        (Does.ADMINISTRATOR, r"director of|program (?:manager|director|lead)"),
        (Does.PRINCIPAL, r"principal|head of school|director(?:a)? de (?:la )?escuela"),
        (Does.LIBRARIAN, r"librar|bibliotec"),
        (Does.COUNSELOR, r"counsel|consejer|orientador|social worker|psycholog"),
        (Does.TEACHER, r"teach|educator|instructor|maestr|docente|profesor"),
        (Does.STUDENT, r"student\b|senior\b|junior\b|sophomore|freshman|estudiante|alumn"),
        (
            Does.STAFF,
            r"nurse|secretary|custodian|paraprofessional|para\b|aide\b|registrar|office|cook|driver|security|enfermer|secretari",
        ),
    )
)


@lru_cache(maxsize=2_000)
def does(text: str | None) -> frozenset[Does]:
    """Return what a role in free words means: often one thing, sometimes two ("teacher librarian"), none where words do not tell."""
    words = fold(text or "")
    found = {role for role, pattern in _ROLE_WORDS if pattern.search(words)}
    if _SECOND.search(words):  # whoever stands beside a principal is none
        found.discard(Does.PRINCIPAL)
    return frozenset(found)


def grade(text: str | None) -> int | None:
    """Return a grade as a number: kindergarten 0, before it -1; None for what is no grade ("KG", "05", "Grade 7", "9th")."""
    words = fold(text or "")
    if words in {"pk", "prek", "pre k", "preschool"}:
        return BEFORE_KINDERGARTEN
    if words in {"k", "kg", "kindergarten", "kinder"}:
        return KINDERGARTEN
    if words in {"senior", "freshman", "sophomore", "junior"}:
        return {"freshman": 9, "sophomore": 10, "junior": 11, "senior": 12}[words]
    found = re.search(r"\d+", words)
    number = int(found[0]) if found and len(found[0]) <= 2 else None  # noqa: PLR2004 - no grade has three figures
    return number if number is not None and 0 < number <= LAST_GRADE else None


def whole_years(since: date, on: date) -> int:
    """Return how many whole years lie between two days; negative where `since` is later."""
    return on.year - since.year - ((on.month, on.day) < (since.month, since.day))


# ---------------------------------------------------------------- the facts


class Place(NamedTuple):
    """A school, as the national centre publishes it. What was not reported is None."""

    name: str
    low: int | None = None
    high: int | None = None
    title_i: bool | None = None
    share: float | None = None  # of students with free or reduced-price lunch, in percent


class Listed(NamedTuple):
    """The line of the district's roster that is surely about somebody."""

    role: str = ""
    school: str = ""
    school_since: date | None = None
    district_since: date | None = None
    low: int | None = None  # grades taught
    high: int | None = None
    grade: int | None = None  # a student's own


class Honoured(NamedTuple):
    """An honour that somebody of this name received before. Sure: the same person, or the same name at the same school."""

    year: int
    award: Mapping[str, str]  # its name, by language
    same_award: bool
    sure: bool


class Tie(NamedTuple):
    """What may tie a nominee to somebody who judges or gives."""

    who: str
    gives: bool  # to the fund; else on the committee
    how: str  # "same person", "conflict" (confirmed over the same family name), "same name", "said" (own words), "family name"
    words: str = ""


class Someone(NamedTuple):
    """One person of a candidacy, and what is known of them."""

    name: str
    listed: Listed | None = None
    perhaps: str = ""  # a name of the roster that may be theirs
    honours: tuple[Honoured, ...] = ()
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that is known of a candidacy."""

    people: tuple[Someone, ...] = ()
    role: str = ""  # as nominators wrote it
    places: tuple[Place, ...] = ()
    nominators: tuple[
        str, ...
    ] = ()  # of the nominations that count: how each knows the nominee, "" where they did not say
    answers: Mapping[str, str] = field(default_factory=dict)  # question's key -> what was answered
    roster_of: date | None = None  # the day the district's roster is of; None: there is none


class Verdict(NamedTuple):
    """What became of one rule: a message id, and the facts that fill it. `who` names one of several people."""

    rule: Rule
    holds: Holds
    said: str
    facts: dict[str, Any] = {}  # noqa: RUF012 - never changed
    who: str = ""


# ---------------------------------------------------------------- the rules as data


def tidy(rules: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a year's rules, those known, in their order; a rule whose figures say nothing is left out."""
    found: dict[str, dict[str, Any]] = {}
    for rule in Rule:
        held = rules.get(rule.value)
        kept = _TIDY[rule](held) if isinstance(held, dict) else None
        if kept is not None:
            found[rule.value] = kept
    return found


def _chosen(held: Mapping[str, Any], name: str, known: Iterable[str]) -> dict[str, Any] | None:
    wanted = held.get(name)
    some = [key for key in known if key in wanted] if isinstance(wanted, (list, tuple)) else []
    return {name: some} if some else None


def _who(held: Mapping[str, Any]) -> dict[str, Any] | None:
    found = _chosen(held, "from", MAY_NOMINATE)
    return found if found and len(found["from"]) < len(MAY_NOMINATE) else None


def _number(value: object, least: int, most: int) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if least <= value <= most else None


def _years(held: Mapping[str, Any]) -> dict[str, Any] | None:
    least = _number(held.get("least"), 1, MOST_YEARS)
    return {"least": least} if least is not None else None


def _band(held: Mapping[str, Any]) -> dict[str, Any] | None:
    low, high = (_number(held.get(name), BEFORE_KINDERGARTEN, LAST_GRADE) for name in ("low", "high"))
    return {"low": low, "high": high} if low is not None and high is not None and low <= high else None


def _asked(held: Mapping[str, Any]) -> dict[str, Any]:
    question = held.get("question")
    return {"question": question} if isinstance(question, str) and question else {}


def _own_grade(held: Mapping[str, Any]) -> dict[str, Any] | None:
    band = _band(held)
    return {**band, **_asked(held)} if band is not None else None


def _age(held: Mapping[str, Any]) -> dict[str, Any] | None:
    ends = {name: _number(held.get(name), 0, 120) for name in ("least", "most")}
    known = {name: value for name, value in ends.items() if value is not None}
    if not known or known.get("least", 0) > known.get("most", 120):
        return None
    return {**known, **_asked(held)}


def _need(held: Mapping[str, Any]) -> dict[str, Any] | None:
    share = _number(held.get("share"), 1, WHOLE)
    return {"share": share} if share is not None else None


def _repeat(held: Mapping[str, Any]) -> dict[str, Any] | None:
    years = _number(held.get("years"), 1, MOST_YEARS)
    return {"years": years, "any_award": held.get("any_award") is True} if years is not None else None


_TIDY: dict[Rule, Callable[[Mapping[str, Any]], dict[str, Any] | None]] = {
    Rule.NOMINATOR: _who,
    Rule.ROLE: lambda held: _chosen(held, "of", [one.value for one in Does]),
    Rule.SCHOOL_YEARS: _years,
    Rule.DISTRICT_YEARS: _years,
    Rule.TAUGHT: _band,
    Rule.GRADE: _own_grade,
    Rule.AGE: _age,
    Rule.HIGH_NEED: _need,
    Rule.REPEAT: _repeat,
    Rule.FAMILIES: lambda _held: {},
}


# ---------------------------------------------------------------- judging

NO_ROSTER = N_("The district's roster was not brought in, so nobody here knows. Ask the district, or the person.")
NOT_LISTED = N_("The district's roster has nobody of this name at this school. Ask the district.")
PERHAPS_LISTED = N_("The district's roster has %(other)s. Is that the same person?")
NOT_ON_IT = N_("The district's roster does not say. Ask the district.")
ELSEWHERE = N_("The district's roster has them at %(school)s. Ask which school is meant.")
NOTHING_COUNTS = N_("No nomination of it counts now.")
NOBODY_SAYS = N_("Nobody says how they know the nominee.")
AMONG = N_("Nominated by: %(who)s.")
NOT_AMONG = N_("Nominated by %(who)s alone.")
ROLE_LISTED = N_("The district's roster says: %(role)s.")
ROLE_TYPED = N_("The nominator wrote: %(role)s.")
ROLE_UNCLEAR = N_("The nominator wrote “%(role)s”, which does not settle it.")
ROLE_UNKNOWN = N_("Nobody says what they do.")
SINCE_SCHOOL = N_("At %(school)s since %(since)s: %(years)s.")
SINCE_DISTRICT = N_("In the district since %(since)s: %(years)s.")
TEACHES = N_("The district's roster says that they teach grades %(low)s to %(high)s.")
SCHOOL_HAS = N_("%(school)s has grades %(low)s to %(high)s.")
NO_SCHOOL = N_("No listed school is known.")
GRADES_UNKNOWN = N_("The grades of %(school)s are not on record.")
GRADE_LISTED = N_("The district's roster says: grade %(grade)s.")
GRADE_SAID = N_("Their answer says: grade %(grade)s.")
GRADE_UNKNOWN = N_("Nobody says which grade they are in.")
AGE_SAID = N_("By their answer, %(age)s years old on the last day.")
AGE_UNKNOWN = N_("Nobody says how old they are.")
TITLE_I = N_("%(school)s receives Title I funds.")
MEALS = N_("%(school)s: %(share)s%% of students have free or reduced-price lunch.")
NEED_UNKNOWN = N_("The figures of %(school)s were not all reported.")
HONOURED_BEFORE = N_("Received the %(award)s in %(year)s.")
NAMESAKE = N_("Somebody of this name received the %(award)s in %(year)s. Is that the same person?")
NEVER_BEFORE = N_("Nobody of this name is on record in those years.")
NO_TIE = N_("Nothing known ties them to the committee or to a donor.")
IS_MEMBER = N_("Is on the committee.")
IS_DONOR = N_("Gave to the fund.")
SAME_AS_MEMBER = N_("Has the same name as %(who)s, who is on the committee. Is that the same person?")
SAME_AS_DONOR = N_("Has the same name as %(who)s, who gave to the fund. Is that the same person?")
FAMILY_NAME_MEMBER = N_("Has the family name of %(who)s, who is on the committee. Are they related?")
FAMILY_NAME_DONOR = N_("Has the family name of %(who)s, who gave to the fund. Are they related?")
CONFLICT_FOUND = N_("A conflict with %(who)s over the same family name was confirmed. Are they related?")
MEMBER_SAID = N_("%(who)s, who is on the committee, said: “%(words)s”. Are they related?")


def judge(rules: Mapping[str, Any], facts: Facts, *, year: int, on: date) -> list[Verdict]:
    """Return a verdict for every rule that is set, in the rules' order. Years and ages count on the day `on`, nominating's last."""
    return judged(tidy(rules), facts, year=year, on=on)


def judged(tidied: Mapping[str, Any], facts: Facts, *, year: int, on: date) -> list[Verdict]:
    """Return the same by rules that are tidy already, where a list is judged by them."""
    return [_JUDGES[Rule(rule)](held, facts, _When(year, on)) for rule, held in tidied.items()]


def overall(verdicts: Iterable[Verdict]) -> Holds | None:
    """Return what the verdicts come to: one rule not met outweighs all, one to ask about outweighs those met; None for no rules."""
    found = {verdict.holds for verdict in verdicts}
    return next((holds for holds in (Holds.NOT_MET, Holds.ASK, Holds.MET) if holds in found), None)


class _When(NamedTuple):
    year: int
    on: date


def _nominators(held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    allowed, said = set(held["from"]), set(facts.nominators)
    who = [key for key in MAY_NOMINATE if key in said]
    if said & allowed:
        return Verdict(Rule.NOMINATOR, Holds.MET, AMONG, {"who": who})
    if not facts.nominators:
        return Verdict(Rule.NOMINATOR, Holds.ASK, NOTHING_COUNTS)
    if "" in said or "other" in said:
        return Verdict(Rule.NOMINATOR, Holds.ASK, AMONG if who else NOBODY_SAYS, {"who": who})
    return Verdict(Rule.NOMINATOR, Holds.NOT_MET, NOT_AMONG, {"who": who})


def _each(rule: Rule, facts: Facts, judge_one: Callable[[Someone], tuple[Holds, str, dict[str, Any]]]) -> Verdict:
    """Judge everybody of a candidacy: a team meets a rule when all of them do. The weightiest is said, by name where there are several."""
    found = [(Verdict(rule, *judge_one(one)), one.name) for one in facts.people]
    if not found:
        return Verdict(rule, Holds.ASK, NOT_ON_IT)
    order = [Holds.NOT_MET, Holds.ASK, Holds.MET]
    verdict, name = min(found, key=lambda pair: order.index(pair[0].holds))
    return verdict._replace(who=name) if len(found) > 1 else verdict


def _unlisted(one: Someone, facts: Facts) -> tuple[Holds, str, dict[str, Any]]:
    if facts.roster_of is None:
        return Holds.ASK, NO_ROSTER, {}
    return (Holds.ASK, PERHAPS_LISTED, {"other": one.perhaps}) if one.perhaps else (Holds.ASK, NOT_LISTED, {})


def _role(held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    wanted = set(held["of"])

    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        listed = someone.listed.role if someone.listed else ""
        known = {role.value for role in does(listed)}
        if known:
            return (Holds.MET if known & wanted else Holds.NOT_MET), ROLE_LISTED, {"role": listed}
        if not facts.role:
            return Holds.ASK, ROLE_UNKNOWN, {}
        fits = wanted & {role.value for role in does(facts.role)}
        return (
            (Holds.MET, ROLE_TYPED, {"role": facts.role}) if fits else (Holds.ASK, ROLE_UNCLEAR, {"role": facts.role})
        )

    return _each(Rule.ROLE, facts, one)


def _since(rule: Rule, held: Mapping[str, Any], facts: Facts, when: _When) -> Verdict:
    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        listed = someone.listed
        if listed is None:
            return _unlisted(someone, facts)
        at_school = rule is Rule.SCHOOL_YEARS
        since = listed.school_since if at_school else listed.district_since
        if since is None:
            # whoever has been at one school for so long has been in its district for so long, and not the other way round
            since = listed.school_since if not at_school and _long(listed.school_since, held, when) else None
        if since is None:
            return Holds.ASK, NOT_ON_IT, {}
        places = {place.name for place in facts.places}
        if at_school and listed.school and places and listed.school not in places:
            return Holds.ASK, ELSEWHERE, {"school": listed.school}
        years = max(whole_years(since, when.on), 0)
        said = {"since": since.isoformat(), "years": years, **({"school": listed.school} if at_school else {})}
        holds = Holds.MET if years >= held["least"] else Holds.NOT_MET
        return holds, SINCE_SCHOOL if at_school else SINCE_DISTRICT, said

    return _each(rule, facts, one)


def _long(since: date | None, held: Mapping[str, Any], when: _When) -> bool:
    return since is not None and whole_years(since, when.on) >= held["least"]


def _within(low: int, high: int, held: Mapping[str, Any]) -> Holds:
    """Whether grades lie in a band: all of them, some of them (a person is asked), or none."""
    if held["low"] <= low and high <= held["high"]:
        return Holds.MET
    return Holds.ASK if low <= held["high"] and held["low"] <= high else Holds.NOT_MET


def _taught(held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        listed = someone.listed
        if listed is not None and listed.low is not None and listed.high is not None:
            holds = Holds.NOT_MET if _within(listed.low, listed.high, held) is Holds.NOT_MET else Holds.MET
            return holds, TEACHES, {"low": listed.low, "high": listed.high}
        return _best(facts.places, lambda place: _of_school(place, held))

    return _each(Rule.TAUGHT, facts, one)


def _of_school(place: Place, held: Mapping[str, Any]) -> tuple[Holds, str, dict[str, Any]]:
    if place.low is None or place.high is None:
        return Holds.ASK, GRADES_UNKNOWN, {"school": place.name}
    return (
        _within(place.low, place.high, held),
        SCHOOL_HAS,
        {"school": place.name, "low": place.low, "high": place.high},
    )


def _best(
    places: Sequence[Place], judge_one: Callable[[Place], tuple[Holds, str, dict[str, Any]]]
) -> tuple[Holds, str, dict[str, Any]]:
    """Judge several schools: one that fits is enough, and only where none may fit is it a no."""
    found = [judge_one(place) for place in places]
    order = [Holds.MET, Holds.ASK, Holds.NOT_MET]
    return min(found, key=lambda one: order.index(one[0])) if found else (Holds.ASK, NO_SCHOOL, {})


def _grade(held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        said, words = grade(facts.answers.get(held.get("question", ""))), GRADE_SAID
        if someone.listed is not None and someone.listed.grade is not None:
            said, words = someone.listed.grade, GRADE_LISTED
        if said is None:
            return Holds.ASK, GRADE_UNKNOWN, {}
        return (Holds.MET if held["low"] <= said <= held["high"] else Holds.NOT_MET), words, {"grade": said}

    return _each(Rule.GRADE, facts, one)


def _how_old(held: Mapping[str, Any], facts: Facts, when: _When) -> Verdict:
    age = age_of(facts.answers.get(held.get("question", "")), when.on)
    if age is None:
        return Verdict(Rule.AGE, Holds.ASK, AGE_UNKNOWN)
    holds = Holds.MET if held.get("least", 0) <= age <= held.get("most", 120) else Holds.NOT_MET
    return Verdict(Rule.AGE, holds, AGE_SAID, {"age": age})


def age_of(text: str | None, on: date) -> int | None:
    """Return an age from an answer: a date of birth (2008-05-17) or a number of years. None for anything else."""
    words = (text or "").strip()
    born = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", words)
    if born:
        try:
            age = whole_years(date(int(born[1]), int(born[2]), int(born[3])), on)
        except ValueError:
            return None
        return age if 0 <= age <= 120 else None  # noqa: PLR2004 - nobody is older
    return int(words) if words.isascii() and words.isdecimal() and len(words) <= 2 else None  # noqa: PLR2004 - an age in years


def _high_need(held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    def one(place: Place) -> tuple[Holds, str, dict[str, Any]]:
        if place.title_i:
            return Holds.MET, TITLE_I, {"school": place.name}
        if place.share is not None and place.share >= held["share"]:
            return Holds.MET, MEALS, {"school": place.name, "share": round(place.share)}
        if place.share is None or place.title_i is None:
            return Holds.ASK, NEED_UNKNOWN, {"school": place.name}
        return Holds.NOT_MET, MEALS, {"school": place.name, "share": min(round(place.share), held["share"] - 1)}

    return Verdict(Rule.HIGH_NEED, *_best(facts.places, one))


def _again(held: Mapping[str, Any], facts: Facts, when: _When) -> Verdict:
    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        counted = [
            honour
            for honour in someone.honours
            if 0 < when.year - honour.year <= held["years"] and (held["any_award"] or honour.same_award)
        ]
        if not counted:
            return Holds.MET, NEVER_BEFORE, {}
        last = max(counted, key=lambda honour: (honour.sure, honour.year))
        said = {"award": last.award, "year": last.year}
        return (Holds.NOT_MET, HONOURED_BEFORE, said) if last.sure else (Holds.ASK, NAMESAKE, said)

    return _each(Rule.REPEAT, facts, one)


_TIES: dict[str, tuple[Holds, str, str]] = {  # how -> what follows, said of a member, said of a donor
    "same person": (Holds.NOT_MET, IS_MEMBER, IS_DONOR),
    "conflict": (Holds.ASK, CONFLICT_FOUND, CONFLICT_FOUND),
    "same name": (Holds.ASK, SAME_AS_MEMBER, SAME_AS_DONOR),
    "said": (Holds.ASK, MEMBER_SAID, MEMBER_SAID),
    "family name": (Holds.ASK, FAMILY_NAME_MEMBER, FAMILY_NAME_DONOR),
}


def _families(_held: Mapping[str, Any], facts: Facts, _when: _When) -> Verdict:
    order = list(_TIES)

    def one(someone: Someone) -> tuple[Holds, str, dict[str, Any]]:
        if not someone.ties:
            return Holds.MET, NO_TIE, {}
        tie = min(someone.ties, key=lambda held: (order.index(held.how), held.who))
        holds, of_member, of_donor = _TIES[tie.how]
        return holds, of_donor if tie.gives else of_member, {"who": tie.who, "words": tie.words}

    return _each(Rule.FAMILIES, facts, one)


_JUDGES: dict[Rule, Callable[[Mapping[str, Any], Facts, _When], Verdict]] = {
    Rule.NOMINATOR: _nominators,
    Rule.ROLE: _role,
    Rule.SCHOOL_YEARS: lambda held, facts, when: _since(Rule.SCHOOL_YEARS, held, facts, when),
    Rule.DISTRICT_YEARS: lambda held, facts, when: _since(Rule.DISTRICT_YEARS, held, facts, when),
    Rule.TAUGHT: _taught,
    Rule.GRADE: _grade,
    Rule.AGE: _how_old,
    Rule.HIGH_NEED: _high_need,
    Rule.REPEAT: _again,
    Rule.FAMILIES: _families,
}
