"""What the office says of a table of past honors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FileField, SelectField

from portal.publishing.archive.rules import MOST
from portal.web.fields import Form, Line, Text, needed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from portal.awards.models import Award

BASIS = _l("Who said that these names may be published")
BASIS_HINT = _l(
    "For every row that does not say so itself, such as “Printed in each year's program, with the families' agreement”. "
    "Left empty: each row must say it."
)


class UploadForm(Form):
    """A table of past honors."""

    file = FileField(
        _l("The file"), description=_l("A CSV file in UTF-8, one honor a row, with the year and the name.")
    )
    basis = Line(BASIS, description=BASIS_HINT, most=MOST["basis"])


class ColumnsForm(Form):
    """What each column holds: one choice for each, named by its place."""

    award = SelectField(_l("Which award is every row for?"), coerce=str, validate_choice=False)
    basis = Line(BASIS, description=BASIS_HINT, most=MOST["basis"])

    def ask(self, awards: Iterable[Award], words: Any) -> None:  # noqa: ANN401 - a filter
        """Put the awards."""
        self.award.choices = [("", _("A column says")), *((str(award.id), words(award.name)) for award in awards)]

    @staticmethod
    def read(columns: Sequence[str]) -> dict[str, str]:
        """Return what was chosen for each column."""
        return {column: request.form.get(f"column-{place}", "") for place, column in enumerate(columns)}


class RowForm(Form):
    """One row, mended in place."""

    year = Line(_l("Year"), most=20)
    award = Line(_l("Award"), most=200)
    name = Line(_l("Name"), most=MOST["name"])
    school = Line(_l("School"), most=MOST["school"])
    role = Line(_l("What they did there"), most=MOST["role"])
    basis = Line(_l("Who said that it may be published"), most=MOST["basis"])
    unnamed = BooleanField(_l("Import it without the name"))


class TakeOutForm(Form):
    """Why a name leaves the archive."""

    why = Text(
        _l("Why"),
        [needed(_l("Say why, in a sentence: it stands in the record."))],
        description=_l("For the record. The public reads “One recipient preferred not to be named.”"),
        most=2_000,
    )
