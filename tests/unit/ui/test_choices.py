"""Which districts a reader may choose."""

from datetime import date

from lib.data.scope import Scope
from lib.data.snapshot import Unit
from lib.ui.choices import default_district, default_filters, districts_in_scope

UNITS = (
    Unit("340000", "安徽省", 1, None),
    Unit("341200", "阜阳市", 2, "340000"),
    Unit("341202", "颍州区", 3, "341200"),
    Unit("341282", "界首市", 3, "341200"),
    Unit("341202001", "鼓楼街道", 4, "341202"),
    Unit("150000", "内蒙古自治区", 1, None),
)


def test_whoever_sees_everything_chooses_from_everything_but_towns() -> None:
    labels = districts_in_scope(UNITS, Scope.everything())
    assert list(labels) == ["150000", "340000", "341200", "341202", "341282"]
    assert labels["341202"] == "颍州区（阜阳市）"


def test_scope_means_the_whole_subtree_and_nothing_above() -> None:
    assert set(districts_in_scope(UNITS, Scope.of("341200"))) == {"341200", "341202", "341282"}
    assert set(districts_in_scope(UNITS, Scope.of("341202"))) == {"341202"}


def test_an_empty_scope_chooses_from_nothing() -> None:
    assert districts_in_scope(UNITS, Scope.of()) == {}


def test_default_district_is_the_readers_own() -> None:
    everything = Scope.everything()
    labels = districts_in_scope(UNITS, everything)
    assert default_district(labels, everything, "341200") == "341200"
    assert default_district(labels, everything, None) is None
    assert default_district(labels, Scope.of("341202"), "341200") == "341202"
    assert default_district(labels, Scope.of("341202", "341282"), "999999") is None


def test_default_filters_are_routine_sampling_of_the_running_year() -> None:
    filters = default_filters(date(2025, 10, 31), "341200", date(2025, 9, 30))
    assert filters.sentence({"341200": "阜阳市"}) == "范围：阜阳市；2025年1—9月；常规抽样"
