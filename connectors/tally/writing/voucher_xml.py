"""A voucher as Tally imports it: accounting view, or invoice view if it has goods.

The side of an amount is its sign (negative is debit) and its flag says the same. What the value does not say is not
written; Tally then fills in its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from canonical.bill import BillAllocation, BillRefKind
from canonical.item import Quantity
from canonical.money import Side
from canonical.voucher import BankAllocation, ItemLine, Posting, Voucher
from connectors.tally.gateway.envelope import element, wrap
from connectors.tally.writing.amounts import render_amount, render_day, render_net, render_terms, yes

ACCOUNTING_VIEW = "Accounting Voucher View"
INVOICE_VIEW = "Invoice Voucher View"
BILL_WORDS = {
    BillRefKind.NEW: "New Ref",
    BillRefKind.AGAINST: "Agst Ref",
    BillRefKind.ADVANCE: "Advance",
    BillRefKind.ON_ACCOUNT: "On Account",
}


def render_voucher(voucher: Voucher, remote_id: str) -> str:
    """The VOUCHER element of a new voucher.

    Args:
        voucher: checked before.
        remote_id: our identity for it; sent again, Tally alters the same voucher.
    """
    view = INVOICE_VIEW if voucher.items else ACCOUNTING_VIEW
    return wrap(
        "VOUCHER",
        *_filled(_header(voucher, view)),
        *_lists(voucher),
        REMOTEID=remote_id,
        VCHTYPE=voucher.type_name,
        ACTION="Create",
        OBJVIEW=view,
    )


def render_cancellation(voucher_type: str, day_text: str, master_id: str) -> str:
    """The VOUCHER element that cancels one, addressed by its number: a bare Cancel would make a new, cancelled one."""
    return wrap(
        "VOUCHER",
        element("DATE", day_text),
        element("VOUCHERTYPENAME", voucher_type),
        DATE=day_text,
        TAGNAME="MasterID",
        TAGVALUE=master_id,
        VCHTYPE=voucher_type,
        ACTION="Cancel",
    )


def _header(voucher: Voucher, view: str) -> Iterator[tuple[str, str]]:
    yield "DATE", render_day(voucher.day)
    yield "VOUCHERTYPENAME", voucher.type_name
    yield "VOUCHERNUMBER", voucher.number
    yield "PARTYLEDGERNAME", voucher.party_name
    yield "REFERENCE", voucher.reference
    yield "REFERENCEDATE", render_day(voucher.reference_date) if voucher.reference_date else ""
    yield "NARRATION", voucher.narration
    yield "EFFECTIVEDATE", render_day(voucher.effective_on or voucher.day)
    yield "PERSISTEDVIEW", view
    yield "ISINVOICE", yes(bool(voucher.items))
    yield from _tax_header(voucher)


def _tax_header(voucher: Voucher) -> Iterator[tuple[str, str]]:
    """The GST fields a voucher must carry since release 3, as far as the document says them."""
    details = voucher.details
    if details is None:
        return
    yield "PARTYGSTIN", details.buyer_gstin
    yield "GSTREGISTRATIONTYPE", details.buyer_gst_category
    yield "STATENAME", details.buyer_address.state if details.buyer_address else ""
    yield "PLACEOFSUPPLY", details.place_of_supply
    yield "COUNTRYOFRESIDENCE", details.buyer_address.country if details.buyer_address else ""


def _lists(voucher: Voucher) -> Iterator[str]:
    if not voucher.items:
        yield from (_entry("ALLLEDGERENTRIES.LIST", voucher, posting) for posting in voucher.postings)
        return
    for index, item in enumerate(voucher.items):
        yield _item(voucher, item, [posting for posting in voucher.postings if posting.from_item == index])
    for posting in voucher.postings:
        if posting.from_item is None:
            yield _entry("LEDGERENTRIES.LIST", voucher, posting)


def _entry(tag: str, voucher: Voucher, posting: Posting) -> str:
    is_party = posting.is_party or (bool(voucher.party_key) and posting.ledger_key == voucher.party_key)
    return wrap(
        tag,
        element("LEDGERNAME", posting.ledger_name),
        element("ISDEEMEDPOSITIVE", yes(posting.side is Side.DEBIT)),
        element("ISPARTYLEDGER", yes(is_party)),
        element("AMOUNT", render_amount(posting.side, posting.amount)),
        *map(_bill, posting.bills),
        *(_bank(voucher, bank) for bank in posting.banks),
        *_costs(posting),
    )


def _bill(bill: BillAllocation) -> str:
    rows = (
        ("NAME", bill.ref if bill.kind is not BillRefKind.ON_ACCOUNT else ""),
        ("BILLTYPE", BILL_WORDS[bill.kind]),
        ("BILLCREDITPERIOD", render_terms(bill.credit_period) if bill.credit_period else ""),
        ("AMOUNT", render_amount(bill.side, bill.amount)),
    )
    return wrap("BILLALLOCATIONS.LIST", *_filled(rows))


def _bank(voucher: Voucher, bank: BankAllocation) -> str:
    rows = (
        ("DATE", render_day(voucher.day)),
        ("INSTRUMENTDATE", render_day(bank.instrument_date or voucher.day)),
        ("TRANSACTIONTYPE", bank.transaction_type),
        ("TRANSFERMODE", bank.transfer_mode),
        ("INSTRUMENTNUMBER", bank.instrument_number),
        ("TRANSACTIONID", bank.reference),
        ("PAYMENTFAVOURING", bank.favouring),
        ("BANKNAME", bank.bank),
        ("IFSCODE", bank.ifsc),
        ("AMOUNT", render_amount(bank.side, bank.amount)),
    )
    return wrap("BANKALLOCATIONS.LIST", *_filled(rows))


def _costs(posting: Posting) -> Iterator[str]:
    for category in dict.fromkeys(cost.category_key for cost in posting.costs):
        centres = [cost for cost in posting.costs if cost.category_key == category]
        yield wrap(
            "CATEGORYALLOCATIONS.LIST",
            element("CATEGORY", category or "Primary Cost Category"),
            element("ISDEEMEDPOSITIVE", yes(posting.side is Side.DEBIT)),
            *(
                wrap(
                    "COSTCENTREALLOCATIONS.LIST",
                    element("NAME", cost.centre_key),
                    element("AMOUNT", render_amount(cost.side, cost.amount)),
                )
                for cost in centres
            ),
        )


def _item(voucher: Voucher, item: ItemLine, postings: Iterable[Posting]) -> str:
    amount = render_amount(item.side, item.amount)
    rate = f"{item.rate:f}/{item.rate_unit}" if item.rate is not None and item.rate_unit else ""
    quantities = (("ACTUALQTY", _quantity(item.actual or item.billed)), ("BILLEDQTY", _quantity(item.billed)))
    head = (("STOCKITEMNAME", item.item_name), ("ISDEEMEDPOSITIVE", yes(item.side is Side.DEBIT)), ("RATE", rate))
    return wrap(
        "ALLINVENTORYENTRIES.LIST",
        *_filled((*head, ("AMOUNT", amount), *quantities)),
        *_batches(item),
        *(_entry("ACCOUNTINGALLOCATIONS.LIST", voucher, posting) for posting in postings),
    )


def _batches(item: ItemLine) -> Iterator[str]:
    for batch in item.batches:
        net = batch.amount
        rows = (
            ("GODOWNNAME", batch.godown_key),
            ("BATCHNAME", batch.name or "Primary Batch"),
            ("AMOUNT", render_net(net) if net is not None else render_amount(item.side, item.amount)),
            ("ACTUALQTY", _quantity(batch.quantity)),
            ("BILLEDQTY", _quantity(batch.billed or batch.quantity)),
        )
        yield wrap("BATCHALLOCATIONS.LIST", *_filled(rows))


def _quantity(quantity: Quantity | None) -> str:
    return f" {quantity.number:f} {quantity.unit}".rstrip() if quantity else ""


def _filled(pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (element(tag, text) for tag, text in pairs if text)
