"""What waits for me, whoever I am."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from portal import policy
from portal.awards.rules import MemberState
from portal.home.queries import mine
from portal.home.views.pages import Item, pages, to
from portal.nominations.queries import letters
from portal.nominations.rules import NEVER_SENT, Stage
from portal.offers.rules import OfferState
from portal.policy import Permission
from portal.web import viewer
from portal.web.language import NAMES
from portal.web.text import words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle

UNFINISHED = (Stage.DRAFT, Stage.REVISING, Stage.RETURNED)


@pages.page("/me", needs=Permission.SEE_HOME)
def me() -> str:
    """Everything that waits for this person, and the way to it."""
    person = viewer.current()
    found = mine.waiting(person)
    items = [
        *_invitations(found),
        *_reading(found),
        *_approvals(found),
        *_offers(found),
        *_honours(found),
        *_letters(found),
        *_translations(found),
        *_parts(found),
        *_consents(found),
        *_nominations(found),
        *_funds(found),
    ]
    office = policy.may(person, Permission.SEE_DESK)
    submitted = sum(count for stage, count in found.nominations.items() if stage not in {*NEVER_SENT, Stage.VOID})
    return render_template(
        "home/me.html", person=person, items=[item for item in items if item.url], office=office, submitted=submitted
    )


def _name(cycle: Cycle) -> str:
    return f"{words_in(cycle.award.name)} {cycle.year}"


def _invitations(found: mine.Mine) -> list[Item]:
    items = []
    for member in found.invitations:
        asked = member.state is MemberState.INVITED
        words = _("You are asked to join a committee") if asked else _("Declare your conflicts of interest")
        act = pgettext("act", "Answer") if asked else _("Declare")
        endpoint = "review.invitation" if asked else "review.declare"
        items.append(Item(words, to(endpoint, number=member.id), act, _name(member.cycle)))
    return items


def _reading(found: mine.Mine) -> list[Item]:
    if not found.readings:
        return []
    words = ngettext("One reading waits for you", "%(num)s readings wait for you", found.readings)
    return [Item(words, to("review.queue"), pgettext("act", "Read"))]


def _approvals(found: mine.Mine) -> list[Item]:
    items = []
    for cycle, count in found.decisions:
        words = ngettext(
            "One proposed decision needs a second person", "%(num)s proposed decisions need a second person", count
        )
        items.append(
            Item(
                words,
                to("decisions.decisions", slug=cycle.award.slug, year=cycle.year),
                _("See it") if count == 1 else _("Look at them"),
                _name(cycle),
            )
        )
    items += [
        Item(
            _("A planned release needs a second person"),
            to("publishing.release", slug=cycle.award.slug, year=cycle.year),
            _("Look at it"),
            _name(cycle),
        )
        for cycle in found.releases
    ]
    return items


def _offers(found: mine.Mine) -> list[Item]:
    items = [
        Item(
            _("You are offered something: accept or decline")
            if one.state is OfferState.MADE
            else _("Something is still needed for what you were offered"),
            to("offers.offer", reference=one.reference),
            pgettext("act", "Answer") if one.state is OfferState.MADE else _("Send it"),
            _name(one.cycle),
        )
        for one in found.offers
    ]
    if found.payments:
        words = ngettext(
            "One planned payment needs a second person", "%(num)s planned payments need a second person", found.payments
        )
        act = _("Look at it") if found.payments == 1 else _("Look at them")
        items.append(Item(words, to("offers.payments"), act))
    return items


def _honours(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("You are honored: your page, your photograph, your certificate"),
            to("publishing.honour", number=candidacy.id),
            _("See it"),
            _name(candidacy.cycle),
            "not_started",
        )
        for candidacy in found.honours
    ]


def _funds(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("See what the fund you gave to did"),
            to("offers.own_fund", number=fund.id),
            _("See it"),
            fund.name,
            "not_started",
        )
        for fund in found.funds
    ]


def _letters(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("Write a letter about %(name)s", name=letters.about_name(asked)),
            to("nominations.letter", reference=asked.reference),
            _("Write"),
            _name(asked.cycle),
        )
        for asked in found.letters
    ]


def _translations(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("Translate a text from %(language)s", language=NAMES.get(each.written_in or "", each.written_in or "")),
            to("nominations.translate", number=each.id),
            _("Translate"),
            _name(each.cycle),
        )
        for each in found.translations
    ]


def _parts(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("You are nominated: add your part, or say no"),
            to("nominations.part", number=candidacy.id),
            pgettext("act", "Answer"),
            _name(candidacy.cycle),
        )
        for candidacy in found.parts
    ]


def _consents(found: mine.Mine) -> list[Item]:
    return [
        Item(
            _("What may be published") if candidacy.id in found.consented else _("Say what may be published about you"),
            to("nominations.consent", number=candidacy.id),
            _("See and change"),
            _name(candidacy.cycle),
            "not_started",
        )
        for candidacy in found.consents
    ]


def _nominations(found: mine.Mine) -> list[Item]:
    count = sum(found.nominations.get(stage.value, 0) for stage in UNFINISHED)
    if not count:
        return []
    words = ngettext("One nomination is not finished", "%(num)s nominations are not finished", count)
    return [Item(words, to("nominations.mine"), _("Go on writing"))]
