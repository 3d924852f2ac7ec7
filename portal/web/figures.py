"""Fields for figures: whole numbers, sums of money and days, typed as people write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import StopValidation
from wtforms.widgets import DateInput

_SUM = re.compile(r"^\d{1,3}(?:[, ]?\d{3})*(?:\.\d{2})?$|^\d+(?:\.\d{2})?$")
FIRST_YEAR, LAST_YEAR = 1900, 2199
MOST_CENTS = 2_000_000_000  # twenty million: what every database keeps in a whole number


def cents(typed: str) -> int | None:
    """Return a sum as people write it ("3,000", "$3,000.50") in whole cents; None where it says no sum that can be kept."""
    bare = typed.strip().lstrip("$€£").strip()
    if not (bare.isascii() and _SUM.match(bare)):
        return None
    found = int(Decimal(bare.replace(",", "").replace(" ", "")) * 100)
    return found if found <= MOST_CENTS else None


class Whole(StringField):
    """A whole number between two others. Its `data` is an int, or None where nothing was typed."""

    data: Any

    def __init__(
        self,
        label: Any = None,  # noqa: ANN401 - WTForms' signature
        *,
        least: int = 0,
        most: int = 1000,
        may_be_empty: bool = False,
        **more: Any,
    ) -> None:
        """Take a number from `least` to `most`."""
        super().__init__(label, **more)
        self.least, self.most, self.may_be_empty = least, most, may_be_empty
        self.typed: str | None = None

    def _value(self) -> str:
        """Show what was typed, or the number."""
        return self.typed if self.typed is not None else "" if self.data is None else str(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, and the number it says."""
        if valuelist:
            self.typed = str(valuelist[0])
            bare = self.typed.strip().replace(",", "")
            self.data = int(bare) if bare.isascii() and bare.isdecimal() and len(bare) < 12 else None  # noqa: PLR2004 - longer ones are over any limit

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' signature
        """Say what number is wanted."""
        if self.may_be_empty and not (self.typed or "").strip() and self.data is None:
            return
        if self.data is None or not self.least <= self.data <= self.most:
            raise StopValidation(
                str(_l("Write a whole number from %(least)s to %(most)s", least=self.least, most=self.most))
            )


class Money(StringField):
    """A sum, typed as people write it ("3,000", "$3,000.50"). Its `data` is whole cents, or None where nothing was typed."""

    data: Any

    def __init__(self, label: Any = None, *, may_be_empty: bool = False, **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Take a sum of nothing or more."""
        super().__init__(label, **more)
        self.may_be_empty = may_be_empty
        self.typed: str | None = None

    def _value(self) -> str:
        """Show what was typed, or the sum."""
        if self.typed is not None:
            return self.typed
        if self.data is None:
            return ""
        whole, cents = divmod(self.data, 100)
        return f"{whole:,}.{cents:02d}" if cents else f"{whole:,}"

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, and the sum it says."""
        if not valuelist:
            return
        self.typed = str(valuelist[0])
        self.data = cents(self.typed)

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' signature
        """Say how a sum is written."""
        if self.may_be_empty and not (self.typed or "").strip() and self.data is None:
            return
        if self.data is None:
            raise ValidationError(str(_l("Write a sum such as 3,000 or 3,000.50")))


class Day(StringField):
    """A day. Its `data` is a date, or None where nothing was typed."""

    widget = DateInput()
    data: Any

    def __init__(self, label: Any = None, *, may_be_empty: bool = False, **more: Any) -> None:  # noqa: ANN401 - WTForms' signature
        """Take a day of this century or the last."""
        super().__init__(label, **more)
        self.may_be_empty = may_be_empty
        self.typed: str | None = None

    def _value(self) -> str:
        """Show what was typed, or the day."""
        return self.typed if self.typed is not None else "" if self.data is None else self.data.isoformat()

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed, and the day it says."""
        if not valuelist:
            return
        self.typed = str(valuelist[0])
        try:
            self.data = date.fromisoformat(self.typed.strip())
        except ValueError:
            self.data = None

    def pre_validate(self, form: Any) -> None:  # noqa: ANN401, ARG002 - WTForms' signature
        """Say how a day is written."""
        if self.may_be_empty and not (self.typed or "").strip() and self.data is None:
            return
        if self.data is None or not FIRST_YEAR <= self.data.year <= LAST_YEAR:
            raise StopValidation(str(_l("Write the day as year, month and day, such as 2026-06-30")))
