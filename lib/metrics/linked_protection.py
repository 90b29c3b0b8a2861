"""Hiding small numbers of a table with those in mind that left the bureau before it: nobody may subtract them.

The records are cut into the parts that the tables tell apart. A new table hides more of its groups until no small count
(of a group of any table, or of a part, which is what a subtraction gives) and no hidden count can be told within five.
What earlier tables tell among themselves no new one can mend; it is not held against it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lib.metrics.linked_audit import NEW, LinkedAudit
from lib.metrics.linked_parts import counted_sides, parts_of, question_of
from lib.metrics.linked_tables import members_of, sharing
from lib.metrics.releases import Before, Group, Release

#: Earlier tables and parts in one audit: some seconds of work. What is left out is said.
_MOST_TABLES: Final = 30
_MOST_PARTS: Final = 1_000


@dataclass(frozen=True)
class Linked:
    """The groups to hide, how many earlier tables were looked at together, and how many could not be.

    A group that earlier tables tell anyway is not among them, even where the table alone would hide it.
    A table handed out before is handed out again as it was.
    """

    hidden: frozenset[Group]
    together: int
    left_out: int
    repeats: Release | None = None


def hidden_with(new: Release, start: Iterable[Group], before: Before) -> Linked | None:
    """Add to the groups hidden already; None where rows do not add up (different keys), which cannot be linked.

    Raises `StillTold`.
    """
    question = question_of(before.whole, new)
    sides = counted_sides(question)
    if not sides:
        return None
    again = [release for release in before.releases if release.question == new]
    if again:
        return Linked(frozenset(again[0].hidden), 0, 0, repeats=again[0])
    kinds = {side.table.name for side in sides}
    others = sharing(new, before, kinds)
    questions = [question, *(asked for _, asked in others.tables[:_MOST_TABLES])]
    parts, cut = [], set[int]()
    for kind in sorted(kinds) if others.tables else ():
        members = list(members_of(questions, kind))
        one = parts_of(before.whole, members, _MOST_PARTS)
        cut |= {member.table for member in members} - {member.table for member in one.members}
        parts.append(one)
    seen = {member.table for one in parts for member in one.members} - {NEW}
    hidden = frozenset(start)
    if seen:
        earlier = {place: frozenset(others.tables[place - 1][0].hidden) for place in seen}
        versions = {place: others.tables[place - 1][0].version for place in seen}
        same = {place: groups for place, groups in earlier.items() if versions[place] == new.version}
        audit = LinkedAudit(parts)
        # Only what tables of this data version tell is told already: of the counts of today nobody knows more.
        hidden = audit.hide(hidden, same)
        if len(same) < len(earlier):
            hidden = audit.hide(hidden, earlier)
        if len(sides) == len(question.metric.sides):
            hidden -= audit.told_before(hidden, same)
    # A table of which one side only could be cut is audited with it, and said to be left out.
    together = len(seen - cut)
    return Linked(hidden, together, others.left_out + len(others.tables) - together)
