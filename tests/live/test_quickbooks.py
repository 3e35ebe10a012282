"""QuickBooks through the whole path: the store comes to the fake's truth, and QuickBooks' own reports prove it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from canonical.issue import IssueLevel
from canonical.proof import ControlKind, ProofStatus
from canonical.publication import PublicationState
from canonical.record import RawRecord
from canonical.voucher import Voucher
from connectors.quickbooks.company_run import CompanyRun
from connectors.quickbooks.entities import BY_STREAM, COUNTED, DOCUMENTS
from tests.connectors.quickbooks.api import Api, api
from tests.live.quickbooks import Hub, hub, true_balances, true_pending
from tests.support.postgres import private_postgres
from workflows.extraction import StoreSink
from workflows.inputs import RunStatus


@pytest.fixture(params=[0, 1], ids=["global", "american"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    with api(tmp_path, company=request.param, documents=150) as made:
        yield made


def agrees(made: Hub) -> None:
    """Everything we hold is what there is."""
    assert made.trial_balance() == true_balances(made.api)
    ours, theirs = made.pending(), true_pending(made.api)
    assert {ref: net for ref, net in ours.items() if not ref.startswith(("JournalEntry", "Deposit"))} == theirs
    there = {
        (entity.stream, record.key) for entity in DOCUMENTS for record in made.api.live.company.records(entity.name)
    }
    assert {(one.source.stream, one.source.key) for one in made.vouchers()} == there


def test_the_store_comes_to_the_truth_and_is_proved(served: Api) -> None:
    with hub(served) as made:
        done = made.sync()
        assert done.status == RunStatus.SUCCEEDED
        agrees(made)
        assert not made.books.issues.page(limit=1000, level=IssueLevel.REJECTED).items
        proof = made.proof()
        assert not proof.differences, proof.differences[:5]
        assert (done.proof, done.publication) == (ProofStatus.PROVED, PublicationState.PUBLISHED)
        proved = {total.kind for total in proof.totals if total.status is ProofStatus.PROVED}
        assert {ControlKind.CLOSING, ControlKind.BILL, ControlKind.BILL_DATE, ControlKind.VOUCHER_COUNT} <= proved


def test_every_kind_is_counted_by_quickbooks_itself(served: Api) -> None:
    with hub(served) as made:
        made.sync()
        found = {one.name: one for one in made.proof().totals if one.oracle.endswith("(numbers of records)")}
        company = served.live.company
        assert {name: one.theirs for name, one in found.items()} == {
            f"number of {entity.stream.replace('_', ' ')}": sum(1 for _ in company.records(entity.name))
            for entity in COUNTED
        }
        assert {one.status for one in found.values()} == {ProofStatus.PROVED}


@pytest.mark.parametrize("stream", ["customers", "items", "invoices", "bill_payments"])
def test_what_is_lost_on_the_way_differs_by_name(stream: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    accept, lost = StoreSink.accept, list[RawRecord]()

    def leaky(self: StoreSink, name: str, records: list[RawRecord]) -> None:
        if name == stream and not lost:
            lost.append(records.pop())
        accept(self, name, records)

    with api(tmp_path, documents=60) as served, hub(served, sweep_hours=24) as made:
        monkeypatch.setattr(StoreSink, "accept", leaky)
        monkeypatch.setattr(CompanyRun, "_compare", lambda *_: iter(()))  # what compares all ids would find it
        made.sync()
        accused = {one.name for one in made.proof().differences if one.oracle.endswith("(numbers of records)")}
        assert lost
        assert accused == {f"number of {stream.replace('_', ' ')}"}


def test_later_syncs_follow_edits_voids_and_deletions(served: Api) -> None:
    with hub(served) as made:
        made.sync()
        for round_ in range(4):
            served.clock.advance(days=1)
            done = served.work(25)
            summary = made.sync()
            assert summary.status == RunStatus.SUCCEEDED
            agrees(made)
            assert not made.proof().differences, (round_, done, made.proof().differences[:5])


def test_a_deleted_document_leaves_the_books_and_keeps_its_trace(served: Api) -> None:
    with hub(served) as made:
        made.sync()
        paid = {link["TxnId"] for record in served.live.company.records("Payment") for line in record.document["Line"]
                for link in line.get("LinkedTxn", [])}  # fmt: skip
        gone = next(one.key for one in served.live.company.records("Invoice") if one.key not in paid)
        served.clock.advance(3600)
        served.live.write.delete("Invoice", gone)
        made.sync()
        agrees(made)
        (tombstone,) = made.books.retirement.of_company(made.company)
        assert (tombstone.source.stream, tombstone.source.key) == ("invoices", gone)


def test_a_sync_of_nothing_new_changes_nothing(served: Api) -> None:
    with hub(served) as made:
        made.sync()
        before = {one.source: one for one in made.books.records.iter(made.company, Voucher)}
        served.clock.advance(7200)
        calls = served.calls()
        done = made.sync()
        assert served.calls() - calls < 20
        assert {one.source: one for one in made.books.records.iter(made.company, Voucher)} == before
        assert done.proof == ProofStatus.PROVED, "by the reports of the time when something had changed"
        assert not made.books.retirement.of_company(made.company)


def test_every_document_walks_back_to_what_quickbooks_said(served: Api) -> None:
    with hub(served) as made:
        made.sync()
        for voucher in made.vouchers()[:20]:
            entity = BY_STREAM[voucher.source.stream].name
            assert served.live.company.get(entity, voucher.source.key).document["TxnDate"] == voucher.day.isoformat()


@pytest.mark.postgres
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    with (
        private_postgres(durable=False) as url,
        api(tmp_path, documents=60) as served,
        hub(served, url) as made,
    ):
        for _ in range(2):
            made.sync()
            agrees(made)
            assert not made.proof().differences
            served.work(20)
            served.clock.advance(3600)
        gone = next(iter(served.live.company.records("Estimate"))).key
        served.live.write.delete("Estimate", gone)
        made.sync()
        agrees(made)
