"""Which lists are postings, which side they stand on, and what hangs on them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from canonical.bill import BillAllocation, BillRefKind
from canonical.dates import CreditPeriod
from canonical.money import Side
from canonical.voucher import BankAllocation, CostAllocation, Voucher
from tests.connectors.tally_translate.support import bill_xml, codes, entry, of_type, translate, voucher, voucher_xml

D = Decimal
INVOICE = "LEDGERENTRIES.LIST"
ITEM = """
<ALLINVENTORYENTRIES.LIST><STOCKITEMNAME>Steel Rod</STOCKITEMNAME><AMOUNT>1000.00</AMOUNT>
 <ACCOUNTINGALLOCATIONS.LIST><LEDGERNAME>Sales</LEDGERNAME><AMOUNT>600.00</AMOUNT></ACCOUNTINGALLOCATIONS.LIST>
 <ACCOUNTINGALLOCATIONS.LIST><LEDGERNAME>Sales Export</LEDGERNAME><AMOUNT>400.00</AMOUNT></ACCOUNTINGALLOCATIONS.LIST>
</ALLINVENTORYENTRIES.LIST>
"""


def nets(found: Voucher) -> list[tuple[str, Decimal]]:
    return [(posting.ledger_name, posting.net) for posting in found.postings]


def test_the_invoice_view_keeps_the_sales_ledger_under_the_items() -> None:
    body = entry("Asha Traders", "-1180.00", tag=INVOICE) + entry("Output IGST", "180.00", tag=INVOICE) + ITEM
    found = voucher(body)
    assert nets(found) == [
        ("Asha Traders", D(1180)),
        ("Output IGST", D(-180)),
        ("Sales", D(-600)),
        ("Sales Export", D(-400)),
    ]
    assert [posting.from_item for posting in found.postings] == [None, None, 0, 0]


def test_all_ledger_entries_are_all_postings_even_beside_the_other_lists() -> None:
    """The gateway sends both views of one voucher; counting both counts the party twice."""
    complete = entry("Asha Traders", "-1000.00") + entry("Sales", "600.00") + entry("Sales Export", "400.00")
    found = voucher(complete + entry("Asha Traders", "-1000.00", tag=INVOICE) + ITEM)
    assert nets(found) == [("Asha Traders", D(1000)), ("Sales", D(-600)), ("Sales Export", D(-400))]
    assert len(found.items) == 1


def test_an_all_ledger_entries_placeholder_without_a_ledger_does_not_hide_the_invoice_view() -> None:
    empty = "<ALLLEDGERENTRIES.LIST><AMOUNT>0</AMOUNT></ALLLEDGERENTRIES.LIST>"
    found = voucher(empty + entry("Asha Traders", "-1000.00", tag=INVOICE) + ITEM)
    assert len(found.postings) == 3


def test_one_ledger_may_occur_twice_and_lines_keep_their_order() -> None:
    body = entry("Rent", "-60") + entry("Bank", "100") + entry("Rent", "-40")
    found = voucher(body, VOUCHERTYPENAME="Payment")
    assert nets(found) == [("Rent", D(60)), ("Bank", D(-100)), ("Rent", D(40))]


@pytest.mark.parametrize(
    ("amount", "flag", "side", "kept"),
    [
        ("-50", "Yes", Side.DEBIT, None),
        ("50", "No", Side.CREDIT, None),
        ("50", "Yes", Side.CREDIT, Side.DEBIT),
        ("-50", "No", Side.DEBIT, Side.CREDIT),
        ("-50", "", Side.DEBIT, None),
    ],
)
def test_the_amount_decides_the_side_and_a_flag_that_disagrees_is_evidence(
    amount: str, flag: str, side: Side, kept: Side | None
) -> None:
    other = "-50" if amount == "50" else "50"
    inner = f"<ISDEEMEDPOSITIVE>{flag}</ISDEEMEDPOSITIVE>" if flag else ""
    first = voucher(entry("Discount", amount, inner) + entry("Rest", other)).postings[0]
    assert (first.side, first.flag_side) == (side, kept)


def test_a_zero_has_no_sign_so_its_flag_decides() -> None:
    first = voucher(entry("Nil", "0.00", "<ISDEEMEDPOSITIVE>No</ISDEEMEDPOSITIVE>") + entry("Rest", "0")).postings[0]
    assert (first.side, first.flag_side) == (Side.CREDIT, None)


def test_gateway_values_carry_types() -> None:
    body = """<ALLLEDGERENTRIES.LIST><LEDGERNAME TYPE="String">Asha</LEDGERNAME><AMOUNT TYPE="Amount">-101.01</AMOUNT>
    <ISDEEMEDPOSITIVE TYPE="Logical">Yes</ISDEEMEDPOSITIVE></ALLLEDGERENTRIES.LIST>
    <ALLLEDGERENTRIES.LIST><LEDGERNAME TYPE="String">Sales</LEDGERNAME><AMOUNT TYPE="Amount">101.01</AMOUNT>
    </ALLLEDGERENTRIES.LIST>"""
    assert nets(voucher(body)) == [("Asha", D("101.01")), ("Sales", D("-101.01"))]


def test_a_line_without_an_amount_is_left_out_and_said() -> None:
    empty = "<ALLLEDGERENTRIES.LIST><LEDGERNAME>Discount</LEDGERNAME></ALLLEDGERENTRIES.LIST>"
    done = translate(voucher_xml(entry("A", "-5") + entry("B", "5") + empty, VOUCHERTYPENAME="Journal"))
    assert len(of_type(done, Voucher)[0].postings) == 2
    assert codes(done.issues) == ["tally.posting.amount_missing"]


def test_an_unreadable_amount_rejects_the_voucher_and_names_the_line() -> None:
    done = translate(voucher_xml(entry("Asha Traders", "12..5") + entry("Sales", "12.5")))
    assert done.records == ()
    (issue,) = done.issues
    assert (issue.code, issue.level) == ("tally.amount.unreadable", "rejected")
    assert issue.where == "daybook.xml#1, Sales S/1 of 20250410, AMOUNT of ledger Asha Traders"
    assert issue.facts["text"] == "12..5"


def bills(*rows: str, amount: str = "-100") -> tuple[BillAllocation, ...]:
    rest = amount.removeprefix("-") if amount.startswith("-") else f"-{amount}"
    return voucher(entry("Asha Traders", amount, "".join(rows)) + entry("Sales", rest)).postings[0].bills


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("New Ref", BillRefKind.NEW),
        ("Agst Ref", BillRefKind.AGAINST),
        ("Advance", BillRefKind.ADVANCE),
        ("NewRef", BillRefKind.NEW),
        ("AgstRef", BillRefKind.AGAINST),
    ],
)
def test_bill_kinds(word: str, kind: BillRefKind) -> None:
    assert bills(bill_xml("INV-9", word, "-100"))[0].kind is kind


@pytest.mark.parametrize("word", ["On Account", "OnAccount"])
def test_on_account_has_no_reference(word: str) -> None:
    row = f"<BILLALLOCATIONS.LIST><BILLTYPE>{word}</BILLTYPE><AMOUNT>-100</AMOUNT></BILLALLOCATIONS.LIST>"
    (bill,) = bills(row)
    assert (bill.kind, bill.ref, bill.net) == (BillRefKind.ON_ACCOUNT, "", D(100))


def test_rows_of_one_posting_may_stand_on_opposite_sides() -> None:
    against, on_account = bills(bill_xml("B1", "Agst Ref", "-150"), bill_xml("", "On Account", "50"))
    assert (against.net, on_account.net) == (D(150), D(-50))


def test_a_credit_period_counts_from_the_bill_or_from_its_own_serial() -> None:
    plain = bills(bill_xml("B1", "New Ref", "-100", "<BILLCREDITPERIOD>30 Days</BILLCREDITPERIOD>"))[0]
    assert (plain.credit_period, plain.due_date) == (CreditPeriod(30), date(2025, 5, 10))
    serial = '<BILLCREDITPERIOD JD="45747" P="30 Days">30 Days</BILLCREDITPERIOD>'
    assert bills(bill_xml("B1", "New Ref", "-100", serial))[0].due_date == date(2025, 5, 1)
    attribute = '<BILLCREDITPERIOD JD="45747" P="2 Weeks"/>'
    assert bills(bill_xml("B1", "New Ref", "-100", attribute))[0].due_date == date(2025, 4, 15)


def test_a_credit_period_may_be_a_date() -> None:
    bill = bills(bill_xml("B1", "New Ref", "-100", "<BILLCREDITPERIOD>31-May-25</BILLCREDITPERIOD>"))[0]
    assert (bill.credit_period, bill.due_date) == (None, date(2025, 5, 31))


def test_a_settlement_says_nothing_of_the_due_date_unless_it_gives_the_bills_date() -> None:
    """The voucher's date is the receipt's, not the bill's."""
    terms = "<BILLCREDITPERIOD>30 Days</BILLCREDITPERIOD>"
    assert bills(bill_xml("B1", "Agst Ref", "-100", terms))[0].due_date is None
    dated = bills(bill_xml("B1", "Agst Ref", "-100", f"{terms}<BILLDATE>20250101</BILLDATE><BILLID> 57</BILLID>"))[0]
    assert (dated.bill_date, dated.due_date) == (date(2025, 1, 1), date(2025, 1, 31))
    assert dated.source_bill_id == "57"


