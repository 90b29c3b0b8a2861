"""The claim ledger on the demo: every published figure is met, and one changed row turns exactly its claims red."""

import csv
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

import manage
from lib.data.database import record_engine
from lib.data.publish import publish
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.data.snapshot import Snapshot, open_snapshot
from lib.data.tables import rectification
from lib.metrics import claims_reading
from lib.metrics.claims import Ledger
from lib.metrics.claims_check import Checked, Verdict, check_claims
from lib.metrics.claims_command import LEDGER_FAULTY, NOT_PASSED
from lib.metrics.claims_reading import ledger_files, read_ledger
from lib.metrics.claims_records import count_claim_records
from lib.metrics.registry import all_metrics
from lib.metrics.rows import row_columns
from tests.demo_city import small_city_folder
from tests.unit.metrics.ledger_rows import row, write_ledger

EVERYTHING = Scope.everything()
#: Fuyang, Inner Mongolia; Guangdong's on sampling, self-reports, inspections and interviews.
COMPUTED = {
    *(f"0-{number:02d}" for number in (*range(1, 14), 15)),
    *(f"1-{number:02d}" for number in (1, 2, 7, 8, *range(10, 19), 20)),
    *(f"2-{number:02d}" for number in (*range(1, 18), 19, 20, 21)),
    *(f"3-{number:02d}" for number in (1, 2, *range(4, 11), 12, 13, 15, 16)),
}


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the demo's snapshot."""
    return small_city_folder(tmp_path_factory) / "published"


@pytest.fixture(scope="session")
def ledger() -> Ledger:
    return read_ledger()


@pytest.fixture(scope="session")
def checked(published: Path, ledger: Ledger) -> dict[str, Checked]:
    snapshot = open_snapshot(published, EVERYTHING)
    return {one.claim.id: one for one in check_claims(snapshot, ledger, EVERYTHING)}


def without_part(claim_id: str) -> str:
    """A claim with two figures stands in two rows, 0-13.1 and 0-13.2."""
    return re.sub(r"\.\d$", "", claim_id)


def test_no_row_of_the_shipped_ledger_is_refused(ledger: Ledger) -> None:
    assert ledger.refused == ()
    assert ledger_files()[0].name == "claims.csv"


