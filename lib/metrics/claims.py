"""Published figures as data: sentences a bureau has published, each with the way to recompute it.

A claim is recomputed from rows (``metric``), looked up where only the total is known (``reported``), worked out from
other claims (``terms``), compared with what the program assumes (operator ``parameter``), or only listed (``text``).
The files they are read from: ``claims_reading``; what each column means: docs/CLAIMS.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

#: Days the queries of claims start from where a claim names none.
FIRST_DAY: Final = date(2000, 1, 1)


class Operator(StrEnum):
    """How the published figure is to be read."""

    EQUAL = "="
    AT_LEAST = "≥"
    MORE = ">"
    AT_MOST = "≤"
    ABOUT = "≈"
    RANGE = "range"
    PARAMETER = "parameter"
    FLAG = "flag"
    TEXT = "text"


#: Listed with their sentence, never recomputed and never counted as passed.
ONLY_TEXT: Final = frozenset({Operator.TEXT, Operator.FLAG})


class Statistic(StrEnum):
    """What is made of a figure that is split into groups."""

    TOTAL = ""
    EACH = "each"
    GROUPS = "groups"
    KEY = "key"


@dataclass(frozen=True, kw_only=True)
class Printed:
    """A number as it was printed: its exact value and its digits after the point, to which figures are rounded."""

    value: Fraction
    decimals: int = 0


@dataclass(frozen=True, kw_only=True)
class Claim:
    """One published figure, in ``unit`` (percent for %).

    ``query``: filters in the words of the address. ``only``: the groups kept, dimension → values. ``by`` with
    ``statistic``: what becomes of the groups; ``groups``: how many there must be. ``as_of`` None: the publication
    does not say, so that the snapshot's own day is used.
    """

    id: str
    document: str
    sentence: str
    published: str
    operator: Operator
    value: Printed | None
    value_to: Printed | None
    tolerance: Fraction
    unit: str
    interval: tuple[Printed, Printed] | None
    metric: str
    query: Mapping[str, str]
    only: Mapping[str, tuple[str, ...]]
    by: tuple[str, ...]
    statistic: Statistic
    groups: int | None
    parameters: Mapping[str, str]
    as_of: date | None
    reported: str
    terms: tuple[str, ...]
    is_derived: bool
    note: str
    source: str

    @property
    def is_text(self) -> bool:
        """Whether the claim is only listed."""
        return self.operator in ONLY_TEXT

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Everything the figure is split by: kept groups first."""
        return (*self.only, *self.by)

    @property
    def used_claims(self) -> tuple[str, ...]:
        """Ids of the claims that the terms name."""
        return tuple(term for term in self.terms if is_claim_id(term))

    @property
    def period(self) -> tuple[date, date | None]:
        """First and last day of the query; no last day means up to the as-of day."""
        start, end = self.query.get("from"), self.query.get("to")
        return (
            date.fromisoformat(start) if start else FIRST_DAY,
            date.fromisoformat(end) if end else self.as_of,
        )


#: What may stand between the claims of a derived one; "=" only once, before the last term.
OPERATIONS: Final = ("+", "-", "/", "*", "=")


def is_claim_id(term: str) -> bool:
    """Whether a term names a claim (numbers and operations do not)."""
    return term not in OPERATIONS and not _is_number(term)


def _is_number(term: str) -> bool:
    return term.replace(".", "", 1).isdecimal()


@dataclass(frozen=True)
class RefusedRow:
    """A row of a ledger file that cannot be used, and why (Chinese)."""

    file: str
    line: int
    reason: str

    def sentence(self) -> str:
        """File, line and reason in one sentence."""
        return f"{self.file} 第 {self.line} 行：{self.reason}"


@dataclass(frozen=True)
class Ledger:
    """All claims of the files in their order, and the rows that were refused."""

    claims: tuple[Claim, ...]
    refused: tuple[RefusedRow, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """The publications, each once, in the order of the files."""
        return tuple(dict.fromkeys(claim.document for claim in self.claims))

    def ids_of(self, document: str) -> frozenset[str]:
        """Claims of the publications whose title holds these words. Raises ValueError if there is none."""
        found = frozenset(claim.id for claim in self.claims if document in claim.document)
        if not found:
            raise ValueError(
                f"没有名称含“{document}”的文件；可用：{'、'.join(self.documents) or '（台账为空）'}"
            )
        return found
