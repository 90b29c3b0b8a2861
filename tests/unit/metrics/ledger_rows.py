"""Rows of a claim ledger for tests: a good one, with anything changed."""

import csv
from pathlib import Path

from lib.metrics.claims_reading import COLUMNS

GOOD = {
    "id": "9-01",
    "document": "本局通报",
    "claim": "共抽检3批次",
    "published": "3批次",
    "operator": "=",
    "value": "3",
    "unit": "批次",
    "metric": "batches_sampled",
    "query": "from=2025-01-01&to=2025-12-31",
    "as_of": "2025-12-31",
    "derived": "no",
}


def row(**changes: str) -> dict[str, str]:
    """One row of the ledger, cell by cell."""
    return {name: {**GOOD, **changes}.get(name, "") for name in COLUMNS}


def derived(terms: str, **changes: str) -> dict[str, str]:
    """A row that is worked out from others."""
    return row(**{"id": "9-99", "metric": "", "query": "", "terms": terms, "derived": "yes", **changes})


def write_ledger(file: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    """A ledger file with these rows."""
    with open(file, "w", encoding=encoding, newline="") as target:
        writer = csv.DictWriter(target, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return file
