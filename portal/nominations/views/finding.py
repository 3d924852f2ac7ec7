"""Finding somebody across every cycle that one screens; and the list of those whom no message reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import policy
from portal.nominations.queries import finding as queries
from portal.nominations.queries.finding import Unreached, Who
from portal.nominations.views import words
from portal.nominations.views.pages import pages
from portal.nominations.views.screening import cycle_at
from portal.policy import Permission
from portal.web import viewer
from portal.web.lists import asked_page, listing, table_file
from portal.web.text import when, words_in

if TYPE_CHECKING:
    from portal.awards.models import Cycle

WHO = {Who.NOMINATOR: _l("Nominators"), Who.NOMINEE: _l("Nominees"), Who.WRITER: _l("Writers of letters")}

MOST = 5000  # that a file holds of what was found

ONE = {Who.NOMINATOR: _l("Nominator"), Who.NOMINEE: _l("Nominee"), Who.WRITER: _l("Writer of a letter")}


@pages.page("/desk/found", needs=Permission.FIND)
def found() -> Any:  # noqa: ANN401 - an answer
    """Find candidacies and nominations by name, nominator, school or reference. A reference that fits one leads there at once."""
    person = viewer.current()
    text = _words()
    if not text:
        return render_template("nominations/found.html", q="", listing=None, hits=[], late=[], **words.about())
    listed = listing(queries.candidacies(text, person), page=asked_page())
    held = queries.late(text, person) if listed.page == 1 else []
    if len(listed.items) == 1 and not held and _is_reference(text):
        one = listed.items[0]
        here: dict[str, Any] = {"slug": one.cycle.award.slug, "year": one.cycle.year, "reference": one.reference}
        return redirect(url_for(".candidacy", **here), code=303)
    hits = queries.hits(listed.items, text)
    return render_template("nominations/found.html", q=text, listing=listed, hits=hits, late=held, **words.about())


def _words() -> str:
    return request.args.get("q", "").replace("\x00", "").strip()[: queries.LONGEST]


@pages.page("/desk/found.csv", needs=Permission.FIND)
def found_csv() -> Any:  # noqa: ANN401 - a file
    """Give what was found as a file: candidacies, and nominations that came late and wait."""
    text, person = _words(), viewer.current()
    held = queries.late(text, person, most=MOST) if text else []
    found = listing(queries.candidacies(text, person), page=1, size=MOST).items if text else []
    header = [_("Nominee"), _("School"), _("Reference"), _("Found by"), _("Award"), _("Year"), _("Where it stands")]
    rows = [
        (
            " & ".join(named.name for named in one.named),
            "",
            one.reference,
            "",
            words_in(one.cycle.award.name),
            one.cycle.year,
            words.NOMINATIONS[one.stage][1],
        )
        for one in held
    ]
    rows += [
        (
            hit.candidacy.name,
            words.place(hit.candidacy),
            hit.candidacy.reference,
            _("%(reference)s, from %(name)s", reference=hit.by.reference, name=hit.by.nominator.name) if hit.by else "",
            words_in(hit.candidacy.cycle.award.name),
            hit.candidacy.cycle.year,
            words.STAGES[hit.candidacy.stage][1],
        )
        for hit in queries.hits(found, text)
    ]
    return table_file("found", header, rows)


def _is_reference(text: str) -> bool:
    letter, dash, number = text.upper().partition("-")
    return letter in {"C", "N", "R"} and bool(dash) and number.isdecimal()


def _who() -> Who | None:
    asked = request.args.get("who", "")
    return Who(asked) if asked in set(Who) else None


@pages.page("/desk/<slug>/<int:year>/unreached", needs=Permission.SCREEN, of=cycle_at)
def unreached(cycle: Cycle) -> str:
    """List those of a cycle whom no message reaches, why, and what else is known to reach them by."""
    person, who = viewer.current(), _who()
    counts = queries.count_unreached(cycle, person)
    here: dict[str, Any] = {"slug": cycle.award.slug, "year": cycle.year}
    everyone = {"label": _("All"), "count": sum(counts.values()), "url": url_for(".unreached", **here)}
    tallies = [
        {**everyone, "current": who is None},
        *(
            {
                "label": label,
                "count": counts[one],
                "url": url_for(".unreached", who=one.value, **here),
                "current": one is who,
            }
            for one, label in WHO.items()
        ),
    ]
    listed = listing(queries.unreached(cycle, person, who=who), page=asked_page(), scalars=False)
    return render_template(
        "nominations/unreached.html",
        cycle=cycle,
        listing=listed,
        rows=[Unreached(*row) for row in listed.items],
        views=tallies,
        who=who,
        who_words=ONE,
        mends=policy.may(person, Permission.MANAGE_PEOPLE),
        **words.about(),
    )


@pages.page("/desk/<slug>/<int:year>/unreached.csv", needs=Permission.SCREEN, of=cycle_at)
def unreached_csv(cycle: Cycle) -> Any:  # noqa: ANN401 - a file
    """Give the same list as a file."""
    header = [
        _("Who"),
        _("Name"),
        _("Address"),
        _("Telephone"),
        _("Since"),
        _("What went wrong"),
        _("Reference"),
        _("Candidacy"),
    ]
    rows = [
        [
            str(ONE[Who(one.who)]),
            one.name,
            one.email or "",
            one.phone or "",
            when(one.bounced_at) if one.bounced_at else "",
            (one.why or "") if one.email else _("No address given."),
            one.reference,
            one.candidacy or "",
        ]
        for one in queries.every_unreached(cycle, viewer.current(), who=_who())
    ]
    return table_file(f"unreached-{cycle.award.slug}-{cycle.year}", header, rows)
