"""Metrics of the loop over records that went the whole way through publishing; expected numbers counted by hand.

The world is `tests/unit/data/loop_world.py`: every rule of the loop has an item whose number says what it is.
"""

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lib.data.filters import Filters
from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot, open_snapshot
from lib.metrics.analyses.duty_lists import GAP, holder_history
from lib.metrics.analyses.rectification_lists import paper_watch_list
from lib.metrics.compute import compute
from lib.metrics.registry import get_metric
from tests.records import prepared_engine
from tests.unit.data.conftest import write_version
from tests.unit.data.loop_world import AS_OF, loop_records

ALL = Scope.everything()
YEAR = Filters(start=date(2025, 1, 1), end=date(2025, 12, 31))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    place: Path = tmp_path_factory.mktemp("loop")
    engine = prepared_engine(f"sqlite:///{place / 'records.db'}")
    write_version(engine, loop_records(), AS_OF)
    publish(engine, place / "published", keep=1)
    return open_snapshot(place / "published", ALL)


def figure(snapshot: Snapshot, metric_id: str, by: tuple[str, ...] = (), **given: Any) -> pd.DataFrame:
    return compute(snapshot, get_metric(metric_id), YEAR, ALL, by=by, **given).frame


def counts(snapshot: Snapshot, metric_id: str, **given: Any) -> tuple[Any, Any]:
    row = figure(snapshot, metric_id, **given).iloc[0]
    return row["numerator"], row["denominator"]


@pytest.mark.parametrize(
    ("metric_id", "expected"),
    [
        ("rectification_items", 29),
        # clean, paper-then-clean, recurred, other-item-failed, second-try, the two midnights, V1-a, V1-b, V2-a
        ("rectification_verified", 10),
        # same-post, no-evidence, not-on-site, verified-first, struck-off, improved, reported, reopened, unstated, V2-b
        ("rectification_self_reported", 10),
        ("rectification_ended", 2),
        ("rectification_in_progress", 7),
        ("rectification_open", 17),
        ("rectification_reopened", 2),
    ],
)
def test_items_by_state(snapshot: Snapshot, metric_id: str, expected: int) -> None:
    assert counts(snapshot, metric_id)[0] == expected


def test_closings_on_paper(snapshot: Snapshot) -> None:
    # Of 18 closings: same-post, no-evidence, not-on-site, verified-first, struck-off, improved, paper-then-clean
    # (its first), recurred.
    assert counts(snapshot, "paper_rectification_rate") == (8, 18)
    listed = paper_watch_list(snapshot, YEAR, ALL).frame
    assert len(listed) == 8
    assert "整改与验证同一岗位" in set(listed["reason"])


def test_a_quarter_ends_at_midnight_in_beijing(snapshot: Snapshot) -> None:
    # 23:30 on 31 March is the first quarter, 16:30 UTC (00:30 in Beijing) the second.
    closed = figure(snapshot, "paper_rectification_rate", by=("quarter",)).set_index("quarter")
    assert closed.loc[20251, "denominator"] == 1
    done = figure(snapshot, "supervision_on_time", by=("quarter",)).set_index("quarter")
    assert done.loc[20251, "numerator"] == 3, "in-time, in-time-abroad, handed-over"
    assert counts(snapshot, "supervision_late")[0] == 2, "00:30 on 1 April, written in two ways"


def test_duties(snapshot: Snapshot) -> None:
    assert counts(snapshot, "supervision_due")[0] == 10
    assert counts(snapshot, "supervision_on_time_rate") == (3, 9)
    assert counts(snapshot, "supervision_completion_rate") == (3, 10)
    assert counts(snapshot, "supervision_gaps")[0] == 2, "no binding any more; the post was given up"
    assert counts(snapshot, "supervision_reminded_rate") == (2, 6)
    assert counts(snapshot, "supervision_done_after_reminder_rate") == (1, 2)
    assert counts(snapshot, "supervision_problem_rectification_rate") == (1, 2)


def test_a_cadre_who_left_holds_nothing_any_more(snapshot: Snapshot) -> None:
    frame = holder_history(snapshot, 20251, YEAR, ALL).frame.set_index("enterprise_key")
    assert frame.loc["E4", "left_on"] == pd.Timestamp(2025, 2, 14)
    assert not frame.loc["E4", "is_holder"]
    handed_over = frame.loc["E5"]
    assert list(handed_over["is_holder"]) == [False, True]
    assert GAP not in set(handed_over["post"])


def test_a_transfer_before_the_snapshot_day_is_no_completion(snapshot: Snapshot) -> None:
    row = figure(snapshot, "rectification_completion_rate").iloc[0]
    assert (row["numerator"], row["denominator"], row["excluded_ended"]) == (10, 27, 2)


def test_reopening_takes_a_completion_back(snapshot: Snapshot) -> None:
    before, after = date(2025, 8, 31), date(2025, 9, 1)
    assert counts(snapshot, "rectification_verified", as_of=before)[0] == 11
    assert counts(snapshot, "rectification_verified", as_of=after)[0] == 10
