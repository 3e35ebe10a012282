"""Which of the source's figures may accuse ours, and which are older than the books.

A report stands for the books at the moment it was read. If vouchers changed afterwards, figures that still agree prove
something, but one that does not proves nothing: the report is set aside with the reason. A live source is asked anew
when its books move, so there a report of an earlier run may accuse only while nothing has changed here since: a sync
that finds nothing new must not make books proved that were not. Files come in any order and often never
again, so there a report whose day is known accuses until a voucher up to that day was replaced; one whose day is not
known, until any import brought vouchers after it, unless there were none before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from storage.reports.controls import ChangesSince, Sighting
from storage.store import TenantStore


@dataclass(slots=True)
class Freshness:
    """Answers for one company and run.

    Attributes:
        run_id: the run that proves; what it read itself is fresh.
        is_live: the source is asked, not handed over as files.
    """

    store: TenantStore
    company_id: int
    run_id: int | None
    is_live: bool
    _seen: dict[str, dict[int, Sighting]] = field(default_factory=dict)
    _changes: dict[tuple[datetime, date | None], ChangesSince] = field(default_factory=dict)
    _moved: dict[datetime, bool] = field(default_factory=dict)

    def may_accuse(self, stream: str, raw_id: int | None, day: date | None = None) -> bool:
        """Whether a difference to this raw record counts.

        Args:
            stream: of the record.
            raw_id: the record; None if it is not known, then nothing speaks against it.
            day: the day its figures stand for, if it says so.
        """
        if stream not in self._seen:
            self._seen[stream] = self.store.controls.last_seen(self.company_id, stream)
        sighting = self._seen[stream].get(raw_id) if raw_id is not None else None
        if sighting is None or sighting.run_id == self.run_id:
            return not self.is_live or sighting is not None
        if self.is_live:
            return not self._has_moved(sighting.at)
        return not self._is_overtaken(sighting.at, day)

    def seen_at(self, stream: str, raw_id: int) -> datetime | None:
        """When a raw record was last read, if a run says so."""
        sighting = self._seen.get(stream, {}).get(raw_id)
        return sighting.at if sighting else None

    def _has_moved(self, at: datetime) -> bool:
        if at not in self._moved:
            self._moved[at] = self.store.controls.has_moved_since(self.company_id, at)
        return self._moved[at]

    def _is_overtaken(self, at: datetime, day: date | None) -> bool:
        changes = self._changes.get((at, day))
        if changes is None:
            changes = self._changes[at, day] = self.store.controls.changes_since(self.company_id, at, day)
        if day is not None:
            return bool(changes.ended)
        return bool(changes.ended) or changes.batches > (0 if changes.had_vouchers else 1)
