"""A form service's export, read and judged row by row: what each will become, and what stops it. Pure.

A *target* is what a column holds ("nominee_given", "question:story"). A *problem* stops a row until a person mends it or lets it
pass; a *note* says what will be changed, held or left out, and stops nothing.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from portal.errors import N_, Refused
from portal.nominations.rules import canonical
from portal.nominations.rules.writing import looks_like_address, split_name
from portal.people.rules import address_key, fold
from portal.questions.rules import TEXTS, Asks, problems, read_typed
from portal.schools.rules import match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_ROWS = 20_000
MOST_COLUMNS = 120
REPLACED = "\ufffd"
QUESTION = "question:"
LEAVE_OUT = ""

# What a column can hold besides an answer, and the words by which its heading is known (folded; any of them, whole).
TARGETS: Mapping[str, str] = {
    "submitted_at": N_("When it was sent"),
    "nominator_name": N_("Nominator: name"),
    "nominator_given": N_("Nominator: first name"),
    "nominator_family": N_("Nominator: last name"),
    "nominator_email": N_("Nominator: e-mail address"),
    "nominator_phone": N_("Nominator: telephone"),
    "relation": N_("How they know the nominee"),
    "nominee_name": N_("Nominee: name"),
    "nominee_given": N_("Nominee: first name"),
    "nominee_family": N_("Nominee: last name"),
    "nominee_email": N_("Nominee: e-mail address"),
    "school": N_("School"),
    "role": N_("Nominee: role"),
    "awards": N_("Award, or awards"),
    "quote": N_("May we quote them"),
    "language": N_("Language"),
}
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "submitted_at": (
        "timestamp",
        "submitted at",
        "submitted",
        "submission date",
        "date submitted",
        "date",
        "completed at",
        "end date",
        "received",
    ),
    "nominator_name": (
        "your name",
        "your full name",
        "nominator",
        "nominator name",
        "nominators name",
        "name of nominator",
        "submitted by",
    ),
    "nominator_given": ("your first name", "nominator first name", "nominators first name"),
    "nominator_family": ("your last name", "nominator last name", "nominators last name", "your surname"),
    "nominator_email": (
        "your email",
        "your e mail",
        "your email address",
        "your e mail address",
        "email address",
        "username",
        "nominator email",
        "nominators email",
        "email",
    ),
    "nominator_phone": (
        "your phone",
        "your telephone",
        "phone",
        "phone number",
        "telephone",
        "your phone number",
        "nominator phone",
    ),
    "relation": (
        "how do you know the nominee",
        "how do you know them",
        "relationship",
        "relationship to nominee",
        "your relationship to the nominee",
        "relation",
    ),
    "nominee_name": (
        "nominee",
        "nominee name",
        "nominees name",
        "name of nominee",
        "who are you nominating",
        "nominee full name",
    ),
    "nominee_given": ("nominee first name", "nominees first name", "first name of nominee", "nominee given name"),
    "nominee_family": (
        "nominee last name",
        "nominees last name",
        "last name of nominee",
        "nominee family name",
        "nominee surname",
    ),
    "nominee_email": (
        "nominee email",
        "nominees email",
        "nominee e mail",
        "nominee email if known",
        "nominee email address",
        "nominees email if known",
        "nominee e mail if known",
    ),
    "school": ("school", "nominee school", "nominees school", "school name", "school or site", "building"),
    "role": ("role", "nominee role", "nominees role", "position", "title", "job title", "nominees position"),
    "awards": ("award", "awards", "award s", "which award", "which awards", "award category", "category"),
    "quote": ("may we quote you", "can we quote you", "quote", "permission to quote"),
    "language": ("language", "your language", "preferred language"),
}
ALIKE = 0.5  # how much of a heading must be shared with a question to be taken for it
_BRACKETS = re.compile(r"\([^)]*\)")
_SMALL = frozenset(
    """
    a an and any are be did do does for has have how in is it may of on or our that the their them there they this
    to us was we what who with you your nominee
    """.split()  # noqa: SIM905 - small words read best as a line of words
)

RELATIONS: Mapping[str, str] = {
    "parent": "parent",
    "guardian": "parent",
    "family": "parent",
    "mother": "parent",
    "father": "parent",
    "student": "student",
    "former student": "student",
    "pupil": "student",
    "colleague": "colleague",
    "coworker": "colleague",
    "co worker": "colleague",
    "teacher": "colleague",
    "peer": "colleague",
    "principal": "supervisor",
    "administrator": "supervisor",
    "supervisor": "supervisor",
    "community": "community",
    "partner": "community",
    "neighbor": "community",
    "volunteer": "community",
    "self": "self",
    "myself": "self",
    "other": "other",
}
QUOTES: Mapping[str, str] = {
    "yes with my name": "named",
    "yes by name": "named",
    "yes": "named",
    "yes without my name": "unnamed",
    "yes anonymously": "unnamed",
    "yes but not by name": "unnamed",
    "anonymous": "unnamed",
    "no": "no",
    "no thanks": "no",
}
LANGUAGES: Mapping[str, str] = {
    "amharic": "am",
    "አማርኛ": "am",
    "arabic": "ar",
    "العربية": "ar",
    "chinese": "zh",
    "中文": "zh",
    "mandarin": "zh",
    "cantonese": "zh",
    "english": "en",
    "oromo": "om",
    "afaan oromoo": "om",
    "somali": "so",
    "soomaali": "so",
    "spanish": "es",
    "espanol": "es",
    "tagalog": "tl",
    "filipino": "tl",
    "tigrinya": "ti",
    "ትግርኛ": "ti",
    "vietnamese": "vi",
    "tieng viet": "vi",
}
_LINE = {
    "nominator_name": 600,
    "nominator_given": 300,
    "nominator_family": 300,
    "nominator_email": 320,
    "nominator_phone": 60,
    "nominee_name": 600,
    "nominee_given": 300,
    "nominee_family": 300,
    "nominee_email": 320,
    "school": 300,
    "role": 120,
}
_TIMES = (
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y",
    "%Y/%m/%d %I:%M:%S %p",
    "%Y/%m/%d %H:%M:%S",
    "%b %d, %Y %I:%M %p",
    "%B %d, %Y %I:%M %p",
)
_ZONE_NAMES = re.compile(r"\s+(?:[A-Z]{2,4}|GMT[+-]\d{1,2})$")

LET_PASS = "pass"  # noqa: S105 - no password; the mended key that lists the problems let pass


# ---------------------------------------------------------------- reading


class Row(NamedTuple):
    """A record of the file: its number as a spreadsheet counts (the first under the headings is 2), and its cells by column."""

    number: int
    cells: dict[str, str]


class Table(NamedTuple):
    """A file as read: its columns, and every record that is not wholly empty."""

    columns: list[str]
    rows: list[Row]


def decode(data: bytes) -> str:
    """Return an uploaded file's text. Raises `Refused` where it is not text that every program writes alike."""
    if not data.strip():
        raise Refused(N_("The file is empty."), field="file")
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            N_('The file is not in UTF-8, so its accents would be lost. Save it as "CSV UTF-8" and upload it again.'),
            field="file",
        ) from None


