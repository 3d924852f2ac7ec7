"""When and where a nominee is met, as the office says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import lazy_gettext as _l

from portal.awards.forms import WallClock
from portal.web.fields import Form, Line, Version, needed

if TYPE_CHECKING:
    from portal.review.models import Appointment


class OffForm(Form):
    """Which version of it is called off."""

    version = Version()


class AppointmentForm(Form):
    """When and where."""

    starts_at = WallClock(_l("Begins"), needed_sentence=_l("Say when it begins"), deadline=False)
    ends_at = WallClock(_l("Ends"), needed_sentence=_l("Say when it ends"), deadline=False)
    place = Line(
        _l("Where, or the address of the call"),
        [needed(_l("Say where it takes place, or paste the address of the call"))],
        description=_l("It stands in the message and in calendars, so write no name and no award."),
        most=300,
    )
    version = Version()

    def facts(self) -> dict[str, Any]:
        """Return what was written, as the action takes it."""
        return {"starts_at": self.starts_at.data, "ends_at": self.ends_at.data, "place": self.place.data or ""}


def appointment_form(zone: str, known: Appointment | None) -> AppointmentForm:
    """Return the form with its clocks in the organisation's zone."""
    names = ("starts_at", "ends_at", "place", "version")
    form = AppointmentForm(**{name: getattr(known, name) for name in names} if known is not None else {})
    form.starts_at.zone = form.ends_at.zone = zone
    return form
