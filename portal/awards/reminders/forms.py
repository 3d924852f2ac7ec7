"""What staff say about reminders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from portal.awards.reminders.rules import MOST_DAYS, USUAL, WORDS, Kind, parse
from portal.web.fields import Form, Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from portal.awards.reminders.models import ReminderPlan


class PlanForm(Form):
    """One line for each kind: whether, and how many days before."""

    def version_of(self, kind: Kind) -> int:
        """Return the version that the page was drawn with; one that is no number fits none."""
        typed = self._fields[f"{kind.value}_version"].data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1  # noqa: PLR2004 - a version


def plan_form(held: Mapping[Kind, ReminderPlan]) -> PlanForm:
    """Return the form, filled with what holds now."""
    fields: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for kind in Kind:
        plan = held.get(kind)
        fields[f"{kind.value}_on"] = BooleanField(_l("Remind them"))
        fields[f"{kind.value}_days"] = Line(
            _l("Days before, with commas between them"), most=40, description=_(WORDS[kind][1])
        )
        fields[f"{kind.value}_version"] = HiddenField()
        data[f"{kind.value}_on"] = plan.on if plan is not None else True
        days = plan.days if plan is not None else USUAL[kind]
        data[f"{kind.value}_days"] = ", ".join(str(day) for day in days)
        data[f"{kind.value}_version"] = str(plan.version if plan is not None else 0)
    return type("RemindersForm", (PlanForm,), fields)(data=data)  # type: ignore[no-any-return]


def said_in(form: PlanForm) -> dict[Kind, tuple[bool, tuple[int, ...]]]:
    """Return what was said of each kind; what cannot be read is said beside its field."""
    said = {}
    for kind in Kind:
        name = f"{kind.value}_days"
        days = parse(form[name].data or "")
        if days is None:
            form.fail(
                name, _("Write whole days between 1 and %(most)s with commas between them, like 7, 2", most=MOST_DAYS)
            )
        else:
            said[kind] = (bool(form[f"{kind.value}_on"].data), days)
    return said
