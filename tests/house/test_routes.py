"""Every route names a permission, and the generated documents are fresh."""

from __future__ import annotations

import pytest

from portal import create_app
from portal.policy import POLICY
from portal.web import documents
from portal.web.pages import Pages, every_route
from tests.support.apps import test_settings


@pytest.fixture(scope="module")
def routes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("routes")
    app = create_app(test_settings(f"sqlite:///{folder}/none.sqlite3", instance_path=folder))
    return app, every_route(app)


def test_every_route_names_a_permission(routes):
    _app, asked = routes
    assert len(asked) >= 10
    assert {name for name, route in asked.items() if route is None} == {"static"}
    assert all(route.needs in POLICY for route in asked.values() if route)


def test_only_forms_and_steps_take_a_post(routes):
    app, asked = routes
    for rule in app.url_map.iter_rules():
        route = asked[rule.endpoint]
        if route is not None:
            assert route.writes == ("POST" in rule.methods), rule


def test_a_route_without_a_permission_is_refused():
    with pytest.raises(TypeError, match="permission"):
        Pages("x", __name__).route("/x")


def test_the_generated_documents_are_fresh():
    assert documents.write_all(check=True) == []
