"""The EDE API against the fake: the world's truth, pages, changes, quotas, refusals; secrets appear nowhere."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pytest

from canonical.bill import BillRefKind
from canonical.errors import (
    CredentialError,
    KhataError,
    RateLimited,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)
from canonical.item import Item
from canonical.ledger import Ledger
from canonical.money import ZERO
from canonical.party import Party
from canonical.proof import ReportKind
from canonical.voucher_type import VoucherKind
from connectors.sdk.conformance import Collected
from sandbox.marg import Options
from sandbox.marg.envelope import Form
from sandbox.web import Faults, Request, Response
from sandbox.world.masters import PartyMaster
from sandbox.world.paise import render_paise
from tests.connectors.marg.support import Ede, ede, one_book, translated

SMALL_PAGES = Options(page_rows=90, overlap=11)


@pytest.fixture(scope="module")
def shop() -> Iterator[Ede]:
    """Two branches, read by overlapping pages; tests do not edit it."""
    with ede(2, vouchers=160, options=SMALL_PAGES) as running:
        yield running


@pytest.fixture(scope="module")
def whole(shop: Ede) -> Collected:
    return shop.extract(bill_references="remark")


def test_branches_are_books_of_their_own_and_hold_the_truth(shop: Ede, whole: Collected) -> None:
    found = translated(whole.records)
    assert list(found) == ["ede/9001", "ede/9002"]
    for branch, books in zip(shop.app.branches, found.values(), strict=True):
        rejected = [issue for issue in books.issues if issue.level == "rejected"]
        assert not rejected, rejected
        closings = books.closings(until=branch.truth.as_of)
        for name, row in branch.truth.trial_balance.items():
            assert closings[branch.codes.ledgers[name].casefold()] == Decimal(render_paise(row.closing)), name


def test_documents_are_what_the_world_calls_them(shop: Ede, whole: Collected) -> None:
    books = translated(whole.records)["ede/9001"]
    found: Counter[tuple[VoucherKind, bool]] = Counter()
    for voucher in books.vouchers:
        found[voucher.kind, voucher.is_cancelled] += 1
    wanted: Counter[tuple[VoucherKind, bool]] = Counter()
    for told in shop.branch.world.vouchers():
        if told.is_optional or (told.is_cancelled and told.kind is not VoucherKind.SALES):
            continue
        if told.kind in _CARRIED:
            wanted[told.kind, told.is_cancelled] += 1
    assert found == wanted


_CARRIED = (
    *(VoucherKind.SALES, VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE, VoucherKind.DEBIT_NOTE),
    *(VoucherKind.RECEIPT, VoucherKind.PAYMENT, VoucherKind.CONTRA, VoucherKind.JOURNAL),
    *(VoucherKind.SALES_ORDER, VoucherKind.PURCHASE_ORDER, VoucherKind.DELIVERY_NOTE, VoucherKind.RECEIPT_NOTE),
    *(VoucherKind.REJECTIONS_IN, VoucherKind.REJECTIONS_OUT),
)


def test_challans_post_nothing_and_keep_their_goods(whole: Collected) -> None:
    books = translated(whole.records)["ede/9001"]
    challans = [one for one in books.vouchers if one.kind.is_challan]
    assert challans
    assert all(not one.postings and one.items for one in challans)


def test_batch_mrp_expiry_free_quantity_and_licence_are_kept(shop: Ede, whole: Collected) -> None:
    books = translated(whole.records)["ede/9001"]
    batches = [batch for voucher in books.vouchers for item in voucher.items for batch in item.batches]
    assert any(batch.name and batch.mrp for batch in batches)
    lines = [(item.actual, item.billed) for voucher in books.vouchers for item in voucher.items]
    free = [one for one in lines if one[0] and one[1] and one[0].number > one[1].number]
    wanted = sum(
        1
        for told in shop.branch.world.vouchers()
        if not told.is_optional and told.kind in _CARRIED
        for move in (*told.items, *(held for entry in told.entries for held in entry.items))
        if move.actual != move.billed
    )
    assert len(free) == wanted
    parties: list[Party] = books.of(Party)
    assert any(one.drug_licences for one in parties)
    items: list[Item] = books.of(Item)
    assert all(one.tax_details[0].hsn for one in items)


def test_parties_are_debtors_and_creditors_only(shop: Ede, whole: Collected) -> None:
    books = translated(whole.records)["ede/9001"]
    masters = shop.branch.world.masters
    assert {one.name for one in books.of(Party)} == {one.name for one in masters.parties}
    assert len({one.key for one in books.of(Ledger)}) == len(masters.ledgers) + len(masters.parties)


def test_open_bills_by_remark_are_the_truths(shop: Ede, whole: Collected) -> None:
    """Parties without opening bills: what is open by reference is what the world says is open."""
    books = translated(whole.records)["ede/9001"]
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for voucher in books.vouchers:
        if voucher.counts_in_books and voucher.day <= shop.branch.truth.as_of:
            for posting in voucher.postings:
                for bill in posting.bills:
                    found[posting.ledger_key, bill.ref.casefold()] += bill.net
    checked = 0
    for party in (one for one in shop.branch.world.masters.parties if _is_plain(one)):
        key = shop.branch.codes.ledgers[party.name].casefold()
        ours = {ref: net for (ledger, ref), net in found.items() if ledger == key and ref and net}
        theirs = {b.ref.casefold(): Decimal(render_paise(b.paise)) for b in shop.branch.truth.parties[party.name].bills}
        assert ours == theirs, party.name
        checked += len(theirs)
    assert checked


def _is_plain(party: PartyMaster) -> bool:
    return party.is_bill_wise and not party.opening_bills


def test_bills_fall_due_by_their_own_days_else_their_partys(shop: Ede, whole: Collected) -> None:
    """Every open bill that a document opened, against the truth; Marg cannot say "at once" of a party with credit."""
    books = translated(whole.records)["ede/9001"]
    due = {
        (posting.ledger_key, bill.ref.casefold()): bill.due_date
        for voucher in books.vouchers
        for posting in voucher.postings
        for bill in posting.bills
        if bill.kind is BillRefKind.NEW
    }
    checked = 0
    for party in shop.branch.world.masters.parties:
        key = shop.branch.codes.ledgers[party.name].casefold()
        for bill in shop.branch.truth.parties[party.name].bills:
            ours = due.get((key, bill.ref.casefold()))
            if ours is not None and (bill.due_date != bill.bill_date or party.terms is None):
                assert ours == bill.due_date, bill.ref
                checked += 1
    assert checked > 3


def test_snapshots_are_oracles_with_their_day(shop: Ede, whole: Collected) -> None:
    books = translated(whole.records)["ede/9001"]
    reports = {report.kind: report for report in books.reports}
    assert set(reports) == {ReportKind.TRIAL_BALANCE, ReportKind.BILLS_RECEIVABLE}
    assert all(report.as_of == shop.branch.truth.as_of for report in reports.values())
    closings = books.closings(until=shop.branch.truth.as_of)
    ledgers = [line for line in reports[ReportKind.TRIAL_BALANCE].lines if not line.name.startswith("group/")]
    assert ledgers
    assert all(closings.get(line.name, ZERO) == line.net for line in ledgers)


def test_without_the_setting_receipts_are_on_account_and_parties_are_compared(shop: Ede) -> None:
    books = translated(shop.extract().records)["ede/9001"]
    receipts = [one for one in books.vouchers if one.kind is VoucherKind.RECEIPT]
    kinds = {bill.kind.value for one in receipts for posting in one.postings for bill in posting.bills}
    assert kinds == {"on_account"}
    sums = next(one for one in books.reports if "by party" in one.oracle)
    closings = books.closings(until=shop.branch.truth.as_of)
    assert sums.lines
    assert all(closings[line.name] == line.net for line in sums.lines)


def test_without_accounts_postings_follow_from_the_documents(shop: Ede) -> None:
    """Type 2 gives no legs: sales and purchases balance by themselves, to the party's total."""
    books = translated(shop.extract(api_type="2").records)["ede/9001"]
    derived = {(v.kind, v.number): v for v in books.vouchers if v.kind in (VoucherKind.SALES, VoucherKind.PURCHASE)}
    checked = 0
    for told in shop.branch.world.vouchers():
        if (
            told.kind is not VoucherKind.SALES
            or told.is_cancelled
            or told.is_optional
            or not told.items
            or not told.partner
        ):
            continue
        voucher = derived[told.kind, told.number]
        assert voucher.postings[0].net == Decimal(render_paise(told.entries[0].paise))
        heads = {line.head.value for line in voucher.taxes}
        cross = told.partner.gstin[:2] != shop.branch.world.masters.company.state_code
        if voucher.taxes and told.partner.gstin:
            assert heads == ({"igst"} if cross else {"cgst", "sgst"})
            checked += 1
        elif voucher.taxes:
            assert heads == {"other"}
    assert checked
    assert "marg.tax.heads_unknown" in books.codes()


