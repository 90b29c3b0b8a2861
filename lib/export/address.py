"""An extract as the address that takes it again: what the register keeps, what a link repeats, what programs ask for.

``tables/sample?from=2025-01-01&to=2025-08-31&format=csv``, ``metrics/unqualified_rate?…&by=division,month``,
``metrics/unqualified_rate/rows?…&part=denominator``; filters are written as in the address of a page.
"""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from lib.data.filters import Filters
from lib.export.csv import ExportError
from lib.export.extract import Extract

_FILTERS: Final = frozenset(
    {
        *("from", "to", "district", "side", "category", "stage", "purpose", "tier", "sampling"),
        *("campaign", "place", "source"),
    }
)
_OWN: Final = frozenset({"by", "part", "format", "version", "protect", "as_of"})


def address_of(extract: Extract, version: int | None = None) -> str:
    """The address of an extract below /api/v1/; with `version`, of that data version for good."""
    query = dict(extract.filters.to_query())
    if extract.kind == "metric" and extract.by:
        query["by"] = ",".join(extract.by)
    if extract.kind == "rows":
        query["part"] = extract.part
    query |= {name: str(number) for name, number in extract.parameters}
    if extract.as_of is not None:
        query["as_of"] = extract.as_of.isoformat()
    if extract.protected:
        query["protect"] = "1"
    query["format"] = extract.form
    if version is not None:
        query["version"] = str(version)
    return f"{path_of(extract)}?{urlencode(query, safe=',')}"


def path_of(extract: Extract) -> str:
    """The address without what stands behind the question mark."""
    if extract.kind == "table":
        return f"tables/{extract.name}"
    return f"metrics/{extract.name}" + ("/rows" if extract.kind == "rows" else "")


def split_address(address: str) -> tuple[str, str, dict[str, str]]:
    """Kind, name and query of an address of the register. Raises `ExportError` for another text."""
    path, _, text = address.partition("?")
    kinds: dict[tuple[str, int], str] = {
        ("tables", 2): "table",
        ("metrics", 2): "metric",
        ("metrics", 3): "rows",
    }
    parts = path.split("/")
    kind = kinds.get((parts[0], len(parts)))
    if kind is None or (kind == "rows" and parts[2] != "rows"):
        raise ExportError(f"取数条件“{address[:80]}”读不懂")
    return kind, parts[1], dict(parse_qsl(text, keep_blank_values=True))


def parameters_in(query: dict[str, str]) -> tuple[tuple[str, int], ...]:
    """The numbers of a metric among the query: whatever is neither a filter nor a word of the address itself."""
    found = {name: text for name, text in query.items() if name not in _FILTERS | _OWN}
    wrong = [name for name, text in found.items() if not text.lstrip("-").isdecimal()]
    if wrong:
        raise ExportError(f"“{'、'.join(wrong)}”既不是筛选条件，也不是整数参数")
    return tuple((name, int(text)) for name, text in found.items())


def filters_in(query: dict[str, str], default: Filters) -> Filters:
    """The filters of the query. Raises ``ValueError`` with a Chinese sentence for what cannot be."""
    kept: dict[str, Any] = {name: text for name, text in query.items() if name in _FILTERS}
    return Filters.from_query(kept, default)
