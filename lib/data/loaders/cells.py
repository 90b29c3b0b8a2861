"""Cells as canonical text: what a workbook or JSON holds becomes the text a person would have typed."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

#: Whole numbers above this have lost digits in a spreadsheet (IEEE doubles).
EXACT_LIMIT = 2**53


def canonical_text(value: Any) -> str:
    """Text of one cell: whole numbers without ``.0``, dates as ISO, truth as TRUE/FALSE, nothing as empty."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number_text(value)
    return _moment_text(value)


def _number_text(value: float) -> str:
    if value.is_integer():
        # Beyond 2**53 the digits are already wrong; keep the exponent so that an id column can refuse it.
        return str(int(value)) if abs(value) < EXACT_LIMIT else f"{value:.15E}"
    return repr(value)


def _moment_text(value: Any) -> str:
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
