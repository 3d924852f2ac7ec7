"""How covered texts and scores are drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from portal.nominations.models import Relation
from portal.nominations.rules.letters import WriterRole
from portal.review.rules import masking
from portal.review.rules import schools as of_schools
from portal.review.rules.lives import AssignmentState
from portal.review.rules.schools import Need, Size
from portal.review.rules.scoring import Confidence, Mark, total
from portal.web.language import language
from portal.web.text import locale, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from portal.awards.models import Rubric
    from portal.review.queries.texts import Passage
    from portal.schools.models import School

BREAK = "\n\n"


_WRITERS = {
    Relation.PARENT: _l("A parent"),
    Relation.STUDENT: _l("A student"),
    Relation.COLLEAGUE: _l("A colleague"),
    Relation.SUPERVISOR: _l("A supervisor"),
    Relation.COMMUNITY: _l("Someone from the community"),
    Relation.SELF: _l("The nominee"),
}
_SOMEONE = _l("Someone who knows them")


_SIZES = {
    Size.SMALL: _l("a small school, fewer than 300 students"),
    Size.MIDDLE: _l("a school of 300 to 800 students"),
    Size.LARGE: _l("a large school, 800 students or more"),
}
_NEEDS = {
    Need.FEW: _l("fewer than a quarter of them from low-income families"),
    Need.SOME: _l("a quarter to half of them from low-income families"),
    Need.MANY: _l("half to three quarters of them from low-income families"),
    Need.MOST: _l("more than three quarters of them from low-income families"),
}


def schools_of(schools: Sequence[School], *, covered: bool) -> list[str]:
    """Return the size and need of schools in broad words, each once; by name where names are shown."""
    found = []
    for school in schools:
        known = school.free_lunch is not None or school.reduced_lunch is not None
        lunches = (school.free_lunch or 0) + (school.reduced_lunch or 0) if known else None
        size, need = of_schools.size(school.students), of_schools.need(students=school.students, lunches=lunches)
        if size is None:
            continue
        said = ", ".join([str(_SIZES[size]), *([str(_NEEDS[need])] if need else [])])
        found.append(said[:1].upper() + said[1:] if covered else f"{school.name}: {said}")
    return list(dict.fromkeys(found))


def said_by(relation: Relation | None) -> str:
    """Return who wrote something, as much as readers are told."""
    return str(_WRITERS.get(relation or Relation.OTHER, _SOMEONE))


_WROTE = {
    WriterRole.STAFF: _l("A member of their staff"),
    WriterRole.SUPERVISOR: _l("A supervisor"),
    WriterRole.FAMILY: _l("A student or parent"),
    WriterRole.COMMUNITY: _l("Someone from the community"),
    WriterRole.TEACHER: _l("A teacher or counselor"),
}
_SOURCES = {
    "snapshot": _l("Nomination"),
    "part": _l("The nominee's own part"),
    "letter": _l("Letter"),
    "translation": _l("Translation"),
}
_FILES = {"letter": _l("Letter"), "resume": _l("Resume"), "answer": _l("Sent with the nomination")}


def source_word(kind: str) -> str:
    """Return what was sent, in a word."""
    return str(_SOURCES[kind])


def file_word(purpose: str) -> str:
    """Return what a file is, in a word."""
    return str(_FILES.get(purpose, _l("File")))


def heading(label: Mapping[str, str] | None, name: str) -> str:
    """Return a question as a heading over answers to it, with `name` where the nominee's belongs; a letter has no question."""
    if label is None:
        return str(_("Letters"))
    return str(words_in(label)).replace("{nominee}", name)


def wrote(passage: Passage) -> str:
    """Return who wrote a passage, as much as readers are told."""
    if passage.kind == "part":
        return str(_("The nominee"))
    if passage.kind == "letter":
        return str(_WROTE.get(passage.role, _SOMEONE)) if passage.role is not None else str(_SOMEONE)
    return said_by(passage.relation)


_CONFIDENCE = {
    Confidence.SURE: _l("Sure"),
    Confidence.FAIRLY: _l("Fairly sure"),
    Confidence.UNSURE: _l("Not sure"),
}


def confidences() -> list[tuple[str, str]]:
    """Return how sure one may say one is."""
    return [(each.value, str(words)) for each, words in _CONFIDENCE.items()]


def confidence_word(confidence: Confidence | None) -> str:
    """Return how sure somebody said they are; nothing where they did not say."""
    return str(_CONFIDENCE[confidence]) if confidence is not None else ""


