"""Header rows: found below title rows, compared without spaces, stars, line breaks and width variants."""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lib.data.loaders.profiles import Headers, Profile

_BARS: Final = str.maketrans(dict.fromkeys("‖｜|∥", "║"))
_DROPPED: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d"))


def normalised(header: str) -> str:
    """The form in which headers are compared: NFKC, no blanks, no trailing stars, one kind of bar."""
    text = unicodedata.normalize("NFKC", header.translate(_BARS)).translate(_DROPPED).translate(_BARS)
    text = "".join(text.split()).rstrip("*")
    while "║║" in text:
        text = text.replace("║║", "║")
    return text.casefold()


def numbered(header: Sequence[str]) -> list[str]:
    """Normalised names; a repeated name gets ``#2``, ``#3`` … in order of appearance."""
    seen: Counter[str] = Counter()
    names = []
    for cell in header:
        name = normalised(cell)
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return names


@dataclass(frozen=True)
class HeaderMatch:
    """Where the columns a profile reads stand in one header row."""

    positions: Mapping[str, int]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    #: Columns that show the table to be of another kind than the profile's.
    forbidden: tuple[str, ...] = ()

    @property
    def fits(self) -> bool:
        """Whether the header holds every column the profile needs and none that it forbids."""
        return not self.missing and not self.forbidden

    def position(self, accepted: Headers) -> int | None:
        """Index of the first of the accepted names that the header holds."""
        return next(
            (self.positions[normalised(name)] for name in accepted if normalised(name) in self.positions),
            None,
        )


def wanted_headers(profile: Profile) -> list[tuple[Headers, bool]]:
    """Every column a profile reads: its accepted names, and whether it must be there."""
    wanted = [(names, not rule.optional) for rule in profile.columns.values() for names in rule.headers]
    if profile.items:
        wanted.append((profile.items.from_, not profile.items.optional))
    wanted += [([rule.column], True) for rule in profile.filters]
    if profile.continuation:
        wanted += [([name], True) for name in profile.continuation.when_empty]
    return wanted


def match(header: Sequence[str], profile: Profile) -> HeaderMatch:
    """Compare one row with what the profile reads."""
    positions = {name: index for index, name in reversed(list(enumerate(numbered(header)))) if name}
    wanted = wanted_headers(profile)
    missing = [
        "/".join(names)
        for names, needed in wanted
        if needed and not any(normalised(name) in positions for name in names)
    ]
    known = {normalised(name) for names, _ in wanted for name in names}
    unknown = [
        str(cell).strip()
        for cell, name in zip(header, numbered(header), strict=True)
        if name and name not in known
    ]
    telling = [normalised(text) for text in profile.file.forbidden_headers]
    forbidden = [str(cell).strip() for cell in header if any(text in normalised(cell) for text in telling)]
    return HeaderMatch(positions, tuple(dict.fromkeys(missing)), tuple(unknown), tuple(forbidden))


def find_header(rows: Sequence[Sequence[str]], profile: Profile) -> tuple[int, HeaderMatch]:
    """The row (index from 0) that holds every column the profile needs, or the one that misses fewest."""
    best: tuple[int, HeaderMatch] | None = None
    for index, row in enumerate(rows[: profile.file.header_search_rows]):
        found = match(row, profile)
        if not found.missing:
            return index, found
        if best is None or len(found.missing) < len(best[1].missing):
            best = (index, found)
    return best or (
        0,
        HeaderMatch({}, tuple("/".join(names) for names, needed in wanted_headers(profile) if needed), ()),
    )
