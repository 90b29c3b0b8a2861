"""Analyses of the loop that were computed before, cut down to what pages show (whole items would fill the memory)."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from lib.data.filters import Filters
from lib.metrics.analyses.clinic import (
    ClinicOutcome,
    Eligible,
    ProblemPareto,
    clinic_outcome,
    eligible_producers,
    problem_pareto,
)
from lib.metrics.analyses.clinic_suggestions import Suggestions, suggestion_states
from lib.metrics.analyses.districts import level_below
from lib.metrics.analyses.firm_sheet import FirmSheet, firm_sheet
from lib.metrics.analyses.rectification_flow import completion, stage_flow
from lib.metrics.analyses.rectification_lists import (
    ItemList,
    open_ageing,
    open_items,
    overdue_by_owner,
    paper_watch_list,
)
from lib.ui import cached


@dataclass(frozen=True)
class Found:
    """A frame as its analysis describes it, with the sentence, the as-of day and the notes of the figure."""

    frame: pd.DataFrame
    sentence: str
    as_of: date
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Cohorts:
    """`limits` and `curves` of `Completion`, one group per quarter in which the items were found."""

    limits: pd.DataFrame
    curves: pd.DataFrame
    sentence: str
    notes: tuple[str, ...]


def _found(listed: ItemList) -> Found:
    return Found(listed.frame, listed.items.sentence, listed.items.as_of, listed.notes)


@cached.kept
def stages(source: cached.Source, filters: Filters) -> Found:
    """The five stages with counts and median days."""
    flow = stage_flow(source.open(), filters, source.scope)
    return Found(flow.frame, flow.items.sentence, flow.items.as_of, flow.notes)


@cached.kept
def cohorts(source: cached.Source, filters: Filters) -> Cohorts:
    """Completion by the quarter in which items were found."""
    completed = completion(source.open(), filters, source.scope, by="cohort")
    return Cohorts(completed.limits, completed.curves, completed.items.sentence, completed.notes)


@cached.kept
def ageing(source: cached.Source, filters: Filters) -> Found:
    """Open items by age."""
    return _found(open_ageing(source.open(), filters, source.scope))


@cached.kept
def owners(source: cached.Source, filters: Filters) -> Found:
    """Open and overdue items by owner's post."""
    return _found(overdue_by_owner(source.open(), filters, source.scope))


@cached.few
def items(source: cached.Source, filters: Filters) -> Found:
    """Every item with its state."""
    return _found(open_items(source.open(), filters, source.scope))


@cached.few
def closed_on_paper(source: cached.Source, filters: Filters) -> Found:
    """Closings on paper with the evidence that is missing."""
    return _found(paper_watch_list(source.open(), filters, source.scope))


@cached.kept
def level(source: cached.Source, filters: Filters) -> str:
    """The dimension one level below the district of the filters."""
    return level_below(filters.district, source.open().units)


@cached.few
def eligible(source: cached.Source, filters: Filters, k: int) -> Eligible:
    """Producers with k or more unqualified batches in a sampling year."""
    return eligible_producers(source.open(), filters, source.scope, k=k)


@cached.kept
def diagnosis_areas(source: cached.Source, filters: Filters) -> ProblemPareto:
    """Problems by diagnosis area."""
    return problem_pareto(source.open(), filters, source.scope)


@cached.few
def suggestions(source: cached.Source, filters: Filters) -> Suggestions:
    """Suggestions and the state of their items."""
    return suggestion_states(source.open(), filters, source.scope)


@cached.kept
def outcome(source: cached.Source, filters: Filters) -> ClinicOutcome:
    """What came after, helped or not."""
    return clinic_outcome(source.open(), filters, source.scope)


@cached.few
def sheet(source: cached.Source, enterprise: str) -> FirmSheet:
    """One firm's sheet."""
    return firm_sheet(source.open(), enterprise, source.scope)
