"""How the name of a school is compared with what somebody typed. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

# How people shorten the words of a school's name. A word of the left is read as the words of the right.
_LONG = {
    "elem": "elementary",
    "elementry": "elementary",
    "es": "elementary school",
    "ms": "middle school",
    "hs": "high school",
    "intl": "international",
    "int": "international",
    "schl": "school",
    "sch": "school",
    "k8": "k 8",
    "k5": "k 5",
    "pk8": "pk 8",
    "jr": "jr",
    "mlk": "martin luther king",
    "st": "st",
    "and": "",
    "the": "",
    "at": "",
}
# Words that many schools share: alone they tell none from another.
_COMMON = frozenset(
    """
    school schools elementary middle high international k pk 5 8 stem seattle public academy jr program programs
    """.split()  # noqa: SIM905 - common words read best as a line of words
)
# Words for the kind of school, as families say them in their own language and as people shorten them: whoever looks for a school by
# part of its name may put them in front of it or behind, though the school's own name has them otherwise or not at all.
_KINDS = frozenset(
    """
    escuela escuelas colegio primaria elemental secundaria intermedia media preparatoria prepa bachillerato superior publica
    de del la el los las en school schools sch schl elem es ms hs the of
    """.split()  # noqa: SIM905 - common words read best as a line of words
)
_ALSO = {"internacional": "international"}  # a word of many names that Spanish spells otherwise
LIKE = 0.72  # how alike two names must be to be offered, by difflib's ratio on folded names
OFFERED = 5
SHORTEST = 3  # letters of a word that may stand for a whole name


class Match(NamedTuple):
    """What a typed name comes to: a school (by its number) when it can be no other, and else those that it may be.

    `spelled` says that the name was written otherwise than the school writes it, so that a person should see how it was read.
    """

    school: int | None
    spelled: bool
    offered: tuple[int, ...]


@lru_cache(maxsize=4096)
def key(name: str) -> str:
    """Return a school's name for comparing: folded, its usual short forms written out."""
    words = (_LONG.get(word, word) for word in fold(name).split())
    return " ".join(" ".join(words).split())


def sought(typed: str) -> list[str]:
    """Return the words by which a school is looked for: folded, and without words for its kind unless nothing else was typed."""
    words = [_ALSO.get(word, word) for word in fold(typed).split()]
    return [word for word in words if word not in _KINDS] or words


def telling(name_key: str) -> frozenset[str]:
    """Return the words of a key that tell one school from another."""
    return frozenset(word for word in name_key.split() if word not in _COMMON)


def match(typed: str, known: Mapping[int, str], aliases: Mapping[str, int]) -> Match:
    """Return which of the `known` schools (number -> name as written) a typed name means.

    The same name but for case, accents, punctuation and usual short forms is sure, and so is an alias (folded name -> number); so
    is a shortened name all of whose words only one school has. Anything else is offered to a person, the likeliest first.
    """
    plain, asked = fold(typed), key(typed)
    if not asked:
        return Match(None, spelled=False, offered=())
    if plain in aliases:
        return Match(aliases[plain], spelled=True, offered=())
    keys = {number: key(name) for number, name in known.items()}
    same = [number for number, name in keys.items() if name == asked]
    if len(same) == 1:
        return Match(same[0], spelled=plain != fold(known[same[0]]), offered=())
    words = telling(asked)
    fitting = [number for number, name in keys.items() if set(asked.split()) <= set(name.split())]
    if len(fitting) == 1 and any(len(word) >= SHORTEST for word in words):
        return Match(fitting[0], spelled=True, offered=())
    holding = {number for number, name in keys.items() if words and words <= telling(name)}
    likeness = {number: _likeness(asked, words, name) for number, name in keys.items()}
    likely = [number for number in keys if number in holding or likeness[number] >= LIKE]
    likely.sort(key=lambda number: (number not in holding, -likeness[number], keys[number]))
    return Match(None, spelled=False, offered=tuple(likely[:OFFERED]))


def resembles(one: str, other: str) -> bool:
    """Say whether two typed names may be one school in two spellings."""
    first, second = key(one), key(other)
    if not first or not second:
        return False
    words, words_too = telling(first), telling(second)
    part = bool(words and words_too) and (words <= words_too or words_too <= words)
    return first == second or part or _likeness(first, words, second) >= LIKE


def _likeness(asked: str, words: frozenset[str], name: str) -> float:
    """Compare whole keys, and their telling words alone: "Sealth" is like "Chief Sealth" whatever follows."""
    whole = SequenceMatcher(None, asked, name).ratio()
    core = SequenceMatcher(None, " ".join(sorted(words)), " ".join(sorted(telling(name)))).ratio() if words else 0.0
    return max(whole if core > 0.5 else 0.0, core)  # noqa: PLR2004 - "X Elementary School" is like any other but for its X
