"""Tables of figures: Chinese headings, right-aligned numbers that still sort as numbers, "—" for missing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, Literal

import pandas as pd
import streamlit as st

Kind = Literal["text", "count", "percent", "points", "number", "date"]

_MISSING: Final = "—"
#: Pixels of the narrowest column of numbers, and of days.
_NARROWEST: Final = (60, 96)
_FORMATS: Final[dict[Kind, str]] = {
    "count": "localized",
    "percent": "%.2f%%",
    "points": "%+.2f",
    "number": "%.2f",
}
#: A table longer than this is paged or shortened before it comes here; more rows would weigh on the browser.
LONGEST: Final = 2000


#: Room in pixels for a long name of a district (阜阳合肥现代产业园区).
NAME_WIDTH: Final = 172


@dataclass(frozen=True)
class ShownColumn:
    """A column of a frame, its Chinese heading and how its values read. Percent columns hold fractions.

    `width` in pixels; by default numbers and days are as wide as their heading needs, texts as the browser finds fit.
    """

    name: str
    heading: str
    kind: Kind = "text"
    help: str | None = None
    width: int | None = None


def show_table(
    frame: pd.DataFrame,
    columns: Sequence[ShownColumn],
    *,
    alt: str,
    height: int | None = None,
    opened: Callable[[int], None] | None = None,
    key: str = "",
) -> None:
    """Draw the columns of a frame; ``alt`` names the table for screen readers. Raises ValueError over 2000 rows.

    With ``opened`` (and a ``key`` of the page) rows can be chosen; it is called with the place of the chosen one.
    """
    if len(frame) > LONGEST:
        raise ValueError(f"{len(frame)} rows are too many for one table; page them")
    prepared = pd.DataFrame({column.name: _values(frame[column.name], column.kind) for column in columns})
    st.dataframe(
        prepared,
        hide_index=True,
        column_config={column.name: _configuration(column) for column in columns},
        placeholder=_MISSING,
        alt=alt,
        height=height or "auto",
        **({} if opened is None else _choosing(f"rows.{key}", opened)),
    )


def _choosing(key: str, opened: Callable[[int], None]) -> dict[str, Any]:
    def chosen() -> None:
        rows = st.session_state[key]["selection"]["rows"]
        if rows:
            opened(int(rows[0]))

    return {"key": key, "on_select": chosen, "selection_mode": "single-row"}


def _values(values: pd.Series, kind: Kind) -> pd.Series:
    if kind in ("percent", "points"):
        # Rounded here, half up as published rates are, so that the browser has nothing left to round.
        return values.map(_hundredfold, na_action="ignore").astype("float64")
    return values


def _hundredfold(value: float) -> float:
    return float((Decimal(repr(float(value))) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP))


def _configuration(column: ShownColumn) -> Any:
    if column.kind == "text":
        return st.column_config.TextColumn(column.heading, help=column.help, width=column.width)
    width = column.width or max(_NARROWEST[column.kind == "date"], _heading_width(column.heading))
    if column.kind == "date":
        return st.column_config.DateColumn(column.heading, format="YYYY-MM-DD", help=column.help, width=width)
    return st.column_config.NumberColumn(
        column.heading, format=_FORMATS[column.kind], help=column.help, width=width
    )


def _heading_width(heading: str) -> int:
    """Pixels of a heading: the browser would fit days and numbers to the cells it sees and cut the heading."""
    return 24 + sum(7 if character.isascii() else 14 for character in heading)