def test_pages_overlap_and_rows_come_once(shop: Ede, whole: Collected) -> None:
    keys = [(one.source.company, one.source.stream, one.source.key) for one in whole.records]
    assert len(keys) == len(set(keys))
    rows = sum(len(held) for held in shop.branch.rows.values())
    facts = whole.extracted.files[0]
    assert facts["rows"] == rows


def test_changes_come_with_an_overlap_and_bookmarks_do_not_go_back() -> None:
    with ede() as source:
        source.clock.advance(days=10)
        first = source.extract()
        moment = first.extracted.state["companies"]["ede/9001"]["moment"]
        source.clock.advance(days=10)
        quiet = source.extract(first.extracted.state)
        assert quiet.extracted.state["companies"]["ede/9001"]["moment"] >= moment
        assert {one.source.stream for one in quiet.records} == {"companies"}
        header = next(row for row in source.branch.of("MDis") if row["Type"] == "S" and row["Final"])
        parts = [
            *(("MDis", row) for row in [{**header, "Final": header["Final"] + 1}]),
            *(("Dis", row) for row in source.branch.of("Dis") if row["Voucher"] == header["Voucher"]),
            *(("Account", row) for row in source.branch.of("Account") if row["Voucher"] == header["Voucher"]),
        ]
        for name, row in parts:
            source.branch.put(name, row, source.clock())
        changed = source.extract(quiet.extracted.state)
        keys = [one.source.key for one in changed.records if one.source.stream == "vouchers"]
        assert keys == [f"2025-26/S/{header['Voucher']}"]
        assert changed.extracted.settlement.value == "settled"


