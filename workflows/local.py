"""The local runner: the steps of an import in this process, one after the other, and the summary of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.bill import BillRefKind
from canonical.errors import KhataError
from canonical.issue import IssueLevel
from canonical.money import ZERO
from canonical.proof import Proof
from canonical.record import JsonValue
from canonical.totals import VoucherTotals
from canonical.voucher import Voucher
from connectors.sdk.registry import get_connector
from storage.repositories.issues import StoredIssue
from storage.repositories.runs import RUNNING
from storage.store import TenantStore
from storage.turn import TurnTaken
from workflows.apart import Apart
from workflows.extraction import Beat, no_beat
from workflows.inputs import Progress, RunRef, RunStatus, RunSummary, SyncRequest
from workflows.interpretation import VOUCHERS, company_translator
from workflows.run_facts import step_facts
from workflows.steps import Steps, companies_of
from workflows.summary import BillSum, ImportSummary, Rejection
from workflows.translation import BATCH, Translated
from workflows.validation import Declared

BILL_WORDS = {
    BillRefKind.NEW: "New Ref",
    BillRefKind.AGAINST: "Agst Ref",
    BillRefKind.ADVANCE: "Advance",
    BillRefKind.ON_ACCOUNT: "On Account",
}
"""The words accountants know from Tally."""
REJECTIONS_SHOWN = 50
"""Rejections listed in a summary; ``khata issues`` has them all."""
LARGE_BYTES = 12 << 20
"""Files of this size together have vouchers enough for a process that translates them (``apart.VOUCHERS_MIN``)."""
BROKEN_OFF = "import.broken_off"
"""Code of a run of an import whose process ended before it did."""
LOCAL_TENANT = "local"
"""The steps ask for a store by tenant; a local run has one store and this name for it."""


def import_files(
    store: TenantStore,
    files: Sequence[Path],
    *,
    connector: str = "tally",
    company: str | None = None,
    settings: Mapping[str, JsonValue] | None = None,
    reason: str = "manual",
    tolerance: Decimal = ZERO,
    turnover: Declared | None = None,
    spare_cores: int = 0,
    clock: Callable[[], datetime],
    progress: Callable[[Progress], None] | None = None,
) -> ImportSummary:
    """Import files: extract, translate, prove, harmonize.

    Args:
        store: the tenant's store.
        files: files, or folders of files, of one accounting system.
        connector: its connector.
        company: name that overrides what the files say.
        settings: others of the connector's, beside the files.
        reason: why it runs, for the run's facts.
        tolerance: rupees an amount may differ by and the books still be published.
        turnover: of earlier years, as the operator declares it.
        spare_cores: processors that another process of ours may use.
        clock: the time, UTC.
        progress: called while reading and translating.

    Raises:
        KhataError: a file could not be read at all; nothing of it is in the books, and the run says why.
    """
    steps = Steps(
        stores=lambda _: store, clock=clock, tolerance=tolerance, turnover=turnover or {}, spare_cores=spare_cores
    )
    beside = {**(settings or {}), **({"company": company} if company else {})}
    config = get_connector(connector).config_of(files, beside)
    close_broken_imports(store, clock)
    with ExitStack() as held:
        with store.transaction():  # nobody sees the run before it is held: it would be taken for one that broke off
            run = steps.open_import(LOCAL_TENANT, connector, config, reason)
            held.enter_context(store.run_turn(run.run_id))
        counting = held.enter_context(ThreadPoolExecutor(max_workers=1))
        try:
            if spare_cores and sum(_size(path) for path in files) >= LARGE_BYTES:
                steps.apart = Apart()  # it comes up while the files are read
            enter(steps, run, progress or no_beat)
            totals = counting.submit(store.controls.voucher_totals, run.run_id)  # while the proof is made
            settle(steps, run, progress or no_beat)
        except KhataError as error:
            steps.close_run(run, RunStatus.FAILED, error.code)
            raise
        finally:
            if steps.apart is not None:
                steps.apart.close()
        steps.close_run(run, RunStatus.SUCCEEDED)
        return summarize(store, run, steps.translated, totals.result(), tolerance)


def close_broken_imports(store: TenantStore, clock: Callable[[], datetime]) -> None:
    """Close runs of imports whose process ended before they did; what those had stored stays."""
    for run in store.runs.list(kind="import", status=RUNNING).items:
        with contextlib.suppress(TurnTaken), store.run_turn(run.run_id):
            if store.runs.get(run.run_id).status == RUNNING:  # it may have ended just now
                store.runs.finish(run.run_id, RunStatus.FAILED, {"error": BROKEN_OFF}, clock())


def _size(path: Path) -> int:
    """Bytes of a file or of the files of a folder; what is not there is somebody else's to say."""
    if path.is_dir():
        return sum(_size(inner) for inner in path.iterdir())
    return path.stat().st_size if path.is_file() else 0


def sync_connection(steps: Steps, request: SyncRequest, beat: Beat = no_beat) -> RunSummary:
    """Sync a saved connection in this process: the same steps as under a durable runner, the same books afterwards.

    Nothing is lost by a kill at any point: what was stored stays, and the next sync goes on from what was committed. If
    the figures differ after a reading of changes, everything is compared at once (``doubt.py``); what comes back tells
    of both runs.

    Raises:
        TurnTaken: somebody else is syncing this connection.
        KhataError: as a step raises; the run is closed as failed with its code.
    """
    store = steps.stores(request.tenant)
    connection = store.connections.get(request.connection)
    with store.turn(connection.connection_id):
        steps.close_abandoned(request)
        done = _one_run(steps, request, beat)
        return _one_run(steps, request.looking_again(done.run_id), beat) if done.looks_again else done


