"""Sandbox books imported into a fresh store, with reports handed over beside them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from canonical.proof import Proof
from canonical.record import RawRecord, SourceRef
from connectors.sdk.registry import get_connector
from sandbox.tally.options import TallyEncoding
from sandbox.tally.write import write
from sandbox.world.business import build_world
from sandbox.world.spec import WorldSpec
from storage import TenantStore
from tests.support.stores import empty_store
from tests.workflows.proving.truth_reports import Report, TruthReports
from workflows.interpretation import company_translator
from workflows.local import import_files
from workflows.proving.company import prove_company

NOW = datetime(2026, 4, 2, 6, 0, tzinfo=UTC)
STOCK = 4_321_098_76
"""What the closing stock is declared to be worth, paise."""


@dataclass
class Books:
    """One company in a store of its own."""

    store: TenantStore
    company_id: int
    reports: TruthReports
    hour: int = 1

    def hand_over(self, reports: Iterable[Report], *, live: bool = True) -> int:
        """Store reports as a run of its own has read them; the run's number."""
        self.hour += 1
        company = self.store.companies.get(self.company_id)
        run_id = self.store.runs.start("sync", "tally", None, {}, NOW + timedelta(hours=self.hour))
        records = [
            RawRecord(
                source=SourceRef("tally", company.source_key, "reports", report.title),
                payload=(payload := msgspec.json.encode({"object": report.document, "guid": "" if live else "r.xml"})),
                digest=hashlib.sha256(payload).digest(),
                origin=report.title,
                extracted_at=NOW,
            )
            for report in reports
        ]
        self.store.raw.append(self.company_id, run_id, records)
        return run_id

    def prove(self, run_id: int | None = None, *, is_live: bool = True) -> Proof:
        """Prove what is stored."""
        translator = company_translator(self.store, get_connector("tally"), self.company_id)
        return prove_company(self.store, translator, self.company_id, run_id, is_live=is_live)

    def proved_with(self, reports: Iterable[Report]) -> Proof:
        """Hand reports over and prove in the run that read them."""
        return self.prove(self.hand_over(reports))


def import_world(folder: Path, spec: WorldSpec) -> Books:
    """Write a world as Tally exports, import them, and keep its truth."""
    folder.mkdir(parents=True, exist_ok=True)
    written = write(spec, folder / "export", encoding=TallyEncoding.UNICODE)
    store = empty_store(folder / "books.db").tenant()
    import_files(store, list(written.paths), clock=lambda: NOW)
    company_id = store.companies.list()[0].company_id
    return Books(store, company_id, TruthReports(build_world(spec), written.truth, STOCK))
