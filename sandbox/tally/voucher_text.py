"""A voucher as text: header, goods lines, ledger lines, status; and the short form of a cancelled one."""

from __future__ import annotations

from sandbox.tally.entry_text import render_entry
from sandbox.tally.ids import voucher_alter_id, voucher_key, voucher_key_number, voucher_master_id
from sandbox.tally.item_text import ItemWriter
from sandbox.tally.options import TallyOptions
from sandbox.tally.scaffold import build_scaffold
from sandbox.tally.text import FIELD_SEPARATOR, escape, yes, ymd
from sandbox.world.chart import Type
from sandbox.world.masters import GstCategory, Masters, PartyMaster, VoucherTypeMaster
from sandbox.world.vouchers import Entry, Transport, View, Voucher

_OPEN = '    <TALLYMESSAGE xmlns:UDF="TallyUDF">\n'
_CLOSE = "     </VOUCHER>\n    </TALLYMESSAGE>\n"
_VIEWS = {
    View.ITEM_INVOICE: "Invoice Voucher View",
    View.ACCOUNTING_INVOICE: "Invoice Voucher View",
    View.AS_VOUCHER: "Accounting Voucher View",
    View.STOCK: "Consumption Voucher View",
}
_MONEY_KINDS = (Type.RECEIPT, Type.PAYMENT, Type.CONTRA)
_INVALID_STATUS = "&#4; Invalid Stat Number"


