"""Groups, ledgers, voucher types, stock, cost centres, company: both generations of Tally."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from canonical.bill import OpeningBill
from canonical.company import Branch, Company
from canonical.cost import CostCategory, CostCentre
from canonical.dates import CreditPeriod
from canonical.item import DatedPrice, Godown, Item, Quantity, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.money import Side
from canonical.party import Address, AddressKind, BankDetails, Contact, MsmeStatus, Party, PartyRole
from canonical.tax import DatedTaxDetail, GstRegistration, SupplyNature, TaxHead, TaxRate
from canonical.voucher_type import VoucherKind, VoucherType
from tests.connectors.tally_translate.support import codes, of_type, one, records, run, translate, translator

D = Decimal
SYSTEM = "\ue004"


# --- groups ---------------------------------------------------------------------------------------------------------

TREE = f"""
<GROUP NAME="Current Assets" RESERVEDNAME="Current Assets"><PARENT>{SYSTEM} Primary</PARENT>
  <ISREVENUE>No</ISREVENUE></GROUP>
<GROUP NAME="Customers" RESERVEDNAME="Sundry Debtors"><PARENT>Current Assets</PARENT>
  <ISDEEMEDPOSITIVE>Yes</ISDEEMEDPOSITIVE>
 <ISSUBLEDGER>Yes</ISSUBLEDGER></GROUP>
