"""How reviewers score beside each other: for the chair; and for each reviewer, of themselves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import render_template
from flask_babel import gettext as _

from portal.policy import Permission
from portal.review.queries import rounds
from portal.review.queries import studies as queries
from portal.review.rules.signs import ENOUGH, Drift, Manner, drift
from portal.review.views.pages import pages
from portal.review.views.rounds import at, round_of
from portal.web.lists import table_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from portal.review.models import Round
    from portal.review.queries.rounds import InReview


def manner_words(manner: Manner) -> str:
    """Return how strict somebody is, in words about them."""
    return str(
        {
            Manner.TOO_FEW: _("Too few scores to say"),
            Manner.LIKE_OTHERS: _("Like the others"),
            Manner.LITTLE_STRICTER: _("A little stricter"),
            Manner.MUCH_STRICTER: _("Clearly stricter"),
            Manner.LITTLE_KINDER: _("A little more generous"),
            Manner.MUCH_KINDER: _("Clearly more generous"),
        }[manner]
    )


def own_words(own: queries.Own) -> list[str]:
    """Return what a reviewer is told of their own scores, kindly, and what follows from it."""
    first = {
        Manner.LIKE_OTHERS: _("On average you score much like the others."),
        Manner.LITTLE_STRICTER: _("On average you score a little stricter than the others."),
        Manner.MUCH_STRICTER: _("On average you score clearly stricter than the others."),
        Manner.LITTLE_KINDER: _("On average you score a little more generously than the others."),
        Manner.MUCH_KINDER: _("On average you score clearly more generously than the others."),
    }
    said = [first[own.manner]] if own.manner in first else []
    if own.manner is not Manner.LIKE_OTHERS:
        said.append(_("That is taken into account, and nobody gains or loses by who read them."))
    if "central" in own.flags:
        said.append(_("Your scores stay near the middle. Where somebody stands out to you, let the level show it."))
    if "halo" in own.flags:
        said.append(_("You give much the same level on every criterion. Look at each one by itself."))
    return [str(each) for each in said]


def drift_words(totals: Sequence[float]) -> str:
    """Return what a reviewer is told of how their own scores changed while they read; nothing where there is too little to say."""
    words = {
        Drift.STEADY: _("Your later scores are about as high as your first ones."),
        Drift.STRICTER: _(
            "Your later scores are lower than your first ones. It may be chance, or a changed eye: look once more at two of the first."
        ),
        Drift.KINDER: _(
            "Your later scores are higher than your first ones. It may be chance, or a changed eye: look once more at two of the first."
        ),
    }
    return str(words.get(drift(totals), ""))


def flag_words(flag: str) -> str:
    """Return what stands out in somebody's scores, for the chair."""
    words = {
        "erratic": _("Often far from what the others gave the same candidacy. A further read of those would help."),
        "central": _("Stays near the middle of the scale, so these scores tell candidacies apart less."),
        "halo": _("Gives much the same level on every criterion."),
    }
    return str(words.get(flag, ""))


@pages.page("/desk/<slug>/<int:year>/readers", needs=Permission.SEE_READERS, of=rounds.in_review)
def readers(review: InReview) -> str:
    """How each reviewer scores beside the others."""
    made = round_of(review)
    return render_template(
        "review/readers.html",
        cycle=review.cycle,
        round=made,
        readers=_lines(made),
        enough=ENOUGH,
        place=at(review.cycle),
    )


@pages.page("/desk/<slug>/<int:year>/readers.csv", needs=Permission.SEE_READERS, of=rounds.in_review)
def readers_csv(review: InReview) -> Any:  # noqa: ANN401 - a file
    """The same list as a spreadsheet."""
    header = [_("Reviewer"), _("Reads counted"), _("Beside the others"), _("Levels on average"), _("What stands out")]
    rows = [
        (line["name"], line["reviews"], line["manner"], line["levels"], " ".join(line["notes"]))
        for line in _lines(round_of(review))
    ]
    return table_file(f"readers-{review.cycle.award.slug}-{review.cycle.year}", header, rows)


def _lines(made: Round) -> list[dict[str, Any]]:
    return [
        {
            "name": each.person.name,
            "reviews": each.reviews,
            "manner": manner_words(each.manner),
            "levels": f"{each.levels:.1f}" if each.manner not in {Manner.TOO_FEW, Manner.LIKE_OTHERS} else "",
            "notes": [words for words in map(flag_words, each.flags) if words],
        }
        for each in queries.readers(made)
    ]
