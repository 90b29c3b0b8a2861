"""What the reference tables say about names in a file: categories, item groups, reporting units."""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select

from lib.data.loaders.divisions import Unit
from lib.data.tables import reference

_BRACKETS: Final = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Lookups:
    """Reference lists, read once for a load."""

    units: tuple[Unit, ...]
    categories: dict[str, str]
    subcategories: dict[str, str]
    items: dict[str, str]
    #: Names of every code list, by its dimension.
    code_lists: dict[str, frozenset[str]]

    def category(self, text: str) -> str | None:
        """Code of a top-level category name."""
        return self.categories.get(plain(text))

    def category_of_subcategory(self, text: str) -> str | None:
        """Code of the top-level category a lower-level name lies in, if there is only one such name."""
        return self.subcategories.get(plain(text)) or self.categories.get(plain(text))

    def item_group(self, text: str) -> str | None:
        """Code of an item's group; brackets such as （以Pb计） may differ."""
        name = plain(text)
        return self.items.get(name) or self.items.get(_BRACKETS.sub("", name))


def plain(text: str) -> str:
    """A name without blanks and width variants."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def read_lookups(connection: Connection) -> Lookups:
    """Read the reference tables of the record database."""
    unit = reference.reporting_unit
    rows = connection.execute(select(unit.c.code, unit.c.name, unit.c.level, unit.c.parent_code))
    units = tuple(Unit(*row) for row in rows)
    categories, subcategories = _categories(connection)
    return Lookups(units, categories, subcategories, _items(connection), _code_lists(connection))


def _categories(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    category = reference.food_category
    rows = {row.code: row for row in connection.execute(select(category))}
    tops = {plain(row.name): row.code for row in rows.values() if row.level == 1}
    below: dict[str, set[str]] = defaultdict(set)
    for row in rows.values():
        top = row
        while top.level > 1 and top.parent_code:
            top = rows[top.parent_code]
        if row.level > 1:
            below[plain(row.name)].add(top.code)
    return tops, {name: codes.pop() for name, codes in below.items() if len(codes) == 1}


def _code_lists(connection: Connection) -> dict[str, frozenset[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    code = reference.code_value
    for dimension, name in connection.execute(select(code.c.dimension, code.c.name)):
        names[dimension].add(name)
    return {dimension: frozenset(found) for dimension, found in names.items()}


def _items(connection: Connection) -> dict[str, str]:
    item = reference.test_item
    rows = list(connection.execute(select(item.c.name, item.c.group_code)))
    groups = {_BRACKETS.sub("", plain(row.name)): row.group_code for row in rows}
    return groups | {plain(row.name): row.group_code for row in rows}
