"""What a program may read of those honored: every field, what it means, and a line written so. Pure.

`FIELDS` is the schema's one source: the JSON Schema, the public page and the CSV's headings are made of it, and docs/open-data.md is
held to it by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from portal.errors import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from portal.publishing.rules.finding import Line

VERSION = 1
ADDRESSES = {
    "/recipients.json": "everyone on record, as JSON",
    "/recipients.csv": "the same as a table",
    "/recipients/schema.json": "what a record holds, as JSON Schema 2020-12",
    "/recipients.atom": "those honored lately who have a page of their own, as Atom",
    "/dates.ics": "when nominations open and close, as iCalendar, every instant in UTC",
    "/awards/<slug>/dates.ics": "the same for one award",
    "/embed/recipients": "a year's list for a frame of a site that the office has named; `?award=` and `?year=` choose",
    "/sitemap.xml": "every page that a search engine may know",
}


class Field(NamedTuple):
    """One field of a record: its name, its JSON type, what it means, and whether a CSV has a column for it."""

    name: str
    kind: tuple[str, ...]
    about: str
    in_csv: bool = True


FIELDS = (
    Field("year", ("integer",), N_("The season's year")),
    Field("award", ("string",), N_("The award's address, which never changes")),
    Field("award_name", ("object",), N_("The award's name as it was that year, by language")),
    Field("honors", ("string",), N_("Whom the award honors: principals, teachers, administrators, staff or students")),
    Field(
        "name",
        ("string", "null"),
        N_("The person. Null: preferred not to be named, and then every field below is null"),
    ),
    Field("role", ("string", "null"), N_("What they did there")),
    Field("school", ("string", "null"), N_("Their school, or schools")),
    Field("citation", ("string", "null"), N_("Why, in a sentence")),
    Field("biography", ("string", "null"), N_("Their life and work, in their own words"), in_csv=False),
    Field(
        "quotations",
        ("array",),
        N_("What people who nominated them said, where they agreed to be quoted"),
        in_csv=False,
    ),
    Field("sum", ("number", "null"), N_("What was given, in the organization's currency")),
    Field("currency", ("string", "null"), N_("The currency, as three letters")),
    Field("paid_to", ("string", "null"), N_("Where the sum goes: the person, the school or the college")),
    Field("fund", ("string", "null"), N_("The fund that gave it")),
    Field("url", ("string", "null"), N_("Their own page. Null for the archive, which has no pages")),
    Field(
        "photo", ("string", "null"), N_("Their photograph as a square (WebP); its address works while they agree to it")
    ),
    Field("photo_alt", ("string", "null"), N_("What the photograph shows, for those who do not see it")),
)
QUOTATION = ("words", "translation", "language", "name", "relation")
COLUMNS = tuple(field.name for field in FIELDS if field.in_csv)


def record(
    line: Line, *, currency: str, page: Callable[[int, str], str], photo: Callable[[Line], str | None]
) -> dict[str, Any]:
    """Return a line as a program reads it. `page` gives the address of somebody's own page, `photo` that of their photograph."""
    given = line.sum_cents is not None
    return {
        "year": line.year,
        "award": line.award,
        "award_name": dict(line.award_name),
        "honors": line.whom,
        "name": line.name,
        "role": line.role,
        "school": line.school,
        "citation": line.citation,
        "biography": line.biography,
        "quotations": [{name: said.get(name) for name in QUOTATION} for said in line.quotations],
        "sum": line.sum_cents / 100 if line.sum_cents is not None else None,
        "currency": currency if given else None,
        "paid_to": line.paid_to if given else None,
        "fund": line.fund if given else None,
        "url": page(line.year, line.slug) if line.slug else None,
        "photo": photo(line),
        "photo_alt": line.photo_alt if line.photo else None,
    }


def schema(address: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the whole file."""
    nullable = {"type": ["string", "null"]}
    shapes: dict[str, dict[str, Any]] = {
        "award_name": {"additionalProperties": {"type": "string"}},
        "quotations": {
            "items": {
                "type": "object",
                "properties": {"words": {"type": "string"}, **dict.fromkeys(QUOTATION[1:], nullable)},
                "required": list(QUOTATION),
            }
        },
        "url": {"format": "uri"},
        "photo": {"format": "uri"},
    }
    one = {
        "type": "object",
        "properties": {
            field.name: {
                "type": field.kind[0] if len(field.kind) == 1 else list(field.kind),
                "description": field.about,
                **shapes.get(field.name, {}),
            }
            for field in FIELDS
        },
        "required": [field.name for field in FIELDS],
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "title": "Recipients",
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "organization": {"type": "string"},
            "schema": {"type": "string", "format": "uri"},
            "recipients": {"type": "array", "items": one},
        },
        "required": ["version", "organization", "schema", "recipients"],
    }
