"""Which language a text is written in, as far as letters and small words tell; where nothing tells, nothing is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.nominations.translating.rules import guess, languages_of, to_translate
from portal.web.language import NAMES

SAID = {
    "en": "She stays every Tuesday and helps the students who have nobody to ask. Our school would not be the same.",
    "es": "Se queda todos los martes con los estudiantes que no tienen a quién preguntar, y nunca se cansa de explicar.",
    "so": "Macallimad Amina waxay caawisaa carruurta oo dhan, waxayna joogtaa iskuulka ilaa ay dhammaadaan casharrada.",
    "vi": "Cô giáo luôn ở lại với các em học sinh sau giờ học và không bao giờ mệt mỏi khi giải thích cho chúng tôi.",
    "tl": "Siya ay laging nananatili sa paaralan para sa mga bata na walang matanungan, at hindi siya napapagod.",
    "om": "Barsiiftuun keenya yeroo hunda barattoota waliin turti, akka isaan barumsa isaanii hubatan ni gargaarti.",
    "ar": "تبقى المعلمة كل يوم ثلاثاء مع الطلاب الذين ليس لديهم من يسألونه ولا تتعب من الشرح أبدا",
    "zh": "她每个星期二都留在图书馆陪学生做功课，从来不嫌麻烦。",
    "am": "አስተማሪዋ ሁልጊዜ ከተማሪዎች ጋር ናት እና በጣም ትረዳቸዋለች። ልጆች ሁሉ ይወዷታል፣ እሷ ነው የረዳቻቸው።",
    "ti": "መምህርና ኩሉ ግዜ ምስ ተማሃሮ እያ፣ ኣብ ቤት ትምህርቲ ትጸንሕ። ንሳ ንዅሎም ተማሃሮ ብጣዕሚ ትሕግዞም እያ።",
}


def test_there_is_a_sample_of_every_language():
    assert set(SAID) == set(NAMES)


@pytest.mark.parametrize("code", list(SAID))
def test_each_language_of_the_families_is_told_from_the_others(code):
    assert guess(SAID[code]) == code
    assert guess(f"{SAID[code]}\n\nDavid T. Denny International Middle School, Ms. Amina Warsame") == code


@pytest.mark.parametrize(
    "text", ["", "  ", "Amina Warsame", "Denny 2026", "Ok!", "12345 67890", "😀😀😀", "?!", "\u200f"]
)
def test_nothing_is_said_where_nothing_tells(text):
    assert guess(text) is None


def test_of_an_answer_each_in_its_own_language_only_the_other_ones_are_translated():
    texts = {"one": SAID["so"], "two": SAID["en"], "three": "", "four": "Amina"}
    assert to_translate(texts, into="en") == ["one", "four"]
    assert to_translate({"one": SAID["en"]}, into="en") == ["one"], "somebody said that the guess was wrong"
    assert list(languages_of(texts.values())) == ["so", "en"]


@given(st.text(max_size=400))
def test_any_text_gives_a_language_that_is_known_or_none(text):
    assert guess(text) in {None, *NAMES}
