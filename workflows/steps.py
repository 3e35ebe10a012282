"""The steps of a run, as plain functions over a store: open, extract, translate, prove, harmonize, close.

Every step may be run again harmlessly: raw records are known by digest, translation takes what is still pending,
upserts skip what is unchanged, a proof is computed anew. ``local.py`` calls them in order in process; ``temporal/``
makes the same calls durable. What a step found out (companies, counts, refusals) is noted on the run, so the next step
may run in another process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial, wraps
from pathlib import Path

from canonical.money import ZERO
from canonical.proof import Proof
from canonical.publication import ProofFindings
from canonical.record import JsonValue
from connectors.sdk.base import Connector, Surroundings
from connectors.sdk.census import Settlement
from connectors.sdk.registry import get_connector
from connectors.sdk.run import run_tap
from storage.repositories.runs import RUNNING, Run
from storage.store import TenantStore
from workflows.announcements import StoredAnnouncements
from workflows.apart import Apart
from workflows.bookmarks import (
    DIFFERING,
    DOUBTED,
    WATERMARKS,
    Start,
    counters_then,
    has_nothing_to_find,
    is_doubtful,
    keep_reading,
    load_start,
)
from workflows.closing import AFTER, close
from workflows.doubt import cost_of_looking, differences_of, held_issue, is_affordable, is_mendable
from workflows.extraction import Beat, StoreSink, content_key, file_facts, no_beat, see_content_again, watch
from workflows.inputs import Look, Progress, RunRef, RunStatus, RunSummary, StepOutcome, SyncRequest
from workflows.interpretation import company_translator
from workflows.parties import harmonize_changed
from workflows.polling import ANOTHER_DAY, FIRST, MOVED, NOT_LIVE, UNCHANGED, WAITING, is_another_day, is_waiting
from workflows.proving.company import prove_company, unread
from workflows.proving.words import publication_word, worst_status
from workflows.resolving import resolved
from workflows.run_facts import step_facts
from workflows.translation import CompanyTranslation, Translated
from workflows.validation import Declared

Clock = Callable[[], datetime]
OpenSecrets = Callable[[Mapping[str, JsonValue], str, str], Mapping[str, JsonValue]]
"""Opens the sealed secrets in the settings of a tenant's connection (settings, tenant, connection)."""
Surround = Callable[[str, int], Surroundings]
"""Gives a connection of a tenant its surroundings (tenant, connection id)."""
HUB_ONLY = "hub"
"""Part of a connection's settings that is the hub's own business; no connector sees it."""
ABANDONED = "sync.abandoned"
"""Code of a run whose process ended before it did; what it had stored stays."""
LARGE = 20_000
"""Records translated in one run from which the database's statistics are refreshed before anything is proved: without
them PostgreSQL reads whole tables for each party until its own housekeeping comes round, a minute later."""
RUNS_SEARCHED = 50
"""Newest runs looked through for one that was opened with the same key."""


LongStep = Callable[["Steps", RunRef, Beat], StepOutcome]


