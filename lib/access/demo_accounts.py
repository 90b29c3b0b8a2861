"""Demo accounts: one per role and one limited to a county. Their passwords are public, so only a demo may hold them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from lib.access.accounts import Account, create_account, find_account
from lib.access.records import reading
from lib.access.roles import Role
from lib.data.scope import Scope


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
    """Create the demo accounts that are missing and return all of them; existing ones are left as they are."""
    for demo in DEMO_ACCOUNTS:
        if _existing(engine, demo.username) is None:
            _create(engine, demo, now)
    return DEMO_ACCOUNTS


def _existing(engine: Engine, username: str) -> Account | None:
    with reading(engine) as connection:
        return find_account(connection, username)


def _create(engine: Engine, demo: DemoAccount, now: datetime) -> None:
    try:
        create_account(
            engine, demo.username, demo.password, demo.role, demo.display_name, demo.scope, now, is_demo=True
        )
    except IntegrityError:
        # Two processes may start on a new database at once; the other one was first, which is just as good.
        if _existing(engine, demo.username) is None:
            raise