def test_every_claim_of_the_sources_is_in_the_ledger(shared_folder: Path, ledger: Ledger) -> None:
    with open(shared_folder / "claims.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {without_part(claim.id) for claim in ledger.claims} == {row["id"] for row in rows}
    derived = {row["id"] for row in rows if row["derived"] == "yes"}
    assert {without_part(claim.id) for claim in ledger.claims if claim.is_derived} == derived


def test_every_claim_with_a_figure_matches_on_the_demo(checked: dict[str, Checked]) -> None:
    red = {
        key: one.reason
        for key, one in checked.items()
        if one.verdict not in (Verdict.MATCHES, Verdict.PARAMETER, Verdict.TEXT)
    }
    assert red == {}
    met = {
        without_part(key)
        for key, one in checked.items()
        if one.verdict in (Verdict.MATCHES, Verdict.PARAMETER)
    }
    assert met >= COMPUTED


def test_what_is_only_text_is_not_counted_as_passed(checked: dict[str, Checked]) -> None:
    texts = {key for key, one in checked.items() if one.verdict is Verdict.TEXT}
    assert {"0-14", "0-16", "2-18", "3-11"} <= texts
    assert all(checked[key].recomputed is None for key in texts)


def test_intervals_are_the_published_ones(checked: dict[str, Checked]) -> None:
    found = {
        key: (round(value.lower, 1), round(value.upper, 1))
        for key in ("0-12", "3-09", "3-10")
        if (value := checked[key].recomputed) and value.lower is not None and value.upper is not None
    }
    assert found == {"0-12": (55.2, 95.3), "3-09": (12.1, 19.8), "3-10": (2.6, 5.8)}


# One changed row of the snapshot, and the claims it must turn red: those and no others.
COPY_EXPERT = """INSERT INTO clinic_participant BY NAME SELECT * REPLACE ('99' AS participant_no)
    FROM clinic_participant WHERE role = '专家' ORDER BY ALL LIMIT 1"""
COPY_SUGGESTION = """INSERT INTO clinic_suggestion BY NAME SELECT * REPLACE ('X' AS suggestion_no)
    FROM clinic_suggestion ORDER BY ALL LIMIT 1"""
NEW_FIRM = """INSERT INTO clinic_visit BY NAME SELECT * REPLACE ('X' AS visit_no, 'X' AS enterprise_key)
    FROM clinic_visit ORDER BY ALL LIMIT 1"""
CAMPAIGN = "campaign_code = '150000-2021-01'"
FORMULA = "province_code = '440000' AND year = 2021"


def first(table: str, where: str) -> str:
    """Condition that holds for one row of those that meet ``where``."""
    return f"rowid = (SELECT min(rowid) FROM {table} WHERE {where})"


def delete(table: str, where: str) -> str:
    return f"DELETE FROM {table} WHERE {first(table, where)}"


def change(table: str, change: str, where: str) -> str:
    return f"UPDATE {table} SET {change} WHERE {first(table, where)}"


MUTATIONS = {
    "an expert more": (COPY_EXPERT, "0-05 0-13.1"),
    "a handler less": (delete("clinic_participant", "role = '核查处置'"), "0-06 0-13.2"),
    "a problem less": (delete("clinic_problem", "true"), "0-07"),
    "a suggestion more": (COPY_SUGGESTION, "0-08"),
    "a thirteenth firm": (NEW_FIRM, "0-04 0-11 0-12 0-13.1 0-13.2"),
    "a firm finished later": (
        change("clinic_enterprise", "finished_on = DATE '2025-09-01'", "finished_on <= DATE '2025-08-31'"),
        "0-09 0-10 0-12",
    ),
    "a firm eligible a year earlier": (
        change(
            "producer_failure",
            "reached_on = DATE '2024-12-31', year = 2024",
            "visited_on IS NOT NULL AND number = 2",
        ),
        "0-02",
    ),
    "a week without sampling": (change("sampling_week", "batches = 0", "batches = 1"), "1-10"),
    "a finished batch less": (
        delete("sample", f"{FORMULA} AND material = '成品'"),
        "1-11 1-14.1 1-14.2 1-15",
    ),
    "a raw batch less": (delete("sample", f"{FORMULA} AND material = '原料'"), "1-12 1-14.1 1-14.2"),
    "a finished batch unqualified": (
        change("sample", "supervision_verdict = 'unqualified'", f"{FORMULA} AND material = '成品'"),
        "1-02 1-13.1 1-14.2",
    ),
    "a third joint inspection": (
        """INSERT INTO inspection BY NAME SELECT i.* REPLACE (i.inspection_no || 'X' || n AS inspection_no)
        FROM (SELECT * FROM inspection WHERE kind = '三级联合' ORDER BY ALL LIMIT 1) i, range(2) t(n)""",
        "1-07",
    ),
    "a year without collective interview": (
        delete("interview", "scope = '全省特食集体' AND year = 2018"),
        "1-16",
    ),
    "a self-report missing": (change("self_report", "received_on = NULL", "true"), "1-17"),
    "a self-found problem open": (
        change("self_report", "problems_rectified = problems_found - 1", "true"),
        "1-18",
    ),
    "a leaflet less": (change("publicity", "copies = copies - 1", "kind = '单张'"), "1-19"),
    "a shop less": (delete("demonstration_shop", "true"), "1-21 1-27"),
    "a special meeting less": (delete("meeting", "kind = '专题'"), "2-02"),
    "a correction more": (
        "INSERT INTO data_correction BY NAME SELECT * REPLACE ('X' AS correction_no) FROM data_correction LIMIT 1",
        "2-04",
    ),
    "a second prompt": (
        """INSERT INTO supervision_notice BY NAME SELECT * REPLACE ('X' AS notice_no)
        FROM supervision_notice WHERE kind = '季初提示' ORDER BY ALL LIMIT 1""",
        "2-06",
    ),
    "an article in a city paper": (
        change("publicity", "media_level = '市级'", "media_level = '省级' AND year = 2023"),
        "2-08",
    ),
    "a bulletin less": (delete("publicity", "kind = '工作要情'"), "2-09"),
    "a cadre training more": (change("training", "sessions = sessions + 1", "audience = '包保干部'"), "2-11"),
    "a cadre never trained": (
        change("cadre_post", "trained_on = NULL", "binding_level = 'D' AND valid_to IS NULL"),
        "2-12",
    ),
    "an office less": (delete("inspection", "office_kind = '食安办'"), "2-13 2-20"),
    "a subject less": (
        delete("inspection", "is_covert AND enterprise_key IS NOT NULL AND city_code = '341200'"),
        "2-14 2-20",
    ),
    "another total of inspections": (
        change("reported_figure", "value = 74000", "subject = '检查食品生产经营企业'"),
        "2-15 2-21",
    ),
    "a case for another cause": (
        change("enforcement_case", "cause = '其他'", "cause = '未落实主体责任'"),
        "2-16 2-21",
    ),
    "a category less": (delete("campaign_category", CAMPAIGN), "3-01"),
    "a day less": (change("campaign", "days = days - 1", CAMPAIGN), "3-02"),
    "a team less": ("UPDATE inspection SET team = '第1工作组' WHERE team = '第2工作组'", "3-04"),
    "a firm not inspected": (delete("inspection", f"{CAMPAIGN} AND outcome = '未发现问题'"), "3-05"),
    "a campaign batch less": (
        delete(
            "sample", f"{CAMPAIGN} AND supervision_verdict = 'qualified' AND monitoring_verdict <> 'problem'"
        ),
        "3-06 3-09",
    ),
    "a campaign batch found bad": (
        change(
            "sample",
            "supervision_verdict = 'unqualified'",
            f"{CAMPAIGN} AND supervision_verdict = 'qualified' AND monitoring_verdict <> 'problem'",
        ),
        "3-07 3-09",
    ),
    "a suspect less": (
        change("inspection", "outcome = '责令整改'", f"{CAMPAIGN} AND outcome = '涉嫌违法'"),
        "3-08 3-10",
    ),
    "an interview a day later": (
        change("interview", "held_on = DATE '2022-04-15'", "mode = '视频'"),
        "3-12",
    ),
    "a level less at the interview": (delete("interview_attendance", "mode = '视频'"), "3-13"),
}


@pytest.fixture
def opened(published: Path, tmp_path: Path) -> Iterator[tuple[Snapshot, duckdb.DuckDBPyConnection]]:
    """The demo's snapshot on a copy of its file that may be changed."""
    snapshot = open_snapshot(published, EVERYTHING)
    (file,) = published.glob("v*.duckdb")
    copy = shutil.copy(file, tmp_path / "changed.duckdb")
    with duckdb.connect(str(copy)) as connection:
        yield replace(snapshot, connection=connection), connection
    Path(copy).unlink()


@pytest.mark.parametrize("name", MUTATIONS)
def test_one_changed_row_turns_exactly_its_claims_red(
    name: str, opened: tuple[Snapshot, duckdb.DuckDBPyConnection], ledger: Ledger
) -> None:
    statement, expected = MUTATIONS[name]
    snapshot, connection = opened
    (touched,) = connection.execute(statement).fetchone() or (0,)
    assert touched, "the statement found a row to change"
    outcome = check_claims(snapshot, ledger, EVERYTHING)
    red = {
        one.claim.id
        for one in outcome
        if one.verdict not in (Verdict.MATCHES, Verdict.PARAMETER, Verdict.TEXT)
    }
    assert red == set(expected.split())


def test_the_rows_behind_a_count_are_as_many_as_it_says(published: Path, checked: dict[str, Checked]) -> None:
    snapshot = open_snapshot(published, EVERYTHING)
    counted = {
        key: count_claim_records(checked[key].claim, snapshot, EVERYTHING)
        for key in ("0-05", "0-07", "0-08", "1-11", "1-12", "2-09", "3-06", "3-07")
    }
    assert counted == dict(zip(counted, (36, 58, 61, 280, 20, 31, 340, 53), strict=True))


@pytest.mark.parametrize("metric_id", sorted(all_metrics()))
def test_headings_of_records_differ(metric_id: str) -> None:
    metric = all_metrics()[metric_id]
    for part in ("numerator", "denominator") if metric.denominator else ("numerator",):
        headings = list(row_columns(metric, part).values())  # type: ignore[arg-type]
        assert len(set(headings)) == len(headings)


def test_a_reader_of_a_county_is_not_shown_its_part_as_the_whole(published: Path, ledger: Ledger) -> None:
    county = Scope.of("341225")
    outcome = check_claims(open_snapshot(published, county), ledger, county, ids={"0-04", "0-11", "3-06"})
    assert {one.verdict for one in outcome} == {Verdict.NOT_COMPUTABLE}
    assert all("超出您的可见范围" in one.reason for one in outcome)


def test_a_reader_of_the_city_sees_the_city_s_claims(published: Path, ledger: Ledger) -> None:
    city = Scope.of("341200")
    ids = ledger.ids_of("流动诊所")
    outcome = check_claims(open_snapshot(published, city), ledger, city, ids=ids)
    assert {one.verdict for one in outcome} == {Verdict.MATCHES, Verdict.PARAMETER, Verdict.TEXT}


def test_a_verification_taken_back_in_the_records_reopens_a_firm(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, ledger: Ledger
) -> None:
    """The same through the whole chain: records, publishing, figures."""
    shutil.copy(small_city_folder(tmp_path_factory) / "records.db", tmp_path / "records.db")
    engine = record_engine(f"sqlite:///{tmp_path / 'records.db'}")
    event, item = rectification.rectification_event, rectification.rectification_item
    clinic = select(item.c.item_no).where(item.c.origin == "流动诊所")
    verified = select(event).where(event.c.stage == "验证", event.c.item_no.in_(clinic))
    with engine.begin() as connection:
        rows = connection.execute(verified.order_by(event.c.happened_at, event.c.event_no)).mappings().all()
        events_of = Counter(row["item_no"] for row in rows)
        only = next(row for row in rows if events_of[row["item_no"]] == 1)
        connection.execute(update(event).where(event.c.event_no == only["event_no"]).values(on_site=False))
    publish(engine, tmp_path / "published", keep=1)
    engine.dispose()
    outcome = check_claims(open_snapshot(tmp_path / "published", EVERYTHING), ledger, EVERYTHING)
    red = {
        one.claim.id
        for one in outcome
        if one.verdict not in (Verdict.MATCHES, Verdict.PARAMETER, Verdict.TEXT)
    }
    assert red == {"0-09", "0-10", "0-12"}, "a verification without a visit finishes nothing"


@pytest.fixture
def run(published: Path) -> Iterator[object]:
    settings.cache_clear()
    yield lambda *words: CliRunner().invoke(manage.app, words, env={"BAMAI_SNAPSHOTS": str(published)})
    settings.cache_clear()


def test_the_command_passes_on_the_demo(run) -> None:  # type: ignore[no-untyped-def]
    result = run("claims")
    assert result.exit_code == 0, result.output
    assert "不符 0、无法计算 0" in result.stdout
    assert "仅文字（45 条，只登记原文，不算相符）" in result.stdout


def test_the_command_writes_the_table_as_csv(run) -> None:  # type: ignore[no-untyped-def]
    result = run("claims", "--document", "流动诊所", "--format", "csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert {row["编号"]: row["重算"] for row in rows}["0-12"] == "83.33%"
    assert len(rows) == 18
    assert run("claims", "--document", "查无此文").exit_code == 1
    assert run("claims", "--format", "pdf").exit_code == 1


def test_the_command_fails_when_one_claim_differs(published: Path, tmp_path: Path) -> None:
    (file,) = published.glob("v*.duckdb")
    shutil.copy(file, tmp_path / file.name)
    with duckdb.connect(str(tmp_path / file.name)) as connection:
        connection.execute(MUTATIONS["a problem less"][0])
    settings.cache_clear()
    result = CliRunner().invoke(manage.app, ["claims"], env={"BAMAI_SNAPSHOTS": str(tmp_path)})
    settings.cache_clear()
    assert result.exit_code == NOT_PASSED
    assert result.stdout.splitlines()[1].startswith("不符    0-07"), "what is wrong stands first"
    assert "原因：重算得 57 个，公布为58个" in result.stdout


def test_the_command_fails_on_a_refused_row(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    write_ledger(tmp_path / "own.csv", row(unit="家"))
    monkeypatch.setattr(claims_reading, "OWN_FOLDER", tmp_path)
    result = run("claims", "--format", "csv")
    assert result.exit_code == LEDGER_FAULTY
    assert "拒收的登记行：own.csv 第 2 行：9-01：单位不符" in result.stderr
    assert "拒收的登记行：own.csv 第 2 行" in run("claims").stdout
