import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from lib.access.errors import StartRefused
from lib.access.start import checked_cookie_key, streamlit_options, streamlit_secret
from lib.data.settings import Settings

KEY = "0f6e1c0d9b8a7f6e5d4c3b2a19081726"


def production(key: str | None) -> Settings:
    return Settings(env="production", cookie_key=SecretStr(key) if key is not None else None)


@pytest.mark.parametrize(
    ("key", "reason"),
    [(None, "未设置"), ("", "未设置"), (KEY[:31], "太短"), ("钥" * 10, "太短"), ("0" * 64, "太简单")],
)
def test_production_refuses_a_weak_secret(key: str | None, reason: str) -> None:
    with pytest.raises(StartRefused, match=f"BAMAI_COOKIE_KEY.*{reason}|{reason}.*BAMAI_COOKIE_KEY"):
        checked_cookie_key(production(key))


def test_production_takes_a_secret_of_thirty_two_bytes() -> None:
    assert checked_cookie_key(production(KEY)) == KEY


def test_a_demo_makes_up_a_new_secret_each_time() -> None:
    demo = Settings(env="demo", cookie_key=None)
    first, second = checked_cookie_key(demo), checked_cookie_key(demo)
    assert first != second
    assert min(len(first), len(second)) >= 32


def test_streamlit_gets_a_secret_derived_from_ours() -> None:
    secret = streamlit_secret(production(KEY))["STREAMLIT_SERVER_COOKIE_SECRET"]
    assert KEY not in secret
    assert secret == streamlit_secret(production(KEY))["STREAMLIT_SERVER_COOKIE_SECRET"]
    assert secret != streamlit_secret(production(KEY[::-1]))["STREAMLIT_SERVER_COOKIE_SECRET"]


def test_only_headers_of_the_gate_are_trusted() -> None:
    trusted = json.loads(streamlit_options({})["server.trustedUserHeaders"])
    assert trusted
    assert all(name.lower().startswith("x-app-") for name in trusted), "the gate strips this prefix only"


def test_the_operator_sets_port_address_and_hosts() -> None:
    options = streamlit_options(
        {
            "STREAMLIT_SERVER_PORT": "9000",
            "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
            "STREAMLIT_SERVER_ALLOWED_HOSTS": "bamai.example.gov.cn, 10.1.2.3",
        }
    )
    assert options["server.port"] == 9000
    assert options["server.address"] == "0.0.0.0"
    assert options["server.allowedHosts"] == ["bamai.example.gov.cn", "10.1.2.3"]


def test_a_wrong_setting_is_named() -> None:
    with pytest.raises(StartRefused, match=r"STREAMLIT_SERVER_PORT.*eighty"):
        streamlit_options({"STREAMLIT_SERVER_PORT": "eighty"})


def test_the_server_does_not_start_without_a_secret(project_folder: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BAMAI_")}
    finished = subprocess.run(
        [sys.executable, str(project_folder / "server.py")],
        cwd=tmp_path,
        env={**environment, "BAMAI_DATABASE_URL": f"sqlite:///{tmp_path / 'records.db'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert finished.returncode == 2
    assert "BAMAI_COOKIE_KEY" in finished.stderr
    assert "Traceback" not in finished.stderr