def test_a_part_of_a_document_does_not_replace_it() -> None:
    with ede() as source:
        source.clock.advance(days=10)
        state = source.extract().extracted.state
        source.clock.advance(days=10)
        line = source.branch.of("Dis")[0]
        source.branch.put("Dis", {**line, "Qty": Decimal(1)}, source.clock())
        torn = source.extract(state)
        assert not [one for one in torn.records if one.source.stream == "vouchers"]
        assert [issue.code for issue in torn.extracted.issues] == ["marg.pull.partial"]
        assert torn.extracted.settlement.value == "unsure"


def test_what_a_full_pull_does_not_show_any_more_is_told_or_retired() -> None:
    with ede(vouchers=60) as source:
        source.extract()
        told = source.extract(mode="full")
        assert len(told.censuses) == 1
        assert not told.censuses[0].corroborated
        assert source.extract(mode="full", retire_missing=True, full_pulls_per_day=0).censuses[0].corroborated


def test_full_pulls_are_counted_and_rationed() -> None:
    with ede(vouchers=60) as source:
        state = source.extract(full_pulls_per_day=2).extracted.state
        again = source.extract(state, full_pulls_per_day=2, mode="full").extracted.state
        asked = source.asked
        with pytest.raises(RateLimited) as refused:
            source.extract(again, full_pulls_per_day=2, mode="full")
        assert refused.value.code == "marg.ede.full_pull_limit"
        assert source.asked == asked + 1, "only the list of branches was asked for"
        source.extract(again, full_pulls_per_day=2)
        source.clock.advance(days=1)
        source.extract(again, full_pulls_per_day=2, mode="full")


def test_changes_go_on_while_no_full_pull_is_allowed() -> None:
    """The hub drops a watermark when the books differ; what was reached is known all the same."""
    with ede(vouchers=60) as source:
        state = dict(source.extract().extracted.state)
        del state["companies"]
        source.app.options.full_pulls = 0
        told = source.extract(state)
        assert [issue.code for issue in told.extracted.issues] == ["marg.pull.full_postponed"]
        assert told.extracted.settlement.value == "unsure"
        assert told.extracted.state["companies"]
        with pytest.raises(RateLimited):
            source.extract(state, mode="full")


