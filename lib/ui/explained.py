"""Errors whose words are written for readers: whoever catches one of them shows the words, and no number."""

from typing import Final

from lib.data.snapshot import QueryTooSlow, SnapshotMissing
from lib.metrics.predicates import FilterNotApplicable, UnknownDistrict

EXPLAINED: Final = (FilterNotApplicable, UnknownDistrict, QueryTooSlow, SnapshotMissing)