def _one_run(steps: Steps, request: SyncRequest, beat: Beat) -> RunSummary:
    run = steps.open_run(request)
    try:
        run_steps(replace(steps, takes_turns=False), run, beat)
    except KhataError as error:
        steps.close_run(run, RunStatus.FAILED, error.code)
        raise
    except KeyboardInterrupt:
        steps.close_run(run, RunStatus.CANCELLED)
        raise
    return steps.close_run(run, RunStatus.SUCCEEDED)


def poll_connection(steps: Steps, request: SyncRequest, beat: Beat = no_beat) -> RunSummary:
    """Sync a connection if its source says that something moved; otherwise do nothing and say so.

    Raises:
        TurnTaken: somebody else is syncing this connection.
        KhataError: as ``Steps.look`` or a step raises.
    """
    found = steps.look(request)
    if not found.is_due:
        return RunSummary(run_id=0, status=RunStatus.UNCHANGED)
    return sync_connection(steps, request, beat)


def run_steps(steps: Steps, run: RunRef, beat: Beat) -> None:
    """Run the steps of an opened run in order."""
    enter(steps, run, beat)
    settle(steps, run, beat)


def enter(steps: Steps, run: RunRef, beat: Beat) -> None:
    """Take in what the source holds and make it canonical: after this the run's vouchers stand."""
    steps.extract(run, beat)
    steps.translate(run, beat)


def settle(steps: Steps, run: RunRef, beat: Beat) -> None:
    """Prove the books and bring parties together."""
    steps.prove(run, beat)
    steps.harmonize(run, beat)


def summarize(
    store: TenantStore,
    run: RunRef,
    translated: dict[int, Translated],
    totals: VoucherTotals,
    tolerance: Decimal = ZERO,
) -> ImportSummary:
    """Say what a closed run came to, from what is stored; vouchers that were refused are added to its totals."""
    held = store.runs.get(run.run_id)
    companies = companies_of(held)
    refused = tuple(step_facts(held, "translate").get("refused", ()))
    for company_id in refused:
        _add_refused_file(store, held.connector, company_id, totals)
    rejections = _rejections(store, run.run_id)
    for rejection in rejections:
        _add_refused_voucher(rejection, totals)
    masters = store.controls.master_counts(run.run_id)
    proofs = [proof for company_id in companies if (proof := store.proofs.latest(company_id)) is not None]
    objections = {
        store.companies.get(proof.company_id).name: store.proofs.rule(proof.company_id, tolerance).objections(
            proof.findings
        )
        for proof in proofs
    }
    done = list(translated.values())
    refused_vouchers = totals.number("count") if refused else 0
    return ImportSummary(
        run_id=run.run_id,
        files=tuple(step_facts(held, "extract").get("files", ())),
        companies=tuple(store.companies.get(company_id).name for company_id in companies),
        voucher_count=totals.number("count"),
        vouchers={name: found.count for name, found in totals.types.items()},
        cancelled=totals.number("cancelled"),
        balanced=totals.number("balanced"),
        unbalanced=totals.number("unbalanced"),
        debit_total=totals.total("debit"),
        books_debit_total=totals.total("books_debit"),
        debit_total_by_type={name: found.debit for name, found in totals.types.items()},
        bills={
            BILL_WORDS[kind]: BillSum(found.count, -found.net + ZERO) for kind, found in sorted(totals.bills.items())
        },
        ledgers=masters["ledger"],
        groups=masters["account_group"],
        items=masters["item"],
        rejected=len(rejections) + refused_vouchers,
        rejections=tuple(_rejection(item) for item in rejections[:REJECTIONS_SHOWN]),
        issues=store.issues.counts(seen_in_run=run.run_id),
        proof=Proof(totals=tuple(total for stored in proofs for total in stored.proof.totals)),
        new=sum(found.inserted for found in done),
        changed=sum(found.updated for found in done),
        unchanged=_unchanged(store, run, done),
        stale=sum(found.stale for found in done),
        rows_written=sum(found.rows_written for found in done),
        stored=not refused,
        objections={name: reasons for name, reasons in objections.items() if reasons},
    )


def _unchanged(store: TenantStore, run: RunRef, done: list[Translated]) -> int:
    """Records that were in the store before, exactly so: known raw ones, and those whose translation did not change."""
    known = int(step_facts(store.runs.get(run.run_id), "extract").get("known", 0))
    return known + sum(found.unchanged for found in done)


def _rejections(store: TenantStore, run_id: int) -> list[StoredIssue]:
    """Refused records this run read, whichever run refused them first."""
    found: list[StoredIssue] = []
    cursor: str | None = None
    while True:
        page = store.issues.page(seen_in_run=run_id, level=IssueLevel.REJECTED, cursor=cursor, limit=500)
        found.extend(item for item in page.items if item.raw_id is not None)
        cursor = page.next_cursor
        if cursor is None:
            return found


def _rejection(stored: StoredIssue) -> Rejection:
    issue = stored.issue
    return Rejection(code=issue.code, message=issue.message, where=issue.where, hint=issue.hint)


def _add_refused_voucher(stored: StoredIssue, totals: VoucherTotals) -> None:
    facts: Any = stored.issue.facts
    if "voucher_type" in facts:
        totals.add_refused(str(facts["voucher_type"]), Decimal(str(facts.get("debit_total", 0))))


def _add_refused_file(store: TenantStore, connector: str, company_id: int, totals: VoucherTotals) -> None:
    """Count the vouchers of a file that was refused as a whole, without storing any."""
    translator = company_translator(store, get_connector(connector), company_id)
    for batch in store.raw.iter_pending(company_id, VOUCHERS, translator.version, BATCH):
        for stored in batch:
            for record in translator.translate(stored.record).records:
                if isinstance(record, Voucher):
                    totals.add(record)
