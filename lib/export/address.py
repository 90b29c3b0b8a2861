"""An extract as the address that takes it again: what the register keeps, what a link repeats, what programs ask for.

``tables/sample?from=2025-01-01&to=2025-08-31&format=csv``, ``metrics/unqualified_rate?…&by=division,month``,
``metrics/unqualified_rate/rows?…&part=denominator``; filters are written as in the address of a page.
"""

from typing import Final
from urllib.parse import parse_qsl, urlencode

from lib.data.filters import ROUTINE
from lib.export.csv import ExportError
from lib.export.extract import Extract, Kind

_DAYS: Final = ("from", "to")


def address_of(extract: Extract, version: int | None = None) -> str:
    """The address of an extract below /api/v1/ in one fixed spelling; with `version`, of that data version for good."""
    filters = extract.filters
    query = dict(filters.to_query())
    if filters.undated:
        # Without a period the address means all records, those without a date as well.
        query = {name: text for name, text in query.items() if name not in _DAYS}
    if filters.sampling_asked and filters.sampling == (ROUTINE,):
        query["sampling"] = ROUTINE
    own = {
        "by": ",".join(extract.by),
        "part": extract.part if extract.kind == "rows" else "",
        "as_of": extract.as_of.isoformat() if extract.as_of else "",
        "personal": "1" if extract.personal else "",
        **{name: str(number) for name, number in extract.parameters},
        "protect": "1" if extract.protected else "",
        "format": extract.form,
        "version": "" if version is None else str(version),
    }
    query |= {name: text for name, text in own.items() if text}
    return f"{path_of(extract)}?{urlencode(query, safe=',')}"


def path_of(extract: Extract) -> str:
    """The address without what stands behind the question mark."""
    if extract.kind == "table":
        return f"tables/{extract.name}"
    return f"metrics/{extract.name}" + ("/rows" if extract.kind == "rows" else "")


def split_address(address: str) -> tuple[Kind, str, list[tuple[str, str]]]:
    """Kind, name and words of an address of the register. Raises `ExportError` for another text."""
    path, _, text = address.partition("?")
    kinds: dict[tuple[str, int], Kind] = {
        ("tables", 2): "table",
        ("metrics", 2): "metric",
        ("metrics", 3): "rows",
    }
    parts = path.split("/")
    kind = kinds.get((parts[0], len(parts)))
    if kind is None or (kind == "rows" and parts[2] != "rows"):
        raise ExportError(f"取数条件“{address[:80]}”读不懂")
    return kind, parts[1], parse_qsl(text, keep_blank_values=True)
