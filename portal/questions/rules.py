"""What counts as an answer, and how many words it has. Pure; one judge for the web form, the import and "is it complete?"."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Iterable

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


class Asks(Protocol):
    """What a question must say of itself to be judged."""

    kind: Any
    required: bool
    word_limit: int | None
    choices: list[Any]


class Problem(NamedTuple):
    """Why an answer cannot be submitted as it stands: a kind ("missing", "too long", "not offered"), and a sentence with its facts."""

    kind: str
    message: str
    facts: dict[str, Any]


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


def problems(question: Asks, answer: str | None) -> list[Problem]:
    """Return why this answer cannot be submitted; nothing where it can.

    None is "not asked" (an old form had no such question), which is not missing. The text is never changed, whatever is wrong.
    """
    if answer is None:
        return []
    if not answer.strip():
        return [Problem("missing", _missing(question), {})] if question.required else []
    found = []
    offered = {str(value) for value, *_words in question.choices or []}
    if question.kind == "yes_no":
        offered = {YES, NO}
    if question.kind in {"choice", "yes_no"} and answer not in offered:
        found.append(Problem("not offered", N_("Choose one of the answers that are offered"), {}))
    if question.kind == "choices" and not set(chosen(answer)) <= offered:
        found.append(Problem("not offered", N_("Choose among the answers that are offered"), {}))
    too_long = over(answer, question.word_limit)
    if question.kind in {"text", "line"} and too_long:
        found.append(too_long)
    return found


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
    if question.kind in {"choice", "choices", "yes_no"}:
        return N_("Choose an answer")
    return N_("Write an answer")
