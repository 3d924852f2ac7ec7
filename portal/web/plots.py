"""The marks of a plot, put together here: in a template the arithmetic of fifty rows takes longer than all the rest of their page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LEFT = 5  # percent of the width before the axis begins
ROW = 29  # pixels from one row to the next
TICK = 6  # pixels of a raw mean's line above and below its row


def plot_marks(rows: Iterable[Mapping[str, Any]], low: float, high: float) -> Markup:
    """Return each row's lines and dot as SVG, on an axis from `low` to `high`. Rows are those of the macro `plot`."""
    scale = (100 - LEFT) / (high - low)

    def at(value: float) -> str:
        return f"{round(LEFT + (value - low) * scale, 3)}%"

    def line(kind: str, ends: tuple[float, float], y: float) -> str:
        first, last = at(max(ends[0], low)), at(min(ends[1], high))
        return f'<line class="plot-{kind}" x1="{first}" x2="{last}" y1="{y}" y2="{y}" />'

    drawn = []
    for place, row in enumerate(rows):
        y, x = place * ROW + ROW / 2, at(row["adjusted"])
        drawn.append(f'<g class="plot-row {escape(row["group"])}">')
        drawn += [line(kind, row[span], y) for kind, span in (("thin", "outer"), ("thick", "inner")) if row.get(span)]
        if row["group"] == "band":
            drawn.append(
                f'<svg x="{x}" y="{y}" overflow="visible"><path class="plot-dot" d="M0-7 7 0 0 7-7 0z" /></svg>'
            )
        else:
            size = 6 if row["group"] == "above" else 5
            drawn.append(f'<circle class="plot-dot" cx="{x}" cy="{y}" r="{size}" />')
        if row.get("raw") is not None:
            raw = at(row["raw"])
            drawn.append(f'<line class="plot-raw" x1="{raw}" x2="{raw}" y1="{y - TICK}" y2="{y + TICK}" />')
        drawn.append("</g>")
    return Markup("".join(drawn))  # noqa: S704 - numbers, and a group that is escaped
