"""The audit trail: rows are added and never changed."""

from datetime import datetime

from sqlalchemy import Connection, insert

from lib.data.tables.access import USERNAME_LENGTH, audit_event


def one_line(text: str, length: int) -> str:
    """Return text fit for a log: control characters replaced, cut to ``length`` characters."""
    return "".join(character if character.isprintable() else "�" for character in text[:length])


def record_event(
    connection: Connection,
    *,
    now: datetime,
    event: str,
    username: str,
    subject: str = "",
    address: str = "",
    session_digest: str | None = None,
    row_count: int | None = None,
    detail: str = "",
) -> None:
    """Add one audit row. Never pass a password, a ticket or a session id."""
    connection.execute(
        insert(audit_event).values(
            at=now,
            event=event,
            username=one_line(username, USERNAME_LENGTH),
            subject=one_line(subject, 120),
            address=one_line(address, 64),
            session_digest=session_digest,
            row_count=row_count,
            detail=one_line(detail, 500),
        )
    )
