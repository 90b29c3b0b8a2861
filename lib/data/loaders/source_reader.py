"""Reading one source of a load: rows become records in one thread while earlier ones are staged in another."""

from collections.abc import Iterator
from typing import Final

from lib.data.bulk import prefetched
from lib.data.loaders.chunks import Chunks, Reading
from lib.data.loaders.csv_reader import read_csv
from lib.data.loaders.errors import Reject
from lib.data.loaders.json_reader import read_json
from lib.data.loaders.mapping import Mapped, Mapper
from lib.data.loaders.notes import Notes
from lib.data.loaders.rejects import RejectList
from lib.data.loaders.sources import Source
from lib.data.loaders.staging import Staging
from lib.data.loaders.workbook_reader import read_workbook

#: While the staging area writes out what it holds, this many chunks more are made ready.
_CHUNKS_AHEAD: Final = 3


class SourceReader:
    """Stages the sources of one load, in order."""

    def __init__(self, mapper: Mapper, staging: Staging, rejects: RejectList, notes: Notes) -> None:
        self._mapper = mapper
        self._staging = staging
        self._rejects = rejects
        self._notes = notes
        # Filled by the thread that reads, taken by the caller's once that thread is done.
        self._bad_rows = 0
        self._spoiled: list[str] = []

    def stage(self, source: Source) -> Iterator[tuple[int, int]]:
        """Stage a source chunk by chunk; how many rows each had and how many of them were rejected.

        Raises ``LoadRefused`` for a source that is not what the profile says.
        """
        for mapped in prefetched(self._mapped(source), _CHUNKS_AHEAD):
            self._staging.add(mapped)
            yield mapped.rows_read, mapped.rows_rejected
        if self._spoiled:
            self._staging.spoil(self._spoiled)
        yield self._bad_rows, self._bad_rows
        self._bad_rows, self._spoiled = 0, []

    def _mapped(self, source: Source) -> Iterator[Mapped]:
        for chunk in self._chunks(source):
            yield self._mapper.map(chunk)

    def _chunks(self, source: Source) -> Chunks:
        reject = self._bad_row if source.kind == "csv" else self._rejects.add
        mapper = self._mapper
        reading = Reading(mapper.profile, reject, self._notes.say, mapper.wanted, self._spoiled.extend)
        if source.kind == "workbook":
            return read_workbook(source.path, source.name, reading)
        if source.kind == "json":
            return read_json(source.path, source.name, reading)
        return read_csv(source.path, source.name, reading)

    def _bad_row(self, reject: Reject) -> None:
        self._bad_rows += 1
        self._rejects.add(reject)
