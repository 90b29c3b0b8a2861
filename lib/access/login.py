"""One attempt to log in: lock, comparison, count and audit, with one answer for every reason to refuse."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from lib.access.accounts import Account, find_account, password_hash_of
from lib.access.audit import record_event
from lib.access.passwords import password_matches
from lib.access.records import reading, writing
from lib.access.sessions import new_ticket
from lib.access.throttle import count_failure, forget_failures, is_locked

# The same words for an unknown name, a wrong password, a lock and a switched-off account.
REFUSED = "用户名或密码错误。连续错误多次后须等待 15 分钟。"


@dataclass(frozen=True)
class Admission:
    """A successful attempt: who it is, and the ticket that the browser exchanges for a session."""

    account: Account
    ticket: str


def attempt_login(
    engine: Engine, username: str, password: str, now: datetime, *, address: str, demo_allowed: bool
) -> Admission | None:
    """Return an Admission for the right password of an active account, else None; both are audited.

    Takes the time of one bcrypt comparison whatever the reason. Raises RecordsUnavailable when the database
    does not answer.
    """
    username = username.strip().lower()
    with reading(engine) as connection:
        locked = is_locked(connection, username, address, now)
        found = find_account(connection, username)
        password_hash = password_hash_of(connection, username)
    # No connection is held during the comparison: twenty guesses must not empty the pool.
    right = password_matches(password, password_hash)
    admitted = right and not locked and _may_enter(found, demo_allowed)
    with writing(engine) as connection:
        if admitted and found is not None:
            forget_failures(connection, username)
            return Admission(account=found, ticket=new_ticket(connection, found, now))
        # A guess during the lock does not prolong it: a stranger must not lock anybody out for ever.
        now_locked = locked or count_failure(connection, username, address, now)
        event = "locked" if now_locked else "login_failed"
        record_event(connection, now=now, event=event, username=username, address=address)
    return None


def _may_enter(account: Account | None, demo_allowed: bool) -> bool:
    return account is not None and account.active and (demo_allowed or not account.is_demo)
