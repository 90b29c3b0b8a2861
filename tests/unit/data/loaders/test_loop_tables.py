"""Tables of the loop through the loader: the order of events, code lists, moments, offices, firms."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from lib.data.loaders.errors import LoadRefused
from lib.data.loaders.profile_files import PROFILE_FOLDER
from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.data.tables import clinic, rectification, reported, sampling, snapshot_loop
from tests.unit.data.loaders.loading import current, load

Write = Callable[..., Path]
EVENT_HEADER = ("事件编号", "整改项编号", "环节", "时刻", "经手岗位", "是否到现场", "是否通过", "证据编号")
ITEM_HEADER = (
    "整改项编号",
    "企业名称",
    "统一社会信用代码",
    "属地",
    "来源",
    "发现日期",
    "期限天数",
    "期限单位",
)


def event(number: str, item: str, stage: str, at: str, post: str = "科长", *more: str) -> tuple[str, ...]:
    """A row of the event ledger; a verification is clean."""
    rest = more or (("是", "是", "照片1") if stage == "验证" else ("", "", ""))
    return (number, item, stage, at, post, *rest)


GOOD = [
    event("1", "甲", "整改", "2025-06-10 09:00", "企业"),
    event("2", "甲", "验证", "2025-06-15 09:00"),
    event("3", "甲", "销号", "2025-06-16 09:00"),
]


@pytest.fixture
def keeping(tmp_path: Path) -> Path:
    """The profile of events that keeps what breaks the order."""
    text = (PROFILE_FOLDER / "rectification-event.toml").read_text(encoding="utf-8")
    assert 'on_broken_order = "reject"' in text
    path = tmp_path / "keeping.toml"
    path.write_text(text.replace('on_broken_order = "reject"', 'on_broken_order = "keep"'), encoding="utf-8")
    return path


def events(engine: Engine) -> list[str]:
    return sorted(row["event_no"] for row in current(engine, rectification.rectification_event))


def refused(engine: Engine, path: Path, profile: str | Path = "rectification-event") -> dict[int, str]:
    """Row → reason of a refused load."""
    with pytest.raises(LoadRefused) as refusal:
        load(engine, path, profile)
    return {reject.row or 0: reject.reason for reject in refusal.value.rejects}


class TestOrderOfEvents:
    """发现—帮扶—整改—验证—提升: what breaks it is refused, or kept where the profile says so."""

    def test_events_in_order_load(self, any_engine: Engine, write_csv: Write) -> None:
        report = load(any_engine, write_csv([EVENT_HEADER, *GOOD]), "rectification-event")
        assert (report.new, report.as_of) == (3, date(2025, 6, 16))
        assert report.notes == ("1 个整改项尚未载入（甲 等），其事件暂不计入任何指标",)

    @pytest.mark.parametrize(
        ("rows", "fault"),
        [
            (
                [event("8", "乙", "验证", "2025-06-10"), event("9", "乙", "整改", "2025-06-11")],
                "未整改先验证",
            ),
            (
                [event("8", "乙", "整改", "2025-06-10"), event("9", "乙", "销号", "2025-06-11")],
                "未验证即销号",
            ),
            (
                [event("8", "乙", "整改", "2025-06-10"), event("9", "乙", "提升", "2025-06-11")],
                "未验证先提升",
            ),
            (
                [event("8", "乙", "整改", "2025-06-10"), event("9", "乙", "发现", "2025-06-11")],
                "发现晚于其他环节",
            ),
            (
                [event("8", "乙", "移送", "2025-06-10"), event("9", "乙", "整改", "2025-06-11")],
                "移送或撤回后又有事件",
            ),
        ],
    )
    def test_broken_order_is_refused(
        self, sqlite_engine: Engine, write_csv: Write, rows: Sequence[tuple[str, ...]], fault: str
    ) -> None:
        reasons = refused(sqlite_engine, write_csv([EVENT_HEADER, *rows, *GOOD]))
        assert set(reasons) == {2, 3}
        assert sum(reason == f"事件顺序不符：{fault}" for reason in reasons.values()) == 1
        assert events(sqlite_engine) == []

    def test_a_partial_load_leaves_out_the_whole_item(self, any_engine: Engine, write_csv: Write) -> None:
        rows = [event("8", "乙", "整改", "2025-06-10"), event("9", "乙", "销号", "2025-06-11"), *GOOD]
        path = write_csv([EVENT_HEADER, *rows])
        report = load(any_engine, path, "rectification-event", accept_partial=True)
        assert (report.new, report.rejected) == (3, 2)
        assert events(any_engine) == ["1", "2", "3"]

    def test_events_recorded_before_count(self, any_engine: Engine, write_csv: Write) -> None:
        load(any_engine, write_csv([EVENT_HEADER, GOOD[0]]), "rectification-event")
        # Verified and struck off in a later file: the rectification is on record.
        report = load(any_engine, write_csv([EVENT_HEADER, *GOOD[1:]], "b.csv"), "rectification-event")
        assert report.new == 2
        # A late 移送 dated before them would make them events after the end.
        late = write_csv([EVENT_HEADER, event("4", "甲", "移送", "2025-06-09")], "c.csv")
        assert refused(any_engine, late) == {2: "同一整改项的事件顺序不符（移送或撤回后又有事件），都不载入"}

    def test_what_was_broken_before_is_not_this_loads_fault(
        self, sqlite_engine: Engine, write_csv: Write, keeping: Path
    ) -> None:
        first = write_csv([EVENT_HEADER, event("1", "乙", "销号", "2025-06-10")])
        report = load(sqlite_engine, first, keeping)
        assert [note for note in report.notes if "顺序不符" in note] == [
            "1 个事件顺序不符，已照原样载入，发布时计为纸面整改"
        ]
        more = write_csv([EVENT_HEADER, event("2", "乙", "重开", "2025-07-01")], "b.csv")
        assert load(sqlite_engine, more, "rectification-event").new == 1

    def test_a_corrected_event_takes_the_old_ones_place(
        self, sqlite_engine: Engine, write_csv: Write
    ) -> None:
        load(sqlite_engine, write_csv([EVENT_HEADER, *GOOD]), "rectification-event")
        # The rectification turns out to be later than its verification.
        moved = write_csv([EVENT_HEADER, event("1", "甲", "整改", "2025-06-20", "企业")], "b.csv")
        assert "未整改先验证" in refused(sqlite_engine, moved)[2]

    def test_a_verification_says_whether_it_passed(
        self, sqlite_engine: Engine, write_csv: Write, keeping: Path
    ) -> None:
        rows = [GOOD[0], event("2", "甲", "验证", "2025-06-15", "科长", "是", "", "照片")]
        path = write_csv([EVENT_HEADER, *rows])
        for profile in ("rectification-event", keeping):
            assert refused(sqlite_engine, path, profile) == {3: "验证事件须写明是否通过"}


def test_from_files_to_states(any_engine: Engine, write_csv: Write, keeping: Path, tmp_path: Path) -> None:
    firm = ("甲食品厂", "91341200MA2N0LHX06", "安徽省阜阳市太和县", "监督检查")
    items = [("甲", *firm, "2025-06-01", "20", "工作日"), ("乙", *firm, "2025-06-01", "20", "自然日")]
    struck = event("9", "乙", "销号", "2025-06-11T00:30:00+08:00")
    load(any_engine, write_csv([ITEM_HEADER, *items]), "rectification-item")
    load(any_engine, write_csv([EVENT_HEADER, *GOOD, struck], "b.csv"), keeping)
    publish(any_engine, tmp_path / "published", keep=1)
    item = snapshot_loop.rectification_item
    names = ("item_no", "state", "due_on", "verified_on", "paper_reason", "enterprise_name", "county_code")
    snapshot = open_snapshot(tmp_path / "published", Scope.of("341222"))
    found = snapshot.fetch(select(*(item.c[name] for name in names)).order_by(item.c.item_no)).to_pylist()
    # 20 workdays from Sunday 1 June 2025, with the Dragon Boat holiday on Monday 2 June: 30 June.
    assert [tuple(row.values()) for row in found] == [
        ("乙", "自报完成", date(2025, 6, 21), None, "未验证即销号", "甲食品厂", "341222"),
        ("甲", "已验证", date(2025, 6, 30), date(2025, 6, 15), None, "甲食品厂", "341222"),
    ]


class TestCells:
    """Values of these tables."""

    def problems(self, engine: Engine) -> list[dict[str, Any]]:
        return current(engine, clinic.clinic_problem)

    def test_a_diagnosis_area_outside_the_list_is_refused(
        self, sqlite_engine: Engine, write_csv: Write
    ) -> None:
        path = write_csv([("问题编号", "诊所编号", "诊断方面"), ("1", "V1", "风水")])
        reason = refused(sqlite_engine, path, "clinic-problem")[2]
        assert "不在代码表 diagnosis_area 中" in reason
        assert "原辅料供应链" in reason

    def test_an_empty_area_is_none(self, sqlite_engine: Engine, write_csv: Write) -> None:
        path = write_csv([("问题编号", "诊所编号", "诊断方面"), ("1", "V1", "")])
        load(sqlite_engine, path, "clinic-problem")
        assert [row["area"] for row in self.problems(sqlite_engine)] == [None]

    @pytest.mark.parametrize(
        ("written", "stored"),
        [
            ("2025-03-31 23:30", "2025-03-31T23:30:00+08:00"),
            ("2025年3月31日 23时30分", "2025-03-31T23:30:00+08:00"),
            ("2025-03-31T16:30:00Z", "2025-04-01T00:30:00+08:00"),
            ("2025-03-31T11:30:00-05:00", "2025-04-01T00:30:00+08:00"),
            ("2025/3/31", "2025-03-31T00:00:00+08:00"),
            # Day 45747 of the spreadsheet calendar is 2025-03-31; 23.5 hours are 0.979166… of a day.
            ("45747.9791666667", "2025-03-31T23:30:00+08:00"),
        ],
    )
    def test_moments_become_beijing_time(
        self, sqlite_engine: Engine, write_csv: Write, written: str, stored: str
    ) -> None:
        load(
            sqlite_engine, write_csv([EVENT_HEADER, event("1", "甲", "帮扶", written)]), "rectification-event"
        )
        assert [row["happened_at"] for row in current(sqlite_engine, rectification.rectification_event)] == [
            stored
        ]

    @pytest.mark.parametrize(
        "written", ["2025-03-31 25:00", "2025-02-30 10:00", "昨天", "2025-03-31 10时三刻"]
    )
    def test_moments_that_are_none_are_refused(
        self, sqlite_engine: Engine, write_csv: Write, written: str
    ) -> None:
        path = write_csv([EVENT_HEADER, event("1", "甲", "帮扶", written)])
        assert set(refused(sqlite_engine, path)) == {2}

    def test_an_office_is_inspected_without_a_firm(self, any_engine: Engine, write_csv: Write) -> None:
        header = ("检查编号", "检查日期", "检查类型", "是否暗访", "被督查单位", "被督查单位类型", "企业名称")
        path = write_csv([header, ("1", "2025-03-03", "下沉暗访", "是", "某镇食安办", "食安办", "")])
        load(any_engine, path, "inspection")
        row = current(any_engine, sampling.inspection)[0]
        assert (row["enterprise_key"], row["office_name"], row["is_covert"]) == (None, "某镇食安办", True)

    def test_a_bound_is_kept_apart_from_its_value(self, sqlite_engine: Engine, write_csv: Write) -> None:
        header = ("数字编号", "名称", "数值", "单位", "口径", "出处")
        rows = [("1", "解决问题", "100", "个", "余", "总结"), ("2", "检查", "73,000", "家次", "约", "总结")]
        load(sqlite_engine, write_csv([header, *rows]), "reported-figure")
        stored = current(sqlite_engine, reported.reported_figure)
        assert [(row["value"], row["bound"]) for row in stored] == [(100.0, "≥"), (73000.0, "≈")]

    def test_a_visit_needs_its_firm(self, sqlite_engine: Engine, write_csv: Write) -> None:
        path = write_csv([("诊所编号", "上门日期", "企业名称"), ("V1", "2025-05-10", "")])
        assert set(refused(sqlite_engine, path, "clinic-visit")) == {2}
