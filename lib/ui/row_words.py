"""Rows of samples as readers read them: names beside codes, Chinese words for stored values, short headings."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from lib.data.verdicts import STATE_NAMES
from lib.metrics.metric import Metric
from lib.metrics.rows import Part, row_columns, text_columns

#: Columns added to the rows: the names of codes.
NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "county_name": ("county_code", "被抽样单位所在县区"),
    "made_county_name": ("made_county_code", "生产企业所在县区"),
    "category_name": ("category_code", "食品大类"),
}
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "supervision_verdict": {"qualified": "合格", "unqualified": "不合格"},
    "monitoring_verdict": {"problem": "问题样品", "not_judged": "不判定"},
    "result_state": {str(state): name for state, name in STATE_NAMES.items()},
    "listing": {"full": "全部样品", "unqualified": "只列不合格", "qualified": "只列合格"},
}
_HEADINGS: Final[Mapping[str, str]] = {
    "category_code": "食品大类代码（跨年可比）",
    "category_detail_code": "食品大类代码（当年目录）",
    "sampling_kind": "抽样性质",
    "material": "样品形态",
    "supervision_verdict": "监督判定",
    "monitoring_verdict": "监测判定",
    "listing": "来源范围",
}


def headings(metric: Metric, part: Part) -> dict[str, str]:
    """Column → heading, with the added names."""
    added = {name: heading for name, (_, heading) in NAMES.items()}
    own = row_columns(metric, part)
    return {**own, **{name: word for name, word in _HEADINGS.items() if name in own}, **added}


def text_headings(metric: Metric, part: Part) -> list[str]:
    """Headings of the columns that must stay text in a file."""
    words = headings(metric, part)
    return [words[name] for name in (*text_columns(metric, part), *NAMES)]


def worded(rows: pa.Table, names: Mapping[str, str]) -> pa.Table:
    """The rows with the names of codes added and stored values in Chinese; a value without a word stays."""
    for name, words in _WORDS.items():
        if name in rows.column_names:
            rows = rows.set_column(rows.column_names.index(name), name, _mapped(rows.column(name), words))
    for name, (code, _) in NAMES.items():
        rows = rows.append_column(name, _mapped(rows.column(code), names))
    return rows


def _mapped(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """All at once, not value by value: a file may hold a million rows."""
    texts = values.cast(pa.string())
    places = pc.index_in(texts, value_set=pa.array(list(words), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(words.values()), pa.string()), places), texts)
