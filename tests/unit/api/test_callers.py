"""Who may ask: sessions and tokens with their districts; everybody else is told why not."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, select

from lib.access.accounts import deactivate, grant, set_password
from lib.access.sessions import digest_of, end_session
from lib.access.tokens import list_tokens, revoke_token
from lib.api.delivery import BrokenOff
from lib.data.database import exclusive_transaction
from lib.data.scope import Scope
from lib.data.tables.access import audit_event
from lib.data.tables.base import records_metadata
from lib.metrics.row_source import RowSource
from tests.unit.api.conftest import COOKIE, NOW, Service, bearer

RATE = "/api/v1/metrics/unqualified_rate"
EVERY_ADDRESS = (
    *("/api/v1/metrics", "/api/v1/tables", "/api/openapi.json", "/api/v1/tables/sample", RATE),
    *(f"{RATE}/rows", "/api/v1/nothing", "/api/v2/metrics", "/api/v1/tables/nothing"),
)
#: Every other county of the small world.
FOREIGN = ("341202", "341282", "341272")


def districts(answer_text: str) -> set[str]:
    return {row["division"] for row in csv.DictReader(io.StringIO(answer_text.removeprefix("\ufeff")))}


@pytest.mark.parametrize("address", EVERY_ADDRESS)
def test_nobody_asks_unknown(service: Service, address: str) -> None:
    answer = service.client.get(address)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["cache-control"] == "no-store"
    assert "接口" in answer.json()["detail"]


def test_the_login_and_the_pages_stay_reachable(service: Service) -> None:
    assert service.client.get("/api/session").status_code == 401
    assert service.client.get("/api/session").content == b"", "answered by the login, not by the interface"
    assert service.client.get("/overview").text == "page"
    assert service.client.get("/api").text == "page"


def test_a_session_asks_as_its_reader(service: Service) -> None:
    cookie = service.cookie("county")
    answer = service.client.get(RATE, params={"by": "division"}, headers={"cookie": f"{COOKIE}={cookie}"})
    assert answer.status_code == 200
    assert districts(answer.text) == {"341225"}
    end_session(service.engine, digest_of(cookie), NOW)
    assert service.client.get(RATE, headers={"cookie": f"{COOKIE}={cookie}"}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
    ],
)
def test_pages_of_other_sites_cannot_use_a_session(service: Service, headers: dict[str, str]) -> None:
    cookie = {"cookie": f"{COOKIE}={service.cookie('analyst')}"}
    assert service.client.get(RATE, headers={**cookie, **headers}).status_code == 403
    own = {"sec-fetch-site": "same-origin", "origin": "http://testserver"}
    assert service.client.get(RATE, headers={**cookie, **own}).status_code == 200


def test_headers_of_the_gate_cannot_be_made_up(service: Service) -> None:
    digest = digest_of(service.cookie("analyst"))
    for name in ("X-App-Session", "x-app-session", "X_App_Session"):
        assert service.client.get(RATE, headers={name: digest}).status_code == 401


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer bamai_x", "bearer  " + "x" * 300, "Bearer 令牌".encode()],
)
def test_a_wrong_token_is_refused_even_with_a_good_session(service: Service, authorization: str) -> None:
    cookie = service.cookie("analyst")
    headers = {"authorization": authorization, "cookie": f"{COOKIE}={cookie}"}
    assert service.client.get(RATE, headers=headers).status_code == 401


def test_a_token_shows_its_districts_only(service: Service) -> None:
    both = bearer(service.token(districts=("341225", "341202")))
    answer = service.client.get(RATE, params={"by": "division"}, headers=both)
    assert districts(answer.text) == {"341225", "341202"}
    assert service.client.get(RATE, params={"district": "341282"}, headers=both).status_code == 403


@pytest.mark.parametrize("district", [*FOREIGN, "341200", "340000", "110000"])
@pytest.mark.parametrize(
    "spelling", ["district={}", "where=district={}", "where=city={}", "side=made&district={}"]
)
def test_a_county_gets_no_other_districts(service: Service, district: str, spelling: str) -> None:
    answer = service.client.get(
        f"{RATE}?{spelling.format(district)}", headers=bearer(service.token("county"))
    )
    assert answer.status_code == 403
    assert "可见范围" in answer.json()["detail"]


@pytest.mark.parametrize(
    "place", ["tables/sample", "tables/failing_item", "metrics/unqualified_rate/rows?part=denominator"]
)
def test_a_county_gets_no_foreign_row(service: Service, place: str) -> None:
    address = f"/api/v1/{place}{'&' if '?' in place else '?'}format=json&sampling=全部"
    own = service.client.get(address, headers=bearer(service.token("county"))).json()
    whole = service.client.get(address, headers=bearer(service.token())).json()
    assert {row["县区代码"] for row in own["rows"]} == {"341225"}
    expected = [row for row in whole["rows"] if row["县区代码"] == "341225"]
    assert own["rows"] == expected
    assert 0 < own["row_count"] == len(expected) < whole["row_count"]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda engine: set_password(engine, "analyst", "another password", NOW), 401),
        (lambda engine: grant(engine, "analyst", "analyst", Scope.of("341225"), NOW), 401),
        (lambda engine: deactivate(engine, "analyst", NOW), 401),
        (lambda engine: revoke_token(engine, "analyst", list_tokens(engine, "analyst")[0].digest, NOW), 401),
        (lambda engine: revoke_token(engine, "county", list_tokens(engine, "analyst")[0].digest, NOW), 200),
    ],
)
def test_a_token_dies_with_its_reasons(
    service: Service, change: Callable[[Engine], object], status: int
) -> None:
    headers = bearer(service.token())
    assert service.client.get(RATE, headers=headers).status_code == 200
    change(service.engine)
    assert service.client.get(RATE, headers=headers).status_code == status


def test_an_expired_token_says_so(service: Service) -> None:
    headers = bearer(service.token(days=2))
    service.later(days=2)
    answer = service.client.get(RATE, headers=headers)
    assert (answer.status_code, "过期" in answer.json()["detail"]) == (401, True)


def test_guessing_ends_in_a_lock_that_good_tokens_do_not_feel(service: Service) -> None:
    statuses = [
        service.client.get(RATE, headers=bearer(f"bamai_{number:043d}")).status_code for number in range(22)
    ]
    assert statuses == [401] * 19 + [429] * 3
    assert service.client.get(RATE, headers=bearer("bamai_no")).headers["retry-after"] == "900"
    assert service.client.get(RATE, headers=bearer(service.token())).status_code == 200


def test_no_token_is_in_any_record_or_answer(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    token = service.token()
    good = service.client.get(RATE, headers=bearer(token))
    wrong = service.client.get(f"{RATE}?access_token={token}", headers=bearer(token))
    assert wrong.status_code == 400, "a token in the address is not understood"
    service.later(days=100)
    dead = service.client.get(RATE, headers=bearer(token))
    service.register.close()
    with service.engine.connect() as connection:
        stored = "\n".join(
            str(row) for table in records_metadata.sorted_tables for row in connection.execute(select(table))
        )
    secret = token.removeprefix("bamai_")
    answers = [one.text + str(one.headers) for one in (good, wrong, dead)]
    assert [text for text in (stored, caplog.text, *answers) if secret in text] == []


def test_columns_about_persons_need_the_right(service: Service) -> None:
    address = "/api/v1/tables/sample?personal=1&from=2025-10-01&format=json"
    official = {"cookie": f"{COOKIE}={service.cookie('official')}"}
    refused = service.client.get(address, headers=official)
    assert (refused.status_code, "统计岗" in refused.json()["detail"]) == (403, True)
    assert service.client.get(address.replace("personal=1&", ""), headers=official).status_code == 200
    assert service.client.get(address, headers=bearer(service.token())).status_code == 200


def test_every_taking_is_in_the_audit_trail(service: Service) -> None:
    service.client.get(f"{RATE}?by=division", headers=bearer(service.token()))
    with service.engine.connect() as connection:
        row = connection.execute(select(audit_event).where(audit_event.c.event == "download")).one()
    assert (row.username, row.row_count, row.address) == ("analyst", 4, "testclient")
    assert "试验" in row.detail
    assert "metrics/unqualified_rate?by=division" in row.detail


def test_without_the_record_database_nobody_takes_anything(service: Service) -> None:
    known = {"cookie": f"{COOKIE}={service.cookie('analyst')}"}
    unseen = {"cookie": f"{COOKIE}={service.cookie('analyst')}"}
    assert service.client.get(RATE, headers=known).status_code == 200
    token = bearer(service.token())
    # In turn with what the answers before still write.
    with exclusive_transaction(service.engine) as connection:
        records_metadata.drop_all(connection)
    for headers in (token, known, unseen):
        answer = service.client.get(RATE, headers=headers)
        assert (answer.status_code, "记录数据库" in answer.json()["detail"]) == (503, True)


@pytest.mark.parametrize("by_token", [True, False])
def test_a_file_ends_with_the_right_to_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, by_token: bool
) -> None:
    cookie = service.cookie("analyst")
    headers = bearer(service.token()) if by_token else {"cookie": f"{COOKIE}={cookie}"}
    whole = RowSource.batches

    def ends(self: RowSource, names: Any) -> Iterator[Any]:
        for batch in whole(self, names):
            yield batch.slice(0, 100)
            if by_token:
                revoke_token(service.engine, "analyst", list_tokens(service.engine, "analyst")[0].digest, NOW)
            else:
                end_session(service.engine, digest_of(cookie), NOW)
            yield batch.slice(100)

    monkeypatch.setattr(RowSource, "batches", ends)
    monkeypatch.setattr("lib.api.delivery._RIGHT_SECONDS", 0)
    with pytest.raises(BrokenOff):
        service.client.get("/api/v1/tables/sample", headers=headers)
    assert service.takings.running == 0


def test_a_running_file_outlives_the_record_database(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = bearer(service.token())
    whole = RowSource.batches

    def goes(self: RowSource, names: Any) -> Iterator[Any]:
        batches = whole(self, names)
        yield next(batches)
        with exclusive_transaction(service.engine) as connection:
            records_metadata.drop_all(connection)
        yield from batches

    monkeypatch.setattr(RowSource, "batches", goes)
    monkeypatch.setattr("lib.api.delivery._RIGHT_SECONDS", 0)
    answer = service.client.get("/api/v1/tables/sample", headers=headers)
    assert answer.content.count(b"\r\n") - 1 == int(answer.headers["x-row-count"])
    records_metadata.create_all(service.engine)
