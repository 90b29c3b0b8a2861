"""What a page shows: who looks, which data version, which filters. Every part of a page is drawn from a View."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from lib.data.filters import Filters
from lib.data.settings import settings
from lib.data.snapshot import Snapshot, SnapshotMissing, open_snapshot
from lib.metrics.compute import Result
from lib.ui import cached, identity
from lib.ui.choices import Choices, default_district, default_filters, districts_in_scope
from lib.ui.filter_bar import filter_bar
from lib.ui.filter_query import read_filters
from lib.ui.filter_state import current_filters
from lib.ui.final_months import final_end, provisional_note
from lib.ui.identity import Reader, Visitor
from lib.ui.page_part import page_is_drawn
from lib.ui.plain_text import plain

#: The city the demonstration data are about.
_DEMO_HOME = "341200"


@dataclass(frozen=True)
class View:
    """One reader's look at one data version through one set of filters.

    `omitted`: fields that the records of the page do not know, left out of its sentence.
    """

    reader: Reader
    visitor: Visitor
    snapshot: Snapshot
    filters: Filters
    choices: Choices
    omitted: tuple[str, ...] = ()

    @property
    def source(self) -> cached.Source:
        """Where cached figures come from: data version and scope, part of every cache key."""
        return cached.Source(str(settings().snapshot_folder), self.snapshot.version, self.reader.scope)

    def result(self, metric_id: str, by: tuple[str, ...] = (), filters: Filters | None = None) -> Result:
        """A metric under the filters of the view (or others), from the cache where it was computed before."""
        return cached.result(self.source, metric_id, filters or self.filters, by)

    @property
    def sentence(self) -> str:
        """The filters in Chinese, as they travel with every figure."""
        names = self.snapshot.names
        return self.filters.sentence(names, self.reader.scope.sentence(names), omit=self.omitted)

    @property
    def basis(self) -> str:
        """As-of day and data version in Chinese, and that the data are made up where they are."""
        synthetic = "；演示数据（合成）" if self.snapshot.is_synthetic else ""
        return f"数据截至{chinese_day(self.snapshot)}；数据版本 {self.snapshot.version}{synthetic}"


def open_view(reader: Reader, *, omitted: tuple[str, ...] = ()) -> View:
    """Open the newest data version for the reader, draw the filter bar and the sentence of its filters.

    The sentence leaves out `omitted` fields: no record of the page knows them.
    """
    snapshot = _open(reader)
    choices = _choices(cached.Source(str(settings().snapshot_folder), snapshot.version, reader.scope))
    filters, notes = current_filters(choices)
    filter_bar(filters, choices)
    view = View(reader, identity.current_visitor(), snapshot, filters, choices, omitted)
    waiting = provisional_note(view.source, filters)
    st.caption(plain(" · ".join(text for text in (view.sentence, view.basis, waiting) if text)))
    for note in notes:
        st.warning(plain(note), icon=":material/link_off:")
    return view


def open_whole_view(reader: Reader) -> View:
    """Open the newest data version for a page whose figures carry filters of their own: no filter bar."""
    snapshot = _open(reader)
    choices = _choices(cached.Source(str(settings().snapshot_folder), snapshot.version, reader.scope))
    view = View(reader, identity.current_visitor(), snapshot, choices.default, choices)
    st.caption(plain(view.basis))
    return view


def view_at(reader: Reader, version: int, query: Mapping[str, str]) -> tuple[View, tuple[str, ...]]:
    """The view of one data version with the filters of an address, nothing drawn; a note for each one left out.

    Reads no session: files are made from it where there is none. Raises `SnapshotMissing`.
    """
    snapshot = open_snapshot(settings().snapshot_folder, reader.scope, version)
    choices = _choices(cached.Source(str(settings().snapshot_folder), version, reader.scope))
    filters, notes = read_filters(query, choices)
    return View(reader, Visitor(reader), snapshot, filters, choices), notes


def page_end(view: View) -> None:
    """The last line of a page: what the figures stand on."""
    synthetic = "演示数据（合成），不代表真实情况。" if view.snapshot.is_synthetic else ""
    st.caption(
        plain(
            f"{view.basis}。区间均为 95% 置信区间（威尔逊法）；“—”表示没有可计算的数据，不等于零。{synthetic}"
        )
    )
    page_is_drawn()


def chinese_day(snapshot: Snapshot) -> str:
    """The as-of day in Chinese."""
    day = snapshot.as_of
    return f"{day.year}年{day.month}月{day.day}日"


def _open(reader: Reader) -> Snapshot:
    try:
        return open_snapshot(settings().snapshot_folder, reader.scope)
    except SnapshotMissing as error:
        st.warning(f"{error}。")
        st.stop()


@cached.shared
def _choices(source: cached.Source) -> Choices:
    snapshot, extent = source.open(), cached.extent(source)
    districts = districts_in_scope(snapshot.units, source.scope)
    district = default_district(districts, source.scope, _DEMO_HOME if snapshot.is_synthetic else None)
    final = final_end(source, district, snapshot.as_of)
    return Choices(
        districts=districts,
        sampled_districts=extent.districts,
        categories={category.code: category.name for category in snapshot.categories},
        campaigns={code: snapshot.names.get(code, code) for code in extent.campaigns},
        first_year=extent.first_year,
        as_of=snapshot.as_of,
        default=default_filters(snapshot.as_of, district, final),
        final_end=final,
    )
