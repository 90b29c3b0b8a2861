"""Demo accounts: one per role and one limited to a county. Their passwords are public: demo only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from lib.access.accounts import create_account
from lib.access.records import reading
from lib.access.roles import Role
from lib.data.scope import Scope
from lib.data.tables.access import account


@dataclass(frozen=True)
class DemoAccount:
    """What the login page of a demo shows for one account."""

    username: str
    password: str
    role: Role
    display_name: str
    scope: Scope
    scope_label: str


_FUNAN_COUNTY = "341225"

DEMO_ACCOUNTS = (
    DemoAccount("official", "official-demo-1", Role.OFFICIAL, "演示·科长", Scope.everything(), "全部地区"),
    DemoAccount(
        "presenter", "presenter-demo-1", Role.PRESENTER, "演示·调度会主持", Scope.everything(), "全部地区"
    ),
    DemoAccount("analyst", "analyst-demo-1", Role.ANALYST, "演示·统计岗", Scope.everything(), "全部地区"),
    DemoAccount(
        "operator", "operator-demo-1", Role.OPERATOR, "演示·系统管理员", Scope.everything(), "全部地区"
    ),
    DemoAccount(
        "county",
        "county-demo-1",
        Role.ANALYST,
        "演示·阜南县统计岗",
        Scope.of(_FUNAN_COUNTY),
        "阜南县（341225）",
    ),
)


def ensure_demo_accounts(engine: Engine, now: datetime) -> tuple[DemoAccount, ...]:
    """Create the demo accounts that are missing and return all; existing ones are left as they are."""
    present = _usernames(engine)
    for demo in DEMO_ACCOUNTS:
        if demo.username not in present:
            _create(engine, demo, now)
    return DEMO_ACCOUNTS


def _usernames(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(account.c.username)))


def _create(engine: Engine, demo: DemoAccount, now: datetime) -> None:
    try:
        create_account(
            engine,
            demo.username,
            demo.password,
            role=demo.role,
            display_name=demo.display_name,
            districts=demo.scope,
            now=now,
            is_demo=True,
        )
    except IntegrityError:
        # Two processes may start on a new database at once; the other one was first, which is just as good.
        if demo.username not in _usernames(engine):
            raise
