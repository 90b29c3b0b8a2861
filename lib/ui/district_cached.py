"""The comparison of districts, computed once for each set of filters."""

from lib.data.filters import Filters
from lib.data.snapshot import Snapshot
from lib.metrics.analyses.district_record import DistrictRecord, district_record
from lib.metrics.analyses.districts import level_below
from lib.ui import cached


@cached.kept
def record(source: cached.Source, filters: Filters, metric_ids: tuple[str, ...]) -> DistrictRecord:
    """The measures named, by the districts one level below the one of the filters."""
    snapshot = source.open()
    level = _level(snapshot, filters)
    return district_record(snapshot, filters, source.scope, level=level, metric_ids=metric_ids)


def _level(snapshot: Snapshot, filters: Filters) -> str:
    level = level_below(filters.district, snapshot.units)
    return f"made_{level}" if filters.side == "made" else level