class Elsewhere:
    """Sends everybody to another page."""

    def answer(self, request: Request, faults: Faults) -> Response:
        return Response(status=302, headers=(("Location", f"{request.base_url}/elsewhere"),))


def test_a_redirect_is_not_followed() -> None:
    with ede(vouchers=60) as source:
        source.running.application = Elsewhere()
        with pytest.raises(SourceRejected, match="302"):
            source.extract()
        assert source.asked == 1


def test_a_refused_full_pull_is_counted_all_the_same() -> None:
    with ede(vouchers=60, options=Options(full_pulls=0)) as source:
        kept = Collected()
        with pytest.raises(RateLimited):
            source.extract(into=kept)
        assert not kept.records
        assert kept.bookmarks[-1][1]["full_pulls"]["9001"]["count"] == 1


@pytest.mark.parametrize("form", list(Form))
def test_refusals_in_every_form(form: Form) -> None:
    with ede(vouchers=60, options=Options(full_pulls=0, error_form=form)) as source:
        with pytest.raises(RateLimited):
            source.extract()
        source.app.keys = type(source.app.keys)(
            company_code="KHATADEMO", marg_key="other", decryption_key="DEMOKEY98765"
        )
        config = source.config(marg_key="wrong-key-77")
        with pytest.raises(CredentialError) as refused:
            source.extract(**config)
        assert "wrong-key-77" not in str(refused.value)


@pytest.mark.parametrize("options", [Options(done_word="10", status_name="Datastatus"), Options(has_mark=True)])
def test_spellings_of_other_versions(options: Options) -> None:
    with ede(vouchers=60, options=options) as source:
        assert source.extract().records


def test_an_index_that_stands_still_ends_the_pull() -> None:
    with (
        ede(vouchers=60, options=Options(page_rows=50, stuck_at=70)) as source,
        pytest.raises(SourceMalformed) as ended,
    ):
        source.extract()
    assert ended.value.code == "marg.ede.no_progress"


def test_a_wrong_decryption_key_is_told_from_a_cut_answer() -> None:
    with ede(vouchers=60) as source:
        with pytest.raises(CredentialError) as refused:
            source.extract(decryption_key="ANOTHERKEY")
        assert refused.value.code == "marg.ede.decryption_key"
        source.running.next_requests({}, {"truncate_after_bytes": 400})
        with pytest.raises(SourceMalformed) as cut:
            source.extract()
        assert cut.value.code == "marg.ede.answer"


def test_what_breaks_on_the_way_is_asked_again() -> None:
    with ede(vouchers=60) as source:
        source.running.next_requests({}, {"reset": True}, {"server_error": 503}, {})
        assert source.extract().records
        assert len(source.waited) == 2
        source.running.faults.server_error = 500
        with pytest.raises(SourceUnavailable):
            source.extract()


def test_a_slow_answer_is_given_up() -> None:
    with ede(vouchers=60) as source:
        source.running.faults.delay_s = 0.5
        with pytest.raises(SourceUnavailable) as late:
            source.extract(timeout_s=0.1)
        assert "0 seconds" in late.value.message or "cannot be reached" in late.value.message


def test_unknown_branches_and_codes_are_refused() -> None:
    with ede(vouchers=60) as source:
        with pytest.raises(KhataError, match="no branch 42"):
            source.extract(branches=["42"])
        with pytest.raises(SourceRejected) as unknown:
            source.extract(company_code="SOMEBODY")
        assert "SOMEBODY" not in str(unknown.value)


def test_keys_are_sent_over_https_only() -> None:
    with ede(vouchers=60) as source, pytest.raises(KhataError, match="https"):
        source.extract(api_url="http://marg.example")


def test_one_branch_of_several(shop: Ede) -> None:
    assert {one.source.company for one in shop.extract(branches=["9002"]).records} == {"ede/9002"}


def test_secrets_appear_nowhere(shop: Ede, whole: Collected) -> None:
    secrets = (shop.app.keys.company_code, shop.app.keys.marg_key, shop.app.keys.decryption_key)
    told = str(whole.extracted) + " ".join(f"{one.origin} {one.source}" for one in whole.records)
    for secret in secrets:
        assert secret not in told
        assert not any(secret.encode() in one.payload for one in whole.records)


def test_the_books_of_one_branch_need_no_other(shop: Ede) -> None:
    alone = one_book(shop.extract(branches=["9001"]).records)
    assert alone.vouchers
