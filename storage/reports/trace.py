"""Traces: from a figure back to the raw record it came from.

Every id a report prints can be traced: ``v:12`` voucher, ``p:12:0`` posting (line 0 of voucher 12), ``l:34`` ledger,
``b:1:asha%20traders:inv-9`` bill (company, ledger, reference), ``r:56`` raw record. A trace lists what stands behind
the figure: vouchers and ledgers with the raw record of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from canonical.errors import NotFound
from canonical.ledger import Ledger
from canonical.record import RawRecord
from canonical.voucher import Voucher
from storage.raw_store import RawStore, StoredRaw
from storage.repositories.base import Repository
from storage.repositories.records import Records, Stored

RecordOf = Stored[Voucher] | Stored[Ledger]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One record behind a figure.

    Attributes:
        trace_id: of this record.
        what: for people: ``Sales 17 of 2025-04-02``.
        net: debit-positive rupees it contributes; None where the question is the record itself.
        record: as we understood it; None for a raw record that gave none.
        raw: what the source said; None for figures that were entered here.
    """

    trace_id: str
    what: str
    net: Decimal | None
    record: RecordOf | None
    raw: RawRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A figure and everything behind it."""

    trace_id: str
    title: str
    steps: tuple[TraceStep, ...]


class Tracer(Repository):
    """Follows printed ids."""

    def __init__(self, *bound: Any, records: Records, raw: RawStore) -> None:
        super().__init__(*bound)
        self._records = records
        self._raw = raw

    def trace(self, trace_id: str) -> Trace:
        """Follow one id.

        Raises:
            NotFound: it is not an id of ours, or this tenant has nothing there.
        """
        kind, *parts = trace_id.split(":")
        match kind, [part for part in parts if part.isdigit()], len(parts):
            case "v", [number], 1:
                return self._of_voucher(trace_id, int(number), None)
            case "p", [number, line], 2:
                return self._of_voucher(trace_id, int(number), int(line))
            case "l", [number], 1:
                return self._of_ledger(trace_id, int(number))
            case "r", [number], 1:
                return self._of_raw(trace_id, int(number))
            case "b", [number, *_], 3:
                return self._of_bill(trace_id, int(number), unquote(parts[1]), unquote(parts[2]))
            case _:
                expected = "v:N, p:N:LINE, l:N, r:N or b:COMPANY:LEDGER:REF"
                raise NotFound(f"{trace_id[:60]!r} is not an id to trace; expected {expected}.")

    def _of_voucher(self, trace_id: str, number: int, line: int | None) -> Trace:
        stored = self._records.get(Voucher, number)
        postings = stored.record.postings
        if line is not None and line >= len(postings):
            raise NotFound(f"Voucher {number} has no posting {line}.", trace_id=trace_id)
        step = self._voucher_step(stored, None if line is None else postings[line].net)
        title = step.what if line is None else f"{postings[line].ledger_name} in {step.what}"
        return Trace(trace_id=trace_id, title=title, steps=(step,))

    def _of_ledger(self, trace_id: str, number: int) -> Trace:
        step = self._ledger_step(self._records.get(Ledger, number), None)
        return Trace(trace_id=trace_id, title=step.what, steps=(step,))

    def _of_raw(self, trace_id: str, number: int) -> Trace:
        raw = self._raw.get(number)
        steps = self._steps_from(raw) or (
            TraceStep(trace_id=trace_id, what=f"Raw record {raw.record.source}", net=None, record=None, raw=raw.record),
        )
        return Trace(trace_id=trace_id, title=f"Raw record {raw.record.source}", steps=steps)

    def _of_bill(self, trace_id: str, company_id: int, ledger_key: str, item_key: str) -> Trace:
        with self._read() as transaction:
            amount = transaction.dialect.values.read_amount
            rows = transaction.rows(
                "SELECT owner_id, is_opening, SUM(net) FROM bill_allocation WHERE tenant_id = ? AND company_id = ? "
                "AND ledger_key = ? AND item_key = ? AND known_to IS NULL GROUP BY owner_id, is_opening "
                "ORDER BY is_opening DESC, MIN(effective_on), owner_id",
                (self._tenant_id, company_id, ledger_key, item_key),
            )
        if not rows:
            raise NotFound(f"There is no bill {item_key!r} on ledger {ledger_key!r}.", trace_id=trace_id)
        steps = tuple(
            self._ledger_step(self._records.get(Ledger, owner_id), amount(net))
            if is_opening
            else self._voucher_step(self._records.get(Voucher, owner_id), amount(net))
            for owner_id, is_opening, net in rows
        )
        return Trace(trace_id=trace_id, title=f"Bill {item_key} of {ledger_key}", steps=steps)

    def _steps_from(self, raw: StoredRaw) -> tuple[TraceStep, ...]:
        vouchers = [self._records.get(Voucher, number) for number in self._ids_from(raw, "voucher")]
        ledgers = [self._records.get(Ledger, number) for number in self._ids_from(raw, "ledger")]
        return (
            *(self._voucher_step(stored, None) for stored in vouchers),
            *(self._ledger_step(stored, None) for stored in ledgers),
        )

    def _ids_from(self, raw: StoredRaw, table: str) -> list[int]:
        with self._read() as transaction:
            sql = f"SELECT id FROM {table} WHERE tenant_id = ? AND raw_id = ? ORDER BY id"
            return [row[0] for row in transaction.rows(sql, (self._tenant_id, raw.raw_id))]

    def _voucher_step(self, stored: Stored[Voucher], net: Decimal | None) -> TraceStep:
        voucher = stored.record
        what = f"{voucher.type_name} {voucher.number or '(no number)'} of {voucher.day}"
        return TraceStep(
            trace_id=f"v:{stored.id}", what=what, net=net, record=stored, raw=self._raw_record(stored.raw_id)
        )

    def _ledger_step(self, stored: Stored[Ledger], net: Decimal | None) -> TraceStep:
        return TraceStep(
            trace_id=f"l:{stored.id}",
            what=f"Ledger {stored.record.name}",
            net=net,
            record=stored,
            raw=self._raw_record(stored.raw_id),
        )

    def _raw_record(self, raw_id: int | None) -> RawRecord | None:
        return None if raw_id is None else self._raw.get(raw_id).record
