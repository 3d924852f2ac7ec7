"""Computing a decision again: one button, what came of it in plain words, and the bundle with which anybody else can do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Response, flash, json, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal import clock
from portal.decisions import queries as deciding
from portal.decisions.actions import replaying as actions
from portal.decisions.queries import replaying as queries
from portal.decisions.views.pages import pages
from portal.errors import N_, NotFound, PortalError, Refused
from portal.policy import Permission
from portal.review.queries import rounds
from portal.web import failures, viewer
from portal.web.pages import see_other

if TYPE_CHECKING:
    from portal.decisions.models import Replay
    from portal.decisions.queries import Deciding

ROOT = "/desk/<slug>/<int:year>/replay"
#: Each step of a replay: what it is called, and what it shows when it comes out the same.
STEPS: dict[str, tuple[Any, Any]] = {
    "rules": (_l("The rule"), _l("Criteria, weights, places, limits, tie rule and seed are those fixed before the first score.")),
    "plan": (_l("Who read what"), _l("Nobody read what they were barred from, and no plan would have been better.")),
    "reviews": (_l("The scores"), _l("Every total is what its levels and the weights come to.")),
    "standings": (_l("The standings"), _l("The same scores give the same averages, order, chances and band.")),
    "draw": (_l("The draw"), _l("Where lots were drawn, the tickets follow from what was published.")),
    "selection": (_l("The selection"), _l("The rule, applied to the standings, gives the same places and alternates.")),
    "decisions": (_l("The decisions"), _l("What people decided follows it, or has a written reason beside it; a second person approved.")),
}  # fmt: skip
NOTHING = N_("There is no bundle yet. Ask for a replay first.")
CONFLICT = N_("The bundle tells about everyone in this cycle, and you have a conflict of interest with somebody in it.")


def drawn(made: Replay | None) -> list[dict[str, Any]]:
    """Return a replay's steps as a list of checks: done, the one that differs, and those after it that were not reached."""
    known = {step["name"]: step for step in made.steps} if made is not None and made.finished_at else {}
    rows = []
    for name, (title, words) in STEPS.items():
        step = known.get(name)
        if step is None:
            rows.append(
                {
                    "state": "not_started",
                    "name": title,
                    "words": words,
                    "word": _("Not reached") if known else _("Not yet"),
                }
            )
        elif step["same"]:
            rows.append({"state": "done", "name": title, "words": words, "word": _("The same")})
        else:
            told = failures.sentence(PortalError(step["message"], **step["facts"]))
            rows.append({"state": "blocks", "name": title, "words": told, "word": _("Differs")})
    return rows


@pages.page(ROOT, needs=Permission.SEE_REPLAY, of=deciding.deciding)
def replay(thing: Deciding) -> str:
    """What came of the last replay, and the button for another."""
    made = queries.last(thing.round)
    return render_template(
        "decisions/replay.html",
        thing=thing,
        cycle=thing.cycle,
        round=thing.round,
        made=made,
        steps=drawn(made),
        over=thing.round is not None and thing.round.state in rounds.OVER,
        may_take=queries.may_take_away(viewer.current(), thing),
        place={"slug": thing.cycle.award.slug, "year": thing.cycle.year},
    )


@pages.step(ROOT + "/request", needs=Permission.SEE_REPLAY, of=deciding.deciding)
def request_replay(thing: Deciding) -> Any:  # noqa: ANN401 - an answer
    """Ask for a replay."""
    if thing.round is None:
        raise Refused(actions.NOT_OVER)
    actions.ask(thing.round, by=viewer.current(), at=clock.now())
    flash(_("Asked for. It takes a moment; this page shows what came of it."))
    return see_other(".replay", slug=thing.cycle.award.slug, year=thing.cycle.year)


@pages.page(ROOT + "/bundle.json", needs=Permission.SEE_REPLAY, of=deciding.deciding)
def bundle(thing: Deciding) -> Response:
    """The bundle of the last replay, to be checked by anybody. Nobody is named in it."""
    if not queries.may_take_away(viewer.current(), thing):
        raise Refused(CONFLICT)
    made = queries.done(thing.round)
    if made is None:
        raise NotFound(NOTHING)
    answer = Response(
        json.dumps(made.bundle, sort_keys=True, ensure_ascii=False, indent=1), mimetype="application/json"
    )
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="replay-{thing.cycle.award.slug}-{thing.cycle.year}.json"'
    )
    return answer
