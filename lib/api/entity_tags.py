"""Entity tags: the same question to the same data version as the same reader has the same answer."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Final

from lib.data.database import PROJECT_FOLDER
from lib.data.scope import Scope

_LENGTH: Final = 32


def entity_tag(file: Path, address: str, scope: Scope, *, packed: bool) -> str:
    """The tag of an answer. `file`: the snapshot, whose time and size tell a version that was built anew.

    The program is part of it: after an update that counts or writes differently nobody may keep the older answer.
    """
    stamp = file.stat()
    districts = "*" if scope.is_everything else sorted(scope.codes)
    facts = [program_digest(PROJECT_FOLDER / "lib"), stamp.st_mtime_ns, stamp.st_size, address, districts]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:_LENGTH]
    return f'"{digest}-gzip"' if packed else f'"{digest}"'


@cache
def program_digest(folder: Path) -> str:
    """SHA-256 over the source files below a folder with their names, read once: some megabytes at the most."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        source = file.read_bytes()
        digest.update(f"{file.relative_to(folder).as_posix()}\n{len(source)}\n".encode() + source)
    return digest.hexdigest()


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether the caller has the answer already, packed or not (RFC 9110, weak comparison)."""
    if if_none_match is None:
        return False
    kept = {_plain(one.strip()) for one in if_none_match.split(",")}
    return "*" in kept or _plain(tag) in kept


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether the caller takes gzip (RFC 9110: ``gzip;q=0`` refuses it)."""
    qualities: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        coding, _, quality = part.partition(";")
        number = quality.strip().removeprefix("q=")
        qualities[coding.strip()] = _quality(number) if quality else 1.0
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _plain(tag: str) -> str:
    return tag.removeprefix("W/").strip('"').removesuffix("-gzip")
