"""Protected tables that left the bureau: what was asked for and which groups were hidden, as the register keeps it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.data.snapshot import Snapshot
from lib.metrics.compute import Result

#: The codes of one group, in the order of the dimensions; None for records that do not say.
Group = tuple[str | int | None, ...]


@dataclass(frozen=True, kw_only=True)
class Release:
    """One table that left the bureau. `districts`: what the reader could see, None for everything."""

    metric: str
    filters: Filters
    by: tuple[str, ...]
    parameters: tuple[tuple[str, int], ...]
    as_of: date
    version: int
    districts: tuple[str, ...] | None
    hidden: tuple[Group, ...] = ()
    sentence: str = ""

    @property
    def scope(self) -> Scope:
        """What the reader could see."""
        return Scope.everything() if self.districts is None else Scope.of(*self.districts)

    @property
    def question(self) -> "Release":
        """The same without what was hidden and said: equal for the same table of the same data version."""
        return replace(self, hidden=(), sentence="")

    def to_text(self) -> str:
        """The form that the register keeps."""
        return _FORM.dump_json(self).decode()


_FORM: Final = TypeAdapter(Release)


@dataclass(frozen=True)
class Before:
    """The tables handed out before, the newest first, and the data of all districts to compare them in.

    `unreadable`: how many texts another version of the program wrote in a form that this one does not read.
    """

    whole: Snapshot
    releases: tuple[Release, ...]
    texts: tuple[str, ...] = ()
    unreadable: int = 0

    @classmethod
    def of(cls, whole: Snapshot, texts: Iterable[str]) -> "Before":
        """Read the register's texts, the newest first."""
        kept = tuple(texts)
        read = tuple(release for text in kept if (release := _read(text)) is not None)
        return cls(whole, read, kept, len(kept) - len(read))


def _read(text: str) -> Release | None:
    try:
        return _FORM.validate_json(text)
    except ValidationError:
        # Said as a table that was not looked at; refusing would stop every protected table for good.
        return None


def release_of(result: Result, scope: Scope) -> Release:
    """What is asked for with a result, before anything of it is hidden."""
    return Release(
        metric=result.metric.id,
        filters=result.filters,
        by=result.by,
        parameters=tuple(result.parameters.items()),
        as_of=result.as_of,
        version=result.version,
        districts=None if scope.is_everything else tuple(sorted(scope.codes)),
    )


def groups_of(frame: pd.DataFrame, by: Sequence[str]) -> list[Group]:
    """The group of every row of a result table."""
    columns = [[_code(value) for value in frame[name]] for name in by]
    return list(zip(*columns, strict=True)) if by else [()] * len(frame)


def _code(value: object) -> str | int | None:
    if value is None or pd.isna(value):  # type: ignore[call-overload]
        return None
    return value if isinstance(value, str) else int(str(value))
