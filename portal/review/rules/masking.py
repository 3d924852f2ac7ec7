"""Known strings replaced by plain nouns. Pure.

This removes strings that are known (names, nicknames, schools and their short forms, addresses); it does not make a
text anonymous, and no page says so: a person looks at every text side by side before anybody reads it.

A masked text is a list of pieces: plain strings exactly as typed, and `{"mask": noun, "n": characters}` for what is
covered, with `"up": true` where a sentence begins. What was covered is not in it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from portal.errors import N_
from portal.nominations.rules.nicknames import family
from portal.review.rules.wordlists import GENERIC, HONORIFICS, NAMES_AND_WORDS, NICKNAMES, PARTICLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Piece: TypeAlias = "str | dict[str, Any]"

NOMINEE = N_("the nominee")
SCHOOL = N_("the school")
NOMINATOR = N_("the nominator")
EMAIL = N_("an e-mail address")
WEB = N_("a web address")
PHONE = N_("a telephone number")
STREET = N_("an address")
RELATIVE = N_("a relative")
COLLEAGUE = N_("a colleague")
WRITER = N_("the writer")
OTHER = N_("something covered")
THEY, THEM, THEIR, THEIRS, THEMSELF = N_("they"), N_("them"), N_("their"), N_("theirs"), N_("themself")
NOUNS = (
    *(NOMINEE, SCHOOL, NOMINATOR, EMAIL, WEB, PHONE, STREET, RELATIVE, COLLEAGUE, WRITER, OTHER),
    *(THEY, THEM, THEIR, THEIRS, THEMSELF),
)
OFFERED = (
    NOMINEE,
    SCHOOL,
    NOMINATOR,
    RELATIVE,
    COLLEAGUE,
    STREET,
    OTHER,
)  # what staff choose from when they add a string

PRONOUNS = {
    **dict.fromkeys(("he", "she"), THEY),
    "him": THEM,
    **dict.fromkeys(("his", "her"), THEIR),
    "hers": THEIRS,
    **dict.fromkeys(("himself", "herself"), THEMSELF),
}
KINDS = ("School", "Elementary", "Middle", "High", "Middle School", "High School", "Elementary School")
_INITIALS = 3  # letters of a short form made of initials, at least
_BARE = 2  # letters of a name that is covered alone, at least

_EMAIL = re.compile(r"[^\s<>()\[\],;:@\"]+@[^\s<>()\[\],;:@\"]+\.[^\s<>()\[\],;:@\".]+")
_WEB = re.compile(r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)\]]", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w/.-])(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:['’ʻʼ`´][^\W_]+)*")
_QUOTED = re.compile(r"[\"“”'‘’(]([^\"“”‘’()]{2,40})[\"“”'‘’)]")
_BETWEEN = re.compile(r"[ \t-]*(?:[^\W\d_]\.?[ \t]+)?")  # nothing between two names but an initial
_NAME = r"((?:[^\W\d_a-z][\w'’-]*)(?:[ \u00a0](?:[^\W\d_a-z][\w'’-]*)){0,2})"
_RELATIVES = (
    "husband|wife|spouse|partner|fiancée?|son|daughter|brother|sister|mother|father|mom|dad|grandmother|grandfather|aunt|uncle|"
    "esposo|esposa|marido|hijo|hija|hermano|hermana|madre|padre|abuela|abuelo|tía|tío"
)
_COLLEAGUES = (
    "principal|teacher|counselor|counsellor|librarian|coach|custodian|secretary|colleague|co-teacher|mentor|director|superintendent|"
    "director|directora|maestra|maestro|profesora?|mr|mrs|ms|miss|mx|dr|señora?|sra?"
)
_KIN = re.compile(rf"\b(?i:{_RELATIVES}),?[ \u00a0]{_NAME}")
_WITH = re.compile(rf"\b(?i:{_COLLEAGUES})\.?,?[ \u00a0]{_NAME}")
_APOSTROPHES = "'’ʻʼ`´"
_ALIKE = str.maketrans({"đ": "d", "ł": "l", "ø": "o", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
_AFFIXED = ("ARABIC", "ETHIOPIC", "HEBREW")  # little words are written onto the name


@dataclass(frozen=True, slots=True)
class Known:
    """A string to cover, the noun that takes its place, and whether it is covered only where it has a capital."""

    text: str
    noun: str
    capital: bool = False


class Span(NamedTuple):
    """What is covered: characters from `start` up to `end`, and by which noun."""

    start: int
    end: int
    noun: str


# ---------------------------------------------------------------- what is known


def of_person(names: Iterable[str], *, noun: str = NOMINEE, nicknames: bool = True) -> set[Known]:
    """Return what a person may be called in a text, from their whole names: those, their parts, nicknames."""
    found: set[Known] = set()
    for name in names:
        whole = " ".join(name.split())
        if not whole:
            continue
        quoted = _QUOTED.findall(whole)
        plain = " ".join(_QUOTED.sub(" ", whole).split())
        for said in (whole, plain, *quoted):
            found |= _parts(said, noun)
        if nicknames:
            for part in plain.split():
                found |= {Known(other.title(), noun, capital=True) for other in _said_as(fold(part))}
    return found


def _said_as(name: str) -> set[str]:
    """Return what a folded given name is said as: by the lists here, and by those that gather the nominations of one person.

    Of these, what is a word too (Mary, said as May) is left standing: it would be covered in every sentence about a month.
    """
    usual = {other for other in family(name) if len(other) > _BARE and other not in NAMES_AND_WORDS}
    return usual.union(*(group for group in NICKNAMES if name in group))


def _parts(name: str, noun: str) -> set[Known]:
    words = [word for word in re.split(r"[\s,]+", name) if fold(word)]
    if not words:
        return set()
    if len(words) == 1:
        return _alone(words[0], noun)
    found = {Known(" ".join(words), noun), Known(" ".join([words[-1], *words[:-1]]), noun)}
    for word in words:
        found |= _alone(word, noun)
        if "-" in word:
            for half in word.split("-"):
                found |= _alone(half, noun)
    return found


def _alone(word: str, noun: str) -> set[Known]:
    folded = fold(word)
    if folded in PARTICLES or (len(folded) < _BARE and not _script_is(folded, _UNSPACED)):
        return set()
    short = len(folded) == _BARE
    return {Known(word, noun, capital=folded in NAMES_AND_WORDS or (short and not _script_is(folded, _UNSPACED)))}


def of_school(names: Iterable[str]) -> set[Known]:
    """Return what a school may be called: its names, each with its kind taken off, and its initials."""
    found: set[Known] = set()
    for name in names:
        words = [word for word in re.split(r"[\s,/]+", name.strip()) if fold(word)]
        if not words:
            continue
        found.add(Known(" ".join(words), SCHOOL, capital=len(words) == 1))
        special = [word for word in words if fold(word).replace(" ", "") not in GENERIC]
        if not special or special == words:
            if special:
                found |= _initials(words)
            continue
        bare = [word for word in special if fold(word) not in PARTICLES]
        cores = {" ".join(special), " ".join(bare), *_letters(special), *_letters(bare)} - {""}
        kinds = [word for word in words if word not in special]
        for core in cores:
            found.add(Known(core, SCHOOL, capital=True))
            found |= {Known(f"{core} {kind}", SCHOOL) for kind in (*kinds, *KINDS)}
        for end in range(len(words) - 1, 0, -1):
            if all(word in words[:end] for word in bare):
                found.add(Known(" ".join(words[:end]), SCHOOL, capital=True))
        found |= _initials(words)
    return found


def _initials(words: Sequence[str]) -> set[Known]:
    return {Known(letters, SCHOOL, capital=True) for letters in _letters(words)}


def _letters(words: Sequence[str]) -> set[str]:
    letters = "".join(word[0] for word in words if word[0].isalpha()).upper()
    return {letters} if len(letters) >= _INITIALS else set()


def of_street(street: str) -> set[Known]:
    """Return how the street of a school may be written: with its number and without, its kind written out and short."""
    words = [word for word in re.split(r"[\s,]+", street) if fold(word)]
    if len(words) < 2:  # noqa: PLR2004 - a number or a name alone says too little
        return set()
    bare = words[1:] if words[0][0].isdigit() else words
    found = set()
    for line in (words, bare):
        while line and fold(line[-1]) in _QUARTERS:
            found |= _streets(line)
            line = line[:-1]  # noqa: PLW2901 - without its quarter of the town
        found |= _streets(line)
    return found


_QUARTERS = frozenset({"n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"})
_STREETS = (
    ("ave", "avenue"),
    ("st", "street"),
    ("blvd", "boulevard"),
    ("dr", "drive"),
    ("rd", "road"),
    ("pl", "place"),
    ("ln", "lane"),
    ("ct", "court"),
    ("pkwy", "parkway"),
)


def _streets(words: Sequence[str]) -> set[Known]:
    if len([word for word in words if not word[0].isdigit()]) < 2:  # noqa: PLR2004 - "California" alone is a state
        return set()
    found = {Known(" ".join(words), STREET, capital=True)}
    for pair in _STREETS:
        for place, word in enumerate(words):
            if fold(word) in pair:
                found |= {
                    Known(" ".join([*words[:place], way, *words[place + 1 :]]), STREET, capital=True) for way in pair
                }
    return found


def named_in(text: str) -> set[Known]:
    """Return the names that a text itself introduces: relatives ("my husband Omar") and colleagues ("Ms. Lee, the librarian").

    They are covered only where they have a capital; what is no name after all, a person shows again.
    """
    found: set[Known] = set()
    for pattern, noun in ((_KIN, RELATIVE), (_WITH, COLLEAGUE)):
        for match in pattern.finditer(text):
            words = [re.sub(r"['’]s$", "", word) for word in match[1].split()]
            while words and (fold(words[-1]).replace(" ", "") in GENERIC or fold(words[-1]) in _NO_NAMES):
                words.pop()
            if not words or fold(words[0]).replace(" ", "") in GENERIC or fold(words[0]) in _NO_NAMES:
                continue
            if len(fold(" ".join(words))) < _BARE:
                continue
            found.add(Known(" ".join(words), noun, capital=True))
            found |= {Known(word, noun, capital=True) for word in words if len(fold(word)) > _BARE}
    return found


_NO_NAMES = frozenset(
    "a an and award at because but by dear during every everyone for from he her here his how i if in it its my no not of on or our "  # noqa: SIM905 - read as one line
    "she so that the their then there these they this to was we were what when where who with you your teacher principal english "
    "math science history art music spanish street day week year".split()
)


def apart_from(known: Iterable[Known], others: Iterable[Known]) -> set[Known]:
    """Return `known` without what is covered otherwise already, as a whole or as a part of it."""
    taken = {fold(each.text) for each in others}
    return {
        each
        for each in known
        if fold(each.text) not in taken and not all(word in taken for word in fold(each.text).split())
    }


# ---------------------------------------------------------------- finding


def fold(text: str) -> str:
    """Return text for comparing: no accents, no case, no apostrophes, other punctuation one space."""
    return _folded(text)[0].strip()


def _folded(text: str) -> tuple[str, list[int]]:
    """Return folded text, and for each of its characters where in `text` it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if char in _APOSTROPHES:
            continue
        apart = unicodedata.normalize("NFKD", char.casefold())
        bare = "".join(c for c in apart if not unicodedata.combining(c)).translate(_ALIKE)
        if not bare and unicodedata.combining(char):
            continue
        for letter in bare or " ":
            if letter.isalnum():
                letters.append(letter)
                places.append(place)
            elif letters and letters[-1] != " ":
                letters.append(" ")
                places.append(place)
    return "".join(letters), places


