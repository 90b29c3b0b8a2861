"""Rows of samples as readers read them: the names of codes beside them.

Headings and the words for stored values come with the rows (`lib.metrics.rows`), so that page and file agree.
"""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from lib.metrics.metric import Metric
from lib.metrics.rows import Part, row_columns, text_columns

#: Columns added to the rows: the names of codes.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "county_name": ("county_code", "被抽样单位所在县区"),
    "made_county_name": ("made_county_code", "生产企业所在县区"),
    "category_name": ("category_code", "食品大类"),
}


def headings(metric: Metric, part: Part) -> dict[str, str]:
    """Column → heading, with the added names."""
    return {**row_columns(metric, part), **{name: heading for name, (_, heading) in NAMES.items()}}


def text_headings(metric: Metric, part: Part) -> list[str]:
    """Headings of the columns that must stay text in a file."""
    words = headings(metric, part)
    return [words[name] for name in (*text_columns(metric, part), *NAMES)]


def worded(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """The rows with the names of codes added; a code without a name stays."""
    for name, (code, _) in NAMES.items():
        rows = rows.append_column(name, _mapped(rows.column(code), names))
    return rows


def _mapped(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """All at once, not value by value: a file may hold a million rows."""
    texts = values.cast(pa.string())
    places = pc.index_in(texts, value_set=pa.array(list(words), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(words.values()), pa.string()), places), texts)
