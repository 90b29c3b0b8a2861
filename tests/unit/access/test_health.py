from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lib.access.health import NotReady, health_routes


def client_for(outcome: Mapping[str, object] | Exception) -> TestClient:
    def check() -> Mapping[str, object]:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return TestClient(Starlette(routes=health_routes(check)))


def test_ready_shows_the_facts() -> None:
    answer = client_for({"data_version": 42}).get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "data_version": 42})


def test_not_ready_gives_the_reason() -> None:
    answer = client_for(NotReady("连接不上记录数据库")).get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False, "reason": "连接不上记录数据库"})


def test_an_unexpected_failure_shows_a_number_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    answer = client_for(ValueError("postgresql://bamai:secret@db/bamai")).get("/readyz")
    assert answer.status_code == 503
    assert "secret" not in answer.text
    number = answer.json()["reason"][-8:]
    assert number in caplog.text


@pytest.mark.parametrize("outcome", [{}, ValueError("broken")])
def test_the_process_is_up_whatever_the_data_do(outcome: Mapping[str, object] | Exception) -> None:
    answer = client_for(outcome).get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")