<GROUP NAME="South Debtors" RESERVEDNAME=""><PARENT>Customers</PARENT></GROUP>
<GROUP NAME="Staff Advances" RESERVEDNAME=""><PARENT>Current Assets</PARENT></GROUP>
"""


def test_a_renamed_group_is_known_by_its_reserved_name() -> None:
    groups = {group.name: group for group in of_type(translate(TREE), AccountGroup)}
    assert groups["Customers"].reserved is ReservedGroup.SUNDRY_DEBTORS
    assert (groups["Customers"].nature, groups["Customers"].is_subledger) == (Side.DEBIT, True)
    assert (groups["Current Assets"].parent_key, groups["Current Assets"].is_revenue) == ("", False)
    assert (groups["South Debtors"].parent_key, groups["South Debtors"].reserved) == ("customers", None)


@pytest.mark.parametrize(
    ("parent", "reserved"),
    [
        ("South Debtors", ReservedGroup.SUNDRY_DEBTORS),
        ("Customers", ReservedGroup.SUNDRY_DEBTORS),
        ("Staff Advances", ReservedGroup.CURRENT_ASSETS),
        ("Bank Accounts", ReservedGroup.BANK_ACCOUNTS),
        ("Nowhere", None),
    ],
)
def test_a_ledger_stands_below_the_nearest_reserved_group(parent: str, reserved: ReservedGroup | None) -> None:
    done = translate(TREE + f'<LEDGER NAME="X"><PARENT>{parent}</PARENT></LEDGER>')
    assert of_type(done, Ledger)[0].reserved is reserved


def test_a_cycle_of_groups_ends() -> None:
    tree = '<GROUP NAME="A"><PARENT>B</PARENT></GROUP><GROUP NAME="B"><PARENT>A</PARENT></GROUP>'
    assert of_type(translate(tree + '<LEDGER NAME="X"><PARENT>A</PARENT></LEDGER>'), Ledger)[0].reserved is None


def test_the_gateway_spells_the_reserved_name_in_tags() -> None:
    for tag in ("RESERVEDNAME", "RESERVENAME"):
        text = f'<GROUP NAME="Creditors"><{tag} TYPE="String">Sundry Creditors</{tag}></GROUP>'
        assert one(translate(text), AccountGroup).reserved is ReservedGroup.SUNDRY_CREDITORS


# --- ledgers --------------------------------------------------------------------------------------------------------

PRIME = """
<LEDGER NAME="Asha Traders" RESERVEDNAME=""><GUID>l-1</GUID><PARENT>South Debtors</PARENT><CURRENCYNAME>?</CURRENCYNAME>
 <OPENINGBALANCE>-6726.00</OPENINGBALANCE><CLOSINGBALANCE>-100.50</CLOSINGBALANCE><ISBILLWISEON>Yes</ISBILLWISEON>
 <ISCREDITDAYSCHKON>Yes</ISCREDITDAYSCHKON><BILLCREDITPERIOD>45 Days</BILLCREDITPERIOD>
  <CREDITLIMIT>-50000.00</CREDITLIMIT>
 <INCOMETAXNUMBER>AAGFA5678L</INCOMETAXNUMBER><EMAIL>accounts@asha.example</EMAIL><EMAILCC>ca@asha.example</EMAILCC>
 <LEDGERPHONE>020-2222222</LEDGERPHONE><LEDGERMOBILE>9800000001</LEDGERMOBILE><LEDGERCONTACT>Asha Rao</LEDGERCONTACT>
 <NARRATION>Old customer</NARRATION><PRICELEVEL>Wholesale</PRICELEVEL><ISRELATEDPARTY>Yes</ISRELATEDPARTY>
 <PARTYGSTIN>27AAGFA5678L1ZX</PARTYGSTIN>
 <LANGUAGENAME.LIST><NAME.LIST TYPE="String"><NAME>Asha Traders</NAME><NAME>AT-01</NAME></NAME.LIST>
  <LANGUAGEID> 1033</LANGUAGEID></LANGUAGENAME.LIST>
 <LEDGSTREGDETAILS.LIST><APPLICABLEFROM>20220401</APPLICABLEFROM><GSTREGISTRATIONTYPE>Regular</GSTREGISTRATIONTYPE>
  <STATE>Maharashtra</STATE><PLACEOFSUPPLY>Maharashtra</PLACEOFSUPPLY><GSTIN>27AAGFA5678L1ZX</GSTIN></LEDGSTREGDETAILS.LIST>
 <LEDGSTREGDETAILS.LIST><APPLICABLEFROM>20170701</APPLICABLEFROM><GSTREGISTRATIONTYPE>Unregistered</GSTREGISTRATIONTYPE>
  <STATE>Goa</STATE></LEDGSTREGDETAILS.LIST>
 <LEDMAILINGDETAILS.LIST><APPLICABLEFROM>20220401</APPLICABLEFROM><MAILINGNAME>Asha Traders LLP</MAILINGNAME>
  <ADDRESS.LIST TYPE="String"><ADDRESS>12 Market Road</ADDRESS><ADDRESS>Pune</ADDRESS></ADDRESS.LIST>
  <STATE>Maharashtra</STATE><COUNTRY>India</COUNTRY><PINCODE>411001</PINCODE></LEDMAILINGDETAILS.LIST>
 <LEDMULTIADDRESSLIST.LIST><ADDRESSNAME>Goa depot</ADDRESSNAME><ADDRESS.LIST><ADDRESS>Plot 4</ADDRESS></ADDRESS.LIST>
  <LEDSTATENAME>Goa</LEDSTATENAME><COUNTRYNAME>India</COUNTRYNAME></LEDMULTIADDRESSLIST.LIST>
 <CONTACTDETAILS.LIST><NAME>Store</NAME><PHONENUMBER>9800000002</PHONENUMBER><COUNTRYISDCODE>+91</COUNTRYISDCODE>
  <ISDEFAULTWHATSAPPNUM>Yes</ISDEFAULTWHATSAPPNUM></CONTACTDETAILS.LIST>
 <PAYMENTDETAILS.LIST><BANKNAME>Demo Bank</BANKNAME><ACCOUNTNUMBER>000111</ACCOUNTNUMBER>
  <IFSCODE>DEMO0000001</IFSCODE></PAYMENTDETAILS.LIST>
 <MSMEREGISTRATIONDETAILS.LIST><FROMDATE>20210701</FROMDATE><ENTERPRISETYPE>Micro</ENTERPRISETYPE>
  <UDYAMREGNUMBER>UDYAM-MH-26-0000001</UDYAMREGNUMBER><MSMEACTIVITYTYPE>Traders</MSMEACTIVITYTYPE></MSMEREGISTRATIONDETAILS.LIST>
 <BILLALLOCATIONS.LIST><NAME>24-25/7</NAME><BILLDATE>20250301</BILLDATE>
  <BILLCREDITPERIOD JD="45716" P="60 Days">60 Days</BILLCREDITPERIOD>
  <ISADVANCE>No</ISADVANCE><OPENINGBALANCE>-7000.00</OPENINGBALANCE></BILLALLOCATIONS.LIST>
 <BILLALLOCATIONS.LIST><NAME>ADV 1</NAME><BILLDATE>20250310</BILLDATE><ISADVANCE>Yes</ISADVANCE>
  <OPENINGBALANCE>274.00</OPENINGBALANCE></BILLALLOCATIONS.LIST>
