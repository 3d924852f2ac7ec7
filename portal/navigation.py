"""The masthead's words for whoever is looking: at most five, each only where its page exists and would be granted."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import current_app, g, has_request_context, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import policy
from portal.nominations.queries import conflicts
from portal.policy import Fact
from portal.web import viewer
from portal.web.text import locale

if TYPE_CHECKING:
    from flask import Flask

PUBLIC = (
    ("publishing.awards", _l("Awards")),
    ("publishing.recipients", _l("Recipients")),
    ("publishing.about", _l("About")),
    ("publishing.help", _l("Help")),
)
FOOT = (
    ("publishing.awards", _l("Awards and scholarships"), ""),
    ("publishing.recipients", _l("Recipients, year by year"), ""),
    ("publishing.about", _l("How decisions are made"), "#decisions"),
    ("publishing.privacy", _l("Who sees what, and for how long"), ""),
    ("publishing.open_data", _l("Feeds, calendars and data"), ""),
)
SECTIONS = {  # pages that lie under a word of the masthead
    "nominations.found": "nominations.screening_all",
    "nominations.roster": "nominations.screening_all",
    "nominations.imports": "nominations.screening_all",
    "nominations.import_columns": "nominations.screening_all",
    "nominations.import_rows": "nominations.screening_all",
    "nominations.import_row": "nominations.screening_all",
    "mail.wordings": "mail.messages",
    "mail.wording": "mail.messages",
    "review.score": "review.queue",
    "review.scores": "review.queue",
    "review.practice": "review.queue",
    "review.order": "review.queue",
    "publishing.award": "publishing.awards",
    "publishing.award_recipients": "publishing.recipients",
    "publishing.year": "publishing.recipients",
    "publishing.recipient": "publishing.recipients",
    "publishing.open_data": "publishing.recipients",
}
READER = (("review.queue", _l("My reading")), ("review.guide", _l("Guide")))
OFFICE = (
    ("home.desk", _l("Today")),
    ("nominations.screening_all", _l("Screening")),
    ("awards.desk", _l("Awards")),
    ("mail.messages", _l("Messages")),
    ("history.record", _l("Record")),
)

CYCLE = (  # the pages of one cycle by chapter, in the order in which a season goes through them
    (_l("Overview"), (("awards.cycle", _l("Overview")),)),
    (
        _l("Nominations"),
        (
            ("nominations.rules", _l("Rules")),
            ("nominations.screening", _l("Screening")),
            ("nominations.letters_of_cycle", _l("Letters")),
            ("nominations.translations", _l("Translations")),
        ),
    ),
    (
        _l("Reading"),
        (
            ("awards.committee", _l("Committee")),
            ("review.masking", _l("Redaction")),
            ("review.round_", _l("Rounds")),
            ("review.assignments", _l("Assignments")),
            ("review.standings", _l("Standings")),
        ),
    ),
    (
        _l("Deciding"),
        (
            ("decisions.meeting", _l("Meeting")),
            ("decisions.decisions", _l("Decisions")),
        ),
    ),
    (
        _l("Announcing"),
        (
            ("publishing.release", _l("Release")),
            ("offers.offers_of_cycle", _l("Offers")),
            ("offers.firewall", _l("Firewall sheet")),
        ),
    ),
)
CLOSED_BY_A_CONFLICT = frozenset(
    {"publishing.release", "offers.offers_of_cycle", "offers.firewall"}
)  # of all who were chosen: any conflict in the cycle closes it
# The first part of a page's address within its cycle -> the page of the line that it lies under, where it is none itself.
UNDER = {
    **dict.fromkeys(("edit", "questions", "rubric", "reminders", "closing", "extension"), "awards.cycle"),
    **dict.fromkeys(
        ("candidacies", "matches", "late", "entry", "papers", "held", "conflicts", "unreached"), "nominations.screening"
    ),
    **dict.fromkeys(("rounds", "practice", "paper", "feedback"), "review.round_"),
    **dict.fromkeys(("readers", "rule", "bands"), "review.standings"),
    **dict.fromkeys(("draw", "replay"), "decisions.decisions"),
    **dict.fromkeys(("keepsakes", "kind-words", "briefs"), "publishing.release"),
}
CYCLE_ADDRESS = "/desk/<slug>/<int:year>"
FEW = 6  # words that fit the line without being gathered under others
ALREADY = ("nominations.mine", _l("My nominations"))  # of whoever began something, before what everybody finds
# Under the person's own name.
OWN = (
    ("home.me", _l("What waits for you")),
    ("nominations.mine", _l("My nominations")),
    ("nominations.my_letters", _l("Letters you were asked for")),
    ("accounts.people", _l("People and roles")),
    ("awards.organisation", _l("The organization")),
    ("funds.funds", _l("Funds")),
    ("offers.books", _l("Funds' books")),
    ("offers.payments", _l("Payments")),
    ("nominations.imports", _l("Imports")),
    ("nominations.roster", _l("The district's roster")),
    ("publishing.archive", _l("The archive")),
    ("publishing.keepsake_templates", _l("Certificates and booklets")),
    ("accounts.account", _l("Where you are signed in")),
)


MENUS = {"public": PUBLIC, "own": OWN, "reader": READER, "office": OFFICE, "nominator": (ALREADY, *PUBLIC)}
MOST = 1_024  # menus remembered: as many as there are kinds of people, pages and languages


class Word(NamedTuple):
    """One word of navigation."""

    url: str
    label: str
    current: bool


class Chapter(NamedTuple):
    """A few pages under one word: one that holds a single page is a link, any other opens."""

    name: str
    pages: list[Word]

    @property
    def here(self) -> Word | None:
        """The page of this chapter that is being looked at."""
        return next((page for page in self.pages if page.current), None)


def words() -> list[Word]:
    """Return the navigation for whoever is looking."""
    facts = policy.facts_about(viewer.current())
    if _speaks_for_another():
        return _drawn("public", facts)
    if Fact.STAFF_SOMEWHERE in facts or Fact.AUDITOR in facts or Fact.PUBLISHER in facts:
        return _drawn("office", facts)
    if Fact.REVIEWS in facts:
        return _drawn("reader", facts)
    return _drawn("nominator" if Fact.SIGNED_IN in facts or Fact.HERE in facts else "public", facts)


def _speaks_for_another() -> bool:
    """Say whether a guardian looks, who came by a minor's link: theirs is one page, and no menu of the minor's."""
    return viewer.visit() is not None and bool(viewer.visit().guardian)


def _under_their_name() -> list[Word]:
    if viewer.current() is None or _speaks_for_another():
        return []
    return _drawn("own", policy.facts_about(viewer.current()))


def _name_of_whoever_looks() -> str:
    """Return the name over the menu: a guardian's own, not that of the minor they speak for."""
    who = viewer.current()
    if who is None:
        return ""
    return str((who.guardian_name or _("Parent or guardian")) if _speaks_for_another() else who.name)


