"""The voucher around its postings: header, states, party, documents, tax, rejections."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from canonical.issue import IssueLevel
from canonical.money import Side
from canonical.party import Address, AddressKind
from canonical.tax import TaxHead, TaxLine
from canonical.voucher import DocumentRef, EInvoice, EWayBill, Voucher
from canonical.voucher_type import VoucherKind
from connectors.sdk.base import Translation
from tests.connectors.tally_translate.support import (
    bill_xml,
    codes,
    entry,
    of_type,
    one,
    records,
    run,
    translate,
    translator,
    voucher,
    voucher_xml,
)

D = Decimal
BODY = entry("Asha Traders", "-118.00") + entry("Sales", "118.00")
TAX_MASTERS = """
<GROUP NAME="Duties &amp; Taxes" RESERVEDNAME="Duties &amp; Taxes"><PARENT>Current Liabilities</PARENT></GROUP>
<LEDGER NAME="C.G. Tax"><PARENT>Duties &amp; Taxes</PARENT><TAXTYPE>GST</TAXTYPE><GSTDUTYHEAD>Central Tax</GSTDUTYHEAD>
 <RATEOFTAXCALCULATION>9</RATEOFTAXCALCULATION></LEDGER>
<LEDGER NAME="S.G. Tax"><PARENT>Duties &amp; Taxes</PARENT><TAXTYPE>GST</TAXTYPE>
  <GSTDUTYHEAD>SGST/UTGST</GSTDUTYHEAD></LEDGER>
