"""The one export path: page, interface and command line hand out these bytes.

An `Extract` says what is taken. `prepare` counts it (by SQL where it is rows) and says what the columns mean;
`pieces` gives the file piece by piece and raises `ExportError` rather than end early.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import pyarrow as pa
from sqlalchemy import Table
from xlsxwriter.exceptions import XlsxWriterException

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.export.content import Content, Leaving
from lib.export.contents import definitions_of, metric_content, rows_content, visible_columns
from lib.export.csv import ExportError, file_name
from lib.export.dictionary import metric_columns
from lib.export.formats import MEDIA_TYPES, SUFFIXES, WRITERS, Form
from lib.export.package import package_pieces
from lib.metrics.compute import compute
from lib.metrics.dimensions import DIMENSIONS, MADE_PLACES, PLACES
from lib.metrics.metric import Metric
from lib.metrics.protection import protect
from lib.metrics.registry import get_metric
from lib.metrics.releases import Before
from lib.metrics.row_columns import FileColumn
from lib.metrics.rows import Part, rows_behind, side_table
from lib.metrics.sides import side_names
from lib.metrics.tables import get_table, rows_of

Kind = Literal["metric", "rows", "table"]


@dataclass(frozen=True, kw_only=True)
class Extract:
    """What is taken away.

    `kind`: a metric's result table (split by `by`), the rows behind one side (`part`) of a metric, or a whole table;
    `name`: id of the metric or name of the table. `as_of`: the day time limits are judged on (the snapshot's own).
    `personal`: with the columns that say something about one person, for roles that may have them. `protected`: with
    small numbers hidden, for what leaves the bureau; rows and tables then refuse.
    """

    kind: Kind
    name: str
    filters: Filters
    by: tuple[str, ...] = ()
    parameters: tuple[tuple[str, int], ...] = ()
    part: Part = "numerator"
    form: Form = "csv"
    as_of: date | None = None
    personal: bool = False
    protected: bool = False

    def __post_init__(self) -> None:
        if self.form not in SUFFIXES:
            raise ExportError(f"文件格式“{self.form}”未知；可用：{'、'.join(SUFFIXES)}")
        if self.kind != "metric" and self.by:
            raise ExportError("明细和数据表不分组；请去掉分组，或改取指标")
        if self.kind != "metric" and self.protected:
            raise ExportError("明细和数据表逐行列出企业和样品，不得对外提供；请改取指标的分组结果")

    @property
    def media_type(self) -> str:
        """Content type of the file."""
        return MEDIA_TYPES[self.form]


def prepare(snapshot: Snapshot, extract: Extract, scope: Scope, before: Before | None = None) -> Content:
    """Count what is taken and describe its columns; the rows are read when `pieces` asks for them.

    A protected extract needs what left the bureau `before` it. Raises what `compute` and `rows_of` raise for filters,
    groups and names that do not apply, each in Chinese.
    """
    if extract.kind == "metric":
        return _figures_content(snapshot, extract, scope, before)
    if extract.kind == "rows":
        return _rows_content(snapshot, extract, scope)
    taken = get_table(extract.name)
    source = rows_of(snapshot, taken, extract.filters, scope)
    return rows_content(source, {"table": taken.name}, taken.title, (taken.meaning,), extract.personal)


def pieces(
    snapshot: Snapshot, extract: Extract, scope: Scope, before: Before | None = None
) -> Iterator[bytes]:
    """The file piece by piece: complete, or `ExportError` before or in the middle."""
    return pieces_of(prepare(snapshot, extract, scope, before), extract.form)


def pieces_of(content: Content, form: Form) -> Iterator[bytes]:
    """The file of a content already prepared."""
    writer = package_pieces if form == "package" else WRITERS[form]
    try:
        yield from writer(content)
    except (OSError, XlsxWriterException, pa.ArrowException) as error:
        raise ExportError(f"文件没有写完（{error}），作废；请稍后重试或改用 CSV") from error


def columns(extract: Extract) -> tuple[FileColumn, ...]:
    """What the columns of the file are called and mean."""
    if extract.kind == "metric":
        return metric_columns(get_metric(extract.name), extract.by, dict(extract.parameters))
    return visible_columns(_table_of(extract), extract.personal)


def count(snapshot: Snapshot, extract: Extract, scope: Scope) -> int:
    """How many rows the file has."""
    return prepare(snapshot, extract, scope).row_count


def name_of_file(snapshot: Snapshot, extract: Extract) -> str:
    """What it is, which period, which data version: 样品_20250101-20250831_v000042.csv; a protected one says so."""
    if extract.kind == "table":
        title = get_table(extract.name).title
    else:
        title = (
            rows_title(get_metric(extract.name), extract.part)
            if extract.kind == "rows"
            else get_metric(extract.name).name
        )
    mark = "小数保护" if extract.protected else ""
    timeless = extract.kind == "table" and get_table(extract.name).day is None
    period = None if timeless else extract.filters
    return file_name(title, period, snapshot.version, suffix=SUFFIXES[extract.form], mark=mark)


def rows_title(metric: Metric, part: Part) -> str:
    """Name of the rows behind one side of a metric: 监督判定不合格批次明细."""
    numerator, denominator = side_names(metric)
    return f"{denominator or metric.name if part == 'denominator' else numerator}明细"


def _refuse_part_of_whole(snapshot: Snapshot, extract: Extract, scope: Scope) -> None:
    """A group named after a city of which the reader sees one county would give the county's figure as the city's."""
    if scope.is_everything:
        return
    levels = {unit.code: unit.level for unit in snapshot.units}
    places = (MADE_PLACES if extract.filters.side == "made" else PLACES)[::-1]
    lowest = max((levels.get(code, len(places)) for code in scope.codes), default=0)
    above = [name for level, name in enumerate(places, 1) if level < lowest and name in extract.by]
    if above:
        names = "、".join(DIMENSIONS[one].name for one in above)
        seen = scope.sentence(snapshot.names)
        raise ExportError(f"可见范围只有{seen}，按“{names}”分组会把其中一部分写成全部；请改按县区分组")


def _figures_content(snapshot: Snapshot, extract: Extract, scope: Scope, before: Before | None) -> Content:
    _refuse_part_of_whole(snapshot, extract, scope)
    result = compute(
        snapshot,
        get_metric(extract.name),
        extract.filters,
        scope,
        by=extract.by,
        parameters=dict(extract.parameters),
        as_of=extract.as_of,
    )
    if not extract.protected:
        return metric_content(result, is_synthetic=snapshot.is_synthetic, notes=())
    if before is None:
        raise ValueError("a protected extract needs the tables that left the bureau before it")
    guarded = protect(result, scope, before)
    content = metric_content(guarded.result, is_synthetic=snapshot.is_synthetic, notes=(guarded.sentence,))
    return replace(content, leaving=Leaving(guarded.release.to_text(), before.texts))


def _rows_content(snapshot: Snapshot, extract: Extract, scope: Scope) -> Content:
    metric = get_metric(extract.name)
    source = rows_behind(
        snapshot,
        metric,
        extract.filters,
        scope,
        part=extract.part,
        parameters=dict(extract.parameters),
        as_of=extract.as_of,
    )
    subject: Mapping[str, Any] = {"metric": metric.id, "part": extract.part, "table": source.table.name}
    return rows_content(
        source, subject, rows_title(metric, extract.part), definitions_of(metric), extract.personal
    )


def _table_of(extract: Extract) -> Table:
    if extract.kind == "table":
        return get_table(extract.name).table
    return side_table(get_metric(extract.name), extract.part)
