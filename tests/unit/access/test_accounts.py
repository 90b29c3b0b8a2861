from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from lib.access.accounts import (
    Account,
    active_demo_accounts,
    create_account,
    deactivate,
    find_account,
    grant,
    list_accounts,
    password_hash_of,
    set_password,
)
from lib.access.demo_accounts import DEMO_ACCOUNTS, ensure_demo_accounts
from lib.access.errors import AccessRefused
from lib.access.passwords import password_matches
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.tables.access import account, audit_event
from tests.unit.access.conftest import NOW, PASSWORD

Add = Callable[..., Account]


def test_an_account_is_found_as_it_was_created(engine: Engine, add_account: Add) -> None:
    add_account("科长.一", role="official", display_name="科长", districts=Scope.of("341225", "341202"))
    with engine.connect() as connection:
        found = find_account(connection, "科长.一")
    assert found == Account(
        username="科长.一",
        display_name="科长",
        role=Role.OFFICIAL,
        scope=Scope.of("341202", "341225"),
        active=True,
        is_demo=False,
        credential_version=1,
    )


def test_all_districts_is_a_flag_of_its_own(engine: Engine, add_account: Add) -> None:
    assert add_account("city", districts=Scope.everything()).scope == Scope.everything()
    with pytest.raises(AccessRefused, match="空白不等于全部"):
        add_account("empty", districts=Scope.of())


def test_the_stored_password_is_a_hash(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    with engine.connect() as connection:
        stored = password_hash_of(connection, "analyst")
    assert stored is not None
    assert PASSWORD not in stored
    assert password_matches(PASSWORD, stored)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"username": "a"}, "用户名"),
        ({"username": "with blank"}, "用户名"),
        ({"username": "x" * 41}, "用户名"),
        ({"username": "a/../b"}, "用户名"),
        ({"role": "admin"}, r"没有角色“admin”.*operator"),
        ({"display_name": "  "}, "显示名称"),
        ({"districts": Scope.of("3412")}, "属地代码.*3412"),
        ({"districts": Scope.of("341225;DROP")}, "属地代码"),
    ],
)
def test_what_is_wrong_is_named(
    engine: Engine, add_account: Add, changes: dict[str, object], reason: str
) -> None:
    with pytest.raises(AccessRefused, match=reason):
        add_account(**changes)
    assert list_accounts(engine) == []


def test_a_name_is_taken_whatever_its_case(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    with pytest.raises(AccessRefused, match="已经存在"):
        add_account("Analyst ")


def test_every_change_raises_the_credential_version(engine: Engine, add_account: Add) -> None:
    add_account("analyst", districts=Scope.of("341225"))
    set_password(engine, "analyst", "another password", NOW)
    grant(engine, "Analyst", Role.OPERATOR, Scope.everything(), NOW)
    deactivate(engine, "analyst", NOW + timedelta(days=1))
    (changed,) = list_accounts(engine)
    assert changed.credential_version == 4
    assert (changed.role, changed.scope, changed.active) == (Role.OPERATOR, Scope.everything(), False)
    with engine.connect() as connection:
        assert password_matches("another password", password_hash_of(connection, "analyst"))


def test_districts_are_replaced_not_added_to(engine: Engine, add_account: Add) -> None:
    add_account("analyst", districts=Scope.of("341225", "341202"))
    grant(engine, "analyst", "analyst", Scope.of("341221"), NOW)
    (changed,) = list_accounts(engine)
    assert changed.scope == Scope.of("341221")


@pytest.mark.parametrize(
    "change",
    [
        lambda engine: set_password(engine, "nobody", "another password", NOW),
        lambda engine: grant(engine, "nobody", "analyst", Scope.everything(), NOW),
        lambda engine: deactivate(engine, "nobody", NOW),
    ],
)
def test_changing_an_unknown_account_says_so(engine: Engine, change: Callable[[Engine], None]) -> None:
    with pytest.raises(AccessRefused, match="没有名为“nobody”"):
        change(engine)


def test_changes_are_audited_without_the_password(engine: Engine, add_account: Add) -> None:
    add_account("analyst")
    set_password(engine, "analyst", "another password", NOW)
    with engine.connect() as connection:
        rows = connection.execute(select(audit_event).order_by(audit_event.c.id)).all()
    assert [row.event for row in rows] == ["account_created", "password_set"]
    assert not any(secret in str(row) for row in rows for secret in (PASSWORD, "another password", "$2b$"))


def test_demo_accounts_cover_every_role_and_one_county(engine: Engine) -> None:
    shown = ensure_demo_accounts(engine, NOW)
    assert {one.role for one in shown} == set(Role)
    stored = {one.username: one for one in list_accounts(engine)}
    assert all(one.is_demo for one in stored.values())
    assert [one.scope for one in stored.values() if not one.scope.is_everything] == [Scope.of("341225")]
    with engine.connect() as connection:
        assert set(active_demo_accounts(connection)) == set(stored)
        for one in shown:
            assert password_matches(one.password, password_hash_of(connection, one.username))


def test_demo_accounts_are_made_once_and_never_overwritten(engine: Engine) -> None:
    ensure_demo_accounts(engine, NOW)
    set_password(engine, "county", "changed password", NOW)
    ensure_demo_accounts(engine, NOW)
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(account)) == len(DEMO_ACCOUNTS)
        assert password_matches("changed password", password_hash_of(connection, "county"))


def test_an_account_of_the_same_name_stops_nothing(engine: Engine, add_account: Add) -> None:
    add_account("county", districts=Scope.of("341202"))
    ensure_demo_accounts(engine, NOW)
    with engine.connect() as connection:
        found = find_account(connection, "county")
    assert found is not None
    assert not found.is_demo


def test_names_beyond_the_rules_never_reach_the_database(engine: Engine) -> None:
    with pytest.raises(AccessRefused):
        create_account(
            engine,
            "' OR 1=1 --",
            PASSWORD,
            role="analyst",
            display_name="统计岗",
            districts=Scope.everything(),
            now=NOW,
        )