def test_an_unreadable_credit_period_is_a_warning() -> None:
    xml = entry("Asha", "-100", bill_xml("B1", "New Ref", "-100", "<BILLCREDITPERIOD>soon</BILLCREDITPERIOD>"))
    done = translate(voucher_xml(xml + entry("Sales", "100"), PARTYLEDGERNAME="Asha"))
    assert codes(done.issues) == ["tally.period.unreadable"]
    assert of_type(done, Voucher)[0].postings[0].bills[0].due_date is None


def test_a_bill_without_an_amount_is_left_out_and_an_empty_row_is_nothing() -> None:
    rows = "<BILLALLOCATIONS.LIST><NAME>B1</NAME><BILLTYPE>New Ref</BILLTYPE></BILLALLOCATIONS.LIST>"
    empty = "<BILLALLOCATIONS.LIST><TDSDEDUCTEEISSPECIALRATE>No</TDSDEDUCTEEISSPECIALRATE></BILLALLOCATIONS.LIST>"
    done = translate(voucher_xml(entry("Asha", "-100", rows + empty) + entry("Sales", "100"), PARTYLEDGERNAME="Asha"))
    assert codes(done.issues) == ["tally.bill.amount_missing"]
    assert of_type(done, Voucher)[0].postings[0].bills == ()


