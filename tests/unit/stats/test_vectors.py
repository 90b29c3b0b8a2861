"""Every reference vector: values from other packages, papers and notices (vectors/README.md names them)."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.unit.stats import vector_adapter

FOLDER = Path(__file__).parent / "vectors"
FILES = sorted(FOLDER.glob("*.public.json"))


def statistic(path: Path) -> str:
    """Name of the vectors file without its endings."""
    return path.name.removesuffix(".public.json")


def cases() -> list[Any]:
    """All cases of all files as parameters."""
    return [
        pytest.param(statistic(path), case, id=f"{statistic(path)}-{case['id']}")
        for path in FILES
        for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
    ]


def differences(expected: Any, actual: Any, tolerance: dict[str, Any], where: str = "") -> list[str]:
    """List every place where the result is outside the tolerance; the rule stands in vectors/README.md."""
    if isinstance(expected, dict):
        keys = tolerance.get("per_key", {})
        return [
            line
            for key, value in expected.items()
            for line in (
                differences(value, actual[key], keys.get(key, tolerance), f"{where}/{key}")
                if key in actual
                else [f"{where}/{key}: not given"]
            )
        ]
    if isinstance(expected, list):
        if not isinstance(actual, list) or len(actual) != len(expected):
            return [f"{where}: {actual!r} has another length than {len(expected)}"]
        pairs = enumerate(zip(expected, actual, strict=True))
        return [line for i, (e, a) in pairs for line in differences(e, a, tolerance, f"{where}[{i}]")]
    return [] if agree(expected, actual, tolerance) else [f"{where}: expected {expected!r}, got {actual!r}"]


def agree(expected: Any, actual: Any, tolerance: dict[str, Any]) -> bool:
    """Compare one value."""
    if expected is None or isinstance(expected, bool | str):
        return type(actual) is type(expected) and actual == expected
    if actual is None or isinstance(actual, bool | str) or math.isnan(actual):
        return False
    allowed = tolerance.get("abs", 0) + tolerance.get("rel", 0) * abs(expected) + 1e-15
    return abs(expected - actual) <= allowed


@pytest.mark.parametrize(("name", "case"), cases())
def test_vector(name: str, case: dict[str, Any]) -> None:
    actual = getattr(vector_adapter, name)(case["input"], case)
    assert not differences(case["expected"], actual, case["tol"])


def test_every_file_is_here_and_has_an_adapter() -> None:
    assert len(FILES) == 16
    assert all(hasattr(vector_adapter, statistic(path)) for path in FILES)


def test_comparison_can_fail() -> None:
    assert differences({"a": [1.0, None]}, {"a": [1.1, None]}, {"abs": 0.01})
    assert differences({"a": None}, {"a": 0.0}, {"abs": 1})
    assert differences({"a": "High"}, {"a": "Low"}, {})
    assert not differences({"a": [1.0, None]}, {"a": [1.005, None]}, {"abs": 0.01})
