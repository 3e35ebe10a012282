"""Vouchers put together from rows: the sample of the web API, kinds, legs that do not balance, laws of assembly."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.ledger import Ledger
from canonical.party import Party
from canonical.proof import ReportKind
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.marg.assembly import Rows, voucher_records
from connectors.marg.branches import books_of
from connectors.marg.ede.envelope import open_envelope
from connectors.marg.streams import READ_ORDER
from connectors.marg.translate.kinds import DOCUMENT_TYPES, is_cancelled, state_letter
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import CENSUS, Census, CensusVerdict
from sandbox.marg import build_branches
from sandbox.marg.branch import COLLECTIONS
from tests.connectors.marg.support import NOW, Books, nets, one_book
from tests.support.samples import sample

Row = dict[str, Any]


@dataclass
class Nobody:
    """A tap that nobody listens to."""

    progress: Callable[[ProgressEvent], None] | None = None

    @property
    def whole_state(self) -> dict[str, Any]:
        return {}

    def checkpoint(self) -> None:
        """Nothing to emit."""

    def take_census(self, census: Census) -> CensusVerdict | None:
        return None


def raw_records(rows: Rows, **reading: str) -> list[RawRecord]:
    books = books_of(rows, "ede/9001", "test", reading)
    found = []
    for stream in READ_ORDER:
        if stream == CENSUS:
            continue
        for one in books.records(stream, Nobody()):
            payload = msgspec.json.encode({"object": one["object"]})
            found.append(RawRecord(SourceRef("marg", "ede/9001", stream, one["key"]), payload, b"", NOW, "test"))
    return found


def read(collections: Mapping[str, list[Row]], *, masters: Row | None = None, **reading: str) -> Books:
    rows = Rows(branch="9001", is_whole=True, masters=masters or {"Name": "Test"}, moment="2025-04-12 16:36:51")
    for name, some in collections.items():
        rows.add(name, some)
    return one_book(raw_records(rows, **reading))


@pytest.fixture(scope="module")
def told() -> Books:
    """The sample of a type 1 answer, decrypted and translated."""
    body = sample("marg/ede/corporate_ede_type1_synthetic.enc.txt").read_bytes()
    details = open_envelope(body, "TESTKEY12345")["Details"]
    lists = {name: rows for name, rows in details.items() if isinstance(rows, list)}
    return read(lists, masters=details["Masters"])


def voucher(books: Books, number: str) -> Voucher:
    (found,) = [one for one in books.vouchers if one.number == number]
    return found


def test_the_sample_invoice_is_posted_by_its_legs(told: Books) -> None:
    sale = voucher(told, "A000101")
    assert sale.kind is VoucherKind.SALES
    assert nets(sale) == {
        "PARTY ONE MEDICAL": Decimal(1120),
        "SALE12": Decimal(-1000),
        "CGST OUTPUT 6%": Decimal(-60),
        "SGST6": Decimal(-60),
    }
    (bill,) = sale.postings[0].bills
    assert (bill.ref, str(bill.due_date)) == ("A000101", "2025-05-05"), "30 credit days of the party"
    (line,) = sale.items
    assert line.actual is not None
    assert line.billed is not None
    assert (line.actual.number, line.billed.number) == (Decimal(11), Decimal(10))
    assert (line.hsn, line.mrp, line.batches[0].name) == ("30049099", Decimal(150), "B1")
    assert str(line.batches[0].expires_on) == "2027-01-01"


def test_the_sample_challan_and_cancelled_bill_post_nothing(told: Books) -> None:
    challan, cancelled = voucher(told, "CH00012"), voucher(told, "A000102")
    assert (challan.kind, challan.postings) == (VoucherKind.DELIVERY_NOTE, ())
    assert cancelled.is_cancelled
    assert cancelled.extras["cancelled_on"] == "11-04-2025 10:15:00"


def test_the_sample_note_without_lines_is_posted_and_told(told: Books) -> None:
    note = voucher(told, "CN00001")
    assert note.kind is VoucherKind.CREDIT_NOTE
    assert nets(note)["PARTY ONE MEDICAL"] == -112
    assert told.codes() == ["marg.document.unexplained"]


def test_the_samples_party_taxes_and_balances(told: Books) -> None:
    (party,) = told.of(Party)
    assert party.drug_licences == ("GJ-20B-1",)
    assert (party.route, party.gstin) == ("AHMEDABAD", "24AAAPT0001A1Z0")
    ledger = next(one for one in told.of(Ledger) if one.key == "d40001")
    assert ledger.opening == 5000, "PBal spells the code in lower case"
    assert told.closings()["d40001"] == 6008
    balances = next(one for one in told.reports if "PBal" in one.oracle)
    assert (balances.kind, str(balances.as_of)) == (ReportKind.TRIAL_BALANCE, "2025-04-12")
    assert next(line.net for line in balances.lines if line.name == "d40001") == 6008
    sums = next(one for one in told.reports if "Outstanding" in one.oracle)
    assert [(line.name, line.net) for line in sums.lines] == [("d40001", Decimal(6008))]


def header(**more: Any) -> Row:
    base = {
        "ID": 1,
        "Voucher": "1",
        "Type": "S",
        "VCN": "A1",
        "Date": "2025-05-01",
        "CID": "D1",
        "Final": 112,
        "AddField": "I",
    }
    return base | more


def leg(number: int, code: str, amount: Any, **more: Any) -> Row:
    base = {
        "ID": number,
        "Voucher": "1",
        "Date": "2025-05-01",
        "Code": code,
        "Amount": amount,
        "Book": "S",
        "Remark": "A1",
    }
    return base | more


PARTIES = [
    {"ID": 1, "CID": "D1", "ParNam": "Asha", "SCode": "D"},
    {"ID": 2, "CID": "K", "ParNam": "Cash", "SCode": "X9"},
]
GROUPS = [{"ID": 1, "AID": "D", "Name": "SUNDRY DEBTORS"}, {"ID": 2, "AID": "X9", "Name": "CASH IN HAND"}]


def test_legs_that_do_not_balance_are_rejected_and_named() -> None:
    books = read(
        {"MDis": [header()], "Account": [leg(1, "D1", -112), leg(2, "SALE", 111)], "Party": PARTIES, "ACGroup": GROUPS}
    )
    assert not books.vouchers
    (issue,) = books.issues
    assert (issue.code, issue.level) == ("marg.voucher.unbalanced", "rejected")
    assert "Sale A1" in issue.message


@pytest.mark.parametrize("letter", list(DOCUMENT_TYPES))
def test_every_letter_is_what_was_measured(letter: str) -> None:
    legs = [leg(1, "D1", -112, Book=letter), leg(2, "SALE", 112, Book=letter)]
    rows = {"Party": PARTIES, "ACGroup": GROUPS, "Account": legs}
    invoice = voucher(read({**rows, "MDis": [header(Type=letter)]}), "A1")
    challan = voucher(read({**rows, "MDis": [header(Type=letter, AddField="C")]}), "A1")
    known = DOCUMENT_TYPES[letter]
    assert (invoice.kind, challan.kind) == (known.invoice, known.challan)
    assert bool(invoice.postings) is known.invoice.is_accounting
    assert not challan.postings


def test_a_document_that_is_neither_invoice_nor_challan_needs_legs() -> None:
    assert read({"MDis": [header(AddField="")], "Party": PARTIES}).codes() == ["marg.record.unreadable"]
    legs = [leg(1, "D1", -112), leg(2, "SALE", 112)]
    assert voucher(read({"MDis": [header(AddField="")], "Party": PARTIES, "Account": legs}), "A1").postings


def test_an_unknown_type_is_told_and_its_accounts_are_taken() -> None:
    legs = [leg(1, "D1", -5, Book=""), leg(2, "X", 5, Book="")]
    books = read({"MDis": [header(Type="Z")], "Account": legs, "Party": PARTIES})
    assert "marg.document.type_unknown" in books.codes()
    assert voucher(books, "A1").kind is VoucherKind.OTHER


@pytest.mark.parametrize(
    ("amounts", "kind"),
    [
        ({"K": -50, "D1": 50}, VoucherKind.RECEIPT),
        ({"K": 50, "D1": -50}, VoucherKind.PAYMENT),
        ({"D1": 50, "RENT": -50}, VoucherKind.JOURNAL),
    ],
)
def test_where_money_moved_says_what_it_was(amounts: dict[str, int], kind: VoucherKind) -> None:
    legs = [leg(n, code, amount, Book="CB", Remark="BY CHEQUE") for n, (code, amount) in enumerate(amounts.items(), 1)]
    (found,) = read({"Account": legs, "Party": PARTIES, "ACGroup": GROUPS}, bill_references="none").vouchers
    assert found.kind is kind
    assert all(bill.kind.value == "on_account" for posting in found.postings for bill in posting.bills)


def test_a_remark_settles_a_bill_only_if_the_settings_say_so() -> None:
    legs = [leg(1, "K", -50, Book="CB", Remark="A1"), leg(2, "D1", 50, Book="CB", Remark="A1")]
    (found,) = read({"Account": legs, "Party": PARTIES, "ACGroup": GROUPS}, bill_references="remark").vouchers
    assert [(b.kind.value, b.ref) for posting in found.postings for b in posting.bills] == [("against_ref", "A1")]


def test_a_receipt_of_the_number_of_a_sale_is_not_taken_for_its_legs() -> None:
    rows = {
        "MDis": [header()],
        "Account": [
            leg(1, "D1", -112),
            leg(2, "SALE", 112),
            leg(3, "K", -50, Book="RC", Remark=""),
            leg(4, "D1", 50, Book="RC", Remark=""),
        ],
        "Party": PARTIES,
        "ACGroup": GROUPS,
    }
    books = read(rows)
    assert sorted(one.kind.value for one in books.vouchers) == ["receipt", "sales"]
    assert not books.issues


def test_lines_without_a_header_are_rejected_in_a_full_pull() -> None:
    books = read({"Dis": [{"ID": 1, "Voucher": "9", "Date": "2025-05-01", "Amount": 5, "PID": "1"}]})
    assert books.codes() == ["marg.record.unreadable"]


@pytest.mark.parametrize(
    ("text", "cancelled", "letter"),
    [
        ("I", False, "I"),
        ("C something", False, "C"),
        ("I CANCELLED : 1 CANCELLEDON : 11-04-2025 10:15:00", True, "I"),
        ("I CANCELLED:1", True, "I"),
        ("I CANCELLED : 0", False, "I"),
        ("", False, ""),
        ("X", False, ""),
    ],
)
def test_what_the_additional_field_says(text: str, letter: str, *, cancelled: bool) -> None:
    assert (is_cancelled(text), state_letter(text)) == (cancelled, letter)


@cache
def world_rows() -> tuple[tuple[str, Row], ...]:
    (branch,) = build_branches(1, vouchers=70)
    return tuple((name, row) for name in COLLECTIONS for row in branch.of(name))


@given(seed=st.integers(), overlap=st.integers(0, 40))
def test_the_order_of_rows_and_overlaps_of_pages_do_not_matter(seed: int, overlap: int) -> None:
    """However pages cut and repeat the rows, the records are the same."""
    held = list(world_rows())
    dice = random.Random(seed)
    dice.shuffle(held)
    plain, paged = (Rows(branch="9001", is_whole=True) for _ in range(2))
    for name, row in world_rows():
        plain.add(name, [row])
    for start in range(0, len(held), 50):
        for name, row in held[max(start - overlap, 0) : start + 50]:
            paged.add(name, [row])
    ours, theirs = ({one["key"]: one["object"] for one in voucher_records(r, "c", "p")[0]} for r in (plain, paged))
    assert ours == theirs