def test_an_unknown_bill_type_is_said_once_and_counts_by_its_name() -> None:
    rows = bill_xml("B1", "Brand New", "-60") + bill_xml("", "Brand New", "-40")
    done = translate(voucher_xml(entry("Asha", "-100", rows) + entry("Sales", "100"), PARTYLEDGERNAME="Asha"))
    assert codes(done.issues) == ["tally.bill.type_unknown"]
    found = of_type(done, Voucher)[0].postings[0].bills
    assert [(bill.kind, bill.ref) for bill in found] == [(BillRefKind.NEW, "B1"), (BillRefKind.ON_ACCOUNT, "")]


def test_bank_instruments() -> None:
    row = """<BANKALLOCATIONS.LIST><DATE>20250410</DATE><INSTRUMENTDATE>20250409</INSTRUMENTDATE>
    <INSTRUMENTNUMBER>100234</INSTRUMENTNUMBER><BANKERSDATE>20250412</BANKERSDATE><NAME>7c9e</NAME>
    <TRANSACTIONTYPE>Inter Bank Transfer</TRANSACTIONTYPE><TRANSFERMODE>NEFT</TRANSFERMODE>
    <TRANSACTIONID>UTR123</TRANSACTIONID><PAYMENTFAVOURING>Bina Stores</PAYMENTFAVOURING><BANKNAME>Demo Bank</BANKNAME>
    <IFSCODE>DEMO0000001</IFSCODE><ACCOUNTNUMBER>0001112223</ACCOUNTNUMBER>
    <UNIQUEREFERENCENUMBER>u-1</UNIQUEREFERENCENUMBER><AMOUNT>500.00</AMOUNT></BANKALLOCATIONS.LIST>"""
    posting = voucher(
        entry("Bina Stores", "-500") + entry("Demo Bank", "500", row), VOUCHERTYPENAME="Payment"
    ).postings[1]
    assert posting.banks == (
        BankAllocation(
            side=Side.CREDIT,
            amount=D("500.00"),
            transaction_type="Inter Bank Transfer",
            transfer_mode="NEFT",
            instrument_number="100234",
            instrument_date=date(2025, 4, 9),
            cleared_on=date(2025, 4, 12),
            reference="UTR123",
            favouring="Bina Stores",
            bank="Demo Bank",
            ifsc="DEMO0000001",
            account_number="0001112223",
            unique_id="u-1",
        ),
    )


