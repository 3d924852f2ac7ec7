"""Whether two names may be one name that came from another script: Arabic, Chinese, Cyrillic or Ethiopic, however it was romanised. Pure.

A word is boiled down to what every romanisation keeps, its consonants: "Maxamed", "Mohammed" and "محمد" all keep m and d. That is
far too little to be sure, and enough to ask a person about two at one school. Of a Chinese name both parts are compared: the family
name, and the given name as far as its characters are known here.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from portal.nominations.rules.nicknames import usual
from portal.people.rules import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

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
# Characters of given names, and how they are written in Mandarin and Cantonese; those of family names stand in given ones, too.
_GIVEN = {
    character: frozenset(spelled.split())
    for characters, spelled in (
        ("明", "ming"),
        ("小", "xiao siu hsiao"),
        ("曉晓", "xiao hiu hsiao"),
        ("華华", "hua wah hwa"),
        ("偉伟", "wei wai"),
        ("芳", "fang fong"),
        ("娜", "na"),
        ("敏", "min man"),
        ("靜静", "jing ching"),
        ("麗丽", "li lai"),
        ("強强", "qiang keung chiang"),
        ("磊", "lei"),
        ("軍军", "jun kwan chun"),
        ("洋", "yang yeung"),
        ("勇", "yong yung"),
        ("艷艳", "yan yim yen"),
        ("傑杰", "jie kit chieh"),
        ("娟", "juan kuen chuan"),
        ("濤涛", "tao to"),
        ("超", "chao chiu"),
        ("秀", "xiu sau hsiu"),
        ("英", "ying"),
        ("霞", "xia ha hsia"),
        ("平", "ping"),
        ("剛刚", "gang kong kang"),
        ("桂", "gui kwai kuei"),
        ("文", "wen man"),
        ("玲", "ling"),
        ("紅红", "hong hung"),
        ("蘭兰", "lan"),
        ("梅", "mei mui"),
        ("建", "jian kin chien"),
        ("國国", "guo kwok kuo"),
        ("志", "zhi chi chih"),
        ("海", "hai hoi"),
        ("雲云", "yun wan"),
        ("峰", "feng fung"),
        ("輝辉", "hui fai"),
        ("鵬鹏", "peng pang"),
        ("飛飞", "fei"),
        ("宇", "yu"),
        ("浩", "hao ho"),
        ("博", "bo pok po"),
        ("軒轩", "xuan hin hsuan"),
        ("涵", "han ham"),
        ("子", "zi chi tzu tze"),
        ("雨", "yu"),
        ("雪", "xue suet hsueh"),
        ("欣", "xin yan hsin"),
        ("怡", "yi"),
        ("佳", "jia kai chia"),
        ("嘉", "jia ka chia"),
        ("慧惠", "hui wai"),
        ("美", "mei"),
        ("珍", "zhen chun chen"),
        ("玉", "yu yuk"),
        ("春", "chun"),
        ("秋", "qiu chau chiu"),
        ("月", "yue yuet yueh"),
        ("花", "hua fa"),
        ("鳳凤", "feng fung"),
        ("蓉", "rong yung jung"),
        ("琴", "qin kam chin"),
        ("瑩莹", "ying"),
        ("萍", "ping"),
        ("婷", "ting"),
        ("雅", "ya nga"),
        ("詩诗", "shi sze shih"),
        ("思", "si sze szu"),
        ("宏", "hong wang hung"),
        ("俊", "jun chun"),
        ("豪", "hao ho"),
        ("健", "jian kin chien"),
        ("康", "kang hong"),
        ("安", "an on"),
        ("寧宁", "ning"),
        ("永", "yong wing yung"),
        ("德", "de tak te"),
        ("仁", "ren yan jen"),
        ("義义", "yi"),
        ("禮礼", "li lai"),
        ("信", "xin shun hsin"),
        ("忠", "zhong chung"),
        ("孝", "xiao hau hsiao"),
        ("天", "tian tin tien"),
        ("生", "sheng sang"),
        ("成", "cheng shing"),
        ("東东", "dong tung"),
        ("南", "nan nam"),
        ("北", "bei pak pei"),
        ("中", "zhong chung"),
        ("大", "da tai ta"),
        ("立", "li lap"),
        ("新", "xin san hsin"),
        ("光", "guang kwong kuang"),
        ("昌", "chang cheung"),
        ("榮荣", "rong wing jung"),
        ("富", "fu"),
        ("貴贵", "gui kwai kuei"),
        ("福", "fu fuk"),
        ("祥", "xiang cheung hsiang"),
        ("瑞", "rui shui jui"),
        ("慶庆", "qing hing ching"),
        ("喜", "xi hei hsi"),
        ("樂乐", "le lok yue"),
        ("愛爱", "ai oi"),
        ("心", "xin sum hsin"),
        ("家", "jia ka chia"),
        ("倫伦", "lun"),
        ("賢贤", "xian yin hsien"),
        ("良", "liang leung"),
        ("善", "shan sin"),
        ("正", "zheng ching cheng"),
        ("清", "qing ching"),
        ("潔洁", "jie kit chieh"),
        ("真", "zhen chun chen"),
        ("如", "ru yu ju"),
        ("意", "yi"),
        ("雯", "wen man"),
        ("璐", "lu lo"),
        ("瑤瑶", "yao yiu"),
        ("琳", "lin lam"),
        ("琪", "qi ki kei chi"),
        ("瑜", "yu"),
        ("萱", "xuan huen hsuan"),
        ("彤", "tong tung"),
        ("晨", "chen sun"),
        ("旭", "xu yuk hsu"),
        ("陽阳", "yang yeung"),
        ("昊", "hao ho"),
        ("然", "ran yin jan"),
        ("睿", "rui yui jui"),
        ("哲", "zhe chit che"),
        ("翔", "xiang cheung hsiang"),
        ("航", "hang hong"),
        ("凱凯", "kai hoi"),
        ("濱滨斌彬", "bin pan pin"),
        ("波", "bo po"),
        ("山", "shan"),
        ("石", "shi shek shih"),
        ("松", "song chung sung"),
        ("竹", "zhu chuk chu"),
        ("蓮莲", "lian lin lien"),
        ("燕", "yan yin yen"),
        ("虎", "hu fu"),
        ("一", "yi yat i"),
        ("世", "shi sai shih"),
        ("民", "min man"),
        ("少", "shao siu"),
        ("元", "yuan yuen"),
        ("亮", "liang leung"),
        ("星", "xing sing hsing"),
        ("晶", "jing ching"),
        ("悅悦", "yue yuet yueh"),
        ("歡欢", "huan fun"),
        ("芬", "fen fun"),
        ("芝", "zhi chi chih"),
        ("菲", "fei"),
        ("薇", "wei mei"),
        ("蕾", "lei lui"),
        ("莉", "li lei"),
        ("婉", "wan yuen"),
        ("妍", "yan yin yen"),
        ("媛", "yuan woon"),
        ("露", "lu lo"),
        ("霖", "lin lam"),
        ("震", "zhen chun chen"),
        ("雷", "lei lui"),
        ("振", "zhen chun chen"),
        ("學学", "xue hok hsueh"),
        ("書书", "shu sue"),
        ("琦", "qi kei chi"),
        ("珊", "shan san"),
        ("珠", "zhu chu"),
        ("玥", "yue yuet"),
        ("辰", "chen sun"),
        ("啟启", "qi kai chi"),
        ("毅", "yi ngai"),
        ("冰", "bing ping"),
        ("冬", "dong tung"),
        ("夏", "xia ha hsia"),
        ("可", "ke ho"),
        ("容", "rong yung jung"),
        ("宗", "zong chung tsung"),
        ("宣", "xuan suen hsuan"),
        ("弘", "hong wang hung"),
        ("彥彦", "yan yin yen"),
        ("恩", "en yan"),
        ("慈", "ci chi tzu"),
        ("承", "cheng shing"),
        ("敬", "jing king ching"),
        ("昕", "xin yan hsin"),
        ("景", "jing king ching"),
        ("智", "zhi chi chih"),
        ("欽钦", "qin yam chin"),
        ("泉", "quan chuen chuan"),
        ("淑", "shu suk"),
        ("源", "yuan yuen"),
        ("澤泽", "ze chak tse"),
        ("煒炜", "wei wai"),
        ("熙", "xi hei hsi"),
        ("盛", "sheng shing"),
        ("碧", "bi pik pi"),
        ("穎颖", "ying wing"),
        ("紹绍", "shao siu"),
        ("維维", "wei wai"),
        ("翠", "cui chui tsui"),
        ("聰聪", "cong chung tsung"),
        ("興兴", "xing hing hsing"),
        ("若", "ruo yeuk jo"),
        ("藝艺", "yi ngai"),
        ("誠诚", "cheng shing"),
        ("達达", "da tat ta"),
        ("遠远", "yuan yuen"),
        ("銘铭", "ming"),
        ("鋒锋", "feng fung"),
        ("雄", "xiong hung hsiung"),
        ("青", "qing ching"),
        ("順顺", "shun"),
        ("香", "xiang heung hsiang"),
        ("麟", "lin lun"),
    )
    for character in characters
}
_GIVEN = {
    **_CHINESE,
    **{character: spelled | _CHINESE.get(character, frozenset()) for character, spelled in _GIVEN.items()},
}
# One sound as Chinese is romanised; "Grace" is none, and whoever is called so may bear a Chinese name besides.
_SOUND = re.compile(
    r"(?:[bpmfdtnlgkhjqxrzcsyw]|zh|ch|sh|ts|tz|hs|ng|kw|gw)?(?:[aeiou]{1,3})(?:ng|n|m|h|t|k|p|r)?(?![aeiou])|sz[eu]|ng"
)
# English names that look like such sounds, and stand on no line of the nicknames.
_USUAL = """
ada aidan aiden alan alice allan allen ana anita anna anne aria ava carmen dana dean diana dina elena ella eileen
elaine ethan eva evan gina hannah helen helena ian ida ivan jane janet jason jean jen joan joanna jonah jordan juan
karen karina ken lana laura lea leah lena leo lila lina linda logan lola lucas luis luna lynn marina megan mia mona
monica nadia nathan nina noah nora olga paula pedro ramona renee rita roland roman rosa ruben ryan sara sarah sean
selena simon sonia sophia susan susana tanya tina tomas una vera xena zoe
"""
_ENGLISH = frozenset(_USUAL.split())
MOST_GIVEN = 3  # characters of a given name
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


@lru_cache(maxsize=8192)
def _words(name: str) -> tuple[str, ...]:
    """Return a name's words, Arabic's particles drawn into the word that they belong to."""
    folded = re.sub(r"\bعبد (?:ال)?", "عبد", fold(name))
    folded = re.sub(r"\b(?:al|el|abu|ibn|bin|ال) (?=\w)", "", folded)
    return tuple(re.sub(r"^ال(?=\w{2})", "", word) for word in folded.split())[:MOST_WORDS]


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


def _chinese(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether a name in Chinese characters may be another one, in characters or as families spell it.

    The family name must stand there, and the given name must not say otherwise: it does where all of its characters are known here and
    the other's is romanised Chinese of other sounds, or other characters.
    """
    for family, given in _parted(words):
        spelled = _CHINESE[family]
        if script(others[0]) == "CJK":
            for family_too, given_too in _parted(others):
                if (family == family_too or _CHINESE[family_too] & spelled) and _same_characters(given, given_too):
                    return True
            continue
        for place, word in enumerate(others):
            if word in spelled and len(others) > 1 and _said(given, [*others[:place], *others[place + 1 :]]):
                return True
    return False


