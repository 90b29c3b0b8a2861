"""Words of an address: understood or refused with the mend, never passed over."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from tests.app.small_world import World
from tests.unit.api.conftest import COOKIE, Service, bearer, running

V1 = "/api/v1"
RATE = f"{V1}/metrics/unqualified_rate"
TRAPS = (
    *("' OR 1=1 --", "; DROP TABLE sample", "%", "_", "＇ OR 1=1", "\x00", "../../etc/passwd", "a" * 5000),
    *("{{7*7}}", "<script>alert(1)</script>", "\r\nSet-Cookie: a=b", "=cmd|'/c calc'!A1", "𠮷"),
)


@pytest.fixture(scope="module")
def service(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One interface for all: nothing here changes it."""
    folder = tmp_path_factory.mktemp("parameters") / "world"
    copytree(Path(small_world.database_url.removeprefix("sqlite:///")).parent, folder)
    yield from running(World(f"sqlite:///{folder / 'records.db'}", folder / "published", []))


@pytest.fixture(scope="module")
def headers(service: Service) -> dict[str, str]:
    return bearer(service.token())


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("frm=2025-01-01", "frm"),
        ("from=2025-01-01&limit=5", "limit"),
        ("From=2025-01-01", "From"),
        ("from=2025-01-01&from=2025-02-01", "只能出现一次"),
        ("from=2025-13-01", "2025-13-01"),
        ("from=20250101", "20250101"),
        ("from=2025-W01-1", "2025-W01-1"),
        ("from=", "from"),
        ("from=9999-12-31", "1990"),
        ("from=0001-01-01", "1990"),
        ("from=2025-03-01&to=2025-02-01", "晚于"),
        ("by=colour", "colour"),
        ("by=division,division", "division"),
        ("where=stage", "名称=取值"),
        ("where=colour=red", "colour"),
        ("stage=海上", "海上"),
        ("stage=", "环节"),
        ("district=341202,341225", "只能取一个值"),
        ("district=341202&where=city=341225", "只能取一个值"),
        ("side=elsewhere", "elsewhere"),
        ("format=doc", "doc"),
        ("version=abc", "abc"),
        ("version=１", "１"),
        ("version=-1", "-1"),
        ("version=99999999999999999999", "9999"),
        ("parameter=k=3", "k"),
        ("as_of=soon", "soon"),
        ("protect=1", "事由"),
        ("protect=2", "protect"),
        ("reason=年报", "protect=1"),
        ("personal=1", "personal"),
        ("part=numerator", "part"),
    ],
)
def test_what_is_wrong_is_named(service: Service, headers: dict[str, str], query: str, named: str) -> None:
    answer = service.client.get(f"{RATE}?{query}", headers=headers)
    assert answer.status_code == 400, answer.text
    assert named in answer.json()["detail"]
    assert answer.headers["content-type"] == "application/problem+json; charset=utf-8"
    assert answer.json()["status"] == 400


@pytest.mark.parametrize(
    ("address", "status", "named"),
    [
        (f"{V1}/metrics/unqualified_rat", 404, "unqualified_rate"),
        (f"{V1}/tables/sampel", 404, "sample"),
        (f"{V1}/tables/account", 404, "account"),
        (f"{V1}/tables/snapshot_info", 404, "snapshot_info"),
        (f"{RATE}?version=7", 404, "7"),
        (f"{V1}/nothing", 404, "没有这个地址"),
        (f"{V1}/metrics/", 404, "没有这个地址"),
        (f"{V1}/metrics?format=csv", 400, "没有参数"),
        (f"{RATE}/rows?part=both", 400, "part"),
        (f"{RATE}/rows?by=division", 400, "by"),
        (f"{V1}/metrics/unqualified_batches/rows?part=denominator", 400, "没有分母"),
        (f"{V1}/metrics/clinic_assisted_eligible?k=0", 400, "不小于 2"),
        (f"{V1}/metrics/clinic_assisted_eligible?k=1e300", 400, "太大"),
        (f"{V1}/metrics/clinic_assisted_eligible?k=nan", 400, "k"),
        (f"{V1}/metrics/clinic_assisted_eligible?k=3&parameter=k=4", 400, "只能出现一次"),
        (f"{V1}/tables/clinic_visit?stage=餐饮", 400, "环节"),
    ],
)
def test_what_is_not_there_is_said(
    service: Service, headers: dict[str, str], address: str, status: int, named: str
) -> None:
    answer = service.client.get(address, headers=headers)
    assert (answer.status_code, named in answer.json()["detail"]) == (status, True), answer.text


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize(
    "word", ["from", "by", "where", "district", "stage", "campaign", "format", "version", "as_of"]
)
def test_hostile_values_find_nothing_and_break_nothing(
    service: Service, headers: dict[str, str], word: str, trap: str
) -> None:
    answer = service.client.get(RATE, params={word: trap}, headers=headers)
    assert answer.status_code == 400, answer.text[:300]
    assert len(answer.content) < 20_000
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("trap", TRAPS)
def test_hostile_names_are_no_names(service: Service, headers: dict[str, str], trap: str) -> None:
    for room in ("metrics", "tables"):
        from urllib.parse import quote

        answer = service.client.get(f"{V1}/{room}/{quote(trap, safe='')}", headers=headers)
        assert answer.status_code == 404
    whole = service.client.get(f"{V1}/tables/sample?sampling=全部", headers=headers)
    assert int(whole.headers["x-row-count"]) == 3306, "the sample table is as it was: 58 months of 57 samples"


def test_chinese_names_and_codes_are_one_question(service: Service, headers: dict[str, str]) -> None:
    spellings = (
        "where=stage=餐饮&where=district=341225",
        "stage=餐饮&district=阜南县",
        "where=环节=餐饮&where=division=阜南县",
        "district=341225&where=stage=餐饮",
    )
    tags = {
        service.client.head(f"{RATE}?{spelling}", headers=headers).headers["etag"] for spelling in spellings
    }
    assert len(tags) == 1


def test_figures_that_leave_the_bureau_are_protected(service: Service, headers: dict[str, str]) -> None:
    address = f"{RATE}?from=2025-01-01&to=2025-03-31&by=division&protect=1&reason=年报公开&format=json"
    answer = service.client.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    assert "小数保护" in answer.json()["notes"][0]
    counts = [row["numerator"] for row in answer.json()["rows"]]
    assert None in counts
    assert not {1, 2, 3, 4} & set(counts)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_the_interface_only_gives(service: Service, method: str) -> None:
    cookie = {"cookie": f"{COOKIE}={service.cookie('analyst')}"}
    answer = service.client.request(method, RATE, headers=cookie)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
