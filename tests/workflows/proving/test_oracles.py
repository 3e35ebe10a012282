"""Reports that cannot serve: each is set aside with its reason, and what is older than the books may not accuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from canonical.ledger import Ledger
from canonical.money import Side
from canonical.proof import ControlKind, ControlTotal, Proof, ProofStatus
from canonical.record import SourceRef
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind
from sandbox.world.spec import WorldSpec
from tests.workflows.proving.books import NOW, Books, import_world
from tests.workflows.proving.truth_reports import Report
from workflows.proving.oracles import NOT_READ


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return import_world(tmp_path, WorldSpec(seed=5, vouchers=60))


def reason_of(proof: Proof, words: str) -> str:
    (use,) = [use for use in proof.oracles if words in use.oracle.casefold()]
    assert not use.is_used
    return use.reason


def balances(proof: Proof) -> list[ControlTotal]:
    return [total for total in proof.totals if total.oracle.startswith("tally:Trial Balance")]


def alter_a_voucher(books: Books, hours: int = 48) -> None:
    """Somebody adds one rupee to a voucher in the source, and a later sync brings it."""
    stored = next(
        item
        for item in books.store.records.iter_stored(books.company_id, Voucher)
        if item.record.kind is VoucherKind.PAYMENT and len(item.record.postings) == 2 and not item.record.is_optional
    )
    altered = replace(
        stored.record,
        source_version=(stored.record.source_version or 0) + 10_000,
        postings=tuple(
            replace(posting, amount=posting.amount + 1, bills=(), banks=(), costs=())
            for posting in stored.record.postings
        ),
    )
    books.store.records.upsert(books.company_id, None, [altered], NOW + timedelta(hours=hours))


def test_what_was_never_read_is_said_plainly(books: Books) -> None:
    proof = books.prove()
    assert proof.status is ProofStatus.PROVED, "whole in itself"
    assert reason_of(proof, "balance sheet") == NOT_READ
    assert reason_of(proof, "bills payable") == NOT_READ


def test_a_refusal_of_the_source_is_its_reason(books: Books) -> None:
    refused = Report("Statistics", date(2025, 4, 1), date(2026, 3, 31), ())
    run_id = books.hand_over([_with(refused, refused="Could not find Report 'Statistics'!")])
    assert reason_of(books.prove(run_id), "statistics") == "Could not find Report 'Statistics'!"


def _with(report: Report, **facts: object) -> Report:
    class Telling(Report):
        @property
        def document(self) -> dict[str, object]:
            return {**super().document, **facts}

    return Telling(report.title, report.day_from, report.as_of, report.rows)


def test_a_report_read_while_the_books_moved_is_set_aside(books: Books) -> None:
    wrong = books.reports.with_shift("Trial Balance", "Cash", 100)
    proof = books.proved_with([_with(wrong.trial_balance(), moved=True)])
    assert "changed while it was read" in reason_of(proof, "trial balance")
    assert balances(proof) == []


def test_an_empty_list_of_bills_proves_nothing_while_bills_are_open(books: Books) -> None:
    receivable, payable = books.reports.bills()
    proof = books.proved_with([replace(receivable, rows=()), payable])
    assert "an empty answer proves nothing" in reason_of(proof, "bills receivable")
    assert not proof.differences
    assert not [total for total in proof.totals if total.kind is ControlKind.ON_ACCOUNT], "half the bills are unknown"


def test_a_report_of_another_company_agrees_with_nothing(books: Books, tmp_path: Path) -> None:
    other = import_world(tmp_path / "other", WorldSpec(seed=99, vouchers=60, company_index=1))
    foreign = replace(other.reports.profit_and_loss(), says_period=False)
    run_id = books.hand_over([foreign], live=False)
    assert "another company" in reason_of(books.prove(run_id, is_live=False), "profit and loss")


def test_live_reports_older_than_the_books_prove_but_do_not_accuse(books: Books) -> None:
    books.hand_over([books.reports.trial_balance()])
    later = books.hand_over([])
    still = books.prove(later)
    assert balances(still), "nothing changed, so the older report still proves"
    alter_a_voucher(books)
    moved = books.prove(books.hand_over([]))
    assert moved.status is ProofStatus.PROVED
    assert "read before vouchers changed" in reason_of(moved, "trial balance")
    closings = [total for total in moved.totals if "ledger master" in total.oracle]
    assert closings
    assert all(total.status is ProofStatus.PROVED for total in closings)
    fresh = books.proved_with([books.reports.trial_balance()])
    assert fresh.status is ProofStatus.DIFFERS, "a report read now accuses"
    assert {total.difference for total in balances(fresh) if total.name.startswith("closing")} == {0, 1, -1}


def test_a_file_accuses_until_a_voucher_it_covers_was_replaced(books: Books) -> None:
    wrong = books.reports.with_shift("Trial Balance", "Cash", 100).trial_balance()
    books.hand_over([wrong], live=False)
    later = books.hand_over([])
    assert Decimal(-1) in {total.difference for total in books.prove(later, is_live=False).differences}
    alter_a_voucher(books)
    assert "read before vouchers changed" in reason_of(books.prove(later, is_live=False), "trial balance")


def test_masters_read_before_later_vouchers_do_not_accuse(books: Books) -> None:
    """Day books come month by month, and the closing balances of April's masters are not May's."""
    last = max(voucher.day for voucher in books.store.records.iter(books.company_id, Voucher))
    ledgers = {ledger.name: ledger for ledger in books.store.records.iter(books.company_id, Ledger)}
    company = books.store.companies.get(books.company_id).source_key
    sides = (("Cash", Side.DEBIT), ("Proprietor's Capital", Side.CREDIT))
    voucher = Voucher(
        source=SourceRef("tally", company, "vouchers", "new-1"),
        kind=VoucherKind.RECEIPT,
        type_name="Receipt",
        day=last,
        postings=tuple(_posting(ledgers[name], side) for name, side in sides),
    )
    books.store.records.upsert(books.company_id, None, [voucher], NOW + timedelta(hours=30))
    proof = books.prove(books.hand_over([]), is_live=False)
    assert {total.kind for total in proof.differences} <= {ControlKind.COMPLETENESS}, "stored without a raw record"
    (use,) = [use for use in proof.oracles if "ledger masters" in use.oracle]
    assert "read before vouchers changed" in use.reason


def _posting(ledger: Ledger, side: Side) -> Posting:
    return Posting(ledger_key=ledger.key, ledger_name=ledger.name, side=side, amount=Decimal(9))
