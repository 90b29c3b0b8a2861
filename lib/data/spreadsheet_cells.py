"""Texts that a spreadsheet would run as a formula, made harmless and back; every CSV the project writes uses this.

Sign and control characters as in OWASP "CSV Injection"; the full-width forms are taken for formulas by Chinese input.
"""

import re
from typing import Final

#: Characters a spreadsheet takes for the start of a formula, full-width forms and leading control characters too.
FORMULA_STARTS: Final = "=+-@\t\r\n＝＋－＠"
#: Apostrophes before the sign count too, so that `restored` gives back exactly what was stored.
DANGEROUS: Final = f"^'*[{re.escape(FORMULA_STARTS)}]"
_GUARDED: Final = re.compile(f"^'('*[{re.escape(FORMULA_STARTS)}])")


def neutralised(text: str) -> str:
    """The text as it is written: with an apostrophe in front if a spreadsheet would run it."""
    return f"'{text}" if re.match(DANGEROUS, text) else text


def restored(cell: str) -> str:
    """The text that was stored: `neutralised` undone."""
    return _GUARDED.sub(r"\1", cell)
