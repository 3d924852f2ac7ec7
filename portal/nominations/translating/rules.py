"""In which language a text is written, as far as its letters and small words tell; and the life of a translation. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING

from portal.errors import N_
from portal.lives import Life

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENOUGH = 12  # letters below which nothing is guessed
WHOLE_WORD = 4  # letters that one Chinese character counts for
SCRIPT_SHARE = 0.4  # of the letters, for a script to settle it
WORD_SHARE = 0.08  # of the words, for small words to settle it
AHEAD = 1.25  # times as many of them as of the next language's
_SCRIPTS = {"ETHIOPIC": "ethiopic", "ARABIC": "ar", "CJK": "zh", "LATIN": "latin"}
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")


def _small(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Small words that one language has and its neighbors here do not, in lower case; accents count.
SMALL_WORDS: dict[str, frozenset[str]] = {
    "en": _small(
        "the and of to is was are were that this with for she he they her his their our we my who has have had not but"
        " from as at by it be been when every all you what would which because"
    ),
    "es": _small(
        "el la los las un una de del y en que es son fue con por para se su sus no como más muy pero cuando este esta"
        " ella él nos nuestra nuestro mi mis lo le les al porque también ha han todos siempre"
    ),
    "so": _small(
        "waa iyo ku ka oo ah u uu ay waxay waxa waxaa wuxuu in si la soo aan ayaa inay inuu carruurta ardayda macallin"
        " macallimad ee ma kala badan kasta aad iskuulka leh dhan"
    ),
    "tl": _small(
        "ang ng sa mga na ay si at niya siya kanyang namin aming ko kami hindi para nang kung ito po may isang bawat"
        " lahat dahil niyang guro bata tinuturuan kanila natin"
    ),
    "om": _small(
        "fi kan akka isa ishee irraa keessa waan nama yeroo hunda barsiisaa barsiiftuu barattoota keenya kana itti"
        " hin jira dha irratti isaanii isaaf ni kun ijoollee mana barumsaa jiru ture"
    ),
    "vi": _small(
        "và của là các có cho không những được một trong người với khi cô thầy học sinh chúng tôi em con này đã đến"
        " rất nhiều giáo viên gia đình cũng vì luôn"
    ),
}
_TIGRINYA = _small("እዩ እያ ኣብ ናይ ኩሉ ከም ምስ ዝኾነ ኣሎ ኣላ ንሳ ንሱ ተማሃሮ እቲ እታ እዮም ዘይ ነቶም ብጣዕሚ")
_AMHARIC = _small("ነው ናት እና ውስጥ ላይ ነበር ናቸው ሁሉ እሷ እሱ ተማሪዎች ሁልጊዜ በጣም ስለ ጋር ልጆች አስተማሪ ብዙ")


def guess(text: str) -> str | None:
    """Return the language that a text seems to be written in, by its code; None where nothing tells, and a person has to.

    Scripts settle Arabic and Chinese, small words the rest. Names are nobody's language, so a short text is not guessed.
    """
    composed = unicodedata.normalize("NFC", text)
    scripts: Counter[str] = Counter()
    for letter in composed:
        if letter.isalpha():
            script = _SCRIPTS.get(unicodedata.name(letter, "").split(" ", 1)[0], "other")
            scripts[script] += WHOLE_WORD if script == "zh" else 1
    letters = sum(scripts.values())
    if letters < ENOUGH:
        return None
    for script in ("ar", "zh"):
        if scripts[script] >= SCRIPT_SHARE * letters:
            return script
    words = [word.casefold().replace("’", "'").replace("ʼ", "'") for word in _WORD.findall(composed)]
    if scripts["ethiopic"] >= SCRIPT_SHARE * letters:
        return _of_ethiopia(words)
    counts = {code: sum(word in small for word in words) for code, small in SMALL_WORDS.items()}
    (best, most), (_next, second) = sorted(counts.items(), key=lambda item: -item[1])[:2]
    return best if most >= max(2, WORD_SHARE * len(words)) and most >= AHEAD * second else None


def languages_of(texts: Iterable[str]) -> Counter[str]:
    """Return the languages that these texts seem to be written in, each with how many characters: people mix them."""
    found: Counter[str] = Counter()
    for text in texts:
        code = guess(text)
        if code is not None:
            found[code] += len(text)
    return found


def to_translate(texts: Mapping[str, str], *, into: str) -> list[str]:
    """Return the keys of the texts that are not in this language: of several, often some are. Where all seem to be, all are meant."""
    there = [key for key, text in texts.items() if text.strip()]
    return [key for key in there if guess(texts[key]) != into] or there


def _of_ethiopia(words: list[str]) -> str | None:
    amharic, tigrinya = (sum(word in small for word in words) for small in (_AMHARIC, _TIGRINYA))
    # Tigrinya keeps ኣ where Amharic writes አ, and ends its verbs in እዩ.
    tigrinya += sum(word.startswith("ኣ") for word in words)
    amharic += sum(word.startswith("አ") for word in words)
    return None if amharic == tigrinya else "am" if amharic > tigrinya else "ti"


class TranslationState(StrEnum):
    """Where a translation stands."""

    NOT_NEEDED = "not needed"
    WANTED = "wanted"
    ASKED = "asked"
    HANDED_IN = "handed in"
    APPROVED = "approved"


class TranslationStep(StrEnum):
    """What is done about one."""

    ASK = "ask"
    TAKE_BACK = "take back"
    HAND_IN = "hand in"
    RETURN = "return"
    APPROVE = "approve"
    OPEN_AGAIN = "open again"
    SET_ASIDE = "set aside"
    NEED = "need"


_T, _S = TranslationState, TranslationStep
TRANSLATION: Life[TranslationState, TranslationStep] = Life(
    "translation",
    {
        (_T.NOT_NEEDED, _S.NEED): _T.WANTED,
        (_T.WANTED, _S.ASK): _T.ASKED,
        (_T.WANTED, _S.SET_ASIDE): _T.NOT_NEEDED,
        (_T.ASKED, _S.TAKE_BACK): _T.WANTED,
        (_T.ASKED, _S.SET_ASIDE): _T.NOT_NEEDED,
        (_T.ASKED, _S.HAND_IN): _T.HANDED_IN,
        (_T.HANDED_IN, _S.RETURN): _T.ASKED,
        (_T.HANDED_IN, _S.APPROVE): _T.APPROVED,
        (_T.APPROVED, _S.OPEN_AGAIN): _T.ASKED,
    },
    refusal=N_("This translation is %(state)s, so that cannot be done with it now."),
)
