"""Whether two names may be one name that came from another script: Arabic, Chinese, Cyrillic or Ethiopic, however it was romanised. Pure.

A word is boiled down to what every romanisation keeps, its consonants: "Maxamed", "Mohammed" and "محمد" all keep m and d. That is
far too little to be sure, and enough to ask a person about two at one school. Of a Chinese name the family name alone can be told.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from portal.people.rules import fold

LEAST = 4  # consonants that the words in common must keep together
LIKE = 0.55  # how alike two Latin spellings must be besides, by difflib's ratio
MOST_WORDS = 6
APART = "·"  # between letters of another script, so that two of them never look like one sound of Latin's

_CYRILLIC = dict(
    zip(
        "абвгґдеєжзиіїйклмнопрстуфхцчшщъыьэюя",
        "a b v g g d e ye zh z i i yi y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya".split(" "),  # noqa: SIM905 - a line under a line
        strict=True,
    )
)
_ARABIC = dict(
    zip(
        "ابتثجحخدذرزسشصضطظعغفقكلمنهويةىءپچگک",
        "a b t th j h kh d dh r z s sh s d t z a gh f q k l m n h w y h a  p ch g k".split(" "),  # noqa: SIM905 - as above
        strict=True,
    )
)
# A family name in Chinese characters, and how families from there write it, in Mandarin, Cantonese, Taiwanese and Vietnamese.
_CHINESE = {
    character: frozenset(spelled.split())
    for characters, spelled in (
        ("王", "wang wong vuong"),
        ("李", "li lee ly"),
        ("張张", "zhang chang cheung truong"),
        ("劉刘", "liu lau luu"),
        ("陳陈", "chen chan tran"),
        ("楊杨", "yang yeung duong"),
        ("黃黄", "huang wong hwang hoang huynh"),
        ("吳吴", "wu ng ngo"),
        ("趙赵", "zhao chiu chao trieu"),
        ("周", "zhou chow chau chou"),
        ("徐", "xu hsu tsui tu"),
        ("孫孙", "sun suen ton"),
        ("馬马", "ma"),
        ("朱", "zhu chu"),
        ("胡", "hu wu ho"),
        ("林", "lin lam lim"),
        ("郭", "guo kwok kuo quach"),
        ("何", "he ho ha"),
        ("高", "gao ko kao cao"),
        ("羅罗", "luo law lo la"),
        ("梁", "liang leung luong"),
        ("鄭郑", "zheng cheng trinh"),
        ("謝谢", "xie tse hsieh ta"),
        ("宋", "song sung tong"),
        ("唐", "tang tong duong"),
        ("許许", "xu hui hsu hua"),
        ("鄧邓", "deng tang teng dang"),
        ("韓韩", "han hon"),
        ("馮冯", "feng fung phung"),
        ("曹", "cao tso tao"),
        ("彭", "peng pang banh"),
        ("曾", "zeng tsang tseng tang"),
        ("蕭萧肖", "xiao siu hsiao tieu"),
        ("蔡", "cai choi tsai choy thai"),
        ("潘", "pan poon phan"),
        ("袁", "yuan yuen vien"),
        ("余于", "yu yue du"),
        ("董", "dong tung"),
        ("蘇苏", "su so to"),
        ("葉叶", "ye yip yeh diep"),
        ("呂吕", "lu lui la"),
        ("魏", "wei ngai nguy"),
        ("蔣蒋", "jiang chiang tseung tuong"),
        ("杜", "du to do"),
        ("丁", "ding ting dinh"),
        ("沈", "shen sum tham"),
        ("姜", "jiang keung khuong"),
        ("范", "fan pham"),
        ("方", "fang fong phuong"),
        ("譚谭", "tan tam dam"),
        ("廖", "liao liu lieu"),
        ("鍾钟", "zhong chung"),
        ("金", "jin kim"),
        ("黎", "li lai le"),
        ("阮", "ruan yuen nguyen"),
        ("莫", "mo mok mac"),
        ("關关", "guan kwan quan"),
        ("溫温", "wen wan on"),
        ("龍龙", "long lung"),
        ("江", "jiang kong giang"),
    )
    for character in characters
}
_SPELLED = frozenset().union(*_CHINESE.values())
_ABD = re.compile(
    r"^(?:abd|cabd)(?:u|e|i|a)?(?:l|r(?=r))?(?=[a-z]{3})"
)  # Abdi-, Abdul-, Cabdi-: one word before another
_TWO = (
    ("shch", "S"),
    ("sch", "S"),
    ("tch", "C"),
    ("zh", "Z"),
    ("sh", "S"),
    ("ch", "C"),
    ("gh", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
    ("ck", "k"),
    ("ts", "s"),
    ("tz", "s"),
    ("ny", "n"),
    ("q", "k"),
)


def script(word: str) -> str:
    """Return the script of a word's first letter, as Unicode names it: "LATIN", "ARABIC", "CJK", "CYRILLIC", "ETHIOPIC"."""
    letter = next((c for c in word if c.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""


def _latin(word: str) -> str:
    """Return a word in Latin letters, as far as its script is known here; "" where it is not."""
    known = script(word)
    if known == "LATIN":
        return word
    if known == "CYRILLIC":
        return APART.join(_CYRILLIC.get(c, "") for c in word)
    if known == "ARABIC":
        return APART.join(_ARABIC.get(c, "") for c in word)
    if known == "ETHIOPIC":
        return "".join(_syllable(c) for c in word)
    return ""


def _syllable(letter: str) -> str:
    """Return an Ethiopic syllable as Unicode names it: "ETHIOPIC SYLLABLE HU"."""
    said = unicodedata.name(letter, "").removeprefix("ETHIOPIC SYLLABLE ").lower()
    if said.startswith(("glottal ", "pharyngeal ")):
        return said.rpartition(" ")[2]
    for sound, latin in (("kx", "h"), ("hh", "h"), ("sz", "s"), ("x", "h")):
        said = said.replace(sound, latin)
    return f"ch{said[1:]}" if said.startswith("c") and not said.startswith("ch") else said


@lru_cache(maxsize=8192)
def skeletons(word: str) -> frozenset[str]:
    """Return what every romanisation of a folded word keeps: its consonants, in each way in which some letters are read."""
    latin = _latin(word)
    found = set()
    # a Somali c and x are no English ones, and kh is written h as often
    for c, x, kh in (("k", "ks", "k"), ("", "h", "h"), ("k", "h", "h"), ("s", "ks", "k")):
        read = _ABD.sub("abd", latin.replace(f"{APART}{APART}", APART))
        read = read.replace("kh", kh)
        for letters, sound in _TWO:
            read = read.replace(letters, sound)
        read = read.replace("c", c).replace("x", x)
        head = "A" if read.lstrip(APART)[:1] in tuple("aeiou") else ""
        bare = re.sub(r"[aeiouhwy·]", "", read)
        found.add(head + re.sub(r"(.)\1+", r"\1", bare))
    return frozenset(found) - {"", "A"}


def _words(name: str) -> list[str]:
    """Return a name's words, Arabic's particles drawn into the word that they belong to."""
    folded = re.sub(r"\bعبد (?:ال)?", "عبد", fold(name))
    folded = re.sub(r"\b(?:al|el|abu|ibn|bin|ال) (?=\w)", "", folded)
    return [re.sub(r"^ال(?=\w{2})", "", word) for word in folded.split()][:MOST_WORDS]


@lru_cache(maxsize=8192)
def may_be_one(one: str, other: str) -> bool:
    """Say whether two whole names may be one name in two scripts, or in two romanisations of one. Order makes no difference."""
    words, words_too = _words(one), _words(other)
    if not words or not words_too:
        return False
    if _chinese(words, words_too) or _chinese(words_too, words):
        return True
    shorter, longer = sorted((words, words_too), key=lambda one: (len(one), one))
    kept, left = 0, list(longer)
    for word in shorter:
        held = max(left, key=lambda other: _kept(word, other))
        if not _kept(word, held):
            return False
        left.remove(held)
        kept += _kept(word, held)
    return len(shorter) > 1 and kept >= LEAST


@lru_cache(maxsize=8192)
def _kept(word: str, other: str) -> int:
    """Return how much two words have in common: all of their letters, their consonants, or one Chinese family name; else nothing.

    Two Latin spellings must look alike besides.
    """
    if word == other:
        return len(word)
    if one_family(word, other):
        return 2
    same = skeletons(word) & skeletons(other)
    latin = script(word) == script(other) == "LATIN"
    first, second = sorted((word, other))  # the ratio is not the same either way
    if not same or (latin and SequenceMatcher(None, first, second).ratio() < LIKE):
        return 0
    return max(map(len, same))


def _chinese(words: list[str], others: list[str]) -> bool:
    """Whether the family name of a Chinese name stands among another's words, in characters or as families spell it."""
    family = next((word[0] for word in words if word[0] in _CHINESE), "")
    if not family:
        return False
    spelled = _CHINESE[family]
    same = [word for word in others if word in spelled or (word[0] in _CHINESE and _CHINESE[word[0]] & spelled)]
    return bool(same) and (len(others) > 1 or script(others[0]) == "CJK")


def one_family(word: str, other: str) -> bool:
    """Say whether two Latin spellings may be one Chinese family name: Wong and Wang, Chan and Chen, Tran and Chen."""
    if word == other or not {word, other} <= _SPELLED:
        return False
    return any({word, other} <= spelled for spelled in _CHINESE.values())
