"""Real captures straight through translation, against totals counted independently when they were collected."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from lxml import etree

from canonical.bill import BillRefKind, bill_key
from canonical.issue import IssueLevel
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.money import ZERO
from canonical.party import Party
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.sdk.base import Translation
from connectors.tally.translate import TallyTranslator
from connectors.tally.translate.values import parse_amount
from tests.connectors.tally_translate.support import company, decode, iter_objects, load, of_type, record, run
from tests.support.samples import sample

D = Decimal
NEW, AGAINST, ON_ACCOUNT = BillRefKind.NEW, BillRefKind.AGAINST, BillRefKind.ON_ACCOUNT


@dataclass(frozen=True)
class Expected:
    """Counted by another program; bills carry Tally's sign (negative is debit)."""

    by_type: dict[str, int]
    debit: str
    bills: dict[BillRefKind, tuple[int, str]] = field(default_factory=dict)
    items: int = 0
    banks: int = 0


EXPECTED = {
    "fileexport_prime3_daybook_utf16le_bom.xml": Expected({"Sales": 2}, "14405.50", {NEW: (1, "-11111.00")}, items=3),
    "fileexport_prime4_daybook_utf16le_bom.xml": Expected(
        {"Purchase": 21, "Payment": 21, "Receipt": 8, "Journal": 5, "Sales GST": 4, "Contra": 3, "Purchase GST": 2},
        "13139227.11",
        {NEW: (19, "445411.00"), AGAINST: (2, "-57980.00"), ON_ACCOUNT: (1, "67130.00")},
        items=65,
        banks=28,
    ),
    "fileexport_prime5_daybook_masters_ascii.xml": Expected(
        {"Expense": 2, "Purchase": 1, "GST Sale Invoice": 1},
        "101828.00",
        {NEW: (4, "5230.00")},
        items=4,
    ),
    "bridge_unit_a_vouchers_wildcard_live.xml": Expected(
        {"Payment": 34, "Purchase": 12, "Sales": 12, "Receipt": 12, "Debit Note": 2, "Credit Note": 2, "Journal": 1},
        "5061932.80",
        {NEW: (28, "463032.00"), AGAINST: (24, "-390662.60")},
    ),
    "bridge_unit_a_optional_voucher_live.xml": Expected(
        {"Receipt": 2}, "19998.00", {NEW: (1, "9999.00"), AGAINST: (1, "9999.00")}
    ),
    "bridge_vouchers_native_wr2.xml": Expected({"Sales": 3}, "306.06", {ON_ACCOUNT: (2, "-203.03")}),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_totals_equal_the_independent_count(name: str) -> None:
    expected = EXPECTED[name]
    done = run(load(sample(f"tally/{name}")))
    vouchers = of_type(done, Voucher)
    postings = [posting for item in vouchers for posting in item.postings]
    assert Counter(item.type_name for item in vouchers) == expected.by_type
    assert sum((item.debit_total for item in vouchers), ZERO) == D(expected.debit)
    assert {item.balance for item in vouchers} == {ZERO}
    bills = [bill for posting in postings for bill in posting.bills]
    for kind, (count, signed) in expected.bills.items():
        of_kind = [bill for bill in bills if bill.kind is kind]
        assert (len(of_kind), -sum((bill.net for bill in of_kind), ZERO)) == (count, D(signed))
    assert len(bills) == sum(count for count, _ in expected.bills.values())
    assert sum(len(item.items) for item in vouchers) == expected.items
    assert sum(len(posting.banks) for posting in postings) == expected.banks
    assert not [issue for issue in done.issues if issue.level is IssueLevel.REJECTED]


CONFLICTS = {"fileexport_prime4_daybook_utf16le_bom.xml": 6, "fileexport_prime5_daybook_masters_ascii.xml": 2}


@pytest.mark.parametrize("name", CONFLICTS)
def test_flags_that_disagree_with_the_sign_are_kept_as_evidence(name: str) -> None:
    vouchers = of_type(run(load(sample(f"tally/{name}"))), Voucher)
    postings = [posting for item in vouchers for posting in item.postings]
    assert sum(posting.flag_side is not None for posting in postings) == CONFLICTS[name]


def test_bill_allocations_reconstruct_tallys_own_open_bills() -> None:
    """21 of 21: signed sums by (party, reference) equal the rows of Bills Receivable and Bills Payable."""
    done = run(load(sample("tally/bridge_unit_a_vouchers_wildcard_live.xml")))
    pending: Counter[tuple[str, str]] = Counter()
    sums: dict[tuple[str, str], Decimal] = {}
    ids: dict[tuple[str, str], set[str]] = {}
    for item in of_type(done, Voucher):
        for posting in item.postings:
            for bill in posting.bills:
                key = (posting.ledger_name, bill_key(bill.ref))
                sums[key] = sums.get(key, ZERO) + bill.net
                ids.setdefault(key, set()).add(bill.source_bill_id)
                pending[key] += 1
    told = {**_report_rows("bridge_bills_receivable_aarav.xml"), **_report_rows("bridge_bills_payable_aarav.xml")}
    still_open = {key: net for key, net in sums.items() if net}
    assert len(still_open) == 21
    assert all(told[key] == net for key, net in still_open.items())
    assert len(sums) == len(ids) == 28
    assert all(len(found) == 1 for found in ids.values())


def _report_rows(name: str) -> dict[tuple[str, str], Decimal]:
    """Debit-positive pending amounts of a bills report, by its own parallel siblings."""
    root = etree.fromstring(decode(sample(f"tally/{name}").read_bytes()))
    rows, key = {}, ("", "")
    for element in root.iter("BILLREF", "BILLPARTY", "BILLCL"):
        text = (element.text or "").strip()
        if element.tag == "BILLREF":
            key = ("", bill_key(text))
        elif element.tag == "BILLPARTY":
            key = (text, key[1])
        else:
            amount = parse_amount(text)
            assert amount is not None
            rows[key] = amount.net
    return rows


def test_an_optional_voucher_is_kept_outside_the_books() -> None:
    vouchers = of_type(run(load(sample("tally/bridge_unit_a_optional_voucher_live.xml"))), Voucher)
    assert [item.is_optional for item in vouchers] == [False, True]
    assert sum(item.counts_in_books for item in vouchers) == 1


def test_masters_of_the_file_give_the_vouchers_their_kinds_and_taxes() -> None:
    done = run(load(sample("tally/fileexport_prime5_daybook_masters_ascii.xml")))
    assert Counter(item.kind for item in of_type(done, Voucher)) == {VoucherKind.PURCHASE: 3, VoucherKind.SALES: 1}
    assert len([line for item in of_type(done, Voucher) for line in item.taxes]) == 5
    assert len(of_type(done, Ledger)) == 13
    assert not any(item.is_placeholder for item in of_type(done, Ledger))
    assert sum(len(item.opening_bills) for item in of_type(done, Ledger)) == 9
    assert len(of_type(done, AccountGroup)) == 16
    assert len(of_type(done, Party)) == 4


@pytest.mark.parametrize(
    ("name", "count", "opening", "closing", "bill_wise"),
    [("bridge_ledger_snapshot_aarav.xml", 88, "-425000.00", "17831536.27", 60)],
)
def test_ledger_balances_equal_the_independent_sums(
    name: str, count: int, opening: str, closing: str, bill_wise: int
) -> None:
    ledgers = of_type(run(load(sample(f"tally/{name}"))), Ledger)
    assert len(ledgers) == count
    assert -sum((item.opening or ZERO for item in ledgers), ZERO) == D(opening)
    assert -sum((item.closing or ZERO for item in ledgers), ZERO) == D(closing)
    assert sum(item.is_bill_wise for item in ledgers) == bill_wise


def test_the_28_predefined_groups_are_all_known() -> None:
    groups = of_type(run(load(sample("tally/bridge_group_snapshot_aarav.xml"))), AccountGroup)
    assert {group.reserved for group in groups} == set(ReservedGroup)


def test_the_24_predefined_voucher_types_are_all_known() -> None:
    types = of_type(run(load(sample("tally/bridge_voucher_types_native_wr2.xml"))), VoucherType)
    assert len({item.kind for item in types}) == 24
    assert VoucherKind.OTHER not in {item.kind for item in types}


def test_the_float_noise_of_a_generated_file_balances_after_rounding() -> None:
    path = sample("tally/darsh_services_vouchers_synthetic_wrong_sign.xml")
    raw = [record(tag, node, index) for index, (tag, node) in enumerate(iter_objects(decode(path.read_bytes())), 1)]
    done = run(raw)
    vouchers = of_type(done, Voucher)
    assert Counter(item.type_name for item in vouchers) == {
        "Sales": 1366,
        "Payment": 718,
        "Purchase": 674,
        "Receipt": 273,
        "Contra": 244,
        "Journal": 187,
    }
    assert sum((item.debit_total for item in vouchers), ZERO) == D("1031356540.38")
    assert [issue.code for issue in done.issues].count("tally.amount.excess_precision") == 1


@pytest.mark.parametrize(
    "name", [*EXPECTED, "mbng_day-book.xml", "mbng_bank-vouchers.xml", "mbng_ledger-list-allfields.xml"]
)
def test_translating_again_with_what_was_learned_says_the_same(name: str) -> None:
    raw = load(sample(f"tally/{name}"))
    first = run(raw)
    learned = TallyTranslator(company())
    for item in first.records:
        learned.remember(item)
    again: Translation = run(raw, learned)
    assert of_type(again, Voucher) == of_type(first, Voucher)
