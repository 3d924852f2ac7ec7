"""Nominating in Spanish in Chromium, on a phone, from the switch in the masthead to the receipt; axe at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import clock
from portal.db import db, transaction
from portal.demo.makers import make_award, make_cycle, make_organisation, make_school
from portal.nominations.models import Nomination
from portal.nominations.rules import Stage
from tests.support.browser import PHONE

pytestmark = pytest.mark.browser

STORY = "Todos los martes se queda en la biblioteca, y llegan cuarenta estudiantes."


@pytest.fixture
def world(app):
    now = clock.now()
    with transaction():
        make_organisation(languages=["en", "es"])
        dates = {"opens_at": now - timedelta(days=9), "closes_at": now + timedelta(days=9)}
        make_cycle(make_award("Excellence in Teaching Award", slug="teaching"), **dates)
        make_school("David T. Denny International Middle School")
    db.session.rollback()


def test_a_family_chooses_spanish_and_nominates_on_a_phone(world, open_page, axe):
    page = open_page(**PHONE)

    def look():
        axe(page)
        assert page.evaluate("document.documentElement.lang") == "es"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def press(name):
        page.get_by_role("button", name=name, exact=True).click()

    page.goto("/awards/teaching")
    page.get_by_text("English", exact=True).first.click()
    axe(page)
    page.get_by_role("button", name="Español").first.click()
    expect(page).to_have_url(f"{page.url.partition('/awards')[0]}/awards/teaching")
    look()
    page.get_by_role("link", name="Empezar una nominación").click()
    look()
    press("Continuar")
    page.get_by_label("18 años o más").check()
    page.get_by_label("Su nombre").fill("Xiomara Ríos")
    page.get_by_label("Su correo electrónico").fill("x.rios@example.org")
    press("Continuar")
    press("Guardar y continuar")
    expect(page.locator(".error-summary")).to_contain_text("Dos cosas por corregir")
    look()
    page.get_by_label("Nombre, tal como lo usa la persona").fill("Amina")
    page.get_by_label("Apellidos").fill("Warsame")
    page.get_by_label("Escuela", exact=True).press_sequentially("denny")
    page.get_by_label("David T. Denny International Middle School").check()
    press("Guardar y continuar")
    page.get_by_label("Madre, padre o familiar").check()
    press("Guardar y continuar")
    page.get_by_role("textbox").fill(STORY)
    expect(page.get_by_text("12 palabras")).to_be_visible()
    expect(page.get_by_text("Guardado a las")).to_be_visible()
    look()
    press("Guardar y continuar")
    press("Guardar y continuar")
    press("Guardar y continuar")
    page.get_by_label("Sí, con mi nombre").check()
    page.get_by_label("Sí, puede saber que fui yo").check()
    press("Guardar y continuar")
    expect(page.get_by_role("heading", level=1)).to_have_text("Revise sus respuestas")
    look()
    press("Enviar mi nominación")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Gracias")
    look()
    db.session.rollback()
    nomination = db.session.scalars(select(Nomination)).one()
    assert (nomination.stage, nomination.language) == (Stage.SUBMITTED, "es")
