"""What counts as an answer, how long it is, and which questions are asked at all.

Pure; one judge for the web form, the import, paper and "is it complete?".
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# Scripts written without spaces: how many letters make about one word of it.
_HAN_AND_KANA = (
    "\u3005\u3006\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_SOUTH_EAST_ASIAN = (
    "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1050-\u109f\u1780-\u17d3\u19e0-\u19ff\u1a20-\u1aad\uaa60-\uaa7f"
)
LETTERS_A_WORD = ((re.compile(f"[{_HAN_AND_KANA}]+"), 2), (re.compile(f"[{_SOUTH_EAST_ASIAN}]+"), 4))

# What parts words: white space, the zero-width space, long dashes, the Ethiopic word space and stops, full-width and ideographic marks.
_PARTS = re.compile(
    "[\\s\u200b\u2014\u2015\u2e3a\u2e3b\u1361-\u1368\u0589\u060c\u061b\u061f\u06d4\u3000-\u3004\u3008-\u3020\u302a-\u3030\u303d-\u303f"
    "\u30fb\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65\u2026]+|--+"
)
YES, NO = "yes", "no"
APART = "\n"  # between the chosen values of a question that takes several
TEXTS = frozenset({"line", "text"})  # kinds with a limit
# Kinds whose answers are none but those that are offered: they can decide which other questions are asked.
CLOSED = frozenset({"choice", "choices", "yes_no", "consent"})
YEARS = (1900, 2200)  # a date outside was mistyped
_NUMBER = re.compile(r"[-\u2212+]?(?:\d+|\d{1,3}(?:[ \u00a0\u202f.,'\u2019\u066c]\d{3})+)(?:[.,\u066b]\d+)?")
_LINK = re.compile(r"https?://[^\s/@:.]+(?:\.[^\s/@:.]+)+(?::\d{1,5})?(?:[/?#]\S*)?", re.IGNORECASE)


class Asks(Protocol):
    """What a question must say of itself to be judged."""

    kind: Any
    required: bool
    word_limit: int | None
    character_limit: int | None
    choices: list[Any]


class Conditional(Protocol):
    """What a question must say of itself to know whether it is asked."""

    key: str
    shown_if: str | None
    shown_values: list[Any]


Q = TypeVar("Q", bound=Conditional)


class Problem(NamedTuple):
    """Why an answer cannot be submitted as it stands: a kind ("missing", "too long", "not offered"), and a sentence with its facts."""

    kind: str
    message: str
    facts: dict[str, Any]


@lru_cache(maxsize=256)  # a page that judges every answer asks again for the same texts
def count_words(text: str) -> int:
    """Return how many words a text has, in any script.

    A word is what stands between spaces and holds a letter or a digit. Where a script writes none (Chinese, Japanese, Thai, Lao,
    Khmer, Burmese), letters are counted instead: two to a word of Chinese or Japanese, four of the others, so that a limit means
    about as much text in every language. `static/js/word-count.js` counts alike.
    """
    if text.isascii() or not any(script.search(text) for script, _letters in LETTERS_A_WORD):
        return sum(1 for part in _PARTS.sub(" ", text).split() if part.isalnum() or any(map(str.isalnum, part)))
    words = 0
    for piece in _PARTS.split(text):
        rest = piece
        for script, letters in LETTERS_A_WORD:
            words += sum(_rounded(_letters(run), letters) for run in script.findall(rest))
            rest = script.sub(" ", rest)
        words += sum(1 for part in rest.split() if any(c.isalnum() for c in part))
    return words


def count_characters(text: str) -> int:
    """Return how many characters a text has as its writer counts them: a letter with its accents and vowel signs is one."""
    counted = unicodedata.normalize("NFC", text.strip())
    return sum(1 for c in counted if unicodedata.category(c) not in {"Mn", "Me", "Cf"})


def _letters(run: str) -> int:
    return sum(1 for c in run if not unicodedata.category(c).startswith("M"))


def _rounded(letters: int, a_word: int) -> int:
    return -(-letters // a_word)


def chosen(answer: str | None) -> list[str]:
    """Return the values of an answer that takes several."""
    return [value for value in (answer or "").split(APART) if value]


def joined(values: Iterable[str]) -> str:
    """Return chosen values as one answer."""
    return APART.join(values)


def shown(questions: Sequence[Q], answers: Mapping[str, str | None]) -> list[Q]:
    """Return the questions that are asked, given what is answered. A condition names a question before its own.

    What hangs on a question that is not asked itself is not asked either. None, or no entry, is "not asked" (an old form had no
    such question): what hangs on it counts as asked.
    """
    asked: dict[str, bool] = {}
    for question in questions:
        asked[question.key] = _is_asked(question, answers, asked)
    return [question for question in questions if asked[question.key]]


def _is_asked(question: Conditional, answers: Mapping[str, str | None], asked: Mapping[str, bool]) -> bool:
    if question.shown_if is None:
        return True
    if not asked.get(question.shown_if, True):
        return False
    said = answers.get(question.shown_if)
    return said is None or not set(question.shown_values).isdisjoint(chosen(said))


def offered(question: Any) -> list[str]:  # noqa: ANN401 - whatever has a kind and choices
    """Return the values that a closed question offers; nothing for other kinds."""
    if question.kind in {"yes_no", "consent"}:
        return [YES, NO]
    return [str(value) for value, *_words in question.choices or []] if question.kind in CLOSED else []


def problems(question: Asks, answer: str | None) -> list[Problem]:
    """Return why this answer cannot be submitted; nothing where it can.

    None is "not asked" (an old form had no such question), which is not missing. The text is never changed, whatever is wrong.
    """
    if answer is None:
        return []
    if not answer.strip():
        return [Problem("missing", _missing(question), {})] if question.required else []
    found = _misfit(question, answer)
    if found is not None:
        return [found]
    too_long = too_long_for(question, answer)
    return [too_long] if too_long is not None else []


_MISFITS: dict[str, tuple[Callable[[Asks, str], bool], Problem]] = {
    "choices": (
        lambda asks, answer: set(chosen(answer)) <= set(offered(asks)),
        Problem("not offered", N_("Choose among the answers that are offered"), {}),
    ),
    "number": (
        lambda _asks, answer: _NUMBER.fullmatch(answer.strip()) is not None,
        Problem("no number", N_("Write a number in figures, such as 12"), {}),
    ),
    "date": (
        lambda _asks, answer: day(answer) is not None,
        Problem("no date", N_("Write a date, such as 2026-03-13"), {}),
    ),
    "link": (
        lambda _asks, answer: _LINK.fullmatch(answer.strip()) is not None,
        Problem("no link", N_("Write a web address that begins with https://"), {}),
    ),
}
_ONE_OF = (
    lambda asks, answer: answer in offered(asks),
    Problem("not offered", N_("Choose one of the answers that are offered"), {}),
)
_REFUSED = Problem("refused", N_("Without this it cannot be sent"), {})


def _misfit(question: Asks, answer: str) -> Problem | None:
    """Return why an answer is none of its kind, or None."""
    judge = _MISFITS.get(question.kind) or (_ONE_OF if question.kind in CLOSED else None)
    if judge is not None and not judge[0](question, answer):
        return judge[1]
    return _REFUSED if question.kind == "consent" and question.required and answer != YES else None


def day(text: str) -> date | None:
    """Return the day that an answer names, or None."""
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if YEARS[0] <= found.year <= YEARS[1] else None


def too_long_for(question: Asks, answer: str) -> Problem | None:
    """Return what is to say of an answer that is longer than its question's limit, or None."""
    if question.kind not in TEXTS:
        return None
    if question.character_limit is None:
        return over(answer, question.word_limit)
    count, most = count_characters(answer), question.character_limit
    if count <= most:
        return None
    return Problem(
        "too long",
        N_("This has %(count)s characters, %(over)s more than %(most)s. Nothing is cut: shorten it before you send it"),
        {"count": count, "most": most, "over": count - most},
    )


