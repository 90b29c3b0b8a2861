"""Which units a reader sees whole."""

from lib.data.scope import Scope

PARENTS = {"341202": "341200", "341200": "340000", "340000": None, "999999": "999999"}


def test_a_unit_is_reached_from_itself_and_from_those_above() -> None:
    assert Scope.of("341200").reaches("341202", PARENTS)
    assert Scope.of("341202").reaches("341202", PARENTS)
    assert not Scope.of("341202").reaches("341200", PARENTS), "a part is not the whole"
    assert not Scope.of("341200").reaches("340100", PARENTS)
    assert Scope.everything().reaches("anything", PARENTS)
    assert Scope.everything().reaches(None, PARENTS)


def test_nothing_is_reached_by_nobody_and_a_circle_ends() -> None:
    assert not Scope.of().reaches("341202", PARENTS)
    assert not Scope.of("341200").reaches(None, PARENTS), "all districts are more than one's own"
    assert not Scope.of("341200").reaches("999999", PARENTS)
