"""Login as AppTest sees it: every page file run alone, and the login of a demo without server.py."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from streamlit.testing.v1 import AppTest

from lib.access.accounts import create_account, deactivate
from lib.access.demo_accounts import ensure_demo_accounts
from lib.access.gate import GATE_MARK
from lib.access.reception import reception
from lib.access.roles import Role
from lib.data.database import record_engine
from lib.data.scope import Scope
from lib.data.settings import settings
from lib.data.tables import access
from lib.data.tables.base import records_metadata
from lib.ui import identity, page_table
from lib.ui.authenticator import PACKAGE_KEYS
from lib.ui.identity import Reader, Visitor

NOW = datetime(2025, 11, 3, tzinfo=UTC)
PAGE_FILES = sorted(Path(__file__).parents[2].glob("pages/*/*.py"))
TABLES = [
    access.account,
    access.account_district,
    access.login_session,
    access.login_ticket,
    access.login_throttle,
    access.audit_event,
]
# A page of its own, so that these tests do not depend on what the real pages show.
PAGE = """
from lib.access.roles import Role
from lib.ui.begin_page import begin_page
import streamlit as st
reader = begin_page("机密", roles=frozenset({Role.ANALYST, Role.OPERATOR}))
st.text(f"marker for {reader.username} in {sorted(reader.scope.codes)}")
"""


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A record database with the demo accounts; the settings of this process point to it."""
    url = f"sqlite:///{tmp_path / 'records.db'}"
    monkeypatch.setenv("BAMAI_DATABASE_URL", url)
    monkeypatch.setenv("BAMAI_SNAPSHOTS", str(tmp_path / "published"))
    monkeypatch.setenv("BAMAI_ENV", "demo")
    monkeypatch.setattr("lib.access.passwords.ROUNDS", 4)
    settings.cache_clear()
    reception.cache_clear()
    made = record_engine(url)
    records_metadata.create_all(made, tables=TABLES)
    ensure_demo_accounts(made, NOW)
    yield made
    made.dispose()
    reception().engine.dispose()
    settings.cache_clear()
    reception.cache_clear()


def log_in(at: AppTest, username: str, password: str) -> AppTest:
    at.text_input[0].set_value(username)
    at.text_input[1].set_value(password)
    return at.button[0].click().run()


def words(at: AppTest) -> str:
    """Everything a reader can read."""
    elements = [*at.title, *at.caption, *at.error, *at.warning, *at.text, *at.markdown, *at.subheader]
    return "\n".join(str(element.value) for element in elements)


def shows_login_only(at: AppTest) -> bool:
    return [field.label for field in at.text_input] == ["用户名", "密码"] and "marker" not in words(at)


@pytest.mark.parametrize("page", PAGE_FILES, ids=lambda page: page.stem)
def test_a_page_run_alone_shows_the_login_and_nothing_else(engine: Engine, page: Path) -> None:
    at = AppTest.from_file(str(page)).run(timeout=30)
    assert not at.exception
    assert shows_login_only(at)
    assert [title.value for title in at.title] == ["食安把脉"]
    assert not at.sidebar.button


def test_the_page_table_lists_every_page_file() -> None:
    root = Path(__file__).parents[2]
    assert {root / entry.path for entry in page_table.PAGES} == set(PAGE_FILES)
    addresses = [entry.url_path for entry in page_table.PAGES]
    assert len(addresses) == len(set(addresses))
    assert [entry.default for entry in page_table.PAGES].count(True) == 1


def test_the_demo_shows_its_accounts_and_says_how_long_the_login_lasts(engine: Engine) -> None:
    at = AppTest.from_string(PAGE).run()
    shown = at.table[0].value
    assert list(shown["用户名"]) == ["official", "presenter", "analyst", "operator", "county"]
    assert set(shown["密码"]) >= {"county-demo-1"}
    assert "本标签页" in words(at)


def test_the_right_password_opens_the_page_and_leaves_nothing_of_the_package(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "analyst", "analyst-demo-1")
    assert not at.exception
    assert "marker for analyst in []" in words(at)
    assert [key for key in PACKAGE_KEYS if key in at.session_state] == []
    assert not at.text_input, "the form is gone"


def test_the_districts_of_the_account_reach_the_page(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "county", "county-demo-1")
    assert "marker for county in ['341225']" in words(at)


@pytest.mark.parametrize(
    ("username", "password"),
    [("analyst", "wrong password"), ("nobody", "wrong password"), ("county", "x" * 80)],
)
def test_every_refusal_has_the_same_words(engine: Engine, username: str, password: str) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), username, password)
    assert shows_login_only(at)
    assert [error.value for error in at.error] == ["用户名或密码错误。连续错误多次后须等待 15 分钟。"]


def test_a_locked_name_gets_the_words_of_a_wrong_password(engine: Engine) -> None:
    at = AppTest.from_string(PAGE).run()
    for _ in range(5):
        at = log_in(at, "analyst", "wrong password")
    at = log_in(at, "analyst", "analyst-demo-1")
    assert [error.value for error in at.error] == ["用户名或密码错误。连续错误多次后须等待 15 分钟。"]


def test_a_role_without_the_page_is_told_so_and_audited(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "official", "official-demo-1")
    assert "marker" not in words(at)
    assert [title.value for title in at.title] == ["无权访问"]
    with engine.connect() as connection:
        denied = connection.execute(
            select(access.audit_event).where(access.audit_event.c.event == "denied")
        ).one()
    assert (denied.username, denied.subject) == ("official", "机密")


