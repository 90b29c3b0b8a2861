"""In which order the rows behind a figure are listed: by day, then by the record's own number.

No two rows of a table are alike in these columns, so pages never overlap.
"""

from collections.abc import Mapping
from typing import Final

from lib.data.loop_statements import MAIN_DAYS
from lib.data.tables.catalogue import VERSIONED
from lib.data.tables.snapshot_loop import RECORD_TABLES

_DERIVED: Final[Mapping[str, tuple[str, ...]]] = {
    "sample": ("sampled_on", "source", "sample_no"),
    "failing_item": ("sampled_on", "source", "sample_no", "item_name"),
    "disposal": ("received_on", "source", "sample_no", "side"),
    "inspection": ("inspected_on", "source", "inspection_no"),
    "sampling_week": ("week_start_on", "enterprise_key"),
    "population": ("province_code", "city_code", "county_code"),
    "campaign": ("start_on", "campaign_code"),
    "campaign_category": ("start_on", "campaign_code", "category_label"),
    "rectification_round": ("found_on", "source", "item_no", "round"),
    "clinic_enterprise": ("visited_on", "enterprise_key", "year"),
    "producer_year": ("first_unqualified_on", "enterprise_key", "sampled_year"),
    "producer_failure": ("reached_on", "enterprise_key", "sampled_year", "number"),
    "inspection_level": ("inspected_on", "source", "inspection_no", "level"),
    "enterprise": ("enterprise_key",),
    "reporting_unit": ("code",),
    "food_category": ("level", "code"),
    "item_group": ("code",),
    "statutory_limit": ("id",),
}
_KEYS: Final = {table.name: key for table, key in VERSIONED.items()}
_DAYS: Final = {table.name: day for table, day in MAIN_DAYS.items()}

#: Columns to order by, per snapshot table.
ROW_ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    **{
        table.name: (*((_DAYS[table.name],) if table.name in _DAYS else ()), *_KEYS[table.name])
        for table in RECORD_TABLES
    },
    **_DERIVED,
}
