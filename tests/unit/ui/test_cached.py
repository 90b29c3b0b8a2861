"""Cached figures: what a key holds, and what a value brings back."""

import ast
import pickle
from datetime import date
from pathlib import Path

from lib.data.filters import Filters
from lib.data.scope import Scope
from lib.metrics.registry import get_metric
from lib.ui import cached

DECORATORS = ("kept", "few", "shared", "cached.kept", "cached.few", "cached.shared")
CACHED = [
    node
    for path in sorted(Path(cached.__file__).parent.glob("*.py"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
    and any(ast.unparse(one) in DECORATORS for one in node.decorator_list)
]


def test_every_cached_function_takes_the_source_first_and_hides_nothing_from_its_key() -> None:
    assert len(CACHED) >= 8
    for function in CACHED:
        names = [argument.arg for argument in function.args.args + function.args.kwonlyargs]
        assert names[0] == "source", function.name
        assert not [name for name in names if name.startswith("_")], function.name


def test_every_cache_is_bounded() -> None:
    tree = ast.parse(Path(cached.__file__).read_text(encoding="utf-8"))
    made = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.cache_data", "st.cache_resource")
    ]
    assert len(made) == 3
    for call in made:
        assert {"max_entries", "ttl"} <= {keyword.arg for keyword in call.keywords}


def test_a_key_tells_scopes_versions_and_filters_apart() -> None:
    sources = [
        cached.Source("a", version, scope)
        for version in (1, 2)
        for scope in (Scope.everything(), Scope.of(), Scope.of("341202"), Scope.of("341202", "341225"))
    ]
    assert len({cached._key(source) for source in sources}) == len(sources)
    filters = Filters(start=date(2025, 1, 1), end=date(2025, 10, 31))
    changed = [
        filters,
        filters.with_(district="341202"),
        filters.with_(stage=("餐饮",)),
        filters.with_(side="made"),
    ]
    assert len({cached._key(one) for one in changed}) == len(changed)


def test_the_order_of_districts_does_not_matter() -> None:
    one, other = (cached.Source("a", 1, Scope.of(*codes)) for codes in (("1", "2", "3"), ("3", "2", "1")))
    assert cached._key(one) == cached._key(other)


def test_a_metric_travels_by_its_id() -> None:
    metric = get_metric("unqualified_rate")
    assert pickle.loads(pickle.dumps(metric)) is metric