def public_words() -> list[Word]:
    """Return the navigation as a visitor has it: for previews of public pages."""
    return _drawn("public", policy.facts_about(viewer.current()))


def cycle_pages(cycle: Any) -> list[Chapter]:  # noqa: ANN401 - a Cycle, from a higher room
    """Return the pages of one cycle that whoever is looking may see, by chapter, for the line under the masthead.

    Few pages need no chapters: then each stands alone, under its own name.
    """
    facts = policy.facts_about(viewer.current(), cycle)
    closed = any(_granted(endpoint, facts) for endpoint in CLOSED_BY_A_CONFLICT) and conflicts.any_in(
        viewer.current(), cycle.id
    )
    remembered = current_app.extensions["portal.navigation"].chapters
    here = lies_under(request.endpoint or "")
    return list(remembered(facts, closed, cycle.award.slug, cycle.year, here, locale(), request.root_path))


def _chapters(
    facts: frozenset[Fact],
    closed: bool,  # noqa: FBT001 - a part of a key
    slug: str,
    year: int,
    here: str,
    _language: str,
    _root: str,
) -> tuple[Chapter, ...]:
    """Return the pages of a cycle that these facts open; `closed`: a conflict closes some of them."""
    shown = [
        (
            name,
            [page for page in pages if _granted(page[0], facts) and not (closed and page[0] in CLOSED_BY_A_CONFLICT)],
        )
        for name, pages in CYCLE
    ]
    if sum(len(pages) for _name, pages in shown) <= FEW:
        shown = [(label, [(endpoint, label)]) for _name, pages in shown for endpoint, label in pages]
    return tuple(
        Chapter(
            str(name),
            [Word(url_for(endpoint, slug=slug, year=year), str(words), endpoint == here) for endpoint, words in pages],
        )
        for name, pages in shown
        if pages
    )


