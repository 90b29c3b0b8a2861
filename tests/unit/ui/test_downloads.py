"""A file is handed out only while the same reader is logged in."""

from types import SimpleNamespace

import pytest

from lib.access.roles import Role
from lib.data.scope import Scope
from lib.ui import downloads, identity
from lib.ui.downloads import Download, DownloadRefused
from lib.ui.identity import Reader, Visitor

READER = Reader("tester", "测试", Role.ANALYST, Scope.of("341202"))
OFFER = Download("x.csv", 1, "范围：颍州区", "数据版本 1", lambda: b"content")


def session(reader: Reader | None) -> SimpleNamespace:
    """What checking the session finds: an account that makes this reader, or nothing."""
    return SimpleNamespace(session=None if reader is None else SimpleNamespace(account=reader))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Files written to the audit trail."""
    names: list[str] = []
    monkeypatch.setattr(downloads, "_record", lambda offer, visitor: names.append(offer.file_name))
    monkeypatch.setattr(identity, "reader_of", lambda account: account)
    return names


def handed_out(monkeypatch: pytest.MonkeyPatch, found: Reader | None) -> bytes:
    watch = SimpleNamespace(check=lambda digest, now: session(found))
    monkeypatch.setattr(downloads, "reception", lambda: SimpleNamespace(watch=watch))
    return downloads.handed_out(OFFER, Visitor(READER, "digest", behind_gate=True))


def test_the_reader_gets_the_file_and_it_is_recorded(
    monkeypatch: pytest.MonkeyPatch, recorded: list[str]
) -> None:
    assert handed_out(monkeypatch, READER) == b"content"
    assert recorded == ["x.csv"]


@pytest.mark.parametrize(
    "found",
    [None, Reader("tester", "测试", Role.ANALYST, Scope.of("341225"))],
    ids=["ended", "other districts"],
)
def test_nobody_else_does(monkeypatch: pytest.MonkeyPatch, recorded: list[str], found: Reader | None) -> None:
    with pytest.raises(DownloadRefused):
        handed_out(monkeypatch, found)
    assert recorded == []