class VoucherWriter:
    """Writes vouchers one by one; keeps only what depends on masters."""

    def __init__(self, masters: Masters, options: TallyOptions) -> None:
        self._company = masters.company
        self._release = options.style.release
        self._scaffold = build_scaffold(options.scaffolding)
        self._items = ItemWriter(self._release, self._scaffold)
        self._parties: dict[str, str] = {}
        self._numbering = {row.name: numbering_style(row) for row in masters.voucher_types}
        self._company_block = self._render_company()

    def render(self, voucher: Voucher) -> str:
        """Return the voucher's message."""
        if voucher.is_cancelled:
            return self._render_cancelled(voucher)
        return "".join(
            (
                *(self._open_tag(voucher, _VIEWS[voucher.view], "Create"), self._header(voucher)),
                *(self._links(voucher), self._goods(voucher), self._entries(voucher), self._status(voucher), _CLOSE),
            )
        )

    def _open_tag(self, voucher: Voucher, view: str, action: str) -> str:
        guid = self._guid(voucher)
        return (
            f'{_OPEN}     <VOUCHER REMOTEID="{guid}" VCHKEY="{voucher_key(self._company.guid, voucher)}" '
            f'VCHTYPE="{escape(voucher.type_name)}" ACTION="{action}" OBJVIEW="{view}">\n'
        )

    def _guid(self, voucher: Voucher) -> str:
        return f"{self._company.guid}-{voucher_master_id(voucher):08x}"

    def _render_cancelled(self, voucher: Voucher) -> str:
        day = ymd(voucher.day)
        return (
            f"{self._open_tag(voucher, 'Accounting Voucher View', 'Cancel')}"
            f"      <DATE>{day}</DATE>\n      <GUID>{self._guid(voucher)}</GUID>\n"
            f"      <VOUCHERTYPENAME>{escape(voucher.type_name)}</VOUCHERTYPENAME>\n"
            f"      <VOUCHERNUMBER>{escape(voucher.number)}</VOUCHERNUMBER>\n"
            "      <ISOPTIONAL>No</ISOPTIONAL>\n"
            f"      <EFFECTIVEDATE>{day}</EFFECTIVEDATE>\n      <ISCANCELLED>Yes</ISCANCELLED>\n"
            f"{self._keys(voucher)}{_CLOSE}"
        )

    def _keys(self, voucher: Voucher) -> str:
        return (
            f"      <ALTERID> {voucher_alter_id(voucher)}</ALTERID>\n"
            f"      <MASTERID> {voucher_master_id(voucher)}</MASTERID>\n"
            f"      <VOUCHERKEY>{voucher_key_number(voucher)}</VOUCHERKEY>\n"
        )

    def _header(self, voucher: Voucher) -> str:
        day = ymd(voucher.day)
        narration = f"      <NARRATION>{escape(voucher.narration)}</NARRATION>\n" if voucher.narration else ""
        party = escape(voucher.party_ledger)
        ledger_row = f"      <PARTYLEDGERNAME>{party}</PARTYLEDGERNAME>\n" if party else ""
        return (
            f"      <DATE>{day}</DATE>\n{self._reference(voucher)}"
            f"      <GUID>{self._guid(voucher)}</GUID>\n{self._partner(voucher)}{narration}{self._company_block}"
            f"      <VOUCHERTYPENAME>{escape(voucher.type_name)}</VOUCHERTYPENAME>\n{ledger_row}"
            f"      <VOUCHERNUMBER>{escape(voucher.number)}</VOUCHERNUMBER>\n{self._registration(voucher)}"
            f"{self._mode(voucher)}"
            f"{self._flags(voucher, day)}{self._keys(voucher)}"
        )

    def _flags(self, voucher: Voucher, day: str) -> str:
        invoice = voucher.view in (View.ITEM_INVOICE, View.ACCOUNTING_INVOICE)
        differs = any(item.actual != item.billed for item in voucher.items)
        return (
            f"{self._flag('DIFFACTUALQTY', differs)}{self._flag('ISDELETED', is_set=False)}"
            f"      <ISOPTIONAL>{yes(voucher.is_optional)}</ISOPTIONAL>\n"
            f"      <EFFECTIVEDATE>{day}</EFFECTIVEDATE>\n      <ISCANCELLED>No</ISCANCELLED>\n"
            f"{self._flag('HASCASHFLOW', voucher.type_name in _MONEY_KINDS)}"
            f"{self._flag('ISPOSTDATED', voucher.is_post_dated)}{self._flag('ISINVOICE', invoice)}"
            f"{self._scaffold.voucher_flags}"
        )

    def _flag(self, name: str, is_set: bool) -> str:
        if self._scaffold.is_lean and not is_set:
            return ""
        return f"      <{name}>{yes(is_set)}</{name}>\n"

    def _mode(self, voucher: Voucher) -> str:
        if voucher.view is View.STOCK:
            return ""
        numbering = self._numbering[voucher.type_name]
        style = ""
        if not self._scaffold.is_lean:
            view = _VIEWS[voucher.view]
            style = f"      <NUMBERINGSTYLE>{numbering}</NUMBERINGSTYLE>\n      <PERSISTEDVIEW>{view}</PERSISTEDVIEW>\n"
        mode = f"{style}      <VCHENTRYMODE>{voucher.view}</VCHENTRYMODE>\n"
        if voucher.type_name == Type.E_SALES:
            parts = FIELD_SEPARATOR.join(("Default", "Voucher", "Class"))
            mode += f"      <CLASSNAME>{parts}</CLASSNAME>\n"
        return mode

    def _reference(self, voucher: Voucher) -> str:
        dated = (
            f"      <REFERENCEDATE>{ymd(voucher.reference_date)}</REFERENCEDATE>\n" if voucher.reference_date else ""
        )
        return dated + (f"      <REFERENCE>{escape(voucher.reference)}</REFERENCE>\n" if voucher.reference else "")

    def _partner(self, voucher: Voucher) -> str:
        partner = voucher.partner
        if partner is None or voucher.view is View.AS_VOUCHER:
            return ""
        block = self._parties.get(partner.name)
        if block is None:
            block = self._parties[partner.name] = self._render_partner(partner)
        return block

    def _render_partner(self, party: PartyMaster) -> str:
        gstin = f"      <PARTYGSTIN>{party.gstin}</PARTYGSTIN>\n" if party.gstin else ""
        name = escape(party.name)
        address = (
            f'      <ADDRESS.LIST TYPE="String">\n       <ADDRESS>{escape(party.street)}</ADDRESS>\n'
            f"       <ADDRESS>{party.city} {party.pincode}</ADDRESS>\n      </ADDRESS.LIST>\n"
        )
        return (
            f"{'' if self._scaffold.is_lean else address}"
            f"      <GSTREGISTRATIONTYPE>{self.category_word(party)}</GSTREGISTRATIONTYPE>\n"
            f"      <STATENAME>{party.state}</STATENAME>\n      <COUNTRYOFRESIDENCE>India</COUNTRYOFRESIDENCE>\n{gstin}"
            f"      <PLACEOFSUPPLY>{party.state}</PLACEOFSUPPLY>\n      <PARTYNAME>{name}</PARTYNAME>\n"
        )

    def category_word(self, party: PartyMaster) -> str:
        """Return the release's word for the party's registration."""
        return registration_word(party.category, self._release.unregistered)

    def _render_company(self) -> str:
        if not self._release.dated_lists:
            return ""
        company = self._company
        own = "" if self._scaffold.is_lean else f"      <CMPGSTIN>{company.gstin}</CMPGSTIN>\n"
        return (
            f'      <GSTREGISTRATION TAXTYPE="GST" TAXREGISTRATION="{company.gstin}">{company.state} Registration'
            f"</GSTREGISTRATION>\n{own}"
        )

    def _registration(self, voucher: Voucher) -> str:
        if not voucher.irn:
            return ""
        return (
            f"      <IRN>{voucher.irn}</IRN>\n      <IRNACKNO>1{int(voucher.irn[:12], 16) % 10**14:014d}</IRNACKNO>\n"
            f"      <IRNACKDATE>{ymd(voucher.day)}</IRNACKDATE>\n"
        )

    def _links(self, voucher: Voucher) -> str:
        rows = [self._scaffold.voucher_lists]
        if voucher.transport:
            rows.append(self._eway(voucher, voucher.transport))
        if voucher.tracking:
            rows.append(
                _link("INVOICEDELNOTES", "BASICSHIPPINGDATE", "BASICSHIPDELIVERYNOTE", voucher, voucher.tracking)
            )
        if voucher.order:
            rows.append(_link("INVOICEORDERLIST", "BASICORDERDATE", "BASICPURCHASEORDERNO", voucher, voucher.order))
        if voucher.original and voucher.original_date:
            rows.append(
                "      <INVOICEDELNOTES.LIST>      </INVOICEDELNOTES.LIST>\n"
                f"      <BASICORDERREF>{escape(voucher.original)} of {ymd(voucher.original_date)}</BASICORDERREF>\n"
            )
        return "".join(rows)

    def _eway(self, voucher: Voucher, transport: Transport) -> str:
        number = (
            f"       <BILLNUMBER>{transport.number}</BILLNUMBER>\n       <BILLDATE>{ymd(transport.day)}</BILLDATE>\n"
            if transport.number
            else ""
        )
        to_state = voucher.partner.state if voucher.partner else self._company.state
        return (
            f"      <EWAYBILLDETAILS.LIST>\n{number}       <DOCUMENTTYPE>Tax Invoice</DOCUMENTTYPE>\n"
            f"       <SUBTYPE>Supply</SUBTYPE>\n       <SHIPPEDFROMSTATE>{self._company.state}</SHIPPEDFROMSTATE>\n"
            f"       <SHIPPEDTOSTATE>{to_state}</SHIPPEDTOSTATE>\n       <TRANSPORTDETAILS.LIST>\n"
            f"        <TRANSPORTMODE>Road</TRANSPORTMODE>\n        <DISTANCE> {transport.distance_km}</DISTANCE>\n"
            f"        <VEHICLENUMBER>{transport.vehicle}</VEHICLENUMBER>\n        <VEHICLETYPE>Regular</VEHICLETYPE>\n"
            "       </TRANSPORTDETAILS.LIST>\n      </EWAYBILLDETAILS.LIST>\n"
        )

    def _goods(self, voucher: Voucher) -> str:
        if not voucher.items:
            return ""
        tag = "INVENTORYENTRIESOUT.LIST" if voucher.items_in else self._release.item_list
        lines = [self._items.render(tag, item, voucher) for item in voucher.items]
        lines += [self._items.render("INVENTORYENTRIESIN.LIST", item, voucher) for item in voucher.items_in]
        return "".join(lines)

    def _entries(self, voucher: Voucher) -> str:
        tag = "ALLLEDGERENTRIES.LIST" if voucher.view is View.AS_VOUCHER else "LEDGERENTRIES.LIST"
        return "".join(
            [
                render_entry(
                    tag,
                    entry,
                    voucher,
                    release=self._release,
                    scaffold=self._scaffold,
                    items=self._nested(entry, voucher),
                )
                for entry in voucher.entries
            ]
        )

    def _nested(self, entry: Entry, voucher: Voucher) -> str:
        return "".join([self._items.render("INVENTORYALLOCATIONS.LIST", item, voucher) for item in entry.items])

    def _status(self, voucher: Voucher) -> str:
        text = ""
        if voucher.trip:
            text = (
                '      <UDF:TRIP.LIST DESC="`Trip`" ISLIST="YES" TYPE="String" INDEX="1007">\n'
                f'       <UDF:TRIP DESC="`Trip`">{escape(voucher.trip)}</UDF:TRIP>\n      </UDF:TRIP.LIST>\n'
            )
        if not self._release.gst_status or voucher.partner is None or voucher.view is View.AS_VOUCHER:
            return text
        key = _INVALID_STATUS
        if self._scaffold.is_lean and not voucher.irn and voucher.index % 50:
            return text
        if voucher.irn:
            key = FIELD_SEPARATOR.join((f"{voucher.day.year}", "1036", "Outward Invoice", escape(voucher.number)))
        return (
            f"{text}      <GST.LIST>\n       <PURPOSETYPE>GST</PURPOSETYPE>\n       <STAT.LIST>\n"
            f"        <PURPOSETYPE>GST</PURPOSETYPE>\n        <STATKEY>{key}</STATKEY>\n"
            "       </STAT.LIST>\n      </GST.LIST>\n"
        )


def _link(tag: str, date_tag: str, number_tag: str, voucher: Voucher, number: str) -> str:
    return (
        f"      <{tag}.LIST>\n       <{date_tag}>{ymd(voucher.day)}</{date_tag}>\n"
        f"       <{number_tag}>{escape(number)}</{number_tag}>\n      </{tag}.LIST>\n"
    )


def registration_word(category: GstCategory, unregistered: str) -> str:
    """Return Tally's word for a registration category."""
    match category:
        case GstCategory.UNREGISTERED:
            return unregistered
        case GstCategory.SEZ:
            return "Regular - SEZ"
        case _:
            return category.value


def numbering_style(voucher_type: VoucherTypeMaster) -> str:
    """Return what NUMBERINGSTYLE says: an automatic series keeps its numbers unless it closes gaps."""
    return "Auto Retain" if voucher_type.numbering == "Automatic" else voucher_type.numbering
