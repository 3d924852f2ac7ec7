"""Setting certificates, the programme booklet and the list of names in type, from facts and the office's words."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from portal.awards import queries as awards
from portal.publishing.rules import keepsakes as rules
from portal.publishing.rules.keepsakes import Kind
from portal.web import language, typesetting
from portal.web.text import money, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from portal.publishing.desk.queries import Chosen
    from portal.publishing.desk.queries.keepsakes import Template
    from portal.publishing.queries import Section, Year

STATIC = Path(__file__).resolve().parents[3] / "static"
GOLD = "#c2a35a"
_SYMBOL = r'<symbol id="{name}" viewBox="([^"]+)">(.*?)</symbol>'


@cache
def ornament(name: str) -> bytes:
    """Return an ornament of the site's own art as a picture of its own."""
    art = (STATIC / "img" / "honour.svg").read_text(encoding="utf-8")
    found = re.search(_SYMBOL.format(name=name), art, re.DOTALL)
    if found is None:
        msg = f"static/img/honour.svg has no {name}"
        raise LookupError(msg)
    box, inside = found.groups()
    inside = inside.replace("currentColor", GOLD)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" fill="{GOLD}">{inside}</svg>'.encode()


def _files(layout: Mapping[str, str]) -> dict[str, bytes]:
    return {"ornament.svg": ornament(layout["ornament"])} if layout["ornament"] != "none" else {}


def _house(title: str, code: str, at: datetime, **more: Any) -> dict[str, Any]:
    organisation = awards.organisation()
    return {
        "title": title,
        "organization": organisation.name if organisation is not None else "",
        "code": code,
        "at": at,
        "accent": organisation.accent if organisation is not None else "green",
        **more,
    }


