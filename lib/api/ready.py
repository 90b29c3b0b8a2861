"""What is about to be handed out: its headers, and its rows in the register and the audit trail."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from lib.access.audit import record_event
from lib.access.extracts import TakenExtract
from lib.api.callers import Caller
from lib.export.content import Content
from lib.export.extract import Extract

_STORE: Final = "private, no-store"
_ASCII: Final = re.compile(r"[a-z]*\d[a-z\d.-]*")
_VARY: Final = "Accept-Encoding, Authorization, Cookie"


@dataclass(frozen=True)
class Ready:
    """What is to be handed out, counted and described, and who takes it."""

    caller: Caller
    extract: Extract
    content: Content
    address: str
    file_name: str
    tag: str
    packed: bool
    seen: str
    reason: str

    def headers(self) -> dict[str, str]:
        """Those of the answer."""
        content = self.content
        # The same name with the id in front, for programs that know ASCII names only.
        side = f"{self.extract.part}_" if self.extract.kind == "rows" else ""
        plain = f"{self.extract.name}_{side}{'_'.join(_ASCII.findall(self.file_name))}"
        named = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(self.file_name, safe='')}"
        packing = {"Content-Encoding": "gzip"} if self.packed else {}
        return {
            "Content-Type": self.extract.media_type,
            "Content-Disposition": named,
            "X-Row-Count": str(content.row_count),
            "X-Data-Version": str(content.version),
            "X-As-Of": content.as_of.isoformat(),
            "X-Filter-Sentence": quote(content.sentence, safe=""),
            "X-Synthetic": "true" if content.is_synthetic else "false",
            **caching(self.tag),
            **packing,
        }


def event_of(event: str, ready: Ready, now: datetime, row_count: int | None = None) -> Callable[..., None]:
    """Writes one row of the audit trail."""
    caller = ready.caller
    by = f"；令牌“{caller.token_label}”" if caller.token_label else ""
    return lambda connection: record_event(
        connection,
        now=now,
        event=event,
        username=caller.account.username,
        subject=ready.file_name,
        address=caller.address,
        session_digest=caller.session_digest,
        row_count=row_count,
        detail="；".join(text for text in (f"接口{by}", ready.reason, ready.address) if text),
    )


def taken_of(ready: Ready, now: datetime, sha256: str) -> TakenExtract:
    """The row of the register."""
    content = ready.content
    return TakenExtract(
        at=now,
        username=ready.caller.account.username,
        door="api",
        query=ready.address,
        sentence=content.sentence,
        scope=ready.seen,
        data_version=content.version,
        file_name=ready.file_name,
        row_count=content.row_count,
        sha256=sha256,
        reason=ready.reason,
        release=content.release,
    )


def caching(tag: str) -> dict[str, str]:
    """Headers for stores: nobody keeps it, everybody may ask whether it changed."""
    return {"ETag": tag, "Vary": _VARY, "Cache-Control": _STORE, "Accept-Ranges": "none"}


def raw(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Headers as a server takes them."""
    return [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in headers.items()]
