"""What a wording may hold, and putting facts into it. Pure.

A wording is plain text like a shipped template: paragraphs parted by blank lines, a paragraph that begins with `> ` is quoted,
and `[words]({link})` alone on its line is the button. A field is its name in braces. Nothing else means anything: no
condition, no call, and what is put in is never read again, so nobody's text can name a field or make a link.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from portal.errors import N_
from portal.mail.wording.kinds import EVERYWHERE, How

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.mail.wording.kinds import Kind

LINK = "link"
_FIELD = re.compile(r"\{([^{}\n]*)\}")
_BUTTON = re.compile(r"^\[[^\]\n]+\]\(\{link\}\)$")
_PARTED = re.compile(r"\n[^\S\n]*\n\s*")
MOST_SUBJECT, MOST_BODY = 200, 8_000


class Problem(NamedTuple):
    """Why a wording cannot be kept: beside which field, a sentence, and its facts."""

    field: str  # "subject" or "body"
    message: str
    facts: dict[str, Any]


def blocks_of(text: str) -> list[str]:
    """Return a text's paragraphs."""
    return [block.strip() for block in _PARTED.split(text.strip()) if block.strip()]


def _named(found: re.Match[str]) -> str:
    return found[1].strip().casefold()


def problems(kind: Kind, subject: str, body: str) -> list[Problem]:
    """Return what keeps this wording from being used, in the order in which a reader meets it."""
    found = []
    if not subject.strip():
        found.append(Problem("subject", N_("Write what the message is about: its subject."), {}))
    if not body.strip():
        found.append(Problem("body", N_("Write what the message says."), {}))
    for place, text in (("subject", subject), ("body", body)):
        found += [unknown for each in dict.fromkeys(_FIELD.findall(text)) if (unknown := _unknown(kind, place, each))]
    if not body.strip():
        return found
    buttons = sum(bool(_BUTTON.match(block)) for block in blocks_of(body))
    named = sum(_named(each) == LINK for each in _FIELD.finditer(body))
    if kind.link and not buttons:
        found.append(
            Problem(
                "body",
                N_("Keep a paragraph like %(line)s: without its link nobody can do what the message asks."),
                {"line": "[Words of the button]({link})"},
            )
        )
    elif kind.link and (buttons > 1 or named > buttons):
        found.append(
            Problem(
                "body",
                N_("The link stands once, in a paragraph of its own: %(line)s"),
                {"line": "[Words of the button]({link})"},
            )
        )
    return found


def _unknown(kind: Kind, place: str, typed: str) -> Problem | None:
    name = typed.strip().casefold()
    if name == LINK and kind.link:
        return (
            None
            if place == "body"
            else Problem(place, N_("A subject cannot hold the link. It stands in the message."), {})
        )
    known = kind.field(name)
    if known is not None:
        if place == "subject" and known.how in {How.BLOCKS, How.SENTENCE}:
            return Problem(place, N_("{%(name)s} is too long for a subject. Use it in the message."), {"name": name})
        return None
    names = [each.name for each in (*kind.fields, *EVERYWHERE)]
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return Problem(
            place,
            N_("There is no field {%(typed)s} in this message. Did you mean {%(name)s}?"),
            {"typed": typed, "name": near[0]},
        )
    return Problem(
        place,
        N_("There is no field {%(typed)s} in this message. It can hold: %(names)s."),
        {"typed": typed, "names": ", ".join(f"{{{each}}}" for each in names)},
    )


class Filled(NamedTuple):
    """A message's words with its facts put in: subject and paragraphs."""

    subject: str
    blocks: list[str]


def fill(kind: Kind, subject: str, body: str, values: Mapping[str, str], *, link: str) -> Filled:
    """Put the facts in. A paragraph that holds nothing but fields, all of them empty, is left out.

    A field that is not among the values stays as it was typed: a wording kept before a field was taken away is still a sentence.
    """
    blocks = []
    for block in blocks_of(body):
        names = [_named(each) for each in _FIELD.finditer(block)]
        if _BUTTON.match(block):
            blocks.append(block.replace("{link}", link))
            continue
        if len(names) == 1 and _FIELD.fullmatch(block):
            known = kind.field(names[0])
            if known is not None and known.how is How.BLOCKS:
                blocks += blocks_of(values.get(names[0], ""))
                continue
        bare = _FIELD.sub("", block).replace(">", "").strip()
        if names and not bare and not any(values.get(name, "").strip() for name in names):
            continue
        quoted = block.startswith("> ")
        blocks.append(_spaced(_FIELD.sub(lambda each, q=quoted: _value(each, values, quoted=q), block)))  # type: ignore[misc]
    return Filled(" ".join(_FIELD.sub(lambda each: _value(each, values, quoted=False), subject).split()), blocks)


def _value(found: re.Match[str], values: Mapping[str, str], *, quoted: bool) -> str:
    value = values.get(_named(found))
    if value is None:
        return found[0]
    lines = [line.rstrip() for line in value.strip().split("\n")]
    if quoted:
        return "\n> ".join(lines)
    return "\n".join(line for line in lines if line)


def _spaced(block: str) -> str:
    """Return a paragraph without the holes that empty fields leave."""
    return "\n".join(re.sub(r"(?<=\S) {2,}", " ", line).rstrip() for line in block.split("\n"))
