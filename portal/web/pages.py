"""Routes that must name a permission.

`Pages` loads the thing, asks the policy, runs the view, and commits once. A view never touches the database and never
checks rights. Whoever may not see a thing gets the same 404 as if it did not exist; someone signed out gets the same
sign-in page at every private address, existing or not.
"""

from __future__ import annotations

import inspect
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Blueprint, abort, current_app, g, redirect, request, url_for

from portal import policy
from portal.db import db, transaction, writing
from portal.policy import Permission
from portal.web import viewer

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from werkzeug.wrappers import Response

PUBLIC = frozenset({Permission.SEE_PUBLIC_PAGES, Permission.USE_LINK, Permission.BEGIN_NOMINATION})


class Route(NamedTuple):
    """What a route asks: kept on the view so that tests and docs can read it."""

    needs: Permission
    of: Callable[..., Any] | None
    writes: bool
    most: int | None = None  # bytes of one request, where that is more than elsewhere


# A higher room answers here for somebody who knows that a thing is there and has to do something first, such as a chair who
# has not declared conflicts. `instead(person, needs, thing)` gives an answer or None; everybody else meets the 404.
in_place_of_404: list[Callable[[Any, Permission, Any], Any]] = []


class Pages(Blueprint):
    """A blueprint whose every route names the permission it needs."""

    def route(self, rule: str, **options: Any) -> Callable[..., Any]:  # noqa: ARG002 - Flask's signature
        """Refuse: use `page`, `form` or `step`, which ask the policy."""
        msg = f"{self.name}: use page(), form() or step() instead of route() for {rule!r}; they name a permission."
        raise TypeError(msg)

    def page(self, rule: str, *, needs: Permission, of: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """Make a page that is only read (GET, HEAD)."""
        return self._make(rule, Route(needs, of, writes=False), ["GET"])

    def form(
        self, rule: str, *, needs: Permission, of: Callable[..., Any] | None = None, most: int | None = None
    ) -> Callable[..., Any]:
        """Make a page that is read and answered (GET, POST). `most`: bytes of one request, for a page that takes files."""
        return self._make(rule, Route(needs, of, writes=True, most=most), ["GET", "POST"])

    def step(self, rule: str, *, needs: Permission, of: Callable[..., Any] | None = None) -> Callable[..., Any]:
        """Make a state change, named as a noun (POST only)."""
        return self._make(rule, Route(needs, of, writes=True), ["POST"])

    def _make(self, rule: str, route: Route, methods: list[str]) -> Callable[..., Any]:
        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            takes = set(inspect.signature(route.of).parameters) if route.of else set()

            @wraps(view)
            def run(**address: Any) -> Any:  # noqa: ANN401 - whatever Flask can answer with
                if request.method == "POST":
                    with writing():
                        return _finish(view, route, takes, address)
                return _enter(view, route, takes, address)

            run.route = route  # type: ignore[attr-defined]
            self.add_url_rule(rule, view.__name__, run, methods=methods)
            return run

        return decorate


def install(app: Flask) -> None:
    """Let whatever writes queue from its very first question on.

    On SQLite a transaction that began by reading cannot become a writing one once somebody else wrote meanwhile: it fails at once.
    So the session that a written request reads first must already lie in the transaction that queues.
    """

    @app.before_request
    def _queue() -> None:
        route = getattr(app.view_functions.get(request.endpoint or ""), "route", None)
        if request.method == "POST" and route is not None and route.writes:
            g.queue = writing()
            g.queue.__enter__()
            if route.most is not None:
                request.max_content_length = route.most

    @app.teardown_request
    def _leave(_trouble: BaseException | None) -> None:
        queue = g.pop("queue", None)
        if queue is not None:
            queue.__exit__(None, None, None)


def _finish(view: Callable[..., Any], route: Route, takes: set[str], address: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
    """Run a written request as one transaction: committed once, after the view has answered well."""
    try:
        answer = current_app.make_response(_enter(view, route, takes, address))
        if answer.status_code < 400 or getattr(answer, "keep", False):  # noqa: PLR2004 - HTTP's own boundary
            db.session.commit()
        else:
            db.session.rollback()
    except BaseException:
        db.session.rollback()
        raise
    return answer


def _enter(view: Callable[..., Any], route: Route, takes: set[str], address: dict[str, Any]) -> Any:  # noqa: ANN401 - an answer
    """Load the thing, ask the policy, and hand the thing to the view."""
    person = viewer.current()
    if person is None and route.needs not in PUBLIC and not policy.may(None, route.needs) and route.of is None:
        return viewer.ask_to_sign_in()
    thing = route.of(**{name: value for name, value in address.items() if name in takes}) if route.of else None
    if (route.of is not None and thing is None) or not policy.may(person, route.needs, thing):
        if person is None and route.needs not in PUBLIC:
            return viewer.ask_to_sign_in()
        for instead in in_place_of_404:
            answer = instead(person, route.needs, thing)
            if answer is not None:
                return answer
        abort(404)
    rest = {name: value for name, value in address.items() if name not in takes}
    return view(thing, **rest) if route.of else view(**rest)


def write_at_once(work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the work gives
    """Do a small piece of writing as a transaction of its own, in the middle of an answer that writes nothing else."""
    with transaction():
        return work()


def see_other(endpoint: str, **values: Any) -> Response:
    """Answer a POST with where to look next (303), so that reloading repeats nothing."""
    return redirect(url_for(endpoint, **values), code=303)


def keep(answer: Any) -> Any:  # noqa: ANN401 - whatever Flask can answer with
    """Mark an answer with an error status whose changes must be committed all the same (text kept with a refusal)."""
    made = current_app.make_response(answer)
    made.keep = True  # type: ignore[attr-defined]
    return made


def every_route(app: Any) -> dict[str, Route | None]:  # noqa: ANN401 - the Flask app
    """Return endpoint -> what its route asks; None for one that names no permission (only Flask's own static files)."""
    return {name: getattr(view, "route", None) for name, view in app.view_functions.items()}