<LEDGER NAME="CGST Penalty"><PARENT>Indirect Expenses</PARENT><TAXTYPE>Others</TAXTYPE></LEDGER>
"""


def test_the_header() -> None:
    found = voucher(
        BODY,
        PARTYLEDGERNAME="Asha Traders",
        REFERENCE="PO 7",
        REFERENCEDATE="20250401",
        NARRATION="Being goods&#13;&#10;sold",
        EFFECTIVEDATE="20250411",
        ISINVOICE="Yes",
        ALTERID=" 81",
        UPDATEDDATETIME="20250410101500000",
        ENTEREDBY="meena",
        ALTEREDBY="ravi",
        COSTCENTRENAME="Pune",
    )
    assert (found.kind, found.type_name, found.type_key) == (VoucherKind.SALES, "Sales", "sales")
    assert (found.day, found.effective_on, found.number) == (date(2025, 4, 10), date(2025, 4, 11), "S/1")
    assert (found.reference, found.reference_date) == ("PO 7", date(2025, 4, 1))
    assert (found.party_key, found.party_name) == ("asha traders", "Asha Traders")
    assert found.narration == "Being goods\nsold"
    assert (found.is_invoice, found.is_optional, found.is_post_dated, found.is_cancelled) == (True, False, False, False)
    assert (found.source_version, found.entered_by, found.altered_by) == (81, "meena", "ravi")
    assert found.source_modified_at == datetime(2025, 4, 10, 4, 45, tzinfo=UTC)
    assert found.cost_centre_key == "pune"


def test_an_effective_date_that_is_the_date_is_not_repeated() -> None:
    assert voucher(BODY, EFFECTIVEDATE="20250410").effective_on is None


@pytest.mark.parametrize("mark", ["<ISCANCELLED>Yes</ISCANCELLED>", "<ISDELETED>Yes</ISDELETED>"])
def test_a_cancelled_voucher_keeps_its_number_and_posts_nothing(mark: str) -> None:
    done = translate(voucher_xml(BODY + mark))
    found = one(done, Voucher)
    assert (found.is_cancelled, found.number, found.postings, found.counts_in_books) == (True, "S/1", (), False)
    assert done.issues == ()


def test_the_cancel_action_of_a_file_export() -> None:
    done = translate(
        '<VOUCHER ACTION="Cancel" VCHTYPE="Sales"><DATE>20250410</DATE><VOUCHERNUMBER>9</VOUCHERNUMBER></VOUCHER>'
    )
    found = one(done, Voucher)
    assert (found.is_cancelled, found.kind, found.number) == (True, VoucherKind.SALES, "9")
    assert done.issues == ()


def test_optional_and_post_dated_vouchers_keep_their_postings() -> None:
    optional = voucher(BODY, ISOPTIONAL="Yes")
    assert (optional.is_optional, optional.counts_in_books, len(optional.postings)) == (True, False, 2)
    assert voucher(BODY, ISPOSTDATED="Yes").is_post_dated


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Sales", VoucherKind.SALES),
        ("credit  note", VoucherKind.CREDIT_NOTE),
        ("Job Work Out Order", VoucherKind.JOB_WORK_OUT_ORDER),
        ("Reversing Journal", VoucherKind.REVERSING_JOURNAL),
        ("Attendance", VoucherKind.ATTENDANCE),
    ],
)
def test_a_predefined_name_is_its_own_kind(name: str, kind: VoucherKind) -> None:
    assert voucher(BODY, VOUCHERTYPENAME=name).kind is kind


def test_an_unknown_type_is_said_once_and_learned_from_masters() -> None:
    learned = translator()
    first = translate(voucher_xml(BODY, VOUCHERTYPENAME="Challan", GUID="1"), learned)
    again = translate(voucher_xml(BODY, VOUCHERTYPENAME="Challan", GUID="2"), learned)
    assert one(first, Voucher).kind is VoucherKind.OTHER
    assert "tally.voucher_type.unknown" in codes(first.issues)
    assert "tally.voucher_type.unknown" not in codes(again.issues)
    hint = next(issue.hint for issue in first.issues if issue.code == "tally.voucher_type.unknown")
    assert "mport the masters too" in hint
    translate('<VOUCHERTYPE NAME="Challan"><PARENT>Delivery Note</PARENT></VOUCHERTYPE>', learned)
    assert learned.outdated_streams == {"vouchers"}
    later = translate(voucher_xml(BODY, VOUCHERTYPENAME="Challan", GUID="1"), learned)
    assert one(later, Voucher).kind is VoucherKind.DELIVERY_NOTE


def test_an_unbalanced_voucher_is_rejected_with_everything_a_person_needs() -> None:
    done = translate(voucher_xml(entry("Asha Traders", "-118.00") + entry("Sales", "100.00")))
    assert done.records == ()
    issue = done.issues[-1]
    assert (issue.code, issue.level) == ("tally.voucher.unbalanced", IssueLevel.REJECTED)
    assert "Sales S/1 of 2025-04-10" in issue.message
    assert "differ by 18.00" in issue.message
    assert "Open the voucher in Tally" in issue.hint
    assert issue.source is not None
    assert issue.source.key == "g-1"
    assert issue.facts == {
        "difference": "18.00",
        "voucher_type": "Sales",
        "debit_total": "118.00",
        "credit_total": "100.00",
    }


def test_an_unbalanced_voucher_of_an_unknown_type_asks_for_the_masters() -> None:
    done = translate(voucher_xml(entry("Asha Traders", "-118.00"), VOUCHERTYPENAME="Challan"))
    assert "import the masters too" in done.issues[-1].hint


@pytest.mark.parametrize("name", ["Delivery Note", "Sales Order", "Stock Journal", "Memorandum", "Rejections In"])
def test_kinds_outside_the_books_may_have_one_side(name: str) -> None:
    found = voucher(entry("Asha Traders", "-118.00"), VOUCHERTYPENAME=name)
    assert (found.balance, found.counts_in_books) == (D(118), False)


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "tally.voucher.date_missing"), ("1-Foo-25", "tally.date.unreadable"), ("2025041", "tally.date.unreadable")],
)
def test_a_voucher_without_a_readable_date_is_rejected(text: str, code: str) -> None:
    done = translate(voucher_xml(BODY, DATE=text))
    assert done.records == ()
    (issue,) = done.issues
    assert (issue.code, issue.level, issue.facts["voucher_type"]) == (code, IssueLevel.REJECTED, "Sales")
    assert issue.where.endswith("DATE")


def test_an_unreadable_secondary_date_is_a_warning() -> None:
    done = translate(voucher_xml(BODY, PARTYLEDGERNAME="Asha Traders", REFERENCEDATE="someday"))
    assert [(issue.code, issue.level) for issue in done.issues] == [("tally.date.unreadable", IssueLevel.WARNING)]
    assert one(done, Voucher).reference_date is None


def test_gaps_are_said() -> None:
    assert codes(translate(voucher_xml("")).issues) == ["tally.voucher.no_postings"]
    assert codes(translate(voucher_xml(BODY)).issues) == ["tally.voucher.party_missing"]
    assert codes(translate(voucher_xml(BODY, VOUCHERTYPENAME="Journal")).issues) == []


# --- the party ------------------------------------------------------------------------------------------------------


def test_the_marked_line_is_the_party_where_the_header_names_none() -> None:
    body = entry("Asha Traders", "-118.00", "<ISPARTYLEDGER>Yes</ISPARTYLEDGER>") + entry("Sales", "118.00")
    found = voucher(body)
    assert (found.party_key, found.party_name) == ("asha traders", "Asha Traders")
    assert [posting.is_party for posting in found.postings] == [True, False]


def test_a_receipt_that_names_its_bank_as_party_has_the_party_with_bills() -> None:
    bank = "<BANKALLOCATIONS.LIST><AMOUNT>-118</AMOUNT></BANKALLOCATIONS.LIST>"
    body = entry("Demo Bank", "-118", bank) + entry("Asha Traders", "118", bill_xml("S/1", "Agst Ref", "118"))
    found = voucher(body, VOUCHERTYPENAME="Receipt", PARTYLEDGERNAME="Demo Bank")
    assert (found.party_key, found.party_name) == ("asha traders", "Asha Traders")


def test_a_payment_from_cash_for_an_expense_has_no_party() -> None:
    body = entry("Tea", "-20") + entry("Cash", "20")
    assert voucher(body, VOUCHERTYPENAME="Payment", PARTYLEDGERNAME="Cash").party_key == ""


def test_a_journal_that_moves_bills_has_the_party_its_header_names_and_no_other() -> None:
    body = entry("Asha", "5", bill_xml("B1", "Agst Ref", "5")) + entry("Bina", "-5", bill_xml("B2", "Agst Ref", "-5"))
    assert voucher(body, VOUCHERTYPENAME="Journal").party_key == ""
    assert voucher(body, VOUCHERTYPENAME="Journal", PARTYLEDGERNAME="Bina").party_key == "bina"


def test_masters_tell_bank_from_party() -> None:
    learned = translator()
    translate(
        """<LEDGER NAME="Current A/c"><PARENT>Bank Accounts</PARENT></LEDGER>
        <LEDGER NAME="Bina Stores"><PARENT>Sundry Creditors</PARENT></LEDGER>""",
        learned,
    )
    body = entry("Bina Stores", "-20") + entry("Current A/c", "20")
    found = voucher(body, using=learned, VOUCHERTYPENAME="Payment", PARTYLEDGERNAME="Current A/c")
    assert found.party_key == "bina stores"


# --- documents ------------------------------------------------------------------------------------------------------

GST_HEADER = """
<ADDRESS.LIST TYPE="String"><ADDRESS>12 Market Road</ADDRESS><ADDRESS>Pune</ADDRESS></ADDRESS.LIST>
<BASICBUYERADDRESS.LIST TYPE="String"><BASICBUYERADDRESS>Godown 4</BASICBUYERADDRESS></BASICBUYERADDRESS.LIST>
<PARTYMAILINGNAME>Asha Traders (Prop. A. Rao)</PARTYMAILINGNAME><PARTYNAME>Asha Traders</PARTYNAME>
<PARTYGSTIN>27AAGFA5678L1ZX</PARTYGSTIN><GSTREGISTRATIONTYPE>Regular</GSTREGISTRATIONTYPE>
<STATENAME>Maharashtra</STATENAME><PARTYPINCODE>411001</PARTYPINCODE><COUNTRYOFRESIDENCE>India</COUNTRYOFRESIDENCE>
<PLACEOFSUPPLY>Maharashtra</PLACEOFSUPPLY><CONSIGNEEMAILINGNAME>Asha Traders</CONSIGNEEMAILINGNAME>
<CONSIGNEEGSTIN>27AAGFA5678L1ZX</CONSIGNEEGSTIN><CONSIGNEESTATENAME>Goa</CONSIGNEESTATENAME>
<GSTREGISTRATION TAXTYPE="GST" TAXREGISTRATION="27AAPCK1234F1ZL">Maharashtra Registration</GSTREGISTRATION>
<CMPGSTREGISTRATIONTYPE>Regular</CMPGSTREGISTRATIONTYPE><CMPGSTSTATE>Maharashtra</CMPGSTSTATE>
<ISREVERSECHARGEAPPLICABLE>Yes</ISREVERSECHARGEAPPLICABLE>
<INVOICEORDERLIST.LIST><BASICORDERDATE>20250401</BASICORDERDATE><BASICPURCHASEORDERNO>PO-7</BASICPURCHASEORDERNO></INVOICEORDERLIST.LIST>
<INVOICEDELNOTES.LIST><BASICSHIPPINGDATE>20250405</BASICSHIPPINGDATE><BASICSHIPDELIVERYNOTE>DN-3</BASICSHIPDELIVERYNOTE></INVOICEDELNOTES.LIST>
<BASICDUEDATEOFPYMT>30 Days</BASICDUEDATEOFPYMT><PRICELEVEL>Wholesale</PRICELEVEL>
<BASICSHIPPEDBY>Road Lines</BASICSHIPPEDBY><BASICFINALDESTINATION>Pune</BASICFINALDESTINATION>
<BILLOFLADINGNO>LR 55</BILLOFLADINGNO><BILLOFLADINGDATE>20250406</BILLOFLADINGDATE>
<BASICSHIPVESSELNO>MH12AB1234</BASICSHIPVESSELNO><SHIPPINGBILLNO>SB1</SHIPPINGBILLNO>
<SHIPPINGBILLDATE>20250407</SHIPPINGBILLDATE><PORTCODE>INNSA1</PORTCODE>
"""


def test_a_sales_document_names_the_buyer() -> None:
    details = voucher(BODY + GST_HEADER).details
    assert details is not None
    assert (details.buyer_name, details.buyer_gstin) == ("Asha Traders (Prop. A. Rao)", "27AAGFA5678L1ZX")
    assert details.buyer_address == Address(
        lines=("12 Market Road", "Pune"), state="Maharashtra", state_code="27", pincode="411001", country="India"
    )
    assert details.consignee_address == Address(
        kind=AddressKind.SHIPPING, lines=("Godown 4",), state="Goa", state_code="30"
    )
    assert (details.company_registration, details.company_gstin) == ("Maharashtra Registration", "27AAPCK1234F1ZL")
    assert (details.place_of_supply, details.reverse_charge) == ("Maharashtra", True)
    assert details.orders == (DocumentRef("PO-7", date(2025, 4, 1)),)
    assert details.delivery_notes == (DocumentRef("DN-3", date(2025, 4, 5)),)
    assert (details.terms, details.price_level, details.dispatched_through) == ("30 Days", "Wholesale", "Road Lines")
    assert (details.lr_number, details.lr_date, details.vehicle_number) == ("LR 55", date(2025, 4, 6), "MH12AB1234")
    assert (details.shipping_bill, details.port_code) == (DocumentRef("SB1", date(2025, 4, 7)), "INNSA1")
    assert (details.supplier_name, details.supplier_gstin) == ("", "")


@pytest.mark.parametrize("name", ["Purchase", "Debit Note", "Payment"])
def test_a_purchase_document_names_the_supplier(name: str) -> None:
    details = voucher(BODY + GST_HEADER, VOUCHERTYPENAME=name).details
    assert details is not None
    assert (details.supplier_gstin, details.buyer_gstin) == ("27AAGFA5678L1ZX", "")
    assert details.supplier_gst_category == "Regular"
    assert details.supplier_address is not None


def test_a_credit_note_names_the_invoice_it_corrects() -> None:
    found = voucher(
        entry("Asha", "118") + entry("Sales", "-118"),
        VOUCHERTYPENAME="Credit Note",
        VATPARTYTRANSRETURNNUMBER="S/7",
        VATPARTYTRANSRETURNDATE="20250301",
        GSTNATUREOFRETURN="01-Sales Return",
    )
    assert found.details is not None
    assert found.details.original == DocumentRef("S/7", date(2025, 3, 1))
    assert found.details.note_reason == "01-Sales Return"


def test_a_plain_receipt_has_no_document_details() -> None:
    assert voucher(entry("Cash", "-5") + entry("Interest", "5"), VOUCHERTYPENAME="Receipt").details is None


def test_e_invoice_and_e_way_bill() -> None:
    body = """<IRN>a1b2</IRN><IRNACKNO>112</IRNACKNO><IRNACKDATE>20250410</IRNACKDATE>
     <IRNCANCELDATE>20250411</IRNCANCELDATE>
    <IRNQRCODE>qr</IRNQRCODE><EWAYBILLDETAILS.LIST><BILLNUMBER>331000000001</BILLNUMBER><BILLDATE>20250410</BILLDATE>
    <VALIDUPTO>20250412</VALIDUPTO><DOCUMENTTYPE>Tax Invoice</DOCUMENTTYPE><SUBTYPE>Supply</SUBTYPE>
    <SHIPPEDFROMSTATE>Maharashtra</SHIPPEDFROMSTATE><SHIPPEDTOSTATE>Goa</SHIPPEDTOSTATE>
    <TRANSPORTDETAILS.LIST><TRANSPORTMODE>Road</TRANSPORTMODE><VEHICLENUMBER>MH12AB1234</VEHICLENUMBER>
    <VEHICLETYPE>Regular</VEHICLETYPE><TRANSPORTERID>27AAPCK1234F1ZL</TRANSPORTERID>
     <TRANSPORTERNAME>Road Lines</TRANSPORTERNAME>
    <DISTANCE>420 KM</DISTANCE></TRANSPORTDETAILS.LIST></EWAYBILLDETAILS.LIST>
     <EWAYBILLDETAILS.LIST>  </EWAYBILLDETAILS.LIST>"""
    found = voucher(BODY + body)
    assert found.e_invoice == EInvoice(
        irn="a1b2", ack_number="112", ack_date=date(2025, 4, 10), cancelled_on=date(2025, 4, 11), signed_qr="qr"
    )
    assert found.e_way_bills == (
        EWayBill(
            number="331000000001",
            bill_date=date(2025, 4, 10),
            valid_until=date(2025, 4, 12),
            transport_mode="Road",
            vehicle_number="MH12AB1234",
            vehicle_type="Regular",
            transporter_id="27AAPCK1234F1ZL",
            transporter_name="Road Lines",
            distance_km=420,
            document_type="Tax Invoice",
            sub_type="Supply",
            from_state="Maharashtra",
            to_state="Goa",
        ),
    )


# --- tax ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sign"), [("Sales", 1), ("Debit Note", 1), ("Purchase", -1), ("Credit Note", -1), ("Journal", 1)]
)
def test_tax_is_known_by_its_master_and_signed_by_the_document(name: str, sign: int) -> None:
    learned = translator()
    translate(TAX_MASTERS, learned)
    body = (
        entry("Asha", "-118")
        + entry("Goods", "98")
        + entry("C.G. Tax", "9", "<GSTASSESSABLEVALUE>100</GSTASSESSABLEVALUE>")
    )
    body += entry("S.G. Tax", "9") + entry("CGST Penalty", "2")
    found = voucher(body, using=learned, VOUCHERTYPENAME=name)
    assert found.taxes == (
        TaxLine(head=TaxHead.CGST, ledger_key="c.g. tax", amount=D(9) * sign, rate=D(9), assessable=D(100)),
        TaxLine(head=TaxHead.SGST, ledger_key="s.g. tax", amount=D(9) * sign),
    )


def test_without_masters_nothing_is_tax_by_name() -> None:
    assert voucher(entry("A", "-118") + entry("Output CGST 9%", "118")).taxes == ()


def test_withheld_tax_names_its_ledger_in_the_voucher() -> None:
    allocation = """<TAXOBJECTALLOCATIONS.LIST><CATEGORY>Payments to Contractors</CATEGORY><TAXTYPE>TDS</TAXTYPE>
    <SUBCATEGORYALLOCATION.LIST><SUBCATEGORY>Income Tax</SUBCATEGORY><DUTYLEDGER>TDS 94C</DUTYLEDGER>
     <TAXRATE>1</TAXRATE>
    <ASSESSABLEAMOUNT>26045.00</ASSESSABLEAMOUNT><TAX>260.00</TAX></SUBCATEGORYALLOCATION.LIST>
    <SUBCATEGORYALLOCATION.LIST><SUBCATEGORY>Surcharge</SUBCATEGORY></SUBCATEGORYALLOCATION.LIST></TAXOBJECTALLOCATIONS.LIST>"""
    body = entry("Bina", "25785") + entry("Job Work", "-26045") + entry("TDS 94C", "260", allocation)
    found = voucher(body, VOUCHERTYPENAME="Purchase")
    assert found.taxes == (
        TaxLine(
            head=TaxHead.TDS,
            ledger_key="tds 94c",
            amount=D(260),
            rate=D(1),
            assessable=D("26045.00"),
            category="Payments to Contractors",
        ),
    )


def test_tax_deducted_by_a_customer_is_positive_on_the_receipt() -> None:
    learned = translator()
    translate('<LEDGER NAME="TDS Receivable"><PARENT>Current Assets</PARENT><TAXTYPE>TDS</TAXTYPE></LEDGER>', learned)
    body = entry("Bank", "-90") + entry("TDS Receivable", "-10") + entry("Asha", "100")
    (line,) = voucher(body, using=learned, VOUCHERTYPENAME="Receipt").taxes
    assert (line.head, line.amount) == (TaxHead.TDS, D(10))


# --- payroll --------------------------------------------------------------------------------------------------------

PAY = """<CATEGORYENTRY.LIST><CATEGORY>Staff</CATEGORY><EMPLOYEEENTRIES.LIST><EMPLOYEENAME>Meena</EMPLOYEENAME>
  <AMOUNT>-1300</AMOUNT>