def _script_is(text: str, scripts: Sequence[str]) -> bool:
    return any(unicodedata.name(char, "").startswith(tuple(scripts)) for char in text)


def find(text: str, known: Iterable[Known], *, pronouns: bool = False) -> list[Span]:
    """Return everything to cover in `text`, in order, nothing overlapping; neighbors with one noun are one."""
    patterns = ((_EMAIL, EMAIL), (_WEB, WEB), (_PHONE, PHONE))
    spans = [Span(*match.span(), noun) for pattern, noun in patterns for match in pattern.finditer(text)]
    folded, places = _folded(text)
    for each in known:
        spans += _occurrences(text, folded, places, each)
    spans = _settle(spans)
    spans = _with_titles(text, spans, {each.noun for each in known}, _family_initials(known))
    if pronouns:
        spans = _settle([*spans, *_pronouns(text)], first=spans)
    return _joined(text, spans)


def _occurrences(text: str, folded: str, places: list[int], known: Known) -> list[Span]:
    wanted = fold(known.text)
    if not wanted:
        return []
    unspaced, affixed = _script_is(wanted, _UNSPACED), _script_is(wanted, _AFFIXED)
    found = []
    at = folded.find(wanted)
    while at != -1:
        end = at + len(wanted)
        start_place, end_place = places[at], places[end - 1] + 1
        while end_place < len(text) and unicodedata.combining(text[end_place]):
            end_place += 1
        before, after = at == 0 or folded[at - 1] == " ", end == len(folded) or folded[end] == " "
        if not after and not unspaced and folded[end] == "s" and (end + 1 == len(folded) or folded[end + 1] == " "):
            after = True  # a possessive keeps its 's in view; a plural loses it
            if text[places[end] - 1] not in _APOSTROPHES:
                end_place = places[end] + 1
        if affixed and len(wanted) > _BARE:
            while start_place > 0 and text[start_place - 1].isalnum():
                start_place -= 1
            while end_place < len(text) and (text[end_place].isalnum() or unicodedata.combining(text[end_place])):
                end_place += 1
            before = after = True
        if (unspaced or (before and after)) and (not known.capital or _capital(text[start_place:end_place])):
            found.append(Span(start_place, end_place, known.noun))
        at = folded.find(wanted, at + 1)
    return found


