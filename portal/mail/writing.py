"""From a message's template and facts to a subject, a text and an HTML part.

A template is plain text: its first line is the subject; paragraphs follow, parted by blank lines. A paragraph that is only
`[words](address)` is the message's one link, drawn as a button in HTML.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, render_template
from markupsafe import Markup, escape

from portal.mail.wording import kinds, queries, rules
from portal.mail.wording.kinds import How
from portal.web.language import language as direction_of
from portal.web.language import speaking, spoken
from portal.web.text import from_iso, when, words_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.mail.models import Message
    from portal.mail.wording.kinds import Field, Kind
    from portal.people.models import Person

HIDDEN = "…"  # stands where a token was, or will be
_LINK = re.compile(r"^\[(?P<words>[^\]]+)\]\((?P<address>[^)\s]+)\)$")


class Written(NamedTuple):
    """A message as it leaves."""

    subject: str
    text: str
    html: str
    language: str


def hidden_link() -> str:
    """Return what stands for a private link where nobody may have it."""
    return f"{base_url()}/link/{HIDDEN}"


class Said(NamedTuple):
    """What a message says, before it is laid out: its subject and paragraphs."""

    subject: str
    blocks: list[str]


def write(message: Message, *, link: str | None, language: str) -> Written:
    """Write a message in one language, where that is offered: in staff's own words, or in those that the portal ships.

    `link` is the whole address its button goes to, minted for this sending; without one its place is shown.
    """
    language = spoken(language)
    kind = kinds.of(message.template, message.facts)
    own = queries.said_by(kind, language, message.facts) if kind is not None else None
    address = _address(kind, message.facts) or link or hidden_link()
    with speaking(language):
        if kind is not None and own is not None and own.subject is not None and own.body is not None:
            said = in_words(kind, own.subject, own.body, facts=message.facts, person=message.to, link=address)
        else:
            source, _made = _rendered(message.template, message.facts, person=message.to, link=address)
            said = _parted(source)
        return lay_out(said, language=language)


def _address(kind: Kind | None, facts: Mapping[str, Any]) -> str:
    """Return where a message's button goes where its facts say so, such as to a calendar that names nobody."""
    return str(facts.get(kind.address) or "") if kind is not None and kind.address else ""


def in_words(
    kind: Kind, subject: str, body: str, *, facts: Mapping[str, Any], person: Person | _Sample, link: str
) -> Said:
    """Return what these words say with a message's facts, in the language that is spoken now."""
    filled = rules.fill(kind, subject, body, _values(kind, facts, person, link), link=link)
    return Said(filled.subject, filled.blocks)


def drawn(said: Said) -> Markup:
    """Return a message's paragraphs as HTML, for a page that shows them."""
    return Markup("").join(_html(block) for block in said.blocks)


def lay_out(said: Said, *, language: str) -> Written:
    """Return a message as text and as HTML, in the language that is spoken now."""
    html = render_template(
        "mail/layout.html",
        subject=said.subject,
        blocks=[_html(block) for block in said.blocks],
        language=direction_of(language),
        organisation=g.get("organisation"),
    )
    text = render_template(
        "mail/layout.txt", blocks=[_text(block) for block in said.blocks], organisation=g.get("organisation")
    )
    return Written(" ".join(said.subject.split()), text.strip() + "\n", html, language)


def _rendered(
    template: str, facts: Mapping[str, Any], *, person: Person | _Sample, link: str
) -> tuple[str, dict[str, Any]]:
    """Return a shipped template with its facts, and the sentences that it makes by case."""
    known = {**facts, "link": link, "person": person, "organisation": g.get("organisation")}
    made = current_app.jinja_env.get_template(f"mail/{template}.txt").make_module(known)
    return str(made), {name: value for name, value in vars(made).items() if not name.startswith("_")}


def _parted(source: str) -> Said:
    subject, _line, body = source.strip().partition("\n")
    return Said(" ".join(subject.split()), rules.blocks_of(body))


def _values(kind: Kind, facts: Mapping[str, Any], person: Person | _Sample, link: str) -> dict[str, str]:
    """Return every field of a message as it is said in the language that is spoken now."""
    organisation = g.get("organisation")
    values = {
        "organization": organisation.name if organisation else "",
        "help_name": organisation.help_name if organisation else "",
        "help_email": organisation.help_email if organisation else "",
        "help_phone": organisation.help_phone if organisation else "",
    }
    made: dict[str, Any] | None = None
    for each in kind.fields:
        if each.how in {How.SENTENCE, How.BLOCKS}:
            if made is None:
                made = _rendered(kind.template, {**kind.when, **facts}, person=person, link=link)[1]
            values[each.name] = str(made.get(each.name) or "").strip()
        else:
            values[each.name] = _said(each.how, facts.get(each.name, person.name if each.name == "name" else ""))
    return values