<PAYHEADALLOCATIONS.LIST><PAYHEADNAME>Basic</PAYHEADNAME><AMOUNT>-1500</AMOUNT></PAYHEADALLOCATIONS.LIST>
<PAYHEADALLOCATIONS.LIST><PAYHEADNAME>PF</PAYHEADNAME><AMOUNT>200</AMOUNT></PAYHEADALLOCATIONS.LIST>
</EMPLOYEEENTRIES.LIST></CATEGORYENTRY.LIST>"""


@pytest.mark.parametrize("tag", ["LEDGERENTRIES.LIST", "ALLLEDGERENTRIES.LIST"])
def test_pay_heads_are_the_other_side_of_salary_payable(tag: str) -> None:
    found = voucher(entry("Salary Payable", "1300", tag=tag) + PAY, VOUCHERTYPENAME="Payroll")
    assert [(p.ledger_name, p.net) for p in found.postings] == [
        ("Salary Payable", D(-1300)),
        ("Basic", D(1500)),
        ("PF", D(-200)),
    ]
    cost = found.postings[1].costs[0]
    assert (cost.centre_key, cost.category_key, cost.side) == ("meena", "staff", Side.DEBIT)


def test_pay_heads_repeat_what_complete_ledger_entries_said() -> None:
    body = entry("Salary Payable", "1300") + entry("Basic", "-1500") + entry("PF", "200")
    assert len(voucher(body + PAY, VOUCHERTYPENAME="Payroll").postings) == 3


def test_a_record_the_reader_did_not_write_is_rejected() -> None:
    good = records(voucher_xml(BODY))[0]
    done = translator().translate(dataclasses.replace(good, payload=b'{"object": []}'))
    assert (done.records, codes(done.issues)) == ((), ["tally.record.damaged"])


def test_streams_of_no_interest_and_of_later_releases_say_nothing() -> None:
    good = records(voucher_xml(BODY))[0]
    for stream in ("other_masters", "stream of 2030"):
        source = dataclasses.replace(good.source, stream=stream)
        assert translator().translate(dataclasses.replace(good, source=source)) == Translation()


def test_masters_and_vouchers_of_one_file_in_any_order() -> None:
    text = voucher_xml(entry("A", "-118") + entry("C.G. Tax", "118")) + TAX_MASTERS
    (found,) = of_type(run(records(text)), Voucher)
    assert found.taxes[0].head is TaxHead.CGST
