"""How snapshot tables of the loop and the duties are filled: what most of them share.

Records are staged in temporary tables of the snapshot file under way (see ``lib.data.loop_builder``); a ``Filling``
gathers what one snapshot table takes from them, from the unit's districts, the enterprise and the parent.
"""

from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    FromClause,
    Integer,
    Select,
    Table,
    and_,
    case,
    cast,
    func,
    select,
)

from lib.data.snapshot_statements import ordered, period_columns, unit_path
from lib.data.tables import snapshot
from lib.data.tables import snapshot_loop as loop
from lib.data.tables.snapshot_columns import PLACE_COLUMNS, day_of

_BEIJING_MINUTES: Final = 8 * 60
_CLOCK: Final = r"^(\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?)"
_OFFSET: Final = r"(Z|[+-]\d{2}:?\d{2})$"
_LEVELS: Final = r"[、,，;；/\s]+"

#: The day a row of a table belongs to, for its periods.
MAIN_DAYS: Final[dict[Table, str]] = {
    loop.clinic_visit: "visited_on",
    loop.clinic_participant: "visited_on",
    loop.clinic_problem: "visited_on",
    loop.clinic_suggestion: "visited_on",
    loop.problem_suggestion: "visited_on",
    loop.rectification_item: "found_on",
    loop.rectification_event: "happened_on",
    loop.enforcement_case: "decided_on",
    loop.interview: "held_on",
    loop.interview_attendance: "held_on",
    loop.interview_enterprise: "held_on",
    loop.letter: "triggered_on",
    loop.self_report: "due_on",
    loop.cadre_post: "valid_from",
    loop.binding: "valid_from",
    loop.supervision_duty: "due_on",
    loop.supervision_notice: "sent_on",
    loop.training: "held_on",
    loop.exam: "held_on",
    loop.meeting: "held_on",
    loop.data_correction: "corrected_on",
    loop.publicity: "published_on",
    loop.demonstration_shop: "recognised_on",
    loop.reported_figure: "period_to",
}
#: Whose day and districts a child takes, and by which column it finds its parent.
PARENTS: Final[dict[Table, tuple[Table, str]]] = {
    loop.clinic_participant: (loop.clinic_visit, "visit_no"),
    loop.clinic_problem: (loop.clinic_visit, "visit_no"),
    loop.clinic_suggestion: (loop.clinic_visit, "visit_no"),
    loop.problem_suggestion: (loop.clinic_problem, "problem_no"),
    loop.interview_attendance: (loop.interview, "interview_no"),
    loop.interview_enterprise: (loop.interview, "interview_no"),
}


def beijing(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """A moment's text as clock time in Beijing; a text without offset already is."""
    offset = func.regexp_extract(moment, _OFFSET, 1)
    digits = func.replace(offset, ":", "")
    hours, minutes = cast(func.substr(digits, 2, 2), Integer), cast(func.substr(digits, 4, 2), Integer)
    sign = case((func.substr(digits, 1, 1) == "-", -1), else_=1)
    away = case((offset == "", _BEIJING_MINUTES), (offset == "Z", 0), else_=sign * (hours * 60 + minutes))
    return cast(func.regexp_extract(moment, _CLOCK, 1), DateTime) + func.to_minutes(_BEIJING_MINUTES - away)


class Filling:
    """What one snapshot table takes from its records and what stands beside them."""

    def __init__(self, target: Table, incoming: FromClause) -> None:
        self.target = target
        self.incoming = incoming
        self.source: Any = incoming
        self.values: dict[str, Any] = {}
        for name in incoming.c.keys():  # noqa: SIM118 (a column collection iterates its columns)
            if name.endswith("_at") and day_of(name) in target.c:
                self.values[day_of(name)] = cast(beijing(incoming.c[name]), Date)

    def join(self, other: Any, condition: ColumnElement[bool]) -> None:
        """Put another table beside the records, where it matches."""
        self.source = self.source.outerjoin(other, condition)

    def take_from_parent(self, parent: Any, link: str) -> None:
        """Day, districts, enterprise and whatever else the target shares with its parent but not with its records."""
        own = self.incoming.c
        self.join(parent, and_(parent.c.source == own.source, parent.c[link] == own[link]))
        for name in parent.c.keys():  # noqa: SIM118
            if name in self.target.c and name not in own and name not in self.values:
                self.values[name] = parent.c[name]

    def take_places(self) -> None:
        """Districts of the unit where the duty lies; where the record does not say, those of its enterprise."""
        own, enterprise, path = self.incoming.c, snapshot.enterprise.alias("firm"), unit_path.alias("unit")
        if "enterprise_key" in own:
            self.join(enterprise, enterprise.c.enterprise_key == own.enterprise_key)
            self.values["enterprise_name"] = enterprise.c.name
        if "division_code" not in own:
            return
        self.join(path, path.c.code == own.division_code)
        for side in PLACE_COLUMNS.values():
            for name, found in zip(side, PLACE_COLUMNS["found"], strict=True):
                place: Any = path.c[found]
                if "enterprise_key" in own:
                    place = case((path.c.code.is_not(None), place), else_=enterprise.c[found])
                self.values[name] = place

    def take_periods(self, day: str, prefix: str = "") -> None:
        """Year, quarter and month of one of the target's days."""
        value = self.values[day] if day in self.values else self.incoming.c[day]
        self.values.update(period_columns(value, prefix))

    def select(self) -> Select[Any]:
        """The statement that fills the target."""
        return select(*ordered(self.target, self.values, self.incoming)).select_from(self.source)


def filling_of(target: Table, incoming: FromClause) -> Filling:
    """Parent, districts and periods of a table as declared above."""
    filling = Filling(target, incoming)
    filling.take_places()
    if target in PARENTS:
        filling.take_from_parent(*PARENTS[target])
    filling.take_periods(MAIN_DAYS[target])
    return filling


def select_suggestions(incoming: FromClause, links: FromClause) -> Select[Any]:
    """Suggestions with the number of problems they answer."""
    filling = filling_of(loop.clinic_suggestion, incoming)
    key = (links.c.source, links.c.suggestion_no)
    counted = select(*key, func.count().label("problems")).group_by(*key).subquery("counted")
    own = incoming.c
    filling.join(counted, and_(counted.c.source == own.source, counted.c.suggestion_no == own.suggestion_no))
    filling.values["problems"] = func.coalesce(counted.c.problems, 0)
    return filling.select()


def select_letters(incoming: FromClause) -> Select[Any]:
    """Letters with the days from trigger to sending."""
    filling = filling_of(loop.letter, incoming)
    filling.values["days_to_send"] = func.date_diff("day", incoming.c.triggered_on, incoming.c.sent_on)
    filling.take_periods("sent_on", "sent_")
    return filling.select()


def select_inspection_levels() -> Select[Any]:
    """One row per inspection and level taking part."""
    inspection = snapshot.inspection
    named = func.unnest(func.regexp_split_to_array(inspection.c.levels, _LEVELS))
    levels = (
        select(inspection, named.label("level")).where(inspection.c.levels.is_not(None)).subquery("levels")
    )
    query = select(*ordered(loop.inspection_level, {}, levels)).select_from(levels)
    return query.where(levels.c.level != "").distinct()
