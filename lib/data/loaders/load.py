"""Load files through an import profile: read, check, compare with the records, write one data version, publish."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, select

from lib.data.database import exclusive_transaction
from lib.data.loaders.conflicts import Conflicts
from lib.data.loaders.contradictions import settle_contradictions
from lib.data.loaders.encodings import file_digest
from lib.data.loaders.errors import LoadRefused, Reject
from lib.data.loaders.event_order import EventOrder
from lib.data.loaders.lookups import read_lookups
from lib.data.loaders.mapping import Mapper
from lib.data.loaders.merge import TableCounts, TablePlan, count_changes, insert_units, write_changes
from lib.data.loaders.notes import Notes
from lib.data.loaders.plans import Plans
from lib.data.loaders.profile_files import load_profile
from lib.data.loaders.profiles import Profile
from lib.data.loaders.reached import reached
from lib.data.loaders.rejects import RejectList
from lib.data.loaders.report import LoadReport
from lib.data.loaders.source_reader import SourceReader
from lib.data.loaders.sources import Source, open_sources
from lib.data.loaders.staging import Staging
from lib.data.loaders.targets import TABLES
from lib.data.publish import check_folder, is_unpublished, publish
from lib.data.tables.catalogue import VERSIONED
from lib.data.tables.rectification import rectification_event
from lib.data.versions import LoadCounts, reached_so_far, record_version

#: Called with what is being done (Chinese) and how many rows are done so far.
Progress = Callable[[str, int], None]


def load_files(
    engine: Engine,
    files: Sequence[Path],
    profile: str | Path,
    *,
    dry_run: bool = False,
    accept_partial: bool = False,
    actor: str,
    today: date,
    now: datetime,
    progress: Progress | None = None,
    snapshots_folder: Path | None = None,
    snapshots_kept: int = 5,
    as_of: date | None = None,
) -> LoadReport:
    """Load ``files`` as one data version and publish it into ``snapshots_folder`` (none: do not publish).

    ``dry_run`` does everything but write. Without ``accept_partial`` any rejected row refuses all files. Raises
    ``LoadRefused`` (Chinese message, first rejects, file of all rejects) and ``DatabaseBusy``; then nothing changed.
    """
    rules = load_profile(profile)
    if snapshots_folder is not None:
        check_folder(engine, snapshots_folder)
    with tempfile.TemporaryDirectory(prefix="bamai-load-") as folder:
        load = _Load(engine, [Path(path) for path in files], rules, Path(folder), progress or _silent)
        with closing(load):
            load.read()
            load.check(accept_partial)
            digest = file_digest(load.files, rules.model_dump_json().encode())
            reached = as_of or load.reached(today)
            if dry_run:
                with engine.connect() as connection:
                    return load.report(reached, load.compare(connection), None)
            with exclusive_transaction(engine) as connection:
                changes = load.compare(connection)
                version = load.write(connection, changes, as_of=reached, digest=digest, actor=actor, now=now)
            report = load.report(reached, changes, version)
    if snapshots_folder is None or not is_unpublished(engine, snapshots_folder):
        return report
    return replace(report, snapshot=publish(engine, snapshots_folder, keep=snapshots_kept))


def _silent(_what: str, _rows: int) -> None:
    """No progress is shown."""


Changes = list[tuple[TablePlan, TableCounts]]


class _Load:
    """One load under way."""

    def __init__(
        self, engine: Engine, files: list[Path], profile: Profile, folder: Path, progress: Progress
    ) -> None:
        if not files:
            raise LoadRefused("没有给出要载入的文件")
        self.engine = engine
        self.files = files
        self.profile = profile
        self.progress = progress
        self.folder = folder
        self.rejects = RejectList(folder)
        self.notes = Notes()
        with engine.connect() as connection:
            lookups = read_lookups(connection)
            self.before = reached_so_far(connection)
        self.mapper = Mapper(profile, lookups, self.rejects.add, self.notes)
        key = VERSIONED[TABLES[profile.table]]
        self.staging = Staging(folder, self.mapper.schema, key, by_item=profile.rows == "item")
        self.conflicts = Conflicts(self.staging, profile, self.mapper.rows, self.rejects.add)
        self.reader = SourceReader(self.mapper, self.staging, self.rejects, self.notes)
        self.rows_read = 0
        self.rows_rejected = 0

    def close(self) -> None:
        """Release the staging area."""
        self.rejects.close()
        self.staging.close()

    def read(self) -> None:
        """Read and stage every file, then settle what contradicts itself."""
        try:
            for path in self.files:
                for source in open_sources(path, self.profile.file.members, self.folder):
                    self._read_source(source)
        except LoadRefused as refusal:
            for reject in refusal.rejects:
                self.rejects.add(reject)
            self._refuse(str(refusal))
        self.progress("核对", self.rows_read)
        self.staging.finish()
        self.conflicts.settle()
        settle_contradictions(self.staging, self.profile, self.conflicts, self.notes)
        if TABLES[self.profile.table] is rectification_event:
            with self.engine.connect() as connection:
                EventOrder(self.staging, self.profile, self.notes, self.conflicts.say).settle(connection)
        self.rows_rejected += self.conflicts.rows_rejected

    def _read_source(self, source: Source) -> None:
        before = self.rows_read
        for read, rejected in self.reader.stage(source):
            self.rows_read += read
            self.rows_rejected += rejected
            self.progress(f"读取 {source.name}", self.rows_read)
        if self.rows_read == before and not self.mapper.rows_filtered and not self.rejects.count:
            raise LoadRefused(
                f"文件 {source.name}：只有表头，没有数据行",
                [Reject(source.name, None, None, None, None, "没有数据行")],
            )

    def check(self, accept_partial: bool) -> None:
        """Refuse the load if rows were rejected and that was not accepted, or if nothing is left."""
        if not self.rejects.count:
            return
        left = self.staging.value(select(func.count()).select_from(self.staging.chosen))
        if accept_partial and left:
            return
        more = "" if left == 0 else "；改正后重新载入，或用 --accept-partial 只载入合格的行"
        counts = f"{self.rejects.count} 处不合要求，涉及 {self.rows_rejected} 行（共读 {self.rows_read} 行）"
        self._refuse(f"{counts}，未载入任何记录{more}")

    def _refuse(self, message: str) -> None:
        path = self.rejects.publish(self.files[0])
        raise LoadRefused(message, self.rejects.first, reject_count=self.rejects.count, rejects_file=path)

    def reached(self, today: date) -> date:
        """The day the data reach to; samples without a day are counted in a note."""
        record = self.staging.record
        undated = (
            select(func.count()).where(record.c.sampled_on.is_(None)) if "sampled_on" in record.c else None
        )
        if undated is not None and (count := self.staging.rows(undated)[0][0]):
            self.notes.say(f"{count:,} 行没有抽样日期：按期间统计时不计入，不限期间的命令才计入")
        return reached(self.staging, self.mapper.rows.where, self.notes, self.before, today)

    def compare(self, connection: Connection) -> Changes:
        """The plans of all tables with what they would change."""
        self.progress("与现有记录比对", self.rows_read)
        plans = Plans(self.staging, self.profile, connection).build()
        return [(plan, count_changes(self.staging, plan)) for plan in plans]

    def write(
        self, connection: Connection, changes: Changes, *, as_of: date, digest: str, actor: str, now: datetime
    ) -> int | None:
        """Write the changes as the next data version; nothing if there are none."""
        if not any(counts.changes for _, counts in changes):
            return None
        self.progress("写入", self.rows_read)
        main = self._main(changes)
        version = record_version(
            connection,
            as_of=as_of,
            kind="load",
            profile=self.profile.name,
            file_names=[path.name for path in self.files],
            file_digest=digest,
            counts=LoadCounts(self.rows_read, main.new, main.superseded, main.unchanged, self.rows_rejected),
            actor=actor,
            now=now,
        )
        insert_units(connection, self.mapper.places.created, f"导入方案 {self.profile.name}")
        for plan, counts in changes:
            write_changes(self.staging, connection, plan, counts, version)
        return version

    def _main(self, changes: Changes) -> TableCounts:
        return next(counts for plan, counts in changes if plan.table is TABLES[self.profile.table])

    def report(self, as_of: date, changes: Changes, version: int | None) -> LoadReport:
        """What happened, with the list of rejects put beside the first file."""
        main = self._main(changes)
        return LoadReport(
            read=self.rows_read,
            new=main.new,
            superseded=main.superseded,
            unchanged=main.unchanged,
            rejected=self.rows_rejected,
            duplicates=self.conflicts.duplicates,
            filtered=self.mapper.rows_filtered,
            version=version,
            as_of=as_of,
            rejects_file=self.rejects.publish(self.files[0]),
            rejects=tuple(self.rejects.first),
            notes=tuple(self.notes.sentences()),
            tables={plan.table.name: counts for plan, counts in changes},
        )


__all__ = ["LoadReport", "Progress", "load_files"]