def read_typed(question: Asks, typed: str) -> str:
    """Return an answer written out, in a spreadsheet or on paper, as the question keeps it: "Yes" as yes, a choice's words as its value.

    What is not understood stays as it is, for `problems` to name.
    """
    text = " ".join(typed.split())
    if question.kind not in CLOSED or not text:
        return typed
    words = {value: {value.casefold()} for value in offered(question)}
    if question.kind in {"yes_no", "consent"}:
        for value, said in _YES_AND_NO.items():
            words[value] |= said
    for value, said in question.choices or []:
        words.setdefault(str(value), set()).update(" ".join(one.split()).casefold() for one in said.values())
    if question.kind != "choices":
        return _meant(text, words) or typed
    parts = [part.strip() for part in re.split(r"[;|\n]", typed) if part.strip()]
    whole = [_meant(part, words) for part in parts]
    if None in whole:  # choices parted by commas, which may stand inside one as well
        whole = [_meant(part.strip(), words) for part in typed.split(",") if part.strip()]
    return joined(value for value in whole if value) if None not in whole else typed


_YES_AND_NO = {
    YES: {"yes", "y", "true", "x", "1", "agree", "i agree", "sí", "si", "acepto"},
    NO: {"no", "n", "false", "0", "disagree", "i do not agree", "no acepto"},
}


def _meant(text: str, words: Mapping[str, set[str]]) -> str | None:
    return next((value for value, said in words.items() if " ".join(text.split()).casefold() in said), None)


def over(text: str, most: int | None) -> Problem | None:
    """Return what is to say of a text with more words than are read, or None."""
    if most is None:
        return None
    count = count_words(text)
    if count <= most:
        return None
    facts = {"count": count, "most": most, "over": count - most}
    return Problem(
        "too long",
        N_("This has %(count)s words, %(over)s more than %(most)s. Nothing is cut: shorten it before you send it"),
        facts,
    )


def _missing(question: Asks) -> str:
    if question.kind in CLOSED:
        return N_("Choose an answer")
    if question.kind == "file":
        return N_("Add a file")
    return N_("Write an answer")
