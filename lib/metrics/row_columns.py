"""What the columns of snapshot tables are called and mean: one heading for page, file and interface.

Meanings come from the tables module (the comment of the column); a heading is the comment without its explanations.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Column, ColumnElement, Table, case

from lib.data.verdicts import STATE_NAMES
from lib.metrics.counting import Unit
from lib.metrics.row_headings import HEADINGS, NAME_HEADINGS, TABLE_HEADINGS, UNITS

#: Stored codes as readers see them.
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "supervision_verdict": {"qualified": "合格", "unqualified": "不合格"},
    "monitoring_verdict": {"problem": "问题样品", "not_judged": "不判定"},
    "verdict": {"unqualified": "不合格项", "problem": "问题项"},
    "result_state": {str(state): name for state, name in STATE_NAMES.items()},
    "listing": {"full": "全量", "unqualified": "只列不合格", "qualified": "只列合格"},
}
#: Columns added to the rows: the names of codes. Added column → column of the code.
_NAMES: Final[Mapping[str, str]] = {
    "county_name": "county_code",
    "made_county_name": "made_county_code",
    "category_name": "category_code",
    "campaign_name": "campaign_code",
    "group_name": "group_code",
}
#: Columns that say something about one natural person: the post somebody holds, their examination, an address that
#: may be a home, free text that may name somebody. The records hold no names of persons and no telephone numbers.
_PERSONAL: Final = frozenset(
    {
        *("post", "post_no", "done_post_no", "holder_post", "holder_post_no", "owner_post", "actor_post"),
        *("recipient_post", "participant_no", "score", "passed", "address", "remark", "commitments"),
    }
)
#: Of these names, what is no matter of a person in a table.
_NOT_PERSONAL: Final = frozenset({("rectification_event", "passed"), ("interview_attendance", "post")})
_KINDS: Final = {
    "bool": "是/否",
    "int": "整数",
    "float": "小数",
    "date": "日期",
    "datetime": "时间",
    "str": "文本",
}
_UNITS: Final = {unit.value for unit in Unit} | {"自然日"}
_EXPLANATION: Final = re.compile(r"（[^（）]*）|[：；，].*")
_IN_BRACKETS: Final = re.compile(r"（([^（）]*)）")
MISSING_NOTE: Final = "空白表示缺失，不是零"


@dataclass(frozen=True)
class FileColumn:
    """One column of a file. `kind`: 文本, 整数, 小数, 数字, 日期, 时间 or 是/否; `name` is what programs call it."""

    name: str
    heading: str
    kind: str
    unit: str
    meaning: str
    source: str
    is_personal: bool = False

    @property
    def is_text(self) -> bool:
        """Whether the values are identifiers or words, never to be read as numbers."""
        return self.kind == "文本"


def table_columns(table: Table) -> tuple[FileColumn, ...]:
    """The columns of the rows of a table in their order, the names of codes at the end."""
    return tuple(_described(table))


def title_of(table: Table) -> str:
    """Chinese name of a table: 样品, 核查处置, 整改项 …"""
    return TABLE_HEADINGS.get((table.name, ""), _plain(str(table.comment)))


def heading_of(column: Column[Any]) -> str:
    """Heading of one stored column."""
    own = TABLE_HEADINGS.get((column.table.name, column.name)) or HEADINGS.get(column.name)
    return own or _plain(str(column.comment or column.name))


def read(column: Column[Any]) -> ColumnElement[Any]:
    """The column as readers see it: stored verdicts and states in Chinese."""
    names = _VALUES.get(column.name)
    return column if names is None else case(dict(names), value=column, else_=column).label(column.name)


def with_names(rows: pa.RecordBatch | pa.Table, table: Table, names: Mapping[str, str]) -> pa.Table:
    """The rows with the names of codes added at the end; a code without a name stays."""
    whole = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
    for name, code in added_names(table).items():
        whole = whole.append_column(name, _mapped(whole.column(code), names))
    return whole


def added_names(table: Table) -> dict[str, str]:
    """The columns `with_names` adds: name → column of the code."""
    return {name: code for name, code in _NAMES.items() if code in table.c and table.name != "campaign"}


def _described(table: Table) -> Iterator[FileColumn]:
    place = f"{table.name}（{table.comment}）"
    for column in table.columns:
        comment = str(column.comment or "")
        yield FileColumn(
            name=column.name,
            heading=heading_of(column),
            kind=_KINDS.get(column.type.python_type.__name__, "小数"),
            unit=UNITS.get(column.name) or _unit(comment),
            meaning="；".join(text for text in (comment or heading_of(column), MISSING_NOTE) if text),
            source=f"{place}.{column.name}",
            is_personal=column.name in _PERSONAL and (table.name, column.name) not in _NOT_PERSONAL,
        )
    for name, code in added_names(table).items():
        heading = NAME_HEADINGS.get((table.name, name)) or NAME_HEADINGS[("", name)]
        meaning = f"“{heading_of(table.c[code])}”的名称；没有名称的仍为代码；{MISSING_NOTE}"
        yield FileColumn(name, heading, "文本", "", meaning, f"{place}.{code}，名称取自代码表")


def _plain(comment: str) -> str:
    """The comment without what stands in brackets or behind a colon, comma or semicolon."""
    return _EXPLANATION.sub("", comment).strip()


def _unit(comment: str) -> str:
    parts = (part for inside in _IN_BRACKETS.findall(comment) for part in re.split("[；，、]", inside))
    return next((part for part in parts if part in _UNITS), "")


def _mapped(values: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    """All at once, not value by value: a file may hold a million rows."""
    texts = values.cast(pa.string())
    places = pc.index_in(texts, value_set=pa.array(list(words), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(words.values()), pa.string()), places), texts)