</LEDGER>
"""


def test_a_ledger_of_tallyprime_3_and_later() -> None:
    ledger = of_type(translate(TREE + PRIME), Ledger)[0]
    assert (ledger.source.key, ledger.key, ledger.group_key, ledger.group_name) == (
        "l-1",
        "asha traders",
        "south debtors",
        "South Debtors",
    )
    assert (ledger.opening, ledger.closing, ledger.currency) == (D("6726.00"), D("100.50"), "INR")
    assert (ledger.is_bill_wise, ledger.check_credit_days) == (True, True)
    assert (ledger.credit_period, ledger.credit_limit) == (CreditPeriod(45), D(50000))
    assert (ledger.aliases, ledger.notes) == (("AT-01",), "Old customer")
    assert ledger.opening_bills == (
        OpeningBill(
            ref="24-25/7",
            side=Side.DEBIT,
            amount=D("7000.00"),
            bill_date=date(2025, 3, 1),
            due_date=date(2025, 4, 30),
            credit_period=CreditPeriod(60),
        ),
        OpeningBill(ref="ADV 1", side=Side.CREDIT, amount=D("274.00"), bill_date=date(2025, 3, 10), is_advance=True),
    )
    assert ledger.opening_bills_net == ledger.opening


def test_the_party_behind_a_ledger() -> None:
    party = one(translate(TREE + PRIME), Party)
    assert (party.source.stream, party.source.key, party.ledger_key) == ("ledgers", "l-1", "asha traders")
    assert (party.roles, party.roles_inferred) == (frozenset({PartyRole.CUSTOMER}), False)
    assert (party.legal_name, party.pan, party.gstin) == ("Asha Traders LLP", "AAGFA5678L", "27AAGFA5678L1ZX")
    assert party.registrations == (
        GstRegistration(category="Unregistered", state="Goa", state_code="30", applicable_from=date(2017, 7, 1)),
        GstRegistration(
            gstin="27AAGFA5678L1ZX",
            category="Regular",
            state="Maharashtra",
            state_code="27",
            place_of_supply="Maharashtra",
            applicable_from=date(2022, 4, 1),
        ),
    )
    before = party.registration_on(date(2019, 1, 1))
    assert before is not None
    assert before.gstin == ""
    assert [(address.kind, address.lines) for address in party.addresses] == [
        (AddressKind.BILLING, ("12 Market Road", "Pune")),
        (AddressKind.BRANCH, ("Plot 4",)),
    ]
    assert party.contacts == (
        Contact(name="Asha Rao", phone="020-2222222", mobile="9800000001", email="accounts@asha.example"),
        Contact(email="ca@asha.example"),
        Contact(name="Store", mobile="+919800000002", is_default_whatsapp=True),
    )
    assert party.banks == (BankDetails(bank="Demo Bank", account_number="000111", ifsc="DEMO0000001"),)
    assert party.msme == MsmeStatus(
        udyam_number="UDYAM-MH-26-0000001",
        enterprise_type="Micro",
        activity="Traders",
        registered_on=date(2021, 7, 1),
    )
    assert (party.credit_period, party.credit_limit, party.price_level) == (CreditPeriod(45), D(50000), "Wholesale")
    assert party.is_related


ERP9 = """
<LEDGER NAME="Bina Stores"><PARENT>Sundry Creditors</PARENT><MAILINGNAME.LIST TYPE="String">
  <MAILINGNAME>Bina Stores Pvt Ltd</MAILINGNAME></MAILINGNAME.LIST>
 <ADDRESS.LIST TYPE="String"><ADDRESS>4 Ring Road</ADDRESS></ADDRESS.LIST><LEDSTATENAME>Karnataka</LEDSTATENAME>
 <COUNTRYNAME>India</COUNTRYNAME><PINCODE>560001</PINCODE><PARTYGSTIN>29aabcs4321k1za</PARTYGSTIN>
 <GSTREGISTRATIONTYPE>Regular</GSTREGISTRATIONTYPE><ISTRANSPORTER>Yes</ISTRANSPORTER></LEDGER>