def read(text: str) -> Table:
    """Return the records of a CSV text. Characters no database keeps are shown as \ufffd, and the row will say so."""
    text = "".join(REPLACED if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
    first = text.split("\n", 1)[0]
    separator = max((",", ";", "\t"), key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    columns: list[str] = []
    rows: list[Row] = []
    try:
        columns = _columns(next(reader, []))
        for number, cells in enumerate(reader, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            extra = [f"{LEFT_OVER} {place}" for place in range(1, len(cells) - len(columns) + 1)]
            values = {column: _lines(cell) for column, cell in zip([*columns, *extra], cells, strict=False)}
            rows.append(Row(number, {**dict.fromkeys(columns, ""), **values}))
            if len(rows) > MOST_ROWS:
                raise Refused(
                    N_("The file has more than %(most)s rows. Upload it in parts."), field="file", most=MOST_ROWS
                )
    except csv.Error:
        raise Refused(
            N_(
                "The file cannot be read as a table near line %(line)s: a quotation mark is left open, or a cell is far too long."
            ),
            field="file",
            line=reader.line_num,
        ) from None
    if not rows:
        raise Refused(N_("The file has no rows under its headings."), field="file")
    return Table(columns, rows)


LEFT_OVER = "beyond the last heading"


def _columns(cells: Sequence[str]) -> list[str]:
    """Return headings that differ from one another and are never empty."""
    if len(cells) > MOST_COLUMNS:
        raise Refused(N_("The file has more than %(most)s columns."), field="file", most=MOST_COLUMNS)
    found: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = " ".join(cell.split())[:300] or f"Column {place}"
        same = sum(1 for other in found if other == name or (other.startswith(f"{name} (") and other.endswith(")")))
        found.append(name if name not in found else f"{name} ({same + 1})")
    return found


def _lines(cell: str) -> str:
    return cell.replace("\r\n", "\n").replace("\r", "\n")


# ---------------------------------------------------------------- matching columns


class Question(NamedTuple):
    """A question that some cycle of the season asks, with the words it is known by."""

    key: str
    words: tuple[str, ...]


def guess(columns: Sequence[str], questions: Iterable[Question], remembered: Mapping[str, str]) -> dict[str, str]:
    """Return what each column holds, as far as its heading tells. What a person matched before is remembered; no target is given twice."""
    questions = list(questions)
    possible = {*TARGETS, *(QUESTION + question.key for question in questions)}
    found: dict[str, str] = {}
    taken: set[str] = set()

    def give(column: str, target: str) -> None:
        if column not in found and (target == LEAVE_OUT or (target in possible and target not in taken)):
            found[column] = target
            taken.add(target)

    for column in columns:
        if column in remembered:
            give(column, remembered[column])
    by_heading = {heading: target for target, headings in _HEADINGS.items() for heading in headings}
    for column in columns:
        target = by_heading.get(_heading(column)) or by_heading.get(_heading(_BRACKETS.sub(" ", column)))
        if target:
            give(column, target)
    likely = sorted(
        (
            (_shared(column, question), place, column, question.key)
            for place, column in enumerate(columns)
            for question in questions
        ),
        key=lambda one: (-one[0], one[1]),
    )
    for likeness, _place, column, key in likely:
        if likeness >= ALIKE:
            give(column, QUESTION + key)
    return {column: found.get(column, LEAVE_OUT) for column in columns}


def _heading(column: str) -> str:
    return fold(column)


def _shared(column: str, question: Question) -> float:
    """Return how much of a heading's telling words a question shares, at best over the words it is known by."""
    heading = _telling(_BRACKETS.sub(" ", column))
    best = 0.0
    for words in question.words:
        asked = _telling(words.replace("{nominee}", " "))
        if heading and asked:
            shared = sum(1 for word in heading if any(_like(word, other) for other in asked))
            best = max(best, shared / len(heading), 0.9 * shared / min(len(heading), len(asked)))
    return best


def _telling(text: str) -> set[str]:
    words = {word for word in fold(text).split() if word not in _SMALL}
    return words or set(fold(text).split())


def _like(word: str, other: str) -> bool:
    return word == other or (min(len(word), len(other)) > 4 and SequenceMatcher(None, word, other).ratio() > 0.8)  # noqa: PLR2004 - "story", "stories"


def lacking(matched: Mapping[str, str], *, one_award: bool) -> list[str]:
    """Return the targets that must be matched before rows can be judged, in the order of the page."""
    has = set(matched.values())
    needed = [
        ("nominator_name", {"nominator_name"} <= has or {"nominator_given", "nominator_family"} <= has),
        ("nominator_email", "nominator_email" in has),
        ("nominee_name", {"nominee_name"} <= has or {"nominee_given", "nominee_family"} <= has),
        ("school", "school" in has),
        ("awards", one_award or "awards" in has),
    ]
    return [target for target, there in needed if not there]


# ---------------------------------------------------------------- judging rows


@dataclass(frozen=True)
class AwardFacts:
    """An award of the season, as far as a row can touch it."""

    id: int
    names: frozenset[str]  # folded, in every language, and its slug
    title: str
    takes: bool  # its cycle is open or closed, and not yet in review
    opens_at: datetime
    closes_at: datetime
    grace_minutes: int
    self_nomination: bool
    questions: Mapping[str, Asks]


@dataclass(frozen=True)
class Context:
    """What rows are judged against."""

    matched: Mapping[str, str]
    awards: Sequence[AwardFacts]
    schools: Mapping[int, str]
    aliases: Mapping[str, int]
    zone: ZoneInfo
    uploaded_at: datetime
    award_id: int | None = None  # of every row, where no column says
    deadlines: Mapping[tuple[int, str], datetime] = field(
        default_factory=dict
    )  # (award, nominator's address) -> an extension of their own


@dataclass(frozen=True)
class Judged:
    """One nomination-to-be: its award, what it will say, what stops it, and what is to be known of it."""

    award: AwardFacts | None
    values: dict[str, str]
    facts: dict[str, Any]
    problems: list[dict[str, Any]]
    notes: list[dict[str, Any]]


def values_of(cells: Mapping[str, str], matched: Mapping[str, str], mended: Mapping[str, str]) -> dict[str, str]:
    """Return a row's values by target, what a person put right in place of what was uploaded."""
    values = {target: cells.get(column, "") for column, target in matched.items() if target != LEAVE_OUT}
    return {**values, **{target: value for target, value in mended.items() if target != LET_PASS}}


def awards_named(text: str, awards: Sequence[AwardFacts]) -> tuple[list[AwardFacts], str]:
    """Return the awards that a cell names, and what is left of it that names none. Longer names are looked for first."""
    rest = f" {fold(text)} "
    found: list[tuple[int, AwardFacts]] = []
    names = sorted(((name, award) for award in awards for name in award.names if name), key=lambda one: -len(one[0]))
    for name, award in names:
        place = rest.find(f" {name} ")
        if place >= 0:
            if award not in (known for _place, known in found):
                found.append((place, award))
            rest = rest[: place + 1] + "\x01" * len(name) + rest[place + 1 + len(name) :]
    left = " ".join(word for word in rest.replace("\x01", " ").split() if word not in {"and", "y", "award", "s"})
    return [award for _place, award in sorted(found, key=lambda one: one[0])], left


def parts(cells: Mapping[str, str], mended: Mapping[str, str], context: Context) -> list[AwardFacts | None]:
    """Return the awards a row is for: one nomination each. None stands for an award that was not recognised."""
    values = values_of(cells, context.matched, mended)
    if "awards" not in values or not values["awards"].strip():
        return [next((award for award in context.awards if award.id == context.award_id), None)]
    found, _left = awards_named(values["awards"], context.awards)
    return list(found) or [None]


def digest(cells: Mapping[str, str], award: AwardFacts | None) -> str:
    """Return what tells one nomination-to-be from another: the row as it was uploaded, and the award."""
    return hashlib.sha256(canonical({"cells": dict(cells), "award": award.id if award else None}).encode()).hexdigest()


def judge(cells: Mapping[str, str], mended: Mapping[str, str], award: AwardFacts | None, context: Context) -> Judged:
    """Return what one part of a row will become."""
    values = values_of(cells, context.matched, mended)
    passed = set(mended.get(LET_PASS, "").split())
    problems: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    facts: dict[str, Any] = {}
    for said in (*_people(values, facts), *_place(values, context, facts), *_award(values, award, context)):
        if said.get("stops") and not (said.get("may_pass") and said["field"] in passed):
            problems.append({key: value for key, value in said.items() if key != "stops"})
        elif not said.get("stops"):
            notes.append({key: value for key, value in said.items() if key != "stops"})
    notes += _smaller(cells, values, facts)
    notes += _time(values, award, context, facts)
    if award is not None:
        notes += _answers(values, award, facts)
        if facts["relation"] == "self" and not award.self_nomination:
            notes.append(
                _note(
                    "relation",
                    N_("This person nominates themself, which this award does not take: see it in screening"),
                )
            )
    return Judged(award, values, facts, problems, notes)


def _stop(at: str, message: str, *, may_pass: bool = False, **facts: Any) -> dict[str, Any]:
    return {"stops": True, "field": at, "message": message, "facts": facts, "may_pass": may_pass}


def _note(at: str, message: str, **facts: Any) -> dict[str, Any]:
    return {"field": at, "message": message, "facts": facts}


def _said(values: Mapping[str, str], target: str) -> str:
    """Return what a cell says on one line."""
    return " ".join(values.get(target, "").split())


def _people(values: Mapping[str, str], facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Judge who writes and who is named."""
    for target, most in _LINE.items():
        if len(_said(values, target)) > most:
            yield _stop(target, N_("This is longer than the %(most)s characters that can be kept here"), most=most)
    yield from _nominator(values, facts)
    yield from _nominee(values, facts)


def _nominator(values: Mapping[str, str], facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = _said(values, "nominator_name")
    given, family = _said(values, "nominator_given"), _said(values, "nominator_family")
    if whole:
        given, family = split_name(whole)
    address = values.get("nominator_email", "").strip()
    facts["nominator"] = {
        "name": whole or f"{given} {family}".strip(),
        "given": given,
        "family": family,
        "email": address if looks_like_address(address) else None,
        "phone": _said(values, "nominator_phone")[: _LINE["nominator_phone"]],
    }
    if not facts["nominator"]["name"]:
        yield _stop("nominator_name", N_("Write the nominator's name"), may_pass=True)
    if not address:
        message = N_("Write the nominator's e-mail address, or import it without one")
        yield _stop("nominator_email", message, may_pass=True)
    elif not looks_like_address(address):
        message = N_('"%(address)s" is no e-mail address. Mend it, or import it without one')
        yield _stop("nominator_email", message, may_pass=True, address=address[:100])


def _nominee(values: Mapping[str, str], facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given, family = _said(values, "nominee_given"), _said(values, "nominee_family")
    if not given and not family:
        given, family = split_name(_said(values, "nominee_name"))
    address = values.get("nominee_email", "").strip()
    known = address if looks_like_address(address) else None
    facts["nominee"] = {"given": given, "family": family, "role": _said(values, "role") or None, "email": known}
    if not family:
        yield _stop("nominee_family", N_("Write the nominee's last name"))
    if not given:
        yield _stop("nominee_given", N_("Write the nominee's first name, or import it without one"), may_pass=True)
    if address and known is None:
        message = N_('The nominee\'s address "%(address)s" is none, and is left out')
        yield _note("nominee_email", message, address=address[:100])


def _place(values: Mapping[str, str], context: Context, facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Judge the school: listed, shortened, not listed as a person decided, the central office, or unknown with what it may be."""
    typed = " ".join(values.get("school", "").split())
    facts["school"], facts["place"], facts["place_text"] = None, "schools", None
    chosen = values.get("school_id", "")
    if chosen.isdecimal() and int(chosen) in context.schools:
        facts["school"] = int(chosen)
    elif values.get("not_listed"):
        facts["place"], facts["place_text"] = "not listed", typed or None
    elif fold(typed) in {"central office", "district office", "district"}:
        facts["place"] = "central office"
    elif not typed:
        yield _stop("school", N_("Choose the nominee's school"), typed="")
    else:
        meant = match(typed, context.schools, context.aliases)
        if meant.school is None:
            yield {
                **_stop("school", N_('No school is called "%(typed)s"'), typed=typed[:200]),
                "offered": list(meant.offered),
            }
        else:
            facts["school"] = meant.school
            if meant.spelled:
                yield _note(
                    "school",
                    N_('"%(typed)s" is read as %(school)s'),
                    typed=typed[:200],
                    school=context.schools[meant.school],
                )


def _award(values: Mapping[str, str], award: AwardFacts | None, context: Context) -> Iterator[dict[str, Any]]:
    named = values.get("awards", "").strip()
    if award is None:
        yield _stop(
            "awards",
            N_('No award of this season is called "%(named)s"') if named else N_("Say which award it is for"),
            named=named[:200],
        )
        return
    if not award.takes:
        yield _stop(
            "awards",
            N_("%(award)s takes no nominations now: its cycle is a draft, or already in review"),
            award=award.title,
        )
    found, left = awards_named(named, context.awards)
    if len(found) > 1:
        yield _note("awards", N_("The row names %(count)s awards: it becomes a nomination for each"), count=len(found))
    if left:
        yield _note("awards", N_('"%(left)s" names no award of this season, and is left out'), left=left[:200])


def _smaller(cells: Mapping[str, str], values: Mapping[str, str], facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Judge what is read into a choice: relation, permission to quote, language. Nothing of it stops a row."""
    notes = []
    relation = fold(values.get("relation", ""))
    facts["relation"] = _read(relation, RELATIONS)
    facts["relation_text"] = values.get("relation", "").strip() or None
    if relation and facts["relation"] is None:
        facts["relation"] = "other"
    quote = fold(values.get("quote", ""))
    facts["quote"] = QUOTES.get(quote)
    if quote and facts["quote"] is None:
        notes.append(
            _note("quote", N_('"%(said)s" is not clear, so they are not quoted'), said=values["quote"].strip()[:100])
        )
        facts["quote"] = "no"
    language = fold(values.get("language", ""))
    facts["language"] = LANGUAGES.get(language, "en")
    if language and language not in LANGUAGES:
        notes.append(
            _note(
                "language",
                N_('The language "%(said)s" is not known: it is kept as English'),
                said=values["language"].strip()[:100],
            )
        )
    if any(REPLACED in cell for cell in cells.values()):
        notes.append(_note("", N_("Characters that cannot be kept are shown as \ufffd")))
    if any(column.startswith(LEFT_OVER) and cell.strip() for column, cell in cells.items()):
        notes.append(_note("", N_("The row has more cells than there are headings; the last ones are left out")))
    return notes


def _read(said: str, table: Mapping[str, str]) -> str | None:
    """Return the value of the first word of a table that a folded text holds, the whole text before its parts."""
    if said in table:
        return table[said]
    return next((value for words, value in table.items() if f" {words} " in f" {said} "), None)


def _time(
    values: Mapping[str, str], award: AwardFacts | None, context: Context, facts: dict[str, Any]
) -> list[dict[str, Any]]:
    """Judge when it was sent, in the organisation's zone, and whether that was in time."""
    said = values.get("submitted_at", "").strip()
    sent = instant(said, context.zone) if said else None
    notes = []
    if sent is None:
        facts["received_at"] = context.uploaded_at
        message = (
            N_('"%(said)s" is no time that can be read: the time of the upload is taken')
            if said
            else N_("It says no time: the time of the upload is taken")
        )
        notes.append(_note("submitted_at", message, said=said[:100]))
    else:
        facts["received_at"] = sent
        if sent > context.uploaded_at:
            notes.append(_note("submitted_at", N_("It says a time that has not come yet")))
    facts["late"] = False
    if award is None:
        return notes
    address = address_key(facts["nominator"]["email"]) or ""
    closes = max(award.closes_at, context.deadlines.get((award.id, address), award.closes_at))
    if facts["received_at"] >= closes + timedelta(minutes=award.grace_minutes):
        facts["late"] = True
        notes.append(
            _note(
                "submitted_at", N_("It came after the deadline and its grace: it is held until you accept or refuse it")
            )
        )
    elif facts["received_at"] < award.opens_at:
        notes.append(_note("submitted_at", N_("It was sent before nominations opened")))
    return notes


def instant(said: str, zone: ZoneInfo) -> datetime | None:
    """Return the instant that a form service wrote, read in `zone` unless it says its own; None where it cannot be read.

    An hour that a change of clocks repeats is the first of the two; one that it leaves out is taken as if the clocks had not changed.
    """
    text = " ".join(said.replace("\u202f", " ").split())
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    bare = _ZONE_NAMES.sub("", text) if not text.upper().endswith((" AM", " PM")) else text
    for form in _TIMES:
        if found is not None:
            break
        try:
            found = datetime.strptime(bare, form)  # noqa: DTZ007 - its zone is put on below
        except ValueError:
            continue
    if found is None or found.year < 1990:  # noqa: PLR2004 - a spreadsheet's zero, not a time
        return None
    local = found if found.tzinfo is not None else found.replace(tzinfo=zone)
    try:
        return local.astimezone(UTC)
    except OverflowError:
        return None


def _may_be_long(text: str, most: int | None) -> bool:
    """Whether a text can have more words than `most` at all: counting is dear, and most texts are short."""
    return most is None or len(text) > most * (2 if text.isascii() else 1)


def _answers(values: Mapping[str, str], award: AwardFacts, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the answers exactly as typed. What the form did not ask stays "not asked"; over the limit is said, and nothing is cut."""
    notes = []
    facts["answers"] = {}
    for target, text in values.items():
        if not target.startswith(QUESTION):
            continue
        key = target.removeprefix(QUESTION)
        asked = award.questions.get(key)
        if asked is None:
            if text.strip():
                notes.append(
                    _note(
                        target,
                        N_("%(award)s does not ask this: the answer stays with this row alone"),
                        award=award.title,
                    )
                )
            continue
        answer = facts["answers"][key] = read_typed(asked, text)
        if asked.kind in TEXTS and not _may_be_long(answer, asked.word_limit or asked.character_limit):
            continue
        for problem in problems(asked, answer):
            if problem.kind == "too long" and asked.character_limit is None:
                words = N_("This has %(count)s words, %(over)s more than asked for. Nothing is cut")
            elif problem.kind == "too long":
                words = N_("This has %(count)s characters, %(over)s more than asked for. Nothing is cut")
            elif problem.kind == "missing":
                continue  # the form it came from may have let it be
            else:
                words = N_("This is no answer of the kind that is asked for. It is kept as it stands")
            notes.append(_note(target, words, **problem.facts))
    return notes