def _filled(template: Template, code: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the words of every place in one language, filled in. The usual words stand where staff wrote none."""
    found = {}
    for slot in rules.SLOTS[template.kind]:
        words = template.words_of(slot.name, code)
        found[slot.name] = rules.filled(words if words is not None else str(_(slot.usual)) if slot.usual else "", facts)
    return found


def person_facts(one: Chosen, award: Mapping[str, str], year: int, *, organization: str) -> dict[str, str]:
    """Return what may stand on somebody's certificate, in the language that is spoken now.

    It is theirs, so it says what they were chosen for, whatever they let the public read.
    """
    return {
        "name": one.candidacy.name if len(one.candidacy.people) == 1 else one.person.name,
        "award": words_in(award),
        "year": str(year),
        "role": one.candidacy.role or "",
        "school": ", ".join(link.school.name for link in one.candidacy.schools) or one.candidacy.place_text or "",
        "citation": one.draft.citation if one.draft is not None else "",
        "sum": money(one.decision.sum_cents).striptags() if one.decision.sum_cents else "",
        "organization": organization,
    }


def certificates(
    template: Template, people: Sequence[tuple[str, Mapping[str, str]]], *, title: str, at: datetime
) -> bytes:
    """Set a page for each of `people`, given as (language, facts): every one in the language its person reads."""
    pages = []
    spoken = {code: language.spoken(code) for code in {code for code, _facts in people}}
    for code, facts in people:
        with force_locale(spoken[code]):
            said = _filled(template, code, facts)
        signatures = [said[f"signature_{number}"] for number in range(1, rules.SIGNATURES + 1)]
        read_in = language.language(code)
        page = {name: said[name] for name in ("above", "title", "to", "person", "body", "below")}
        page |= {"year": facts["year"], "name": facts["name"], "language": read_in.code, "direction": read_in.dir}
        pages.append({**page, "signatures": [words for words in signatures if words]})
    layout = dict(template.layout)
    facts_of_all = {"people": pages, "layout": layout, "sprigs": str(_("Two fir sprigs"))}
    house = _house(title, language.choose() or "en", at, paper=layout["paper"])
    return typesetting.pdf("certificate", facts_of_all, files=_files(layout), **house)


def program(template: Template, year: Year, *, award: Mapping[str, str] | None, code: str, at: datetime) -> bytes:
    """Set the booklet of one award, or (None) of a whole year: everybody as they agreed to be shown, those not named counted."""
    organisation = awards.organisation()
    facts = {
        "award": words_in(award) if award is not None else "",
        "year": str(year.year),
        "organization": organisation.name if organisation is not None else "",
    }
    said, layout = _filled(template, code, facts), dict(template.layout)
    if award is None:
        said["title"] = said["season"]
    cited = layout["people"] == "citations"
    sections = [
        {
            "name": words_in(section.name),
            "people": [
                {
                    "name": person.name,
                    "place": ", ".join(words for words in (person.role, person.school) if words),
                    "citation": (person.citation or "") if cited else "",
                }
                for person in section.named
            ],
            "unnamed": ngettext(
                "One recipient preferred not to be named.",
                "%(count)s recipients preferred not to be named.",
                section.unnamed,
                count=section.unnamed,
            )
            if section.unnamed
            else "",
            "credit": _credit(section),
        }
        for section in year.sections
    ]
    words = {"welcome": str(_("Welcome"))}
    printed = {**said, "sections": sections, "layout": layout, "words": words, "sprigs": str(_("Two fir sprigs"))}
    paper = layout["paper"] if layout["paper"] != "half" else "us-letter"
    return typesetting.pdf("program", printed, files=_files(layout), **_house(said["title"], code, at, paper=paper))


def _credit(section: Section) -> str:
    """Return whom an award's sum is from, and how its fund is thanked."""
    fund = section.cycle.fund if section.cycle is not None else None
    return f"{_('From %(fund)s.', fund=fund.name)} {words_in(fund.credit)}".strip() if fund is not None else ""


def names(people: Sequence[Mapping[str, str]], *, title: str, code: str, at: datetime) -> bytes:
    """Set the list for whoever reads the names aloud."""
    facts = {
        "people": list(people),
        "lead": str(_("In the order of the program. Under each name, how its person says it.")),
        "words": {"ask": str(_("Ask them how it is said."))},
    }
    return typesetting.pdf("names", facts, **_house(title, code, at))


SAMPLES: dict[str, tuple[str, str, str, str]] = {  # invented people in every script: name, role, school, citation
    "en": ("Amina Warsame", "Teacher", "Cleveland High School", "For a homework table that became a school"),
    "es": ("Tomás Villaseñor", "Maestro", "Escuela Primaria Dunlap", "Por abrir la puerta a las siete, con desayuno"),
    "vi": (
        "Trần Thị Phương Linh",
        "Giáo viên",
        "Trường Trung học Franklin",
        "Vì đã học lại cả một nghề để dạy con em chúng tôi",
    ),
    "so": ("Hodan Cabdulle", "Macallin", "Dugsiga Sare ee Rainier Beach", "Waxay noo furtay albaabka mar walba"),
    "zh": ("陳美玲", "教師", "西雅圖世界學校", "她讓每個孩子都聽見自己的聲音"),
    "ar": ("ليلى الحسني", "معلمة", "مدرسة الحي الدولية", "لأنها فتحت باب المدرسة لكل أسرة"),
    "am": ("አልማዝ ተስፋዬ", "መምህርት", "ክሊቭላንድ ሁለተኛ ደረጃ ትምህርት ቤት", "ለእያንዳንዱ ልጅ በር ስለከፈተች"),
    "ti": ("ሰላም ገብረመድህን", "መምህር", "ቤት ትምህርቲ ራይነር", "ንነፍሲ ወከፍ ቆልዓ ማዕጾ ስለ ዝኸፈተ"),
    "om": ("Caaltuu Tolasaa", "Barsiistuu", "Mana Barumsaa Garfield", "Balbala ijoollee hundaaf waan bantee"),
    "tl": (
        "Maria Corazón Dela Peña",
        "Guro",
        "Mataas na Paaralan ng Franklin",
        "Sa pagbubukas ng pinto para sa bawat bata",
    ),
}


def sample(template: Template, code: str, *, at: datetime) -> bytes:
    """Set one keepsake of somebody invented, in a language of the families."""
    name, role, school, citation = SAMPLES[code]
    organisation = awards.organisation()
    own = organisation.name if organisation is not None else ""
    award = str(_("Excellence in Teaching Award"))
    if template.kind is Kind.CERTIFICATE:
        sums = money(3_000_00).striptags()
        facts = {"name": name, "award": award, "year": "2026", "role": role, "school": school, "citation": citation}
        return certificates(
            template, [(code, {**facts, "sum": sums, "organization": own})], title=str(_("A sample")), at=at
        )
    from portal.publishing.queries import Honoured, Section, Year  # noqa: PLC0415 - here alone

    everybody = [
        Honoured(who, where, what, None, 2026, number, {}, cited)
        for number, (who, what, where, cited) in enumerate(SAMPLES.values())
    ]
    said = {"en": award}
    return program(template, Year(2026, [Section("sample", said, everybody, None)]), award=said, code=code, at=at)
