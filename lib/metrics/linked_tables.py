"""Which of the tables handed out before count the same kinds of records, and what of them can be audited together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from lib.metrics.compute import UnknownDimension, WrongParameter
from lib.metrics.linked_parts import Member, counted_sides, question_of
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict, where_of
from lib.metrics.question import Question
from lib.metrics.registry import UnknownMetric
from lib.metrics.releases import Before, Release

_UNKNOWN_BY_NOW = (UnknownMetric, UnknownDimension, WrongParameter, FilterNotApplicable, UnknownDistrict)


@dataclass(frozen=True)
class Sharing:
    """Tables that share records with a new one, the newest first. `left_out`: how many cannot be audited, or in part.

    These are the tables that this data version or program no longer knows, and those with counts that do not add up.
    """

    tables: tuple[tuple[Release, Question], ...]
    left_out: int


def sharing(new: Release, before: Before, kinds: set[str]) -> Sharing:
    """Look for earlier tables that count records of these kinds.

    All are read in the data of the new table, and those of an earlier version on its day: what they told then is known
    by now to differ a little. Tables of one version and two days differ by what happened in between.
    """
    found, left_out = [], before.unreadable
    for release in before.releases:
        day = release.as_of if release.version == new.version else new.as_of
        try:
            question = question_of(before.whole, replace(release, as_of=day))
            for side in question.metric.sides:
                list(where_of(question.metric, side, question.filters, question.units))
        except _UNKNOWN_BY_NOW:
            left_out += 1
            continue
        sides = counted_sides(question)
        if kinds & {side.table.name for side in sides}:
            found.append((release, question))
        rest = {side.table.name for side in question.metric.sides if side not in sides}
        left_out += bool(kinds & rest)
    return Sharing(tuple(found), left_out)


def members_of(questions: Sequence[Question], kind: str) -> Iterator[Member]:
    """The sides that count records of one kind, table by table."""
    for place, question in enumerate(questions):
        for side in counted_sides(question):
            if side.table.name == kind:
                yield Member(place, question, side)