def _capital(words: str) -> bool:
    first = next((char for char in words if char.isalpha()), "")
    return first.isupper() or not (first.islower() or first.isupper())


def _family_initials(known: Iterable[Known]) -> set[str]:
    return {fold(each.text)[0] for each in known if each.noun == NOMINEE and fold(each.text)}


def _with_titles(text: str, spans: list[Span], nouns: set[str], initials: set[str]) -> list[Span]:
    """Return spans with a title or initial in front of a name covered too, and a title with an initial alone ("Ms. W.")."""
    words = [(match.start(), match.end(), match.group()) for match in _WORD.finditer(text)]
    found = []
    for span in spans:
        start = span.start
        if span.noun in {NOMINEE, NOMINATOR, COLLEAGUE, RELATIVE}:
            for begin, end, word in reversed([w for w in words if w[1] <= span.start]):
                between = text[end:start]
                near = between.strip(". ") == "" and "\n" not in between and len(between) <= 2  # noqa: PLR2004 - a full stop and a space
                is_initial = len(word) == 1 and word.isupper() and (word not in "IA" or between.startswith("."))
                if not near or not (fold(word) in HONORIFICS or is_initial):
                    break
                start = begin
        found.append(Span(start, span.end, span.noun))
    if NOMINEE in nouns:
        for (begin, end, word), (begin_next, end_next, letter) in pairwise(words):
            short = fold(word) in HONORIFICS and len(letter) == 1 and letter.isupper() and fold(letter) in initials
            if short and text[end:begin_next].strip(". ") == "":
                found.append(Span(begin, end_next + (text[end_next : end_next + 1] == "."), NOMINEE))
    return _settle(found)


