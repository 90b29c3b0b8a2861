"""Events of rectification that break the order of the loop: refused, or kept and counted as 纸面整改."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import BigInteger, CompoundSelect, Connection, Select, cast, delete, null, select, union_all
from sqlalchemy.schema import DropTable

from lib.data.event_sequence import sequence
from lib.data.loaders.current import CurrentRecords
from lib.data.loaders.mapping import ROW_ID
from lib.data.loaders.merge import stored_columns
from lib.data.loaders.notes import Notes
from lib.data.loaders.profiles import Profile
from lib.data.loaders.staging import Staging
from lib.data.tables.rectification import rectification_event, rectification_item

#: Called with a row id, the target column, the value and the reason.
Say = Callable[[int, str, str, str], None]
_ROW: Final = "staged_row"


class EventOrder:
    """Looks at the staged events together with the recorded ones of the same items."""

    def __init__(self, staging: Staging, profile: Profile, notes: Notes, say: Say) -> None:
        self._staging = staging
        self._profile = profile
        self._notes = notes
        self._say = say

    def settle(self, records: Connection) -> None:
        """Reject verifications without a result, and every event of an item whose order is broken by this load."""
        self._reject_unstated()
        self._note_unknown_items(records)
        faults = self._faults(records)
        if not faults:
            return
        if self._profile.on_broken_order == "keep":
            count = sum(row_id is not None for row_id, *_ in faults)
            self._notes.say(f"{count} 个事件顺序不符，已照原样载入，发布时计为纸面整改")
            return
        reasons = {row_id: (stage, fault) for row_id, _, stage, fault in faults if row_id is not None}
        broken = {number: fault for _, number, _, fault in faults}
        record = self._staging.record
        rows = self._staging.rows(
            select(record.c[ROW_ID], record.c.item_no).where(
                self._is_chosen(), record.c.item_no.in_(list(broken))
            )
        )
        for row_id, number in sorted(rows):
            stage, fault = reasons.get(row_id, ("", ""))
            reason = (
                f"事件顺序不符：{fault}"
                if fault
                else f"同一整改项的事件顺序不符（{broken[number]}），都不载入"
            )
            self._say(row_id, "stage" if fault else "item_no", stage or number, reason)
        self._leave_out([row_id for row_id, _ in rows])

    def _reject_unstated(self) -> None:
        record = self._staging.record
        passed = record.c.passed if "passed" in record.c else null()
        rows = self._staging.rows(
            select(record.c[ROW_ID]).where(self._is_chosen(), record.c.stage == "验证", passed.is_(None))
        )
        for (row_id,) in sorted(rows):
            self._say(row_id, "passed", "", "验证事件须写明是否通过")
        self._leave_out([row_id for (row_id,) in rows])

    def _note_unknown_items(self, records: Connection) -> None:
        """Events may come before their item, but without it they count nowhere."""
        record, item = self._staging.record, rectification_item
        numbers = {row[0] for row in self._staging.rows(select(record.c.item_no).where(self._is_chosen()))}
        is_current = (item.c.source == self._profile.source, item.c.version_to.is_(None))
        known = set(records.execute(select(item.c.item_no).where(*is_current)).scalars())
        if unknown := sorted(numbers - known):
            shown = "、".join(unknown[:3])
            self._notes.say(f"{len(unknown)} 个整改项尚未载入（{shown} 等），其事件暂不计入任何指标")

    def _faults(self, records: Connection) -> list[tuple[int | None, str, str, str]]:
        """Row id (none: recorded before), item, stage and fault of events that are faulty with this load.

        A recorded event that was faulty already is not this load's fault.
        """
        staged = self._staged()
        numbers = select(staged.subquery().c.item_no).distinct()
        own_source = [rectification_event.c.source == self._profile.source]
        recorded = CurrentRecords(records, self._staging).fetch(
            rectification_event, "item_no", numbers, own_source
        )
        if recorded is None:
            return self._faulty(staged)
        replaced = select(staged.subquery().c.event_no)
        kept = select(
            *(recorded.c[name] for name in stored_columns(rectification_event)),
            cast(null(), BigInteger).label(_ROW),
        )
        known = {row[4] for row in self._faulty(kept, with_number=True)}
        together: CompoundSelect[Any] = union_all(staged, kept.where(recorded.c.event_no.not_in(replaced)))
        found = self._faulty(together, with_number=True)
        self._staging.run(DropTable(recorded))
        return [row[:4] for row in found if row[0] is not None or row[4] not in known]

    def _faulty(self, events: Any, *, with_number: bool = False) -> list[Any]:
        judged = sequence(events.subquery("events")).subquery("judged")
        row = judged.c
        columns = (
            row[_ROW],
            row.item_no,
            row.stage,
            row.order_fault,
            *((row.event_no,) if with_number else ()),
        )
        return self._staging.rows(select(*columns).where(row.order_fault.is_not(None)))

    def _staged(self) -> Select[Any]:
        record = self._staging.record
        columns = [
            record.c[name] if name in record.c else cast(null(), rectification_event.c[name].type).label(name)
            for name in stored_columns(rectification_event)
        ]
        return select(*columns, record.c[ROW_ID].label(_ROW)).where(self._is_chosen())

    def _is_chosen(self) -> Any:
        return self._staging.record.c[ROW_ID].in_(select(self._staging.chosen.c[ROW_ID]))

    def _leave_out(self, row_ids: list[int]) -> None:
        for table in (self._staging.chosen, self._staging.record):
            if row_ids:
                self._staging.run(delete(table).where(table.c[ROW_ID].in_(row_ids)))