def alone(step: LongStep) -> LongStep:
    """Have a step of a sync run while no other of its connection does, in this process or another."""

    @wraps(step)
    def run_alone(self: Steps, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        store = self.stores(run.tenant)
        connection_id = store.runs.get(run.run_id).connection_id
        if connection_id is None or not self.takes_turns:
            return step(self, run, beat)
        with store.turn(connection_id):
            return step(self, run, beat)

    return run_alone


@dataclass(slots=True)
class Steps:
    """The steps, bound to stores and a clock.

    Attributes:
        stores: opens a tenant's store by its key.
        clock: the time, UTC; what a run learns is stamped with its start.
        tolerance: rupees an amount may differ by and the state of the books still be published.
        surroundings: of this process, for live sources.
        surround: surroundings of one connection of a tenant, with its sign-in; None where nobody signs in.
        open_secrets: of connections' settings; None where nothing is sealed. What is opened stays in memory.
        takes_turns: a step of a sync is the only one of its connection, in any process; whoever calls the steps of a
            whole sync and holds the turn all along says no.
        turnover: of earlier years, as the operator declares it; rules of GST depend on it.
        spare_cores: processors that other processes of ours may use while a step runs.
        apart: a process that translates, started ahead of time for the first large company; whoever made the steps
            ends it.
        translated: by company, what this process's last translation did; for the summary of a local run.
    """

    stores: Callable[[str], TenantStore]
    clock: Clock
    tolerance: Decimal = ZERO
    surroundings: Surroundings | None = None
    surround: Surround | None = None
    open_secrets: OpenSecrets | None = None
    takes_turns: bool = True
    turnover: Declared = field(default_factory=dict)
    spare_cores: int = 0
    apart: Apart | None = None
    translated: dict[int, Translated] = field(default_factory=dict)

    def look(self, request: SyncRequest) -> Look:
        """Ask a live source whether anything moved since the last sync; any other source may always have.

        Raises:
            NotFound: the tenant has no such connection.
            KhataError: as the connector raises: the source does not answer, for example.
        """
        store = self.stores(request.tenant)
        connection = store.connections.get(request.connection)
        connector = get_connector(connection.connector)
        if connector.counters is None or connection.config.get("files"):
            return NOT_LIVE
        if is_waiting(store, connection.connection_id, self.clock()):
            return WAITING
        then = counters_then(store, connection.connection_id)
        if then is None:
            return FIRST
        config = self._opened(connection.config, request.tenant, request.connection)
        around = self._around(request.tenant, connection.connection_id)
        now = _counters(connector, resolved(store, connection.connector, config), around)
        if then != now:
            return MOVED
        return ANOTHER_DAY if is_another_day(store, connection.connection_id, self.clock()) else UNCHANGED

    def open_run(self, request: SyncRequest) -> RunRef:
        """Start a run for a saved connection; asked again with the same key, return the run started then.

        Raises:
            NotFound: the tenant has no such connection.
        """
        store = self.stores(request.tenant)
        if request.key:
            for earlier in store.runs.list(kind="sync", limit=RUNS_SEARCHED).items:
                if earlier.facts.get("key") == request.key:
                    return RunRef(request.tenant, earlier.run_id, request.connection)
        connection = store.connections.get(request.connection)
        facts: dict[str, JsonValue] = {
            "config": dict(connection.config),
            "reason": request.reason,
            "key": request.key,
            "is_thorough": request.is_thorough,
            AFTER: request.after,
        }
        run_id = store.runs.start(
            "sync", connection.connector, None, facts, self.clock(), connection_id=connection.connection_id
        )
        return RunRef(request.tenant, run_id, request.connection)

    def close_abandoned(self, request: SyncRequest) -> None:
        """Close runs of a connection whose process died; call it while nobody else can be syncing the connection.

        Runs of a durable runner (they have a key) are its own business.
        """
        store = self.stores(request.tenant)
        connection = store.connections.get(request.connection)
        running = store.runs.list(kind="sync", status=RUNNING, connection_id=connection.connection_id)
        for run in running.items:
            if not run.facts.get("key"):
                self.close_run(RunRef(request.tenant, run.run_id, request.connection), RunStatus.FAILED, ABANDONED)

    def open_import(
        self, tenant: str, connector: str, config: Mapping[str, JsonValue], reason: str = "manual"
    ) -> RunRef:
        """Start a run for files handed over once."""
        facts: dict[str, JsonValue] = {"config": dict(config), "reason": reason}
        return RunRef(tenant, self.stores(tenant).runs.start("import", connector, None, facts, self.clock()), "")

    @alone
    def extract(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        """Read the source into the raw store.

        Raises:
            KhataError: as the connector raises; what was stored before stays, nothing half-read is published.
        """
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        config = resolved(store, held.connector, self._opened(held.facts["config"], run.tenant, run.connection))
        connector = get_connector(held.connector)
        files = [file_facts(Path(path)) for path in config.get("files", ())]
        content = content_key(connector, config, files)
        known = see_content_again(store, run.run_id, content) if files else None
        if known is not None:
            self._note(store, run, "extract", known.records, known.facts)
            store.issues.replace(run.run_id, None, None, known.issues)
            detail = extract_detail(known.facts, known.records)
            return StepOutcome("extract", known.records, len(known.issues), detail)
        sink = StoreSink(store, connector, run.run_id, held.started_at, beat)
        facts: dict[str, JsonValue] = {"files": files, "content": content}
        start = self._start(store, held, sink, facts)
        around = self._around(run.tenant, held.connection_id)
        named = StoredAnnouncements(store, held.connection_id, run.run_id) if held.connection_id else None
        if is_live(held):
            facts["counters"] = _counters(connector, config, around)
        with store.overlapping():
            extracted = run_tap(
                connector.tap(),
                config,
                sink,
                now=held.started_at,
                state=start.state,
                progress=watch(beat),
                surroundings=around,
                announcements=named,
            )
        facts |= {
            "companies": list(sink.companies.values()),
            "counts": dict(sink.counts),
            "known": sink.known,
            "new": _some(sink.new),
            "changed": _some(sink.changed),
            "retired": _some(sink.retired),
            "announced": _some(named.outcomes) if named else {},
            "settlement": extracted.settlement.value,
        }
        if held.connection_id is not None and sink.companies:
            (only, *others) = sink.companies.values()
            store.connections.note_company(held.connection_id, None if others else only)
        self._note(store, run, "extract", sink.counts.total(), facts)
        store.issues.replace(run.run_id, None, None, extracted.issues)
        return StepOutcome("extract", sink.counts.total(), len(extracted.issues), extract_detail(facts, sink.known))

    def _start(self, store: TenantStore, run: Run, sink: StoreSink, facts: dict[str, JsonValue]) -> Start:
        """What a live reading starts from, and where it keeps how far it has come; files are read from the start."""
        connection_id = run.connection_id
        if connection_id is None or not is_live(run):
            return Start({}, None)
        start = load_start(store, connection_id, is_thorough=bool(run.facts.get("is_thorough")))
        sink.on_state = lambda state: keep_reading(store, connection_id, run.run_id, state, self.clock())
        facts |= {"started_from": start.committed_by, "had_state": bool(start.state.get(WATERMARKS))}
        return start

    def _opened(self, config: Mapping[str, JsonValue], tenant: str, connection: str) -> dict[str, JsonValue]:
        """Settings as the connector takes them: secrets open, what is the hub's own left out."""
        told = {name: value for name, value in config.items() if name != HUB_ONLY}
        return dict(self.open_secrets(told, tenant, connection)) if self.open_secrets and connection else told

    def _around(self, tenant: str, connection_id: int | None) -> Surroundings | None:
        return self.surround(tenant, connection_id) if self.surround and connection_id else self.surroundings

    @alone
    def translate(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        """Translate what is pending of the run's companies."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        done = [
            self._translated(store, held, company_id, beat, self.apart if place == 0 else None)
            for place, company_id in enumerate(companies_of(held))
        ]
        for company in done:
            self.translated[company.company_id] = company
            store.issues.replace(run.run_id, None, company.company_id, company.notes)
        refused = [company.company_id for company in done if company.refusal]
        records = sum(company.records for company in done)
        if records >= LARGE:
            store.refresh_statistics()
        self._note(store, run, "translate", records, {"refused": refused})
        issues = sum(company.issues + len(company.notes) for company in done)
        return StepOutcome("translate", records, issues, {"refused": str(len(refused))})

    def _translated(self, store: TenantStore, run: Run, company_id: int, beat: Beat, apart: Apart | None) -> Translated:
        """Translate one company's records, after whoever is at it: masters are learned, then vouchers go by them."""
        connector = get_connector(run.connector)
        store.runs.progress(run.run_id, "translate", 0)
        with store.company_turn(company_id, lambda: beat(Progress("translate", 0, 0, "waiting"))):
            return CompanyTranslation(
                store,
                connector,
                company_id,
                run.run_id,
                store.companies.take_moment(company_id, run.run_id, run.started_at),
                beat,
                is_live=is_live(run),
                turnover=self.turnover,
                spare_cores=self.spare_cores,
                apart=apart,
            ).run()

    @alone
    def prove(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:
        """Compare our totals with the source's own, company by company."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        refused = step_facts(held, "translate").get("refused", ())
        by_company = {
            company_id: self._proved(store, held, company_id, beat)
            for company_id in companies_of(held)
            if company_id not in refused
        }
        proofs = list(by_company.values())
        mends = partial(is_mendable, counts_lists=get_connector(held.connector).counts_lists)
        differs = {DIFFERING: differences_of(by_company.items()), DOUBTED: differences_of(by_company.items(), mends)}
        is_held = False
        for company_id, proof in by_company.items():
            is_held |= self._tell_held(store, held, run, company_id, proof, differs)
        found = {"status": worst_status(proofs), "publication": publication_word(proofs, is_held=is_held)}
        self._note(store, run, "prove", len(proofs), {**found, **differs})
        return StepOutcome("prove", sum(len(proof.totals) for proof in proofs), 0, found)

    def _tell_held(  # noqa: PLR0917 - one value per fact of a proof
        self,
        store: TenantStore,
        held: Run,
        run: RunRef,
        company_id: int,
        proof: Proof,
        differs: Mapping[str, list[str]],
    ) -> bool:
        """Say whether a company's figures are held back; of a live source, also to whoever reads the issues."""
        objections = store.proofs.rule(company_id, self.tolerance).objections(ProofFindings.of(proof))
        if objections and is_live(held):
            has_compared = not step_facts(held, "extract").get("had_state") or has_nothing_to_find(
                store, held.connection_id, differs[DIFFERING], differs[DOUBTED]
            )
            name = store.companies.get(company_id).name
            issue = held_issue(name, proof, objections, connection=run.connection, has_compared=has_compared)
            store.issues.replace(run.run_id, None, company_id, [issue])
        return bool(objections)

    def _proved(self, store: TenantStore, run: Run, company_id: int, beat: Beat) -> Proof:
        """Prove one company, in its turn: the proof stands for the state that is known at its moment."""
        with store.company_turn(company_id, lambda: beat(Progress("prove", 0, 0, "waiting"))):
            writes = store.proofs.record_writes(company_id)
            connector = get_connector(run.connector)
            translator = company_translator(store, connector, company_id)
            live, lacks = is_live(run), connector.no_reports
            proof = prove_company(store, translator, company_id, run.run_id, is_live=live, no_reports=lacks)
            if connector.oauth is not None and step_facts(run, "extract").get("settlement") == Settlement.UNSURE:
                proof = replace(proof, totals=(*proof.totals, unread()))
            store.proofs.save(
                run.run_id,
                company_id,
                proof,
                store.companies.take_moment(company_id, run.run_id, run.started_at),
                writes,
            )
            return proof

    def harmonize(self, run: RunRef, beat: Beat = no_beat) -> StepOutcome:  # noqa: ARG002 - same signature
        """Match the tenant's parties across companies by GSTIN and PAN; a sync of changes only if one changed."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        newest = store.runs.list(status=RunStatus.SUCCEEDED, limit=1).items
        is_delta = bool(step_facts(held, "extract").get("had_state"))
        last = step_facts(store.runs.get(newest[0].run_id), "harmonize") if is_delta and newest else {}
        done = harmonize_changed(store, held.started_at, last)
        golden, reviews = int(done["golden"]), int(done["reviews"])
        self._note(store, run, "harmonize", golden, done)
        return StepOutcome("harmonize", golden, reviews, {"merged": str(done["merged"])})

    def close_run(self, run: RunRef, status: str, error_code: str = "") -> RunSummary:
        """Close the run with its ending."""
        store = self.stores(run.tenant)
        held = store.runs.get(run.run_id)
        looks_again = status == RunStatus.SUCCEEDED and self._looks_again(store, held, run)
        return close(store, held, status, error_code, self.clock(), looks_again=looks_again)

    def _looks_again(self, store: TenantStore, held: Run, run: RunRef) -> bool:
        """Say whether a comparison of everything follows at once; see ``doubt.py``."""
        if get_connector(held.connector).counters is not None or not is_doubtful(store, held):
            return False
        around = self._around(run.tenant, held.connection_id)
        left = around.pace.left_today() if around is not None and around.pace is not None else None
        return is_affordable(cost_of_looking(store, companies_of(held)), left)

    def _note(self, store: TenantStore, run: RunRef, step: str, done: int, facts: Mapping[str, JsonValue]) -> None:
        store.runs.progress(run.run_id, step, done, done, status="succeeded", facts=facts, at=self.clock())


def extract_detail(facts: Mapping[str, JsonValue], known: int) -> dict[str, str]:
    """What operators see of an extraction: companies by our ids (never names), and how much was known before."""
    return {"companies": ",".join(map(str, facts.get("companies", ()))), "known": str(known)}


def companies_of(run: Run) -> tuple[int, ...]:
    """Ids of the companies a run extracted, in the order they were met."""
    return tuple(step_facts(run, "extract").get("companies", ()))


def is_live(run: Run) -> bool:
    """Say whether a run reads a source that is running, rather than files."""
    return run.connection_id is not None and not run.facts["config"].get("files")


def _some(counter: Counter[str]) -> dict[str, JsonValue]:
    """The counts that are not nothing."""
    return {name: count for name, count in counter.items() if count}


def _counters(connector: Connector, config: Mapping[str, JsonValue], surroundings: Surroundings | None) -> JsonValue:
    """The source's change counters, asked before anything is read: what moves later is seen next time."""
    return connector.counters(config, surroundings) if connector.counters and surroundings else None
