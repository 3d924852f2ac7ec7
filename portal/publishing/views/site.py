"""The public site: what is open, what is asked and how it is judged, who was honored and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template

from portal.awards.queries import zone
from portal.awards.rules import MAY_NOMINATE, all_but_themself, who_may_nominate
from portal.policy import Permission
from portal.publishing import queries, rules
from portal.publishing.pages import pages
from portal.publishing.views import cards
from portal.publishing.views.keeping import base, kept, whole
from portal.web.lists import asked_page

if TYPE_CHECKING:
    from datetime import datetime

    from portal.awards.models import Award
    from portal.publishing.models import Recipient
    from portal.publishing.queries import Offered, Year


@pages.page("/", needs=Permission.SEE_PUBLIC_PAGES)
def home() -> str:
    """What is open, how long is left, and who was honored."""
    at = kept()
    known = queries.offered(at)
    return render_template(
        "publishing/home.html",
        known=known,
        season=_season(known, at),
        featured=queries.featured(at),
        people=queries.honoured_lately(),
        latest=queries.latest_year(),
    )


def _season(known: list[Offered], at: datetime) -> dict[str, Any] | None:
    """Return the season's line, of the years that are open or about to be; None between seasons."""
    there = ZoneInfo(zone())
    current = [offered.cycle for offered in known if offered.cycle and offered.now is not rules.Now.CLOSED]
    if (
        not current
    ):  # closed, and not announced yet by the plan: what is public of a season does not depend on its outcome
        current = [offered.cycle for offered in known if offered.cycle and offered.awaited(at)]
    closing = [offered.cycle.closes_at for offered in known if offered.cycle and offered.is_open]
    if not current:
        return None

    def least(*names: str) -> datetime | None:
        return min((when for cycle in current for name in names if (when := getattr(cycle, name))), default=None)

    def most(name: str) -> datetime | None:
        return max((when for cycle in current if (when := getattr(cycle, name))), default=None)

    dates = [
        ("opens", least("opens_at"), None),
        ("closes", least("closes_at"), None),
        ("scoring", least("scoring_opens_at"), most("scoring_closes_at")),
        ("announced", least("announced_at"), None),
    ]
    closes_at = min(closing, default=None)
    return {
        "marks": rules.season(dates, at=at, zone=there),
        "closes_at": closes_at,
        "opens_at": least("opens_at") if closes_at is None and any(cycle.opens_at > at for cycle in current) else None,
        "announced_at": least("announced_at"),
        "days": rules.days_left(closes_at, at=at, zone=there) if closes_at else None,
    }


@pages.page("/awards", needs=Permission.SEE_PUBLIC_PAGES)
def awards() -> str:
    """Every award and scholarship."""
    return render_template("publishing/awards.html", known=queries.offered(kept()))


@pages.page("/awards/<slug>", needs=Permission.SEE_PUBLIC_PAGES, of=queries.award_at)
def award(award: Award) -> str:
    """One award: whom it honors, what is asked, how it is decided, when, and whom to ask."""
    at = kept()
    offered = queries.announced(award, at)
    days = rules.days_left(offered.cycle.closes_at, at=at, zone=ZoneInfo(zone())) if offered.cycle else None
    return render_template(
        "publishing/award.html",
        award=award,
        offered=offered,
        cycle=offered.cycle,
        awaited=offered.awaited(at),
        days=days,
        people=queries.honoured_lately(award=award, most=4),
        nominators=who_may_nominate(offered.cycle.eligibility) if offered.cycle else (),
        nominator_words=MAY_NOMINATE,
        all_but_themself=all_but_themself,
    )


@pages.page("/awards/<slug>/recipients", needs=Permission.SEE_PUBLIC_PAGES, of=queries.award_at)
def award_recipients(award: Award) -> str:
    """Everybody one award has honored."""
    kept()
    listing = queries.of_award(award, page=asked_page())
    return render_template(
        "publishing/award_recipients.html", award=award, listing=listing, groups=queries.by_year(listing.items)
    )


@pages.page("/recipients/<int:year>", needs=Permission.SEE_PUBLIC_PAGES, of=queries.year)
def year(program: Year) -> str:
    """One year's program."""
    kept()
    return render_template("publishing/year.html", program=program)


@pages.page("/recipients/<int:year>/<slug>", needs=Permission.SEE_PUBLIC_PAGES, of=queries.recipient_at)
def recipient(recipient: Recipient) -> Any:  # noqa: ANN401 - an answer
    """One person, as they agreed to be shown."""
    if recipient.taken_down_at is not None:
        return render_template("publishing/taken_down.html", year=recipient.year), 410
    kept()
    before, after = queries.neighbors(recipient)
    picture = cards.address_of(recipient)
    return render_template(
        "publishing/recipient.html",
        recipient=recipient,
        before=before,
        after=after,
        picture=picture,
        picture_url=base() + picture if picture else None,
    )


@pages.page("/recipients/<int:year>/<slug>/practice", needs=Permission.SEE_PUBLIC_PAGES, of=queries.practice_at)
def practice_of(recipient: Recipient) -> str:
    """What somebody honored shares of what worked."""
    kept()
    return render_template("publishing/practice.html", recipient=recipient)


@pages.page("/about", needs=Permission.SEE_PUBLIC_PAGES)
def about() -> str:
    """Who we are, and how decisions are made."""
    kept()
    return render_template("publishing/about.html")


@pages.page("/help", needs=Permission.SEE_PUBLIC_PAGES)
def help() -> str:  # noqa: A001 - the page's own name, which no code here shadows
    """What people ask, and whom to ask."""
    kept()
    return render_template("publishing/help.html")


@pages.page("/privacy", needs=Permission.SEE_PUBLIC_PAGES)
def privacy() -> str:
    """Who sees what, and for how long."""
    kept()
    return render_template("publishing/privacy.html")


@pages.page("/robots.txt", needs=Permission.SEE_PUBLIC_PAGES)
def robots() -> Response:
    """Tell search engines which addresses are nobody's business but their owners'."""
    kept()
    private = sorted(current_app.config["PRIVATE_ROOTS"] | {"link", "sign-in", "nominate", "kept", "visits"})
    lines = [
        "User-agent: *",
        *(f"Disallow: /{root}" for root in private if root),
        f"Sitemap: {whole('.sitemap')}",
        "",
    ]
    return Response("\n".join(lines), mimetype="text/plain")


@pages.page("/sitemap.xml", needs=Permission.SEE_PUBLIC_PAGES)
def sitemap() -> Response:
    """List what is public now."""
    kept()
    found = [whole(endpoint, **values) for endpoint, values in queries.addresses()]
    return Response(render_template("publishing/sitemap.xml", addresses=found), mimetype="application/xml")
