"""The steps of a run, as plain functions over a store: open, extract, translate, prove, harmonize, close.

Every step may be run again harmlessly: raw records are known by digest, translation takes what is still pending,
upserts skip what is unchanged, a proof is computed anew. ``local.py`` calls them in order in process; ``temporal/``
makes the same calls durable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from canonical.errors import ConfigurationError
from canonical.issue import Issue
from canonical.proof import Proof
from canonical.record import JsonValue
from connectors.sdk.registry import get_connector
from connectors.sdk.run import run_tap
from storage.store import TenantStore
from workflows.extraction import Beat, StoreSink, file_facts, no_beat, watch
from workflows.inputs import RunRef, RunStatus, RunSummary, StepOutcome, SyncRequest
from workflows.parties import harmonize_tenant
from workflows.proving import prove_company
from workflows.translation import CompanyTranslation, Translated

Clock = Callable[[], datetime]


@dataclass(slots=True)
class Steps:
    """The steps, bound to stores and a clock.

    Attributes:
        stores: opens a tenant's store by its key.
        clock: the time, UTC; what a run learns is stamped with its start.
    """

    stores: Callable[[str], TenantStore]
    clock: Clock
    translated: dict[int, Translated] = field(default_factory=dict)
    """By company, what this process's last translation did; for the summary of a local run."""

    def open_run(self, request: SyncRequest) -> RunRef:
        """Start a run for a saved connection.

        Raises:
            NotFound: the tenant has no such connection.
        """
        store = self.stores(request.tenant)
        connection = store.connections.get(request.connection)
        facts = {"config": dict(connection.config), "reason": request.reason, "connection": connection.name}
        run_id = store.runs.start("sync", connection.connector, None, facts, self.clock())
        return RunRef(request.tenant, run_id, request.connection)

    def open_import(self, tenant: str, connector: str, config: Mapping[str, JsonValue]) -> RunRef:
        """Start a run for files handed over once."""
        run_id = self.stores(tenant).runs.start(
            "import", connector, None, {"config": dict(config), "reason": "manual"}, self.clock()
        )
        return RunRef(tenant, run_id, "")

    def extract(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        """Read the source into the raw store.

        Raises:
            KhataError: as the connector raises; what was stored before stays, nothing half-read is published.
        """
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        config = _resolved(store, held.connector, held.facts["config"])
        sink = StoreSink(store, held.connector, run.run_id, held.started_at, beat)
        extracted = run_tap(
            get_connector(held.connector).tap(), config, sink, now=held.started_at, progress=watch(beat)
        )
        files = [file_facts(Path(path)) for path in config.get("files", ())]
        store.runs.add_facts(
            run.run_id,
            {"companies": list(sink.companies.values()), "counts": dict(sink.counts), "files": files},
        )
        store.issues.replace(run.run_id, None, None, extracted.issues)
        return StepOutcome(
            "extract", sink.counts.total(), len(extracted.issues), {"known": str(sink.known), "files": str(len(files))}
        )

    def translate(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        """Translate what is pending of the run's companies."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        connector = get_connector(held.connector)
        records = issues = 0
        refused: list[str] = []
        for company_id in held.facts.get("companies", ()):
            done = CompanyTranslation(store, connector, company_id, run.run_id, held.started_at, beat).run()
            self.translated[company_id] = done
            records += done.records
            issues += done.issues + len(done.notes)
            if done.refusal:
                refused.append(done.refusal.code)
            self._note(store, run.run_id, company_id, done.notes)
        store.runs.add_facts(run.run_id, {"refused": refused})
        return StepOutcome("translate", records, issues, {"refused": str(len(refused))})

    @staticmethod
    def _note(store: TenantStore, run_id: int, company_id: int, notes: list[Issue]) -> None:
        if notes:
            store.issues.add(run_id, company_id, notes)

    def prove(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:  # noqa: ARG002 - same signature as its siblings
        """Compare our totals with the source's own, company by company."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        proofs: list[Proof] = []
        for company_id in held.facts.get("companies", ()):
            proof = prove_company(store, company_id, run.run_id)
            store.proofs.save(run.run_id, company_id, proof, held.started_at)
            proofs.append(proof)
        worst = worst_status(proofs)
        return StepOutcome("prove", sum(len(proof.totals) for proof in proofs), 0, {"status": worst})

    def harmonize(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:  # noqa: ARG002 - same signature
        """Match the tenant's parties across companies by GSTIN and PAN."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        done = harmonize_tenant(store, held.started_at)
        return StepOutcome("harmonize", done.golden, done.reviews, {"merged": str(done.merged)})

    def close_run(self, run: RunRef, status: str, error_code: str = "") -> RunSummary:
        """Close the run with its ending."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        counts = {name: int(count) for name, count in dict(held.facts.get("counts", {})).items()}
        proofs = [proof for company in held.facts.get("companies", ()) if (proof := store.proofs.latest(company))]
        proof = worst_status(proofs) if status == RunStatus.SUCCEEDED else ""
        summary: dict[str, Any] = {"counts": counts, "proof": proof, "error": error_code}
        store.runs.finish(run.run_id, status, summary, self.clock())
        return RunSummary(run.run_id, status, counts, proof)


def _resolved(store: TenantStore, connector: str, config: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Expand folders to the files in them, and a known company's name to its identity."""
    found = dict(config)
    files = found.get("files") or ()
    if files:
        found["files"] = [str(path) for given in files for path in _expand(Path(str(given)))]
    name = found.get("company")
    if name:
        known = [c for c in store.companies.find_by_name(str(name)) if c.connector == connector]
        if len(known) == 1:
            found["company_guid"] = known[0].source_key
    return found


def _expand(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.is_file() and p.suffix.lower() in {".xml", ".zip", ".txt"})
    if not found:
        raise ConfigurationError(f"The folder {path} holds no .xml or .zip file.", code="connection.folder_empty")
    return found


def worst_status(proofs: list[Proof]) -> str:
    """The status that needs a person most."""
    statuses = [proof.status.value for proof in proofs]
    return next((s for s in ("differs", "proved", "no_oracle") if s in statuses), "no_oracle")
