"""Filling the snapshot tables of the closed loop and the duties, after the sampling side."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
from sqlalchemy import CreateTableAs, FromClause, Select, Table, insert

from lib.data import clinic_statements, duty_statements, loop_statements, rectification_statements
from lib.data.duckdb_statements import execute
from lib.data.event_sequence import sequence
from lib.data.tables import clinic, duties, enforcement, rectification, reported
from lib.data.tables import snapshot_loop as loop

Stage = Callable[[Table], Table]


class LoopBuilder:
    """Fills one snapshot file; ``stage`` brings the records of one table into a temporary table of it."""

    def __init__(self, output: duckdb.DuckDBPyConnection, stage: Stage, as_of: date) -> None:
        self.output = output
        self.stage = stage
        self.as_of = as_of

    def build(self) -> None:
        """Fill all tables, parents first."""
        self._clinic()
        self._rectification()
        self._insert(loop.clinic_enterprise, clinic_statements.select_clinic_enterprises())
        self._insert(loop.producer_year, clinic_statements.select_producer_years())
        self._insert(loop.producer_failure, clinic_statements.select_producer_failures())
        self._enforcement()
        self._duties()
        for target, source in (
            (loop.meeting, reported.meeting),
            (loop.data_correction, reported.data_correction),
            (loop.publicity, reported.publicity),
            (loop.demonstration_shop, reported.demonstration_shop),
            (loop.reported_figure, reported.reported_figure),
        ):
            self._take(target, source)
        self._insert(loop.inspection_level, loop_statements.select_inspection_levels())

    def _clinic(self) -> None:
        self._take(loop.clinic_visit, clinic.clinic_visit)
        self._take(loop.clinic_participant, clinic.clinic_participant)
        self._take(loop.clinic_problem, clinic.clinic_problem)
        links = self.stage(clinic.problem_suggestion)
        suggestions = self.stage(clinic.clinic_suggestion)
        self._insert(loop.clinic_suggestion, loop_statements.select_suggestions(suggestions, links))
        self._insert(
            loop.problem_suggestion, loop_statements.filling_of(loop.problem_suggestion, links).select()
        )

    def _rectification(self) -> None:
        records = self.stage(rectification.rectification_item)
        items = self._keep("item_base", rectification_statements.item_base(records))
        log = self.stage(rectification.rectification_event)
        events = self._keep("event_sequence", sequence(log))
        base = self._keep("round_base", rectification_statements.round_base(items, events, self.as_of))
        rounds = self._keep("round_known", rectification_statements.round_with_recurrence(base))
        self._insert(loop.rectification_round, rectification_statements.select_rounds(rounds))
        self._insert(
            loop.rectification_item, rectification_statements.select_items(items, rounds, events, self.as_of)
        )
        self._insert(loop.rectification_event, rectification_statements.select_events(events))

    def _enforcement(self) -> None:
        for target, source in (
            (loop.enforcement_case, enforcement.enforcement_case),
            (loop.interview, enforcement.interview),
            (loop.interview_attendance, enforcement.interview_attendance),
            (loop.interview_enterprise, enforcement.interview_enterprise),
            (loop.self_report, enforcement.self_report),
        ):
            self._take(target, source)
        self._insert(loop.letter, loop_statements.select_letters(self.stage(enforcement.letter)))

    def _duties(self) -> None:
        posts, bindings = self.stage(duties.cadre_post), self.stage(duties.binding)
        owed, notices = self.stage(duties.supervision_duty), self.stage(duties.supervision_notice)
        attendances, trainings = self.stage(duties.training_attendance), self.stage(duties.training)
        self._insert(loop.training, loop_statements.filling_of(loop.training, trainings).select())
        self._insert(loop.cadre_post, duty_statements.select_posts(posts, attendances, trainings))
        self._insert(loop.binding, duty_statements.select_bindings(bindings, posts))
        statement = duty_statements.select_duties(owed, bindings, posts, notices, self.as_of)
        self._insert(loop.supervision_duty, statement)
        self._insert(loop.supervision_notice, duty_statements.select_notices(notices, owed, posts))
        self._insert(loop.training_attendance, duty_statements.select_attendances(attendances))
        self._take(loop.exam, duties.exam)

    def _take(self, target: Table, source: Table) -> None:
        self._insert(target, loop_statements.filling_of(target, self.stage(source)).select())

    def _keep(self, name: str, query: Select[Any]) -> FromClause:
        """A temporary table of a query's result: windows over the log are worked out once."""
        kept = CreateTableAs(query, name, temporary=True)
        execute(self.output, kept)
        return kept.table

    def _insert(self, target: Table, query: Select[Any]) -> None:
        execute(self.output, insert(target).from_select([column.name for column in target.columns], query))