def _pronouns(text: str) -> list[Span]:
    found = []
    for match in _WORD.finditer(text):
        noun = PRONOUNS.get(match.group().casefold())
        if noun is None:
            continue
        if match.group().casefold() == "her" and not re.match(r"\s+[^\W\d_]", text[match.end() :]):
            noun = THEM
        found.append(Span(*match.span(), noun))
    return found


def _settle(spans: Sequence[Span], first: Sequence[Span] = ()) -> list[Span]:
    """Return spans in order without overlaps: those in `first` win, then longer ones, then earlier ones."""
    chosen: list[Span] = []
    taken: set[int] = set()
    wins = set(first)
    for span in sorted(set(spans), key=lambda s: (s not in wins, -(s.end - s.start), s.start, s.noun)):
        if not taken.intersection(range(span.start, span.end)):
            taken.update(range(span.start, span.end))
            chosen.append(span)
    return sorted(chosen)


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.noun == span.noun
            and span.noun not in PRONOUNS.values()
            and _BETWEEN.fullmatch(text[last.end : span.start])
        ):
            joined[-1] = Span(last.start, span.end, span.noun)
        else:
            joined.append(span)
    return joined


# ---------------------------------------------------------------- pieces


def cover(text: str, spans: Iterable[Span]) -> list[Piece]:
    """Return `text` as pieces, the spans covered. An empty text has no pieces: it stays empty."""
    pieces: list[Piece] = []
    at = 0
    for span in sorted(spans):
        if span.start > at:
            pieces.append(text[at : span.start])
        piece: dict[str, Any] = {"mask": span.noun, "n": span.end - span.start}
        if _begins_sentence(text, span.start):
            piece["up"] = True
        pieces.append(piece)
        at = span.end
    if at < len(text):
        pieces.append(text[at:])
    return pieces


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"“”'‘’([-–—•*")
    return not before or before[-1] in ".!?:\n。！？"


