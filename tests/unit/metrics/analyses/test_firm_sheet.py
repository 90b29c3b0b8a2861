"""A firm's sheet: what happened after the first visit, and nothing of a firm outside the scope."""

from datetime import date

import pandas as pd

from lib.data.scope import Scope
from lib.metrics.analyses.firm_sheet import LISTS, firm_sheet
from tests.unit.metrics.analyses.conftest import Make
from tests.unit.metrics.conftest import place_columns, sample_row
from tests.unit.metrics.loop_rows import visit_row

MADE = place_columns("341202", "made_")


def test_samples_are_told_apart_by_the_first_visit(make: Make) -> None:
    days = (date(2025, 3, 1), date(2025, 4, 1), date(2025, 5, 1))
    own = [sample_row(day=day, producer_key="A", producer_name="甲厂", **MADE) for day in days]
    snapshot = make(
        clinic_visit=[
            visit_row("A", date(2025, 4, 1)),
            visit_row("A", date(2025, 6, 1)),
            visit_row("B", days[0]),
        ],
        sample=[*own, sample_row(day=days[0], producer_key="B", **MADE)],
    )
    sheet = firm_sheet(snapshot, "A", Scope.everything())
    assert sheet.visited_on == pd.Timestamp(2025, 4, 1)
    assert list(sheet.samples["after"]) == [False, False, True], (
        "a sample of the day of the visit is not after it"
    )
    assert len(sheet.lists["visits"]) == 2
    assert sheet.name == "甲厂"


def test_a_firm_outside_the_scope_has_empty_lists(make: Make) -> None:
    snapshot = make(
        clinic_visit=[visit_row("A", date(2025, 4, 1))],
        sample=[sample_row(day=date(2025, 3, 1), producer_key="A", producer_name="甲厂", **MADE)],
    )
    sheet = firm_sheet(snapshot, "A", Scope.of("341203"))
    assert sheet.visited_on is None
    assert sheet.samples.empty
    assert set(sheet.lists) == {*LISTS, "items"}
    assert all(frame.empty for frame in sheet.lists.values())
    assert sheet.name == "A"