def test_logging_out_shows_the_login(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "analyst", "analyst-demo-1")
    at.sidebar.button[0].click().run()
    assert shows_login_only(at)


def test_a_deactivated_account_is_out_at_the_next_click(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "analyst", "analyst-demo-1")
    deactivate(engine, "analyst", NOW)
    assert shows_login_only(at.run())


def test_without_the_database_the_login_page_says_so(engine: Engine) -> None:
    at = AppTest.from_string(PAGE).run()
    records_metadata.drop_all(engine, tables=TABLES)
    at = log_in(at, "analyst", "analyst-demo-1")
    assert not at.exception
    assert "连接不上记录数据库" in words(at)


def test_without_the_database_a_logged_in_tab_goes_on(engine: Engine) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "analyst", "analyst-demo-1")
    records_metadata.drop_all(engine, tables=TABLES)
    at.run()
    assert not at.exception
    assert "marker for analyst" in words(at)
    assert "最近一次发布的数据" in words(at)


def test_production_without_the_server_lets_nobody_in(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_account(
        engine,
        "real",
        "a real password",
        role="analyst",
        display_name="统计岗",
        districts=Scope.everything(),
        now=NOW,
    )
    monkeypatch.setenv("BAMAI_ENV", "production")
    settings.cache_clear()
    reception.cache_clear()
    at = AppTest.from_string(PAGE).run()
    assert not at.text_input
    assert not at.table
    assert "python server.py" in words(at)


def test_a_tab_login_of_a_demo_is_worth_nothing_in_production(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = log_in(AppTest.from_string(PAGE).run(), "analyst", "analyst-demo-1")
    monkeypatch.setenv("BAMAI_ENV", "production")
    settings.cache_clear()
    reception.cache_clear()
    assert "marker" not in words(at.run())


def test_session_keys_of_the_package_change_nothing(engine: Engine) -> None:
    at = AppTest.from_string(PAGE)
    at.session_state["authentication_status"] = True
    at.session_state["username"] = "operator"
    at.session_state["roles"] = ["operator"]
    assert shows_login_only(at.run())


UserInfo = dict[str, object]


@pytest.mark.parametrize(
    "user",
    [{}, {"gate": "guess", "session": "x" * 64}, {"gate": None}, {"gate": 1, "session": True}, {"gate": ""}],
)
def test_identity_not_from_our_gate_is_not_believed(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, user: UserInfo
) -> None:
    monkeypatch.setattr(identity.st, "user", user)
    assert identity.current_visitor() == Visitor()


def test_behind_the_gate_no_cookie_means_nobody(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity.st, "user", {"gate": GATE_MARK, "session": "", "address": "10.0.0.7"})
    assert identity.current_visitor() == Visitor(address="10.0.0.7", behind_gate=True)


def menu(role: Role | None) -> dict[str, str]:
    """Address → visibility, as declared to Streamlit."""
    reader = Reader("somebody", "某岗", role, Scope.everything()) if role else None
    sections = page_table.navigation_pages(reader).values()
    return {page["url_path"]: page["visibility"] for section in sections for page in section}  # type: ignore[index]


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """st.Page does nothing outside a run; keep what it was told."""
    monkeypatch.setattr(page_table.st, "Page", lambda path, **told: told)


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize("role", [None, *Role])
def test_the_menu_has_every_address_for_everybody(role: Role | None) -> None:
    assert list(menu(role)) == [entry.url_path for entry in page_table.PAGES]


@pytest.mark.usefixtures("declared")
def test_a_page_of_other_roles_is_hidden_but_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = page_table.PageEntry(
        "", "pages/x.py", "仅管理员", "operators-only", roles=frozenset({Role.OPERATOR})
    )
    monkeypatch.setattr(page_table, "PAGES", (entry,))
    assert menu(Role.OFFICIAL) == {"operators-only": "hidden"}
    assert menu(Role.OPERATOR) == {"operators-only": "visible"}


def test_a_failing_page_shows_a_number_and_the_log_has_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    at = AppTest.from_string(
        "from lib.ui.errors import errors_reported\n"
        "with errors_reported():\n"
        "    raise ValueError('postgresql://bamai:secret@db/bamai')\n"
    ).run()
    assert not at.exception
    (error,) = at.error
    assert "secret" not in error.value
    number = error.value.split("编号 ")[1][:8]
    assert number in caplog.text
    assert "secret" in caplog.text


FRAGMENT = """
import streamlit as st
from lib.access.accounts import deactivate
from lib.access.reception import reception
from lib.ui import identity
from lib.ui.begin_page import begin_page
reader = begin_page("片段")
@st.fragment
def part():
    identity.recheck(reader)
    st.text("marker of the fragment")
if st.checkbox("停用"):
    deactivate(reception().engine, "analyst", identity.present())
part()
"""


def test_a_fragment_stops_when_the_account_was_switched_off(engine: Engine) -> None:
    at = log_in(AppTest.from_string(FRAGMENT).run(), "analyst", "analyst-demo-1")
    assert "marker of the fragment" in words(at)
    # Switched off after begin_page of the same run, as it is when only the fragment runs again.
    at.checkbox[0].check().run()
    assert "marker of the fragment" not in words(at)
    assert "登录已结束或权限已变更" in words(at)
