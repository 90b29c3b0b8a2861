"""The whole ledger recomputed from a published snapshot, for the command line. The caller prints it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from lib.data.scope import Scope
from lib.data.snapshot import open_snapshot
from lib.metrics.claims import RefusedRow
from lib.metrics.claims_check import Checked, check_claims
from lib.metrics.claims_reading import read_ledger
from lib.metrics.claims_table import HEADINGS, claims_frame, is_passed, terminal_text

#: Exit codes of ``manage.py claims``; 1 is also what every command says for a fault it cannot go on with.
PASSED, LEDGER_FAULTY, NOT_PASSED = 0, 1, 3
FORMATS: Final = ("table", "csv")


@dataclass(frozen=True, kw_only=True)
class ClaimsReport:
    """Claims with their verdicts, rows of the ledger that were refused, and the snapshot they were recomputed from."""

    checked: tuple[Checked, ...]
    refused: tuple[RefusedRow, ...]
    basis: str

    @property
    def text(self) -> str:
        """The table for a terminal."""
        return f"{terminal_text(self.checked, self.refused)}{self.basis}\n"

    @property
    def frame(self) -> pd.DataFrame:
        """The table for a file, under its Chinese headings."""
        return claims_frame(self.checked).rename(columns=dict(HEADINGS))

    @property
    def exit_code(self) -> int:
        """A refused row is a fault of the ledger, whatever the others say."""
        if self.refused:
            return LEDGER_FAULTY
        return PASSED if is_passed(self.checked) else NOT_PASSED


def recompute_claims(
    snapshot_folder: Path, *, document: str = "", files: Iterable[Path] | None = None
) -> ClaimsReport:
    """Recompute the ledger (of publications whose title holds ``document``) from the newest snapshot.

    Raises ValueError for an unknown document or an unreadable ledger, SnapshotMissing without a snapshot.
    """
    scope = Scope.everything()
    ledger = read_ledger(files)
    ids = ledger.ids_of(document) if document else None
    snapshot = open_snapshot(snapshot_folder, scope)
    synthetic = "；演示数据（合成）" if snapshot.is_synthetic else ""
    return ClaimsReport(
        checked=check_claims(snapshot, ledger, scope, ids=ids),
        refused=ledger.refused,
        basis=f"数据截至 {snapshot.as_of}；数据版本 {snapshot.version}{synthetic}",
    )
