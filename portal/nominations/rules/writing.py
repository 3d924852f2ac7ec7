"""What stops a nomination, page by page: fields as typed in, problems out. Pure."""

from __future__ import annotations

import re
from typing import Any

from portal.errors import N_
from portal.people.rules import mailbox
from portal.questions.rules import Problem, over

RELATION_WORDS = 30
BIOGRAPHY_WORDS = 250
MOST_PEOPLE = 6  # of one team
MOST_SCHOOLS = 12
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
ADDRESS_NEEDS_AT = N_("The e-mail address needs an @ sign, like name@school.example")


def looks_like_address(text: str) -> bool:
    """Say whether a text has the form of an e-mail address; whether it exists, only a message can tell."""
    return _ADDRESS.fullmatch(text.strip()) is not None


def you_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks who writes: fields are `name` and `email`.

    A minor who applies for themself is asked for `guardian_name` and `guardian_email` too.
    """
    found = []
    if not fields["name"].strip():
        found.append(Problem("missing", N_("Write your name"), {"field": "name"}))
    if not fields["email"].strip():
        found.append(Problem("missing", N_("Write your e-mail address"), {"field": "email"}))
    elif not looks_like_address(fields["email"]):
        found.append(Problem("wrong", ADDRESS_NEEDS_AT, {"field": "email"}))
    if "guardian_email" in fields:
        found += _guardian_problems(fields)
    return found


def _guardian_problems(fields: dict[str, Any]) -> list[Problem]:
    found = []
    if not fields["guardian_name"].strip():
        found.append(Problem("missing", N_("Write your guardian's name"), {"field": "guardian_name"}))
    if not fields["guardian_email"].strip():
        found.append(Problem("missing", N_("Write your guardian's e-mail address"), {"field": "guardian_email"}))
    elif not looks_like_address(fields["guardian_email"]):
        found.append(Problem("wrong", ADDRESS_NEEDS_AT, {"field": "guardian_email"}))
    elif mailbox(fields["guardian_email"]) == mailbox(fields["email"]):
        found.append(Problem("wrong", N_("The guardian needs an address of their own"), {"field": "guardian_email"}))
    return found


def nominee_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks who is nominated.

    Fields are `people` (a list of given, family, role, email; several for a team), `schools` (numbers), `central` (works for the
    district at no one school) and `place_text` (a school that is not listed). Only the last name is needed: a student may know no other.
    """
    found = []
    people = fields["people"] or [{"given": "", "family": "", "email": ""}]
    for number, person in enumerate(people):
        if not person["family"].strip():
            found.append(Problem("missing", N_("Write the person's last name"), {"field": f"people-{number}-family"}))
        if person["email"].strip() and not looks_like_address(person["email"]):
            found.append(Problem("wrong", ADDRESS_NEEDS_AT, {"field": f"people-{number}-email"}))
    if not (fields["schools"] or fields["central"] or fields["place_text"].strip()):
        found.append(Problem("missing", N_("Choose a school, or say that there is none"), {"field": "schools"}))
    if fields["central"] and (fields["schools"] or fields["place_text"].strip()):
        found.append(Problem("wrong", N_("Choose either schools or the district: not both"), {"field": "schools"}))
    return found


def relation_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page that asks how they know each other: fields are `relation` and `text`."""
    found = []
    if not fields["relation"]:
        found.append(Problem("missing", N_("Choose how you know them"), {"field": "relation"}))
    if fields["relation"] == "other" and not fields["text"].strip():
        found.append(Problem("missing", N_("Say in a few words how you know them"), {"field": "text"}))
    too_long = over(fields["text"], RELATION_WORDS)
    if too_long:
        found.append(too_long._replace(facts={**too_long.facts, "field": "text"}))
    return found


def quote_problems(fields: dict[str, Any]) -> list[Problem]:
    """Return what stops a nomination on the page about quoting: fields are `quote` and `tell`."""
    found = []
    if not fields["quote"]:
        found.append(Problem("missing", N_("Choose whether we may quote you"), {"field": "quote"}))
    if not fields["tell"]:
        found.append(
            Problem("missing", N_("Choose whether the person may know that you nominated them"), {"field": "tell"})
        )
    return found


def split_name(name: str) -> tuple[str, str]:
    """Return (given, family) of a name typed on one line: the last word is the family's, as far as one can tell."""
    given, _, family = " ".join(name.split()).rpartition(" ")
    return given, family