def time_words(minutes: int) -> str:
    """Return about how long something takes: in minutes, and from an hour and a half in hours."""
    if minutes <= 90:  # noqa: PLR2004 - an hour and a half
        return str(ngettext("about one minute", "about %(num)s minutes", max(minutes, 1)))
    halves = round(minutes / 30)
    hours = f"{halves // 2}½" if halves % 2 else str(halves // 2)
    return str(_("about %(hours)s hours", hours=hours))


def noun(piece: Mapping[str, Any]) -> str:
    """Return what stands for a covered part, in the reader's language."""
    return masking.capital(_(str(piece["mask"])), up=bool(piece.get("up")))


def drawn(pieces: Sequence[masking.Piece]) -> Markup:
    """Return pieces as paragraphs: exactly as typed, what is covered as a plain noun that can be read aloud."""
    paragraphs: list[list[Markup]] = [[]]
    for piece in pieces:
        if not isinstance(piece, str):
            paragraphs[-1].append(Markup('<span class="mask">{}</span>').format(noun(piece)))
            continue
        for place, block in enumerate(piece.replace("\r\n", "\n").split(BREAK)):
            if place:
                paragraphs.append([])
            paragraphs[-1].append(Markup("<br>").join(escape(line) for line in block.split("\n")))
    whole = [Markup("").join(parts) for parts in paragraphs]
    return Markup("").join(Markup('<p dir="auto">{}</p>').format(text) for text in whole if text.strip())


def beside(passage: Passage) -> Markup:
    """Return a passage as it was written; in another language, its translation beside it, each called what it is.

    The translation comes first, but for whoever reads in the language that it was written in: they need none.
    """
    if passage.written_in is None:
        return drawn(passage.pieces)
    written = language(passage.written_in)
    original = (
        Markup('<div class="stack" lang="{}" dir="{}">{}</div>').format(
            written.code, written.dir, drawn(passage.pieces)
        )
        if passage.pieces
        else Markup('<p class="soft">{}</p>').format(_("It came as a file, and is read as one."))
    )
    said = _("As written, in %(language)s", language=written.name)
    own = written.code == locale()
    if passage.translated is None and own:
        return original
    if passage.translated is None:
        note = _("Written in %(language)s. Its translation is not ready.", language=written.name)
        return Markup('<p class="small soft">{}</p>{}').format(note, original)
    into = language(passage.into)
    translated = Markup('<div class="stack" lang="{}" dir="{}">{}</div>').format(
        into.code, into.dir, drawn(passage.translated)
    )
    one = Markup('<div class="{}"><p class="translated-label">{}</p>{}</div>')
    sides = [
        one.format("translation", _("Translation into %(language)s", language=into.name), translated),
        one.format("original", said, original),
    ]
    return Markup('<div class="translated">{}</div>').format(Markup("").join(reversed(sides) if own else sides))


def passages_of(passages: Sequence[Passage], name: str) -> list[dict[str, Any]]:
    """Return what is read, question by question: a heading, and under it each answer with who wrote it."""
    found: list[dict[str, Any]] = []
    for passage in passages:
        who = wrote(passage)
        words = (
            ngettext("%(who)s, one word", "%(who)s, %(num)s words", passage.words, who=who) if passage.words else who
        )
        key, title = f"{passage.kind}-{passage.key}", heading(passage.label, name)
        same = next((one for one in found if (one["key"], one["title"]) == (key, title)), None)
        if same is None:
            same = {"key": key, "title": title, "answers": []}
            found.append(same)
        same["answers"].append({"said_by": words, "text": beside(passage)})
    return found


def criteria(rubric: Rubric, marks: Mapping[str, Mark], wrong: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return a rubric as the scoring component draws it, the first unanswered criterion open."""
    wrong = wrong or {}
    levels = [
        {"value": level, "words": words_in(rubric.levels.get(str(level)))}
        for level in range(rubric.highest, rubric.lowest - 1, -1)
    ]
    drawn_: list[dict[str, Any]] = []
    opened = False
    for criterion in rubric.criteria:
        if criterion.by_staff:
            continue
        mark = marks[criterion.key]
        errors = [wrong[name] for name in (f"score-{criterion.key}", f"comment-{criterion.key}") if name in wrong]
        drawn_.append(
            {
                "id": criterion.key,
                "name": words_in(criterion.name),
                "weight": criterion.weight,
                "hint": words_in(criterion.about),
                "levels": levels,
                "value": mark.level,
                "not_apply": mark.does_not_apply,
                "comment": mark.why,
                "errors": errors,
                "answered": mark.answered,
                "open": not opened and not mark.answered,
            }
        )
        opened = opened or not mark.answered
    return drawn_


def figure(weights: Mapping[str, int], marks: Mapping[str, Mark]) -> str | None:
    """Return the total so far as it is read, or None where nothing is scored."""
    so_far = total(weights, marks)
    return f"{so_far:.1f}" if so_far is not None else None


def state_of(state: AssignmentState, *, skipped: bool = False) -> tuple[str, str]:
    """Return a reading's state as a shape and a word, for its own reader."""
    if skipped and state is not AssignmentState.SUBMITTED:
        return "writing", _("Set aside for later")
    if state is AssignmentState.SUBMITTED:
        return "done", _("Submitted")
    return ("writing", _("Scoring")) if state is AssignmentState.IN_PROGRESS else ("not_started", _("Not read yet"))