"""


def test_a_ledger_of_erp_9_keeps_the_same_facts_in_plain_tags() -> None:
    party = one(translate(ERP9), Party)
    assert party.roles == {PartyRole.SUPPLIER, PartyRole.TRANSPORTER}
    assert (party.legal_name, party.pan) == ("Bina Stores Pvt Ltd", "AABCS4321K")
    assert party.registrations == (
        GstRegistration(
            gstin="29AABCS4321K1ZA", category="Regular", state="Karnataka", state_code="29", is_transporter=True
        ),
    )
    assert party.addresses == (
        Address(lines=("4 Ring Road",), state="Karnataka", state_code="29", pincode="560001", country="India"),
    )


ADDRESSED = "<ADDRESS.LIST><ADDRESS>MG Road</ADDRESS></ADDRESS.LIST><EMAIL>b@x.example</EMAIL>"
MAILED = "<LEDMAILINGDETAILS.LIST><MAILINGNAME>Round Off</MAILINGNAME></LEDMAILINGDETAILS.LIST>"


@pytest.mark.parametrize(
    ("inner", "is_party"),
    [
        ("<PARENT>South Debtors</PARENT>", True),
        ("<PARENT>Staff Advances</PARENT>", False),
        ("<PARENT>Staff Advances</PARENT><ISBILLWISEON>Yes</ISBILLWISEON>", True),
        ("<PARENT>Indirect Expenses</PARENT><PARTYGSTIN>27AAGFA5678L1ZX</PARTYGSTIN>", True),
        (
            f"<PARENT>Bank Accounts</PARENT>{ADDRESSED}",
            False,
        ),
        (
            f"<PARENT>Loans (Liability)</PARENT>{ADDRESSED}",
            True,
        ),
        (
            f"<PARENT>Indirect Expenses</PARENT>{MAILED}",
            False,
        ),
        ("<PARENT>Duties &amp; Taxes</PARENT><ISBILLWISEON>Yes</ISBILLWISEON>", False),
    ],
)
def test_what_makes_a_ledger_a_party(inner: str, is_party: bool) -> None:
    done = translate(TREE + f'<LEDGER NAME="X">{inner}</LEDGER>')
    assert bool(of_type(done, Party)) is is_party


@pytest.mark.parametrize(
    "tag", ["LEDGER", "GROUP", "STOCKITEM", "VOUCHERTYPE", "UNIT", "GODOWN", "COSTCENTRE", "TAXUNIT"]
)
def test_a_master_without_a_name_is_rejected(tag: str) -> None:
    done = translate(f"<{tag}><GUID>x-1</GUID></{tag}>")
    assert (done.records, codes(done.issues)) == ((), ["tally.master.name_missing"])


def test_a_master_may_be_named_in_its_language_list_only() -> None:
    listed = '<LANGUAGENAME.LIST><NAME.LIST TYPE="String"><NAME>Asha</NAME></NAME.LIST></LANGUAGENAME.LIST>'
    assert one(translate(f"<LEDGER>{listed}</LEDGER>"), Ledger).key == "asha"


def test_an_empty_balance_is_unknown_and_zero_is_zero() -> None:
    empty = '<LEDGER NAME="A"><CLOSINGBALANCE TYPE="Amount"></CLOSINGBALANCE></LEDGER>'
    zero = '<LEDGER NAME="A"><CLOSINGBALANCE TYPE="Amount">0.00</CLOSINGBALANCE><CREDITLIMIT>0</CREDITLIMIT></LEDGER>'
    assert one(translate(empty), Ledger).closing is None
    ledger = one(translate(zero), Ledger)
    assert (ledger.closing, ledger.credit_limit) == (D(0), None)


def test_an_opening_bill_without_an_amount_is_left_out_and_said() -> None:
    row = "<BILLALLOCATIONS.LIST><NAME>B1</NAME><BILLDATE>20250301</BILLDATE></BILLALLOCATIONS.LIST>"
    empty = "<BILLALLOCATIONS.LIST><ISADVANCE>No</ISADVANCE></BILLALLOCATIONS.LIST>"
    done = translate(f'<LEDGER NAME="A">{row}{empty}</LEDGER>')
    assert one(done, Ledger).opening_bills == ()
    assert codes(done.issues) == ["tally.bill.amount_missing"]


def test_an_unreadable_opening_balance_rejects_the_ledger() -> None:
    done = translate('<LEDGER NAME="A"><OPENINGBALANCE>lots</OPENINGBALANCE></LEDGER>')
    assert done.records == ()
    assert codes(done.issues) == ["tally.amount.unreadable"]
    assert "Ledger A" in done.issues[0].message


@pytest.mark.parametrize(
    ("tax_type", "duty_head", "head"),
    [
        ("GST", "CGST", TaxHead.CGST),
        ("GST", "State Tax", TaxHead.SGST),
        ("GST", "UT Tax", TaxHead.SGST),
        ("GST", "Integrated Tax", TaxHead.IGST),
        ("GST", "State Cess", TaxHead.STATE_CESS),
        ("GST", "", TaxHead.OTHER),
        ("TDS", "", TaxHead.TDS),
        ("TCS", "", TaxHead.TCS),
        ("Others", "CGST", None),
        ("", "", None),
    ],
)
def test_the_head_of_a_tax_ledger(tax_type: str, duty_head: str, head: TaxHead | None) -> None:
    text = f'<LEDGER NAME="T"><TAXTYPE>{tax_type}</TAXTYPE><GSTDUTYHEAD>{duty_head}</GSTDUTYHEAD></LEDGER>'
    assert one(translate(text), Ledger).tax_head is head


def test_the_bank_account_behind_a_bank_ledger() -> None:
    text = """<LEDGER NAME="Demo Bank"><PARENT>Bank Accounts</PARENT>
     <BANKACCHOLDERNAME>Khata Traders</BANKACCHOLDERNAME>
    <BANKDETAILS>000999</BANKDETAILS><IFSCODE>DEMO0000009</IFSCODE><SWIFTCODE>DEMOINBB</SWIFTCODE>
    <BANKINGCONFIGBANK>Demo Bank Ltd</BANKINGCONFIGBANK><BRANCHNAME>Camp</BRANCHNAME></LEDGER>"""
    assert one(translate(text), Ledger).bank == BankDetails(
        holder="Khata Traders",
        account_number="000999",
        ifsc="DEMO0000009",
        swift="DEMOINBB",
        bank="Demo Bank Ltd",
        branch="Camp",
    )


# --- voucher types --------------------------------------------------------------------------------------------------


def test_kinds_come_down_the_tree_of_types_in_any_order() -> None:
    text = """<VOUCHERTYPE NAME="Counter Sale" RESERVEDNAME=""><PARENT>Tax Invoice</PARENT></VOUCHERTYPE>
    <VOUCHERTYPE NAME="Tax Invoice" RESERVEDNAME=""><PARENT>Bikri</PARENT></VOUCHERTYPE>
    <VOUCHERTYPE NAME="Bikri" RESERVEDNAME="Sales"><PARENT>Bikri</PARENT></VOUCHERTYPE>"""
    done = of_type(translate(text), VoucherType)
    final = {item.name: item.kind for item in done}
    assert final == {"Counter Sale": VoucherKind.SALES, "Tax Invoice": VoucherKind.SALES, "Bikri": VoucherKind.SALES}


def test_a_voucher_type() -> None:
    text = """<VOUCHERTYPE NAME="Proforma" RESERVEDNAME=""><PARENT>Sales</PARENT><NUMBERINGMETHOD>None</NUMBERINGMETHOD>
    <ISOPTIONAL>Yes</ISOPTIONAL><ISACTIVE>No</ISACTIVE><VOUCHERNUMBERSERIES.LIST><NAME>Default</NAME>
    <NUMBERINGMETHOD>Automatic (Manual Override)</NUMBERINGMETHOD></VOUCHERNUMBERSERIES.LIST></VOUCHERTYPE>"""
    found = one(translate(text), VoucherType)
    assert (found.key, found.parent_key, found.kind) == ("proforma", "sales", VoucherKind.SALES)
    assert found.numbering == "Automatic (Manual Override)"
    assert (found.is_optional_by_default, found.is_active) == (True, False)


def test_a_renamed_predefined_type_is_not_the_type_it_is_called() -> None:
    """A company may call its receipts Sales; the reserved name tells."""
    learned = translator()
    found = one(
        translate('<VOUCHERTYPE NAME="Sales" RESERVEDNAME="Receipt"><PARENT>Sales</PARENT></VOUCHERTYPE>', learned),
        VoucherType,
    )
    assert found.kind is VoucherKind.RECEIPT
    assert learned.learned.kind_of("sales") is VoucherKind.RECEIPT


# --- stock ----------------------------------------------------------------------------------------------------------


def test_units() -> None:
    text = """<UNIT NAME="kg"><NAME>kg</NAME><ORIGINALNAME>Kilogram</ORIGINALNAME><ISSIMPLEUNIT>Yes</ISSIMPLEUNIT>
    <DECIMALPLACES> 3</DECIMALPLACES><GSTREPUOM>OLD-OLD</GSTREPUOM><REPORTINGUQCDETAILS.LIST>
     <APPLICABLEFROM>20220401</APPLICABLEFROM>
    <REPORTINGUQCNAME>KGS-KILOGRAMS</REPORTINGUQCNAME></REPORTINGUQCDETAILS.LIST></UNIT>
    <UNIT NAME="Box of 12 Nos"><ISSIMPLEUNIT>No</ISSIMPLEUNIT><BASEUNITS>Box</BASEUNITS>
     <ADDITIONALUNITS>Nos</ADDITIONALUNITS>
    <CONVERSION> 12</CONVERSION></UNIT>"""
    simple, compound = of_type(translate(text), Unit)
    assert (simple.symbol, simple.formal_name, simple.uqc, simple.decimal_places) == ("kg", "Kilogram", "KGS", 3)
    assert (compound.is_simple, compound.base_key, compound.tail_key, compound.conversion) == (
        False,
        "box",
        "nos",
        D(12),
    )


GST = """
 <GSTDETAILS.LIST><APPLICABLEFROM>20170701</APPLICABLEFROM><HSNCODE>7214</HSNCODE><HSN>Bars</HSN><TAXABILITY>Taxable</TAXABILITY>
  <STATEWISEDETAILS.LIST><STATENAME>Goa</STATENAME><RATEDETAILS.LIST>
   <GSTRATEDUTYHEAD>Integrated Tax</GSTRATEDUTYHEAD><GSTRATE> 5</GSTRATE></RATEDETAILS.LIST></STATEWISEDETAILS.LIST>
  <STATEWISEDETAILS.LIST><STATENAME>\ue004 Any</STATENAME><RATEDETAILS.LIST>
   <GSTRATEDUTYHEAD>Integrated Tax</GSTRATEDUTYHEAD><GSTRATE> 18</GSTRATE></RATEDETAILS.LIST></STATEWISEDETAILS.LIST>
 </GSTDETAILS.LIST>
 <GSTDETAILS.LIST><APPLICABLEFROM>20250922</APPLICABLEFROM><TAXABILITY>Exempt</TAXABILITY></GSTDETAILS.LIST>
 <HSNDETAILS.LIST><APPLICABLEFROM>20220401</APPLICABLEFROM><HSNCODE>721410</HSNCODE>
  <HSN>Forged bars</HSN></HSNDETAILS.LIST>