def _said(how: How, fact: Any) -> str:  # noqa: ANN401 - any fact of a message
    if how is How.INSTANT:
        return when(from_iso(fact)) if fact else ""
    if how is How.SAID_LIST:
        return ", ".join(words_in(each) for each in fact or [])
    return str(words_in(fact)) if how is How.SAID else str(fact if fact is not None else "")


# ---------------------------------------------------------------- the words that are shipped


class _Sample(NamedTuple):
    """A reader who is nobody, for words without a reader."""

    name: str


def sample_reader() -> _Sample:
    """Return a reader who is nobody."""
    return _Sample(kinds.SAMPLES["name"])


def sample_facts(kind: Kind) -> dict[str, Any]:
    """Return the facts of a message that nobody ever got, to show words with."""
    facts: dict[str, Any] = {}
    for each in kind.fields:
        if each.how is How.INSTANT:
            facts[each.name] = kinds.SAMPLE_INSTANT
        elif each.how is How.NUMBER:
            facts[each.name] = kinds.SAMPLE_NUMBER
        elif each.how is How.SAID_LIST:
            facts[each.name] = [kinds.SAMPLES["award"]]
        elif each.how not in {How.SENTENCE, How.BLOCKS}:
            facts[each.name] = kinds.SAMPLES[each.name]
    return {"deadline": kinds.SAMPLE_INSTANT, **facts, **kind.when, **kind.shown, "guardian": kinds.SAMPLES["guardian"]}


def shipped(kind: Kind, language: str) -> Said:
    """Return the words that the portal ships for one kind of message in one language, its facts as fields in braces.

    The template is drawn with facts that no message holds, and what became of each is found again in the words.
    """
    facts = {each.name: _marker(each, place) for place, each in enumerate(kind.fields)}
    known = {**facts, **kind.when, **kind.shown, **({kind.address: "{link}"} if kind.address else {})}
    with speaking(language):
        source, made = _rendered(kind.template, known, person=_Sample("{name}"), link="{link}")
        for each in sorted(kind.fields, key=lambda each: each.how not in {How.SENTENCE, How.BLOCKS}):
            said = made.get(each.name, "") if each.how in {How.SENTENCE, How.BLOCKS} else _marked(each, facts)
            if said:
                source = source.replace(str(said), f"{{{each.name}}}")
    organisation = g.get("organisation")
    if organisation is not None:
        source = source.replace(organisation.name, "{organization}")
    return _parted(source)


def _marker(each: Field, place: int) -> Any:  # noqa: ANN401 - any fact of a message
    """Return a fact to draw a template with: a day and a number that no message names, or the field itself."""
    braces = f"{{{each.name}}}"
    if each.how is How.INSTANT:
        return f"{1801 + place}-01-01T12:00:00+00:00"
    return 90_001 + place if each.how is How.NUMBER else [braces] if each.how is How.SAID_LIST else braces


def _marked(each: Field, facts: Mapping[str, Any]) -> str:
    """Return what a marker reads like where it is not the field itself."""
    if each.how is How.INSTANT:
        return when(from_iso(facts[each.name]))
    return str(facts[each.name]) if each.how is How.NUMBER else ""


def _html(block: str) -> Markup:
    found = _link_in(block)
    if found and found["address"] == hidden_link():  # a place, and no address: nobody is led there
        return Markup('<p><a class="button">{words}</a></p>').format(words=found["words"])
    if found:
        return Markup('<p><a class="button" href="{address}">{words}</a></p>').format(**found.groupdict())
    if block.startswith("> "):
        quoted = "\n".join(line.removeprefix("> ").removeprefix(">") for line in block.split("\n"))
        return Markup("<blockquote>{}</blockquote>").format(
            Markup("<br>").join(escape(line) for line in quoted.split("\n"))
        )
    return Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n")))


def _link_in(block: str) -> re.Match[str] | None:
    """Return a paragraph's link where it goes to this portal: whatever people typed into a message makes no button."""
    found = _LINK.match(block)
    return found if found is not None and found["address"].startswith(f"{base_url()}/") else None


def _text(block: str) -> str:
    found = _link_in(block)
    return f"{found['words']}:\n{found['address']}" if found else block


def base_url() -> str:
    """Return the configured address that every link is built from: never the request's Host."""
    return str(current_app.config["SETTINGS"].base_url)
