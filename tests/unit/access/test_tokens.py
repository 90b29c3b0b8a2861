"""Access tokens: shown once, never more than the account, and dead when it should be."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select

from lib.access.accounts import Account, deactivate, grant, set_password
from lib.access.bearer import TokenRefused, check_token, touch_token
from lib.access.errors import AccessRefused
from lib.access.records import writing
from lib.access.tokens import MOST_TOKENS, create_token, list_tokens, revoke_token
from lib.data.scope import Scope
from lib.data.tables.access import audit_event
from lib.data.tables.base import records_metadata
from lib.data.tables.reference import reporting_unit
from tests.unit.access.conftest import NOW, PASSWORD

Add = Callable[..., Account]
ADDRESS = "192.0.2.7"


@pytest.fixture(autouse=True)
def _units(engine: Engine) -> None:
    units = [
        ("340000", "安徽省", 1, None),
        ("341200", "阜阳市", 2, "340000"),
        ("341202", "颍州区", 3, "341200"),
        ("341225", "阜南县", 3, "341200"),
        ("340100", "合肥市", 2, "340000"),
        ("999998", "自为上级", 3, "999998"),
    ]
    with engine.begin() as connection:
        for code, name, level, parent in units:
            connection.execute(
                insert(reporting_unit).values(
                    code=code,
                    name=name,
                    level=level,
                    parent_code=parent,
                    kind="administrative",
                    source="test",
                )
            )


def make(engine: Engine, username: str = "analyst", **changes: object) -> str:
    values: dict[str, object] = {"label": "月报脚本", "days": 90, "districts": None, "now": NOW, **changes}
    return create_token(engine, username, **values)  # type: ignore[arg-type]


def check(engine: Engine, token: str, *, later: timedelta = timedelta(0), demo_allowed: bool = False):  # type: ignore[no-untyped-def]
    return check_token(engine, token, NOW + later, address=ADDRESS, demo_allowed=demo_allowed)


def reason(engine: Engine, token: str, **changes: object) -> str:
    with pytest.raises(TokenRefused) as refusal:
        check(engine, token, **changes)  # type: ignore[arg-type]
    return str(refusal.value)


def every_text(engine: Engine) -> str:
    """Whatever any column of the record database holds, as one text."""
    with engine.connect() as connection:
        tables = [
            table
            for table in records_metadata.sorted_tables
            if engine.dialect.has_table(connection, table.name)
        ]
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


def events(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(audit_event.c.event).order_by(audit_event.c.id)))


def test_a_token_stands_for_its_account(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    token = make(engine)
    holder = check(engine, token)
    assert (holder.account.username, holder.scope, holder.label) == (
        "analyst",
        Scope.everything(),
        "月报脚本",
    )
    assert token.startswith("bamai_")
    assert len(token) == 6 + 43, "32 random bytes"
    assert make(engine) != token


def test_nothing_stored_is_the_token(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    token = make(engine)
    check(engine, token)
    reason(engine, token, later=timedelta(days=91))
    assert token.removeprefix("bamai_") not in every_text(engine)


def test_districts_of_the_token_are_all_it_sees(engine: Engine, add_account: Add) -> None:
    add_account("analyst", districts=Scope.of("341200"))
    holder = check(engine, make(engine, districts=("341225", "341202")))
    assert holder.scope == Scope.of("341202", "341225")


@pytest.mark.parametrize(
    "districts", [(), ("340100",), ("340000",), ("341225", "340100"), ("999999",), ("999998",), ("' OR 1=1",)]
)
def test_districts_outside_the_account_are_refused(
    engine: Engine, add_account: Add, districts: tuple[str, ...]
) -> None:
    add_account("analyst", districts=Scope.of("341200"))
    with pytest.raises(AccessRefused):
        make(engine, districts=districts)


def test_districts_that_left_the_account_are_refused_at_use(engine: Engine, add_account: Add) -> None:
    account = add_account("analyst", districts=Scope.of("341200", "340100"))
    token = make(engine, districts=("341225",))
    # The account version is what normally ends the token; the districts are checked all the same.
    narrowed = replace(account, scope=Scope.of("340100"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lib.access.bearer.find_account", lambda connection, username: narrowed)
        assert "不在账号范围" in reason(engine, token)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda engine: set_password(engine, "analyst", f"{PASSWORD}2", NOW), "变更"),
        (lambda engine: grant(engine, "analyst", "analyst", Scope.of("341225"), NOW), "变更"),
        (lambda engine: grant(engine, "analyst", "official", Scope.everything(), NOW), "变更"),
        (lambda engine: deactivate(engine, "analyst", NOW), "停用"),
    ],
)
def test_a_change_of_the_account_ends_its_tokens(
    engine: Engine, add_account: Add, change: Callable[[Engine], None], said: str
) -> None:
    add_account("analyst")
    token = make(engine)
    change(engine)
    assert said in reason(engine, token)
    assert not list_tokens(engine, "analyst")[0].is_current


def test_a_token_ends_by_itself(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    token = make(engine, days=3)
    assert check(engine, token, later=timedelta(days=3) - timedelta(seconds=1)).account.username == "analyst"
    assert "过期" in reason(engine, token, later=timedelta(days=3))


def test_a_token_is_revoked_by_its_owner_only(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    add_account("another")
    token = make(engine)
    digest = list_tokens(engine, "analyst")[0].digest
    assert revoke_token(engine, "another", digest, NOW) is False
    assert check(engine, token).account.username == "analyst"
    assert revoke_token(engine, "analyst", digest, NOW) is True
    assert revoke_token(engine, "analyst", digest, NOW) is False, "it ended before"
    assert "撤销" in reason(engine, token)
    assert list_tokens(engine, "analyst")[0].ended(NOW) == "已撤销"
    assert events(engine)[-2:] == ["token_revoked", "token_refused"]


@pytest.mark.parametrize("role", ["official", "presenter"])
def test_other_posts_have_no_tokens(engine: Engine, add_account: Add, role: str) -> None:
    add_account("reader", role=role)
    with pytest.raises(AccessRefused, match="统计岗"):
        make(engine, "reader")


@pytest.mark.parametrize("changes", [{"days": 0}, {"days": 366}, {"label": " "}, {"label": "长" * 65}])
def test_a_token_has_a_use_and_an_end(engine: Engine, add_account: Add, changes: dict[str, object]) -> None:
    add_account("analyst")
    with pytest.raises(AccessRefused):
        make(engine, **changes)


def test_there_are_never_more_than_twenty(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    for _ in range(MOST_TOKENS):
        make(engine)
    with pytest.raises(AccessRefused, match="撤销"):
        make(engine)
    make(engine, now=NOW + timedelta(days=91))


def test_a_demo_account_has_none_in_production(engine: Engine, add_account: Add) -> None:
    add_account("analyst", is_demo=True)
    token = make(engine)
    assert check(engine, token, demo_allowed=True).account.is_demo
    assert "停用" in reason(engine, token)


def test_guesses_are_slowed_down_and_good_tokens_are_not(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    token = make(engine)
    waits = []
    for number in range(25):
        with pytest.raises(TokenRefused) as refusal:
            check(engine, f"bamai_{number:043d}")
        waits.append(refusal.value.wait)
    assert waits == [None] * 19 + [timedelta(minutes=15)] * 6
    assert check(engine, token).account.username == "analyst"
    assert events(engine).count("token_refused") == 19
    assert events(engine).count("token_locked") == 1, "what comes during a lock is not written down"


def test_a_script_with_a_dead_token_locks_nobody_out(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    dead, good = make(engine, days=1), make(engine, days=9)
    for _ in range(30):
        assert "过期" in reason(engine, dead, later=timedelta(days=2))
    assert check(engine, good, later=timedelta(days=2)).account.username == "analyst"
    assert reason(engine, "bamai_unknown").startswith("访问令牌不存在")
    assert len([event for event in events(engine) if event.startswith("token_")]) == 2 + 5 + 1


def test_the_last_use_is_listed(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    make(engine)
    (entry,) = list_tokens(engine, "analyst")
    assert (entry.used_at, entry.ended(NOW), entry.district_codes) == (None, "", None)
    with writing(engine) as connection:
        touch_token(connection, entry.digest, NOW)
    assert list_tokens(engine, "analyst")[0].used_at == NOW
