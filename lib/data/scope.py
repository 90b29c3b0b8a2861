"""Scope: which districts a reader may see. Required by every query; there is no query without one."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, false, or_, true

from lib.data.tables.snapshot import PLACE_COLUMNS


@dataclass(frozen=True)
class Scope:
    """A set of reporting units, each meaning its whole subtree, or explicitly everything.

    An empty set of codes sees nothing: empty never means everything.
    """

    codes: frozenset[str]
    is_everything: bool = False

    @classmethod
    def everything(cls) -> "Scope":
        """The whole database (operators, a city-wide office)."""
        return cls(codes=frozenset(), is_everything=True)

    @classmethod
    def of(cls, *codes: str) -> "Scope":
        """The subtrees of the given reporting unit codes (six digits: province, city or county)."""
        return cls(codes=frozenset(codes))

    def reaches(self, code: str | None, parents: Mapping[str, str | None]) -> bool:
        """Whether the reader sees a unit whole: it or one above it is in the scope. `parents`: unit → the one above."""
        passed: set[str] = set()
        while code is not None and code not in passed:
            if self.is_everything or code in self.codes:
                return True
            passed.add(code)
            code = parents.get(code)
        return self.is_everything

    def where(self, table: Table, side: str = "found") -> ColumnElement[bool]:
        """Predicate that keeps the rows of ``table`` this reader may see on ``side`` ("found" or "made")."""
        if self.is_everything:
            return true()
        if not self.codes:
            return false()
        codes = sorted(self.codes)
        return or_(*(table.c[name].in_(codes) for name in PLACE_COLUMNS[side]))

    def sentence(self, names: dict[str, str]) -> str:
        """Chinese words for the scope; ``names`` maps unit codes to names."""
        if self.is_everything:
            return "全部地区"
        return "、".join(names.get(code, code) for code in sorted(self.codes)) or "无可见地区"
