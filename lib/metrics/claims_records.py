"""The records a claim was recomputed from, as the tables hold them."""

from collections.abc import Iterator
from itertools import product

import pyarrow as pa

from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.claims import Claim
from lib.metrics.claims_values import check_reach, filters_of
from lib.metrics.registry import get_metric
from lib.metrics.row_source import RowSource
from lib.metrics.rows import Part, row_columns, rows_behind


def count_claim_records(claim: Claim, snapshot: Snapshot, scope: Scope, part: Part = "numerator") -> int:
    """How many records lie behind one side. Raises `NotComputable` beyond the reader's districts."""
    return sum(source.count() for source in _sources(claim, snapshot, scope, part))


def claim_records(
    claim: Claim, snapshot: Snapshot, scope: Scope, part: Part = "numerator", limit: int | None = None
) -> pa.Table:
    """The records behind one side under their Chinese headings, all of them or the first ``limit``.

    Raises `NotComputable` beyond the reader's districts.
    """
    rows = pa.concat_tables(source.rows(limit) for source in _sources(claim, snapshot, scope, part))
    headings = row_columns(get_metric(claim.metric), part)
    named = rows.rename_columns([headings[name] for name in rows.column_names])
    return named if limit is None else named.slice(0, limit)


def _sources(claim: Claim, snapshot: Snapshot, scope: Scope, part: Part) -> Iterator[RowSource]:
    check_reach(claim, snapshot, scope)
    for group in _groups(claim):
        yield rows_behind(
            snapshot,
            get_metric(claim.metric),
            filters_of(claim, snapshot),
            scope,
            part=part,
            group=group,
            parameters=_numbers(claim),
            as_of=claim.as_of,
        )


def _groups(claim: Claim) -> Iterator[dict[str, str]]:
    """Every combination of the values a claim keeps; one empty one where it keeps all."""
    for values in product(*claim.only.values()):
        yield dict(zip(claim.only, values, strict=True))


def _numbers(claim: Claim) -> dict[str, float]:
    return {name: float(text) for name, text in claim.parameters.items()}
