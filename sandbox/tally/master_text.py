"""Masters as text: currency, groups, ledgers, units, items, godowns, cost centres, voucher types, tax unit."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from canonical.tax import TaxHead
from sandbox.tally.ids import MasterIds
from sandbox.tally.item_text import rate_rows
from sandbox.tally.object_text import balances, element, message, names
from sandbox.tally.options import Release, TallyEncoding, TallyOptions
from sandbox.tally.party_text import PartyWriter
from sandbox.tally.text import APPLICABLE, NOT_APPLICABLE, amount, day_serial, escape, percent, quantity, rate, yes, ymd
from sandbox.tally.voucher_text import numbering_style
from sandbox.world.masters import (
    GroupMaster,
    ItemMaster,
    LedgerMaster,
    Masters,
    TreeMaster,
    UnitMaster,
    VoucherTypeMaster,
)
from sandbox.world.truth import TruthBook


def iter_masters(masters: Masters, book: TruthBook, options: TallyOptions) -> Iterator[str]:
    """Yield one message per master, in the order Tally exports them.

    Args:
        masters: what to write.
        book: closed or still open; where the closing balances come from.
        options: release and encoding.
    """
    writer = MasterWriter(masters, book, options)
    yield writer.render_currency()
    yield from map(writer.render_group, masters.groups)
    if options.style.release.dated_lists:
        yield writer.render_tax_unit()
    yield from map(writer.render_cost_category, masters.cost_categories)
    yield from map(writer.render_cost_centre, masters.cost_centres)
    yield from map(writer.render_ledger, masters.ledgers)
    yield from map(PartyWriter(masters.company, book, options.style.release, writer.ids).render, masters.parties)
    yield from map(writer.render_unit, masters.units)
    yield from map(partial(writer.render_tree, "GODOWN"), masters.godowns)
    yield from map(partial(writer.render_tree, "STOCKGROUP"), masters.stock_groups)
    yield from map(partial(writer.render_tree, "STOCKCATEGORY"), masters.stock_categories)
    yield from map(writer.render_item, masters.items)
    yield from map(writer.render_voucher_type, masters.voucher_types)


class MasterWriter:
    """Writes masters that are no parties; hands out their GUIDs."""

    def __init__(self, masters: Masters, book: TruthBook, options: TallyOptions) -> None:
        self.ids = MasterIds(masters.company.guid)
        self._company = masters.company
        self._book = book
        self._options = options
        self._release: Release = options.style.release

    def _object(self, tag: str, name: str, reserved: str, body: str, alias: str = "") -> str:
        guid, alter_id = self.ids.next()
        return message(
            f'     <{tag} NAME="{escape(name)}" RESERVEDNAME="{escape(reserved)}">\n      <GUID>{guid}</GUID>\n{body}'
            f"      <ISDELETED>No</ISDELETED>\n      <ALTERID> {alter_id}</ALTERID>\n"
            f"      <SERVICETAXDETAILS.LIST>      </SERVICETAXDETAILS.LIST>\n{names(name, alias)}     </{tag}>\n"
        )

    def render_currency(self) -> str:
        """Write the rupee; Windows-1252 has no sign for it, so Tally's own ASCII export says ``?`` too."""
        symbol = "₹" if self._options.encoding is not TallyEncoding.ASCII else "?"
        body = (
            "      <MAILINGNAME>INR</MAILINGNAME>\n      <EXPANDEDSYMBOL>INR</EXPANDEDSYMBOL>\n"
            "      <DECIMALSYMBOL>paise</DECIMALSYMBOL>\n      <DECIMALPLACES> 2</DECIMALPLACES>\n"
        )
        return self._object("CURRENCY", symbol, "", body)

    def render_group(self, group: GroupMaster) -> str:
        """Write a group; predefined ones keep their reserved name."""
        parent = escape(group.parent) or self._release.root_parent
        body = (
            f"{element('PARENT', parent)}      <ISBILLWISEON>No</ISBILLWISEON>\n"
            f"      <ISREVENUE>{yes(group.is_revenue)}</ISREVENUE>\n"
            f"      <AFFECTSGROSSPROFIT>{yes(group.affects_gross_profit)}</AFFECTSGROSSPROFIT>\n"
            f"      <ISDEEMEDPOSITIVE>{yes(group.is_debit)}</ISDEEMEDPOSITIVE>\n"
        )
        return self._object("GROUP", group.name, group.reserved, body, group.alias)

    def render_tax_unit(self) -> str:
        """Write our own GST registration, as releases from 3.0 on do."""
        company = self._company
        name = f"{company.state} Registration"
        guid, alter_id = self.ids.next()
        return message(
            f'     <TAXUNIT NAME="{name}" RESERVEDNAME="" TAXTYPE="GST" TAXREGISTRATION="{company.gstin}">\n'
            f"      <GUID>{guid}</GUID>\n      <STATENAME>{company.state}</STATENAME>\n      <USEDFOR>GST</USEDFOR>\n"
            f"      <GSTREGNUMBER>{company.gstin}</GSTREGNUMBER>\n      <ALTERID> {alter_id}</ALTERID>\n{names(name)}"
            f"      <GSTREGISTRATIONDETAILS.LIST>\n       <FROMDATE>{ymd(company.books_from)}</FROMDATE>\n"
            f"       <STATE>{company.state}</STATE>\n       <PLACEOFSUPPLY>{company.state}</PLACEOFSUPPLY>\n"
            "       <REGISTRATIONTYPE>Regular</REGISTRATIONTYPE>\n      </GSTREGISTRATIONDETAILS.LIST>\n"
            "     </TAXUNIT>\n"
        )

    def render_cost_category(self, category: TreeMaster) -> str:
        """Write a cost category."""
        body = "      <ALLOCATEREVENUE>Yes</ALLOCATEREVENUE>\n      <ALLOCATENONREVENUE>No</ALLOCATENONREVENUE>\n"
        return self._object("COSTCATEGORY", category.name, "", body)

    def render_cost_centre(self, centre: TreeMaster) -> str:
        """Write a cost centre."""
        body = (
            f"{element('PARENT', escape(centre.parent) or self._release.root_parent)}"
            f"      <CATEGORY>{escape(centre.category)}</CATEGORY>\n      <FORPAYROLL>No</FORPAYROLL>\n"
        )
        return self._object("COSTCENTRE", centre.name, "", body)

    def render_ledger(self, ledger: LedgerMaster) -> str:
        """Write a ledger with its opening and closing balance."""
        body = (
            f"      <STARTINGFROM>{ymd(self._company.books_from)}</STARTINGFROM>\n"
            f"{element('PARENT', escape(ledger.group) or '&#4; Primary')}"
            f"{self._tax(ledger)}{self._bank(ledger)}"
            f"      <ISBILLWISEON>No</ISBILLWISEON>\n"
            f"      <ISCOSTCENTRESON>{yes(ledger.has_cost_centres)}</ISCOSTCENTRESON>\n"
            f"{balances(ledger.name, ledger.opening, self._book)}"
        )
        return self._object("LEDGER", ledger.name, ledger.reserved, body, ledger.alias)

    def _tax(self, ledger: LedgerMaster) -> str:
        match ledger.tax_head:
            case None if ledger.is_rounding:
                return (
                    "      <ROUNDINGMETHOD>Normal Rounding</ROUNDINGMETHOD>\n      <ROUNDINGLIMIT> 1</ROUNDINGLIMIT>\n"
                )
            case None:
                return "      <TAXTYPE>Others</TAXTYPE>\n"
            case TaxHead.TDS:
                return (
                    "      <TAXTYPE>TDS</TAXTYPE>\n"
                    f"      <RATEOFTAXCALCULATION>{percent(ledger.tax_rate or 0)}</RATEOFTAXCALCULATION>\n"
                )
            case head:
                duty = self._release.duty_heads[head]
                return f"      <TAXTYPE>GST</TAXTYPE>\n      <GSTDUTYHEAD>{duty}</GSTDUTYHEAD>\n"

    def _bank(self, ledger: LedgerMaster) -> str:
        bank = ledger.bank
        if bank is None:
            return ""
        return (
            f"      <BANKACCHOLDERNAME>{escape(bank.holder)}</BANKACCHOLDERNAME>\n"
            f"      <BANKDETAILS>{bank.number}</BANKDETAILS>\n      <IFSCODE>{bank.ifsc}</IFSCODE>\n"
            f"      <BANKINGCONFIGBANK>{escape(bank.bank)}</BANKINGCONFIGBANK>\n"
            f"      <BRANCHNAME>{escape(bank.branch)}</BRANCHNAME>\n"
        )

    def render_unit(self, unit: UnitMaster) -> str:
        """Write a unit; compound ones name their parts."""
        parts = (
            f"      <BASEUNITS>{unit.base}</BASEUNITS>\n      <ADDITIONALUNITS>{unit.tail}</ADDITIONALUNITS>\n"
            f"      <CONVERSION> {unit.conversion}</CONVERSION>\n"
            if unit.tail
            else f"      <ORIGINALNAME>{unit.formal}</ORIGINALNAME>\n      <GSTREPUOM>{unit.uqc}</GSTREPUOM>\n"
        )
        body = (
            f"      <NAME>{unit.symbol}</NAME>\n{parts}      <ISSIMPLEUNIT>{yes(not unit.tail)}</ISSIMPLEUNIT>\n"
            f"      <DECIMALPLACES> {unit.decimals}</DECIMALPLACES>\n"
        )
        return self._object("UNIT", unit.symbol, "", body)

    def render_tree(self, tag: str, node: TreeMaster) -> str:
        """Write a godown, stock group or stock category."""
        external = f"      <ISEXTERNAL>{yes(node.is_external)}</ISEXTERNAL>\n" if tag == "GODOWN" else ""
        return self._object(
            tag, node.name, "", f"{element('PARENT', escape(node.parent) or self._release.root_parent)}{external}"
        )

    def render_item(self, item: ItemMaster) -> str:
        """Write a stock item with its dated GST rates and opening stock."""
        alternate = escape(item.alternate_unit) or NOT_APPLICABLE
        conversion = f"      <CONVERSION> {item.conversion}</CONVERSION>\n" if item.conversion else ""
        body = (
            f"      <PARENT>{escape(item.group)}</PARENT>\n"
            f"      <CATEGORY>{escape(item.category) or NOT_APPLICABLE}</CATEGORY>\n"
            f"      <GSTAPPLICABLE>{APPLICABLE}</GSTAPPLICABLE>\n      <GSTTYPEOFSUPPLY>Goods</GSTTYPEOFSUPPLY>\n"
            f"      <COSTINGMETHOD>Avg. Cost</COSTINGMETHOD>\n      <VALUATIONMETHOD>Avg. Price</VALUATIONMETHOD>\n"
            f"      <BASEUNITS>{escape(item.unit.symbol)}</BASEUNITS>\n"
            f"      <ADDITIONALUNITS>{alternate}</ADDITIONALUNITS>\n{conversion}      <DENOMINATOR> 1</DENOMINATOR>\n"
            f"      <ISBATCHWISEON>{yes(item.shelf_months)}</ISBATCHWISEON>\n"
            f"      <ISPERISHABLEON>{yes(item.shelf_months)}</ISPERISHABLEON>\n"
            f"      <HASMFGDATE>{yes(item.shelf_months)}</HASMFGDATE>\n"
            f"      <OPENINGBALANCE>{quantity(item, item.opening_quantity)}</OPENINGBALANCE>\n"
            f"      <OPENINGVALUE>{amount(item.opening_value)}</OPENINGVALUE>\n"
            f"      <OPENINGRATE>{rate(item, item.cost)}</OPENINGRATE>\n"
            f"{self._item_tax(item)}{self._item_batches(item)}{self._price_list(item)}"
        )
        return self._object("STOCKITEM", item.name, "", body, item.part_number)

    def _item_tax(self, item: ItemMaster) -> str:
        taxability = "Exempt" if item.is_exempt else "Taxable"
        hsn_inside = "" if self._release.dated_lists else f"       <HSNCODE>{item.hsn}</HSNCODE>\n"
        rows = "".join(
            f"      <GSTDETAILS.LIST>\n       <APPLICABLEFROM>{ymd(row.since)}</APPLICABLEFROM>\n{hsn_inside}"
            f"       <TAXABILITY>{taxability}</TAXABILITY>\n       <STATEWISEDETAILS.LIST>\n"
            f"        <STATENAME>&#4; Any</STATENAME>\n{rate_rows(self._release, row.rate, 8)}"
            "       </STATEWISEDETAILS.LIST>\n      </GSTDETAILS.LIST>\n"
            for row in item.rates
        )
        if not self._release.dated_lists:
            return rows
        return (
            f"{rows}      <HSNDETAILS.LIST>\n       <APPLICABLEFROM>{ymd(item.rates[0].since)}</APPLICABLEFROM>\n"
            f"       <HSNCODE>{item.hsn}</HSNCODE>\n       <HSN>{escape(item.hsn_name)}</HSN>\n"
            "       <SRCOFHSNDETAILS>Specify Details Here</SRCOFHSNDETAILS>\n      </HSNDETAILS.LIST>\n"
        )

    def _item_batches(self, item: ItemMaster) -> str:
        rows = []
        for batch in item.opening_batches:
            shelf = ""
            if batch.made_on:
                months = f"{item.shelf_months} Months"
                shelf = (
                    f"       <MFDON>{ymd(batch.made_on)}</MFDON>\n"
                    f'       <EXPIRYPERIOD JD="{day_serial(batch.made_on)}" P="{months}">{months}</EXPIRYPERIOD>\n'
                )
            rows.append(
                f"      <BATCHALLOCATIONS.LIST>\n       <GODOWNNAME>{escape(batch.godown)}</GODOWNNAME>\n"
                f"       <BATCHNAME>{escape(batch.name)}</BATCHNAME>\n{shelf}"
                f"       <OPENINGBALANCE>{quantity(item, batch.quantity)}</OPENINGBALANCE>\n"
                f"       <OPENINGVALUE>{amount(batch.value)}</OPENINGVALUE>\n      </BATCHALLOCATIONS.LIST>\n"
            )
        return "".join(rows)

    def _price_list(self, item: ItemMaster) -> str:
        day = ymd(self._company.books_from)
        return (
            f"      <STANDARDPRICELIST.LIST>\n       <DATE>{day}</DATE>\n"
            f"       <RATE>{rate(item, item.price)}</RATE>\n      </STANDARDPRICELIST.LIST>\n"
        )

    def render_voucher_type(self, row: VoucherTypeMaster) -> str:
        """Write a voucher type; the real numbering method stands in its series from 3.0 on."""
        reserved = row.name if row.name == row.parent else ""
        is_manual = row.numbering == "Manual"
        real = "Manual" if is_manual else "Automatic"
        method = "None" if self._release.dated_lists else real
        retains = "" if is_manual else f"       <NUMBERINGSUBMETHOD>{numbering_style(row)}</NUMBERINGSUBMETHOD>\n"
        series = (
            "      <VOUCHERNUMBERSERIES.LIST>\n       <NAME>Default</NAME>\n"
            f"       <NUMBERINGMETHOD>{real}</NUMBERINGMETHOD>\n{retains}"
            "       <PREVENTDUPLICATES>No</PREVENTDUPLICATES>\n      </VOUCHERNUMBERSERIES.LIST>\n"
            if self._release.dated_lists
            else ""
        )
        body = (
            f"      <PARENT>{row.parent}</PARENT>\n      <NUMBERINGMETHOD>{method}</NUMBERINGMETHOD>\n"
            f"      <ISACTIVE>Yes</ISACTIVE>\n      <ISOPTIONAL>{yes(row.is_optional)}</ISOPTIONAL>\n"
            f"      <EFFECTIVEDATE>No</EFFECTIVEDATE>\n{series}"
        )
        return self._object("VOUCHERTYPE", row.name, reserved, body)
