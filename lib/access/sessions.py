"""Login sessions: a single-use ticket buys an opaque random id, of which only the SHA-256 is stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from lib.access.accounts import ACCOUNT_COLUMNS, WITH_DISTRICTS, Account, account_in, find_account
from lib.access.audit import one_line, record_event
from lib.access.records import reading, writing
from lib.data.tables.access import account as account_table
from lib.data.tables.access import login_session, login_ticket

TICKET_LIFE = timedelta(seconds=30)
# A dispatch meeting may stand on one page for hours; a working day is the longest anybody stays logged in.
IDLE_LIFE = timedelta(hours=4)
ABSOLUTE_LIFE = timedelta(hours=12)
# Writing at every click would make readers wait for a running load, so the last use is kept to the minute.
SEEN_STEP = timedelta(minutes=1)

_GOOD = (
    select(login_session.c.seen_at, *ACCOUNT_COLUMNS)
    .select_from(WITH_DISTRICTS.join(login_session, login_session.c.username == account_table.c.username))
    .where(login_session.c.session_digest == bindparam("digest"), login_session.c.revoked_at.is_(None))
    .where(
        login_session.c.expires_at > bindparam("moment"), login_session.c.seen_at > bindparam("idle_since")
    )
    .where(account_table.c.active, account_table.c.credential_version == login_session.c.credential_version)
)


@dataclass(frozen=True)
class OpenSession:
    """A session that was good when it was checked, and the account it belongs to."""

    digest: str
    account: Account
    seen_at: datetime


def digest_of(secret: str) -> str:
    """SHA-256 of a session id or ticket, in hexadecimal: what is stored and what is passed on."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_ticket(connection: Connection, account: Account, now: datetime) -> str:
    """Return a ticket that one POST within 30 seconds may exchange for a session."""
    ticket = secrets.token_urlsafe(32)
    connection.execute(delete(login_ticket).where(login_ticket.c.expires_at <= now))
    connection.execute(
        insert(login_ticket).values(
            ticket_digest=digest_of(ticket),
            username=account.username,
            credential_version=account.credential_version,
            expires_at=now + TICKET_LIFE,
        )
    )
    return ticket


def redeem_ticket(engine: Engine, ticket: str, now: datetime, *, address: str, user_agent: str) -> str | None:
    """Exchange a ticket for a new session id; None if it is unknown, used, late or its account changed."""
    mine = login_ticket.c.ticket_digest == digest_of(ticket)
    with writing(engine) as connection:
        row = connection.execute(select(login_ticket).where(mine)).one_or_none()
        # The row count of the deletion decides who was first when two requests bring the same ticket.
        if row is None or connection.execute(delete(login_ticket).where(mine)).rowcount != 1:
            return None
        account = find_account(connection, row.username)
        if row.expires_at <= now or not _is_current(account, row.credential_version):
            return None
        session_id = secrets.token_urlsafe(32)
        connection.execute(
            insert(login_session).values(
                session_digest=digest_of(session_id),
                username=row.username,
                credential_version=row.credential_version,
                created_at=now,
                seen_at=now,
                expires_at=now + ABSOLUTE_LIFE,
                revoked_at=None,
                address=one_line(address, 64),
                user_agent=one_line(user_agent, 200),
            )
        )
        record_event(
            connection,
            now=now,
            event="login",
            username=row.username,
            session_digest=digest_of(session_id),
            address=address,
        )
        return session_id


def check_session(
    engine: Engine, session_digest: str, now: datetime, *, demo_allowed: bool
) -> OpenSession | None:
    """The session of that digest if it is neither revoked, idle, over, nor its account changed."""
    moment = {"digest": session_digest, "moment": now, "idle_since": now - IDLE_LIFE}
    with reading(engine) as connection:
        rows = connection.execute(_GOOD, moment).all()
    if not rows:
        return None
    checked = OpenSession(digest=session_digest, account=account_in(rows), seen_at=rows[0].seen_at)
    return None if checked.account.is_demo and not demo_allowed else checked


def touch_session(engine: Engine, session_digest: str, now: datetime) -> None:
    """Note that the session was used just now; for clicks of a person, never for automatic refreshes."""
    with writing(engine) as connection:
        connection.execute(
            update(login_session)
            .where(login_session.c.session_digest == session_digest, login_session.c.revoked_at.is_(None))
            .values(seen_at=now)
        )


def end_session(engine: Engine, session_digest: str, now: datetime, *, address: str = "") -> None:
    """Revoke a session: every tab on it is logged out at its next click, a copied cookie is worthless."""
    mine = login_session.c.session_digest == session_digest
    with writing(engine) as connection:
        username = connection.scalar(select(login_session.c.username).where(mine))
        if username is None:
            return
        connection.execute(
            update(login_session).where(mine, login_session.c.revoked_at.is_(None)).values(revoked_at=now)
        )
        record_event(
            connection,
            now=now,
            event="logout",
            username=username,
            session_digest=session_digest,
            address=address,
        )


def _is_current(account: Account | None, credential_version: int) -> bool:
    return account is not None and account.active and account.credential_version == credential_version
