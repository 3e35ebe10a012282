"""Item lines: where they stand, quantities and batches, GST details."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from canonical.item import Quantity
from canonical.money import Side
from canonical.tax import SupplyNature, TaxHead, TaxRate
from canonical.voucher import ItemLine, Voucher
from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_translate.support import codes, entry, one, translate, translator, voucher, voucher_xml

D = Decimal
UNITS = """
<UNIT NAME="Box"><NAME>Box</NAME><ISSIMPLEUNIT>Yes</ISSIMPLEUNIT></UNIT>
<UNIT NAME="Pkt 100 g"><NAME>Pkt 100 g</NAME><ISSIMPLEUNIT>Yes</ISSIMPLEUNIT></UNIT>
<UNIT NAME="Box of 12 Nos"><NAME>Box of 12 Nos</NAME><ISSIMPLEUNIT>No</ISSIMPLEUNIT><BASEUNITS>Box</BASEUNITS>
 <ADDITIONALUNITS>Nos</ADDITIONALUNITS><CONVERSION>12</CONVERSION></UNIT>
"""


def item_xml(inner: str = "", *, amount: str = "1000.00", tag: str = "ALLINVENTORYENTRIES.LIST") -> str:
    return f"<{tag}><STOCKITEMNAME>Steel Rod</STOCKITEMNAME><AMOUNT>{amount}</AMOUNT>{inner}</{tag}>"


def line(inner: str, *, amount: str = "1000.00", using: TallyTranslator | None = None) -> ItemLine:
    return voucher(item_xml(inner, amount=amount), using=using, VOUCHERTYPENAME="Delivery Note").items[0]


def test_an_item_line() -> None:
    found = line(
        """<BASICUSERDESCRIPTION.LIST TYPE="String"><BASICUSERDESCRIPTION>12 mm</BASICUSERDESCRIPTION>
        <BASICUSERDESCRIPTION>Grade A</BASICUSERDESCRIPTION></BASICUSERDESCRIPTION.LIST>
        <RATE>52.63/kg</RATE><DISCOUNT> 5</DISCOUNT><ACTUALQTY> 21.000 kg</ACTUALQTY><BILLEDQTY> 20.000 kg</BILLEDQTY>
        <MRPRATE>60.00/kg</MRPRATE><GSTHSNNAME>7214</GSTHSNNAME><GSTHSNDESCRIPTION>Bars</GSTHSNDESCRIPTION>
        <GSTOVRDNTAXABILITY>Taxable</GSTOVRDNTAXABILITY><GSTOVRDNTYPEOFSUPPLY>Goods</GSTOVRDNTYPEOFSUPPLY>
        <ACCOUNTINGALLOCATIONS.LIST><LEDGERNAME>Sales</LEDGERNAME><AMOUNT>1000.00</AMOUNT></ACCOUNTINGALLOCATIONS.LIST>"""
    )
    assert (found.item_key, found.item_name, found.side, found.amount) == (
        "steel rod",
        "Steel Rod",
        Side.CREDIT,
        D(1000),
    )
    assert found.description == "12 mm\nGrade A"
    assert (found.actual, found.billed) == (Quantity(D("21.000"), "kg"), Quantity(D("20.000"), "kg"))
    assert (found.rate, found.rate_unit, found.discount_percent, found.mrp) == (D("52.63"), "kg", D(5), D("60.00"))
    assert (found.hsn, found.hsn_description, found.nature) == ("7214", "Bars", SupplyNature.TAXABLE)
    assert (found.is_service, found.ledger_key) == (False, "sales")


def test_rates_are_chosen_by_duty_head_in_any_order_and_spelling() -> None:
    rows = "".join(
        f"<RATEDETAILS.LIST><GSTRATEDUTYHEAD>{head}</GSTRATEDUTYHEAD>"
        f"<GSTRATEVALUATIONTYPE>{how}</GSTRATEVALUATIONTYPE><GSTRATE>{rate}</GSTRATE></RATEDETAILS.LIST>"
        for head, how, rate in (
            ("Integrated Tax", "Based on Value", " 18"),
            ("State Tax", "Based on Value", "9"),
            ("Central Tax", "Based on Value", "9.00"),
            ("Cess", "\ue004 Not Applicable", ""),
            ("State Cess", "Based on Value", "0"),
        )
    )
    assert line(rows).rates == (
        TaxRate(TaxHead.IGST, D(18), None, "Based on Value"),
        TaxRate(TaxHead.SGST, D(9), None, "Based on Value"),
        TaxRate(TaxHead.CGST, D("9.00"), None, "Based on Value"),
    )


def test_gateway_rates_carry_types() -> None:
    row = '<GSTRATEDUTYHEAD TYPE="String">IGST</GSTRATEDUTYHEAD><GSTRATE TYPE="Number"> 18</GSTRATE>'
    assert line(f"<RATEDETAILS.LIST>{row}</RATEDETAILS.LIST>").rates == (TaxRate(TaxHead.IGST, D(18)),)


def test_a_cess_per_unit_is_kept() -> None:
    row = "<GSTRATEDUTYHEAD>Cess</GSTRATEDUTYHEAD><GSTRATEPERUNIT>4.17</GSTRATEPERUNIT>"
    assert line(f"<RATEDETAILS.LIST>{row}</RATEDETAILS.LIST>").rates == (TaxRate(TaxHead.CESS, None, D("4.17")),)


def test_an_unreadable_rate_is_a_warning() -> None:
    rows = "<RATEDETAILS.LIST><GSTRATEDUTYHEAD>IGST</GSTRATEDUTYHEAD><GSTRATE>lots</GSTRATE></RATEDETAILS.LIST>"
    done = translate(voucher_xml(item_xml(rows), VOUCHERTYPENAME="Sales Order", PARTYLEDGERNAME="A"))
    assert codes(done.issues) == ["tally.number.unreadable"]
    assert one(done, Voucher).items[0].rates == ()


def test_a_line_with_a_blank_amount_counts_zero_on_its_flagged_side() -> None:
    found = line("<ISDEEMEDPOSITIVE>Yes</ISDEEMEDPOSITIVE><BILLEDQTY> 2 Nos</BILLEDQTY>", amount="")
    assert (found.amount, found.side) == (D(0), Side.DEBIT)


@pytest.mark.parametrize(
    ("tag", "side"), [("INVENTORYENTRIESIN.LIST", Side.DEBIT), ("INVENTORYENTRIESOUT.LIST", Side.CREDIT)]
)
def test_stock_journals_say_the_side_by_their_list(tag: str, side: Side) -> None:
    body = f"<{tag}><STOCKITEMNAME>Rod</STOCKITEMNAME><ACTUALQTY> 5 kg</ACTUALQTY></{tag}>"
    found = voucher(body, VOUCHERTYPENAME="Stock Journal")
    assert (found.items[0].side, found.postings) == (side, ())


def test_both_lists_of_a_stock_journal_are_read() -> None:
    body = item_xml(tag="INVENTORYENTRIESIN.LIST", amount="-900") + item_xml(
        tag="INVENTORYENTRIESOUT.LIST", amount="900"
    )
    assert [item.side for item in voucher(body, VOUCHERTYPENAME="Stock Journal").items] == [Side.DEBIT, Side.CREDIT]


def test_older_exports_spell_the_list_without_all() -> None:
    found = voucher(item_xml(tag="INVENTORYENTRIES.LIST"), VOUCHERTYPENAME="Delivery Note")
    assert len(found.items) == 1


def test_items_of_both_spellings_are_read_once() -> None:
    body = item_xml() + item_xml(tag="INVENTORYENTRIES.LIST")
    assert len(voucher(body, VOUCHERTYPENAME="Delivery Note").items) == 1


def test_the_accounting_view_keeps_items_under_the_ledger() -> None:
    inner = (
        "<INVENTORYALLOCATIONS.LIST><STOCKITEMNAME>Rod</STOCKITEMNAME><AMOUNT>100</AMOUNT></INVENTORYALLOCATIONS.LIST>"
    )
    found = voucher(entry("Asha", "-100") + entry("Sales", "100", inner))
    assert [(item.item_key, item.ledger_key) for item in found.items] == [("rod", "sales")]
    assert [posting.from_item for posting in found.postings] == [None, None]


# --- quantities -----------------------------------------------------------------------------------------------------


def test_a_compound_quantity_is_converted_by_its_unit() -> None:
    learned = translator()
    translate(UNITS, learned)
    assert line("<ACTUALQTY> 30 Box 6 Nos</ACTUALQTY>", using=learned).actual == Quantity(D(366), "Nos")
    assert line("<ACTUALQTY>-2 Box 6 Nos</ACTUALQTY>", using=learned).actual == Quantity(D(-30), "Nos")


def test_a_unit_may_hold_a_number_itself() -> None:
    learned = translator()
    translate(UNITS, learned)
    assert line("<ACTUALQTY> 5 Pkt 100 g</ACTUALQTY>", using=learned).actual == Quantity(D(5), "Pkt 100 g")


def test_a_compound_quantity_without_masters_says_what_it_left_out() -> None:
    done = translate(voucher_xml(item_xml("<ACTUALQTY> 30 Box 6 Nos</ACTUALQTY>"), VOUCHERTYPENAME="Stock Journal"))
    found = one(done, Voucher).items[0]
    assert codes(done.issues) == ["tally.quantity.compound_unknown"]
    assert (found.actual, found.extras["ACTUALQTY"]) == (Quantity(D(30), "Box"), " 30 Box 6 Nos")


def test_a_compound_quantity_of_whole_majors_loses_nothing() -> None:
    done = translate(voucher_xml(item_xml("<ACTUALQTY> 30 Box 0 Nos</ACTUALQTY>"), VOUCHERTYPENAME="Stock Journal"))
    assert done.issues == ()
    assert one(done, Voucher).items[0].actual == Quantity(D(30), "Box")


def test_an_unreadable_quantity_is_a_warning_and_kept_as_written() -> None:
    done = translate(voucher_xml(item_xml("<ACTUALQTY>few</ACTUALQTY>"), VOUCHERTYPENAME="Stock Journal"))
    assert codes(done.issues) == ["tally.quantity.unreadable"]
    assert one(done, Voucher).items[0].extras["ACTUALQTY"] == "few"


def test_a_price_in_foreign_currency_only_is_kept_as_written() -> None:
    found = line("<RATE>$ 5/Nos</RATE>")
    assert (found.rate, found.rate_unit, found.extras["RATE"]) == (None, "Nos", "$ 5/Nos")


# --- batches --------------------------------------------------------------------------------------------------------


def batch_xml(name: str, amount: str, quantity: str, inner: str = "") -> str:
    return (
        f"<BATCHALLOCATIONS.LIST><GODOWNNAME>Main Location</GODOWNNAME><BATCHNAME>{name}</BATCHNAME>"
        f"<INDENTNO>\ue004 Not Applicable</INDENTNO><ORDERNO>\ue004 Not Applicable</ORDERNO>"
        f"<TRACKINGNUMBER>\ue004 Not Applicable</TRACKINGNUMBER><AMOUNT>{amount}</AMOUNT>"
        f"<ACTUALQTY>{quantity}</ACTUALQTY><BILLEDQTY>{quantity}</BILLEDQTY>{inner}</BATCHALLOCATIONS.LIST>"
    )


def test_batches_of_a_line() -> None:
    inner = """<MFDON>20250101</MFDON><EXPIRYPERIOD JD="45657" P="12 Months">12 Months</EXPIRYPERIOD>
     <BATCHRATE>50/kg</BATCHRATE>
    <DESTINATIONGODOWNNAME>Shop</DESTINATIONGODOWNNAME>"""
    found = line(
        "<ACTUALQTY> 20 kg</ACTUALQTY>"
        + batch_xml("B-7", "600.00", " 12 kg", inner)
        + batch_xml("Primary Batch", "400.00", " 8 kg").replace("\ue004 Not Applicable</ORDERNO>", "SO/9</ORDERNO>")
    )
    first, second = found.batches
    assert (first.name, first.godown_key, first.destination_godown_key) == ("B-7", "main location", "shop")
    assert (first.quantity, first.amount, first.rate) == (Quantity(D(12), "kg"), D(-600), D(50))
    assert (first.manufactured_on, first.expires_on, first.expiry_text) == (
        date(2025, 1, 1),
        date(2026, 1, 1),
        "12 Months",
    )
    assert (first.order_number, first.tracking_number) == ("", "")
    assert (second.name, second.order_number) == ("", "SO/9")


@pytest.mark.parametrize(
    ("expiry", "day"),
    [
        ("<EXPIRYPERIOD>31-Mar-26</EXPIRYPERIOD>", date(2026, 3, 31)),
        ('<EXPIRYPERIOD JD="46112"/>', date(2026, 4, 1)),
        ('<EXPIRYPERIOD JD="46112" P="1-Apr-26"/>', date(2026, 4, 1)),
        ("<EXPIRYPERIOD>6 Months</EXPIRYPERIOD>", None),
    ],
)
def test_an_expiry_is_a_date_a_period_or_a_serial(expiry: str, day: date | None) -> None:
    assert line(batch_xml("B", "1000.00", " 1 kg", expiry)).batches[0].expires_on == day


def test_batches_that_do_not_add_up_to_the_line_are_said() -> None:
    inner = "<ACTUALQTY> 20 kg</ACTUALQTY>" + batch_xml("A", "600.00", " 12 kg") + batch_xml("B", "300.00", " 7 kg")
    done = translate(voucher_xml(item_xml(inner), VOUCHERTYPENAME="Stock Journal"))
    assert codes(done.issues) == ["tally.item.batch_sum", "tally.item.batch_sum"]
    assert done.issues[0].facts["difference"] == "100.00"
    assert "quantities" in done.issues[1].message
