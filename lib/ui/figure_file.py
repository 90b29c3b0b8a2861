"""The table of a figure as a file: the columns of the screen, rates as unrounded fractions."""

from collections.abc import Sequence
from datetime import date, datetime

import pandas as pd

from lib.export.csv import csv_bytes
from lib.ui.tables import ShownColumn

_ON_SCREEN, _IN_FILE = "（%）", "（小数）"


def figure_bytes(table: pd.DataFrame, columns: Sequence[ShownColumn]) -> bytes:
    """CSV with one row per row of the table. A rate of 2.35 % is written 0.0235…, and its heading says so."""
    headings = {column.name: file_heading(column) for column in columns}
    days = {
        column.name: table[column.name].map(_day).astype("object")
        for column in columns
        if column.kind == "date"
    }
    chosen = table.assign(**days)[list(headings)].rename(columns=headings)
    return csv_bytes(chosen, [headings[column.name] for column in columns if column.kind == "text"])


def _day(value: object) -> date | None:
    """A day as a day, whatever pandas made of it: joining tables turns days into moments at midnight."""
    if not isinstance(value, date) or pd.isna(value):
        return None
    return value.date() if isinstance(value, datetime) else value


def file_heading(column: ShownColumn) -> str:
    """Heading of a column in the file."""
    return column.heading.replace(_ON_SCREEN, _IN_FILE) if column.kind == "percent" else column.heading