"""


def test_dated_tax_details_of_both_generations_are_one_list() -> None:
    item = one(translate(f'<STOCKITEM NAME="Steel Rod">{GST}</STOCKITEM>'), Item)
    rate = (TaxRate(TaxHead.IGST, D(18)),)
    taxable, exempt = SupplyNature.TAXABLE, SupplyNature.EXEMPT
    assert item.tax_details == (
        DatedTaxDetail(
            applicable_from=date(2017, 7, 1), hsn="7214", hsn_description="Bars", nature=taxable, rates=rate
        ),
        DatedTaxDetail(
            applicable_from=date(2022, 4, 1), hsn="721410", hsn_description="Forged bars", nature=taxable, rates=rate
        ),
        DatedTaxDetail(applicable_from=date(2025, 9, 22), hsn="721410", hsn_description="Forged bars", nature=exempt),
    )
    in_force = item.tax_detail_on(date(2025, 9, 21))
    assert in_force is not None
    assert in_force.nature is taxable


def test_details_as_per_company_say_nothing() -> None:
    text = """<STOCKITEM NAME="X"><GSTDETAILS.LIST><APPLICABLEFROM>20220401</APPLICABLEFROM>
     <SRCOFGSTDETAILS>As per Company/Stock Group</SRCOFGSTDETAILS>
    <STATEWISEDETAILS.LIST><STATENAME>\ue004 Any</STATENAME><RATEDETAILS.LIST>
     <GSTRATEDUTYHEAD>IGST</GSTRATEDUTYHEAD></RATEDETAILS.LIST></STATEWISEDETAILS.LIST>
    </GSTDETAILS.LIST></STOCKITEM>"""
    assert one(translate(text), Item).tax_details == ()


def test_a_stock_item() -> None:
    text = f"""<STOCKITEM NAME="Steel Rod"><PARENT>Metals</PARENT><CATEGORY>{SYSTEM} Not Applicable</CATEGORY>
     <BASEUNITS>kg</BASEUNITS>
    <ADDITIONALUNITS>Nos</ADDITIONALUNITS><DENOMINATOR> 1</DENOMINATOR><CONVERSION> 12</CONVERSION>
     <DESCRIPTION>12 mm</DESCRIPTION>
    <COSTINGMETHOD>Avg. Cost</COSTINGMETHOD><ISBATCHWISEON>Yes</ISBATCHWISEON><ISPERISHABLEON>Yes</ISPERISHABLEON>
     <GSTTYPEOFSUPPLY>Goods</GSTTYPEOFSUPPLY>
    <OPENINGBALANCE> 100.000 kg</OPENINGBALANCE><OPENINGRATE>50.00/kg</OPENINGRATE><OPENINGVALUE>-5000.00</OPENINGVALUE>
    <MAILINGNAME.LIST><MAILINGNAME>PN-12</MAILINGNAME></MAILINGNAME.LIST>
    <BATCHALLOCATIONS.LIST><GODOWNNAME>Main Location</GODOWNNAME><BATCHNAME>B1</BATCHNAME>
     <OPENINGBALANCE> 100.000 kg</OPENINGBALANCE>
     <OPENINGVALUE>-5000.00</OPENINGVALUE><OPENINGRATE>50.00/kg</OPENINGRATE><MFDON>20250101</MFDON>
      <EXPIRYPERIOD>24 Months</EXPIRYPERIOD></BATCHALLOCATIONS.LIST>
    <MRPDETAILS.LIST><FROMDATE>20250101</FROMDATE><MRPRATEDETAILS.LIST><STATENAME>{SYSTEM} Any</STATENAME>
     <MRPRATE>60.00/kg</MRPRATE></MRPRATEDETAILS.LIST></MRPDETAILS.LIST>
    <MRPDETAILS.LIST><FROMDATE>20250601</FROMDATE><MRPRATEDETAILS.LIST><MRPRATE>65.00/kg</MRPRATE></MRPRATEDETAILS.LIST></MRPDETAILS.LIST>
    <STANDARDPRICELIST.LIST><DATE>20250401</DATE><RATE>55.00/kg</RATE></STANDARDPRICELIST.LIST>
    <STANDARDCOSTLIST.LIST><DATE>20250401</DATE><RATE>48.00/kg</RATE></STANDARDCOSTLIST.LIST>
    <FULLPRICELIST.LIST><DATE>20250401</DATE><PRICELEVEL>Wholesale</PRICELEVEL><PRICELEVELLIST.LIST><RATE>52.00/kg</RATE></PRICELEVELLIST.LIST></FULLPRICELIST.LIST>
    </STOCKITEM>"""
    item = one(translate(text), Item)
    assert (item.key, item.group_key, item.category_key, item.part_number) == ("steel rod", "metals", "", "PN-12")
    assert (item.base_unit, item.alternate_unit, item.conversion, item.denominator) == ("kg", "Nos", D(12), D(1))
    assert (item.is_batch_wise, item.has_expiry, item.is_service, item.costing_method) == (
        True,
        True,
        False,
        "Avg. Cost",
    )
    assert (item.opening_quantity, item.opening_value, item.opening_rate) == (
        Quantity(D("100.000"), "kg"),
        D(5000),
        D("50.00"),
    )
    batch = item.opening_batches[0]
    assert (batch.name, batch.amount, batch.expires_on) == ("B1", D(5000), date(2027, 1, 1))
    assert item.mrp == D("65.00")
    assert item.standard_prices == (
        DatedPrice(date(2025, 4, 1), D("55.00"), "kg"),
        DatedPrice(date(2025, 4, 1), D("52.00"), "kg", "Wholesale"),
    )
    assert item.standard_costs == (DatedPrice(date(2025, 4, 1), D("48.00"), "kg"),)


def test_stock_groups_categories_and_godowns() -> None:
    text = f"""<STOCKGROUP NAME="Metals"><PARENT>{SYSTEM} Primary</PARENT></STOCKGROUP>
    <STOCKCATEGORY NAME="Fast moving"><PARENT>Movement</PARENT></STOCKCATEGORY>
    <GODOWN NAME="Job worker"><PARENT>{SYSTEM} Primary</PARENT><ISEXTERNAL>Yes</ISEXTERNAL><ADDRESS.LIST>
     <ADDRESS>Plot 4</ADDRESS></ADDRESS.LIST></GODOWN>"""
    done = translate(text)
    group, category = of_type(done, StockGroup)
    assert (group.parent_key, group.is_category) == ("", False)
    assert (category.parent_key, category.is_category, category.source.stream) == ("movement", True, "stock_categories")
    godown = one(done, Godown)
    assert (godown.parent_key, godown.is_external, godown.address_lines) == ("", True, ("Plot 4",))


# --- cost and company -----------------------------------------------------------------------------------------------


def test_cost_categories_centres_and_employees() -> None:
    text = """<COSTCATEGORY NAME="Branches"><ALLOCATEREVENUE>Yes</ALLOCATEREVENUE>
     <ALLOCATENONREVENUE>Yes</ALLOCATENONREVENUE></COSTCATEGORY>
    <COSTCENTRE NAME="Pune"><PARENT>West</PARENT><CATEGORY>Branches</CATEGORY></COSTCENTRE>
    <COSTCENTRE NAME="Meena"><FORPAYROLL>Yes</FORPAYROLL><DESIGNATION>Clerk</DESIGNATION></COSTCENTRE>
    <COSTCENTRE NAME="Office staff"><FORPAYROLL>Yes</FORPAYROLL><ISEMPLOYEEGROUP>Yes</ISEMPLOYEEGROUP></COSTCENTRE>"""
    done = translate(text)
    category = one(done, CostCategory)
    assert (category.key, category.allocates_revenue, category.allocates_non_revenue) == ("branches", True, True)
    pune, meena, staff = of_type(done, CostCentre)
    assert (pune.parent_key, pune.category_key, pune.is_employee) == ("west", "branches", False)
    assert (meena.is_employee, meena.is_employee_group, meena.extras) == (True, False, {"DESIGNATION": "Clerk"})
    assert (staff.is_employee, staff.is_employee_group) == (False, True)


COMPANY = """<COMPANY NAME="Khata Traders"><NAME TYPE="String">Khata Traders</NAME><GUID>c-1</GUID>
 <BASICCOMPANYFORMALNAME>Khata Traders Private Limited</BASICCOMPANYFORMALNAME>
  <BOOKSFROM TYPE="Date">20240401</BOOKSFROM>
 <STARTINGFROM>20250401</STARTINGFROM><LASTVOUCHERDATE>20260331</LASTVOUCHERDATE><INCOMETAXNUMBER>AAPCK1234F</INCOMETAXNUMBER>
 <STATENAME>Maharashtra</STATENAME><PINCODE>411001</PINCODE><ISINTEGRATED>Yes</ISINTEGRATED>
  <ALTVCHID> 101603</ALTVCHID></COMPANY>"""
TAX_UNIT = """<TAXUNIT NAME="Maharashtra Registration" TAXTYPE="GST" TAXREGISTRATION="27AAPCK1234F1ZL">
  <STATENAME>Maharashtra</STATENAME>
 <GSTREGISTRATIONDETAILS.LIST><FROMDATE>20220401</FROMDATE><REGISTRATIONTYPE>Regular</REGISTRATIONTYPE><STATE>Maharashtra</STATE>
 <PLACEOFSUPPLY>Maharashtra</PLACEOFSUPPLY></GSTREGISTRATIONDETAILS.LIST></TAXUNIT>"""
CURRENCY = """<CURRENCY NAME="?"><MAILINGNAME>INR</MAILINGNAME><DECIMALSYMBOL>paise</DECIMALSYMBOL>
 <DECIMALPLACES> 2</DECIMALPLACES></CURRENCY>"""


def test_the_company_is_written_once_with_its_registrations_and_currencies() -> None:
    done = one(translate(COMPANY + TAX_UNIT + CURRENCY), Company)
    assert (done.name, done.legal_name, done.pan) == ("Khata Traders", "Khata Traders Private Limited", "AAPCK1234F")
    assert (done.books_from, done.books_to) == (date(2024, 4, 1), date(2026, 3, 31))
    assert done.addresses == (
        Address(kind=AddressKind.REGISTERED, state="Maharashtra", state_code="27", pincode="411001"),
    )
    assert done.registrations == (
        GstRegistration(
            name="Maharashtra Registration",
            gstin="27AAPCK1234F1ZL",
            category="Regular",
            state="Maharashtra",
            state_code="27",
            place_of_supply="Maharashtra",
            applicable_from=date(2022, 4, 1),
        ),
    )
    assert done.branches == (Branch(name="Maharashtra Registration", gstin="27AAPCK1234F1ZL", state="Maharashtra"),)
    assert done.extras["currencies"]["?"] == {
        "name": "INR",
        "code": "INR",
        "decimal_symbol": "paise",
        "decimal_places": "2",
    }
    assert done.extras["ISINTEGRATED"] == "Yes"


def test_a_registration_read_later_is_added_to_the_stored_company() -> None:
    stored = one(translate(COMPANY), Company)
    learned = translator()
    learned.remember(stored)
    added = one(translate(TAX_UNIT, learned), Company)
    assert (added.books_from, len(added.registrations)) == (date(2024, 4, 1), 1)
    again = one(translate(TAX_UNIT, learned), Company)
    assert again == added


def test_the_company_of_a_file_export_is_named_by_its_block() -> None:
    block = "<NAME>c-1</NAME><REMOTECMPNAME>Khata Traders</REMOTECMPNAME><REMOTECMPSTATE>Goa</REMOTECMPSTATE>"
    done = one(translate(f"<COMPANY><REMOTECMPINFO.LIST>{block}</REMOTECMPINFO.LIST></COMPANY>"), Company)
    assert (done.name, done.addresses[0].state_code) == ("Khata Traders", "30")


def test_what_was_remembered_is_known_to_vouchers_and_outdates_nothing() -> None:
    first = run(records(TREE + PRIME))
    learned = translator()
    for item in first.records:
        learned.remember(item)
    assert learned.outdated_streams == frozenset()
    again = run(records(TREE + PRIME), learned)
    assert again.records == first.records
    assert learned.outdated_streams == frozenset()


def test_a_group_that_moves_outdates_ledgers_and_a_new_tax_ledger_outdates_vouchers() -> None:
    learned = translator()
    for item in run(records(TREE + PRIME)).records:
        learned.remember(item)
    translate('<GROUP NAME="South Debtors"><PARENT>Loans (Liability)</PARENT></GROUP>', learned)
    assert learned.outdated_streams == {"ledgers"}
    translate('<LEDGER NAME="Out CGST"><TAXTYPE>GST</TAXTYPE><GSTDUTYHEAD>CGST</GSTDUTYHEAD></LEDGER>', learned)
    assert learned.outdated_streams == {"ledgers", "vouchers"}