def lies_under(endpoint: str) -> str:
    """Return the page of a cycle's line that a page lies under: itself, where the line has it, and for a page of no cycle."""
    under: dict[str, str] = current_app.extensions["portal.navigation.under"]
    return under.get(endpoint, endpoint)


def _under(app: Flask) -> dict[str, str]:
    """Return endpoint -> the page of a cycle's line that it lies under, read from the addresses."""
    places = {
        rule.endpoint: rule.rule.removeprefix(CYCLE_ADDRESS).strip("/").partition("/")[0].partition(".")[0]
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith(CYCLE_ADDRESS)
    }
    own = {places[page]: page for _name, pages in CYCLE for page, _words in pages if page in places}
    known = {**own, **UNDER}
    return {endpoint: known[place] for endpoint, place in places.items() if place in known}


def foot() -> list[Word]:
    """Return the public foot's links. A public page knows in which year the record begins, and says so."""
    since = {"publishing.recipients": _("Recipients since %(year)s", year=g.first_year)} if g.get("first_year") else {}
    return [
        Word(url_for(endpoint) + part, since.get(endpoint, str(label)), current=False)
        for endpoint, label, part in FOOT
        if endpoint in current_app.view_functions
    ]


def _drawn(menu: str, facts: frozenset[Fact]) -> list[Word]:
    here = None if g.get("nowhere") else _section(request.endpoint or "")
    remembered = current_app.extensions["portal.navigation"].menu
    return list(remembered(menu, facts, here, locale(), request.root_path))


def _menu(menu: str, facts: frozenset[Fact], here: str | None, _language: str, _root: str) -> tuple[Word, ...]:
    """Return those words of a menu that these facts open."""
    return tuple(
        Word(url_for(endpoint), str(label), endpoint == here)
        for endpoint, label in MENUS[menu]
        if _granted(endpoint, facts)
    )


def _section(endpoint: str) -> str:
    """Return the page of the masthead that a page lies under."""
    page = lies_under(endpoint)
    chapter = next((pages for pages in (dict(pages) for _name, pages in CYCLE) if page in pages), None)
    if chapter is not None:
        return "nominations.screening_all" if "nominations.screening" in chapter else "awards.desk"
    return SECTIONS.get(endpoint, endpoint)


def _granted(endpoint: str, facts: frozenset[Fact]) -> bool:
    """Say whether there is such a page, and whether these facts open it."""
    route = getattr(current_app.view_functions.get(endpoint), "route", None)
    return route is not None and policy.POLICY[route.needs](facts)


def remembering() -> SimpleNamespace:
    """Return what makes menus, each once: what one says hangs on nothing but what it is asked with."""
    return SimpleNamespace(menu=lru_cache(maxsize=MOST)(_menu), chapters=lru_cache(maxsize=MOST)(_chapters))


def install(app: Flask) -> None:
    """Give `nav` to the templates."""
    app.extensions["portal.navigation.under"] = _under(app)
    app.extensions["portal.navigation"] = remembering()

    @app.context_processor
    def _nav() -> dict[str, Any]:
        if not has_request_context():  # a message is drawn by the worker, for nobody's screen
            return {}
        views = current_app.view_functions
        return {
            "nav": words(),
            "public_nav": public_words,
            "foot_nav": foot,
            "cycle_pages": cycle_pages,
            "home_url": url_for("publishing.home") if "publishing.home" in views else "/",
            "viewer_nav": _under_their_name(),
            "viewer_name": _name_of_whoever_looks(),
            "sign_out_url": url_for("accounts.sign_out") if "accounts.sign_out" in views else None,
        }