def _parted(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return how a name in Chinese characters may be parted into family and given name: a word alone, or its first character."""
    written = [word for word in words if script(word) == "CJK"]
    if len(written) == 1:
        return [(written[0][0], written[0][1:])] if written[0][0] in _CHINESE else []
    alone = [place for place, word in enumerate(written) if word in _CHINESE]
    return [(written[place], "".join(written[:place] + written[place + 1 :])) for place in alone]


def _same_characters(given: str, other: str) -> bool:
    """Whether two given names may be one: each character the same, or one that sounds alike, as the old and the new forms do."""
    if not given or not other:
        return True
    none: frozenset[str] = frozenset()
    alike = (
        one == two or _GIVEN.get(one, none) & _GIVEN.get(two, none) for one, two in zip(given, other, strict=False)
    )
    return len(given) == len(other) and all(alike)


def _said(given: str, words: list[str]) -> bool:
    """Whether a given name in characters may be what these Latin words say; what cannot be told may be."""
    if not given or len(given) > MOST_GIVEN or not all(character in _GIVEN for character in given):
        return True
    if not all(len(word) > 1 and _is_romanised(word) for word in words):
        return True  # an English name, or an initial
    said = {"".join(sounds) for sounds in product(*(_GIVEN[character] for character in given))}
    joined = {"".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}
    return bool(said & joined)


def _is_romanised(word: str) -> bool:
    """Whether a word is one sound of Chinese after another, and no name that is usual in English."""
    return (
        re.fullmatch(f"(?:{_SOUND.pattern}){{1,{MOST_GIVEN}}}", word) is not None
        and word not in _ENGLISH
        and not usual(word)
    )


def one_family(word: str, other: str) -> bool:
    """Say whether two Latin spellings may be one Chinese family name: Wong and Wang, Chan and Chen, Tran and Chen."""
    if word == other or not {word, other} <= _SPELLED:
        return False
    return any({word, other} <= spelled for spelled in _CHINESE.values())