def test_a_single_instrument_without_an_amount_is_the_whole_posting() -> None:
    row = "<BANKALLOCATIONS.LIST><TRANSACTIONTYPE>Cheque</TRANSACTIONTYPE></BANKALLOCATIONS.LIST>"
    (bank,) = voucher(entry("A", "-7") + entry("Bank", "7", row), VOUCHERTYPENAME="Payment").postings[1].banks
    assert (bank.side, bank.amount, bank.cleared_on) == (Side.CREDIT, D(7), None)


def test_cost_centres_stand_below_a_category_or_directly() -> None:
    row = """<CATEGORYALLOCATIONS.LIST><CATEGORY>Branches</CATEGORY>
     <COSTCENTREALLOCATIONS.LIST><NAME>Pune</NAME><AMOUNT>-60</AMOUNT></COSTCENTREALLOCATIONS.LIST>
     <COSTCENTREALLOCATIONS.LIST><NAME>Nashik</NAME><AMOUNT>-40</AMOUNT></COSTCENTREALLOCATIONS.LIST>
    </CATEGORYALLOCATIONS.LIST>
    <COSTCENTREALLOCATIONS.LIST><NAME>Project X</NAME><AMOUNT>-100</AMOUNT></COSTCENTREALLOCATIONS.LIST>"""
    costs = voucher(entry("Rent", "-100", row) + entry("Bank", "100"), VOUCHERTYPENAME="Payment").postings[0].costs
    assert costs == (
        CostAllocation(centre_key="pune", side=Side.DEBIT, amount=D(60), category_key="branches"),
        CostAllocation(centre_key="nashik", side=Side.DEBIT, amount=D(40), category_key="branches"),
        CostAllocation(centre_key="project x", side=Side.DEBIT, amount=D(100)),
    )


def test_a_foreign_voucher_keeps_its_currency_beside_the_rupees() -> None:
    body = entry("Acme Inc", "-$ 100.00 @ ? 83.00/$ = -? 8300.00") + entry("Exports", "8300.00")
    found = voucher(body)
    foreign = found.postings[0].foreign
    assert foreign is not None
    assert (found.currency, foreign.currency, foreign.amount, foreign.rate) == ("USD", "USD", D("100.00"), D("83.00"))
    assert found.postings[0].net == D("8300.00")