def mask(text: str, known: Iterable[Known], *, pronouns: bool = False) -> list[Piece]:
    """Return `text` with every known string covered, as pieces."""
    return cover(text, find(text, list(known), pronouns=pronouns))


def spans_of(pieces: Iterable[Piece]) -> list[Span]:
    """Return what pieces cover, by where it stands in the text they were made from."""
    spans, at = [], 0
    for piece in pieces:
        if isinstance(piece, str):
            at += len(piece)
        else:
            spans.append(Span(at, at + int(piece["n"]), str(piece["mask"])))
            at += int(piece["n"])
    return spans


def fits(text: str, pieces: Sequence[Piece]) -> bool:
    """Say whether pieces were made from this very text: their plain parts are its parts."""
    return cover(text, spans_of(pieces)) == list(pieces) and (bool(pieces) or not text)


def add(text: str, pieces: Sequence[Piece], string: str, noun: str) -> list[Piece]:
    """Return pieces with every occurrence of one more string covered."""
    old = spans_of(pieces)
    new = find(text, [Known(string, noun)])
    return cover(text, _joined(text, _settle([*old, *new], first=old)))


def uncover(text: str, pieces: Sequence[Piece], number: int) -> list[Piece]:
    """Return pieces with the covered one of this number (from 0) shown again. A number that is not there changes nothing."""
    return cover(text, [span for place, span in enumerate(spans_of(pieces)) if place != number])


def state(texts: Sequence[Sequence[Piece]]) -> str:
    """Return a digest of how texts are covered, so that nobody approves what they did not see."""
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]


def plain(pieces: Iterable[Piece]) -> str:
    """Return what can be read of pieces, each covered part by its noun: for counting words and for reading aloud."""
    return "".join(each if isinstance(each, str) else capital(str(each["mask"]), up="up" in each) for each in pieces)


def capital(noun: str, *, up: bool) -> str:
    """Return a noun as it stands in its sentence."""
    return noun[:1].upper() + noun[1:] if up else noun
