"""Vouchers and masters to be entered, said in plain values and turned into Tally's elements.

For tests, demos and whoever drives the books by program; imports bring their own elements. Amounts are paise, debit
positive; quantities thousandths of the base unit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sandbox.tally.books.tree import Element
from sandbox.tally.text import amount, yes, ymd


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDraft:
    """Part of an entry assigned to a bill: ``New Ref``, ``Agst Ref``, ``Advance`` or ``On Account``."""

    kind: str
    paise: int
    ref: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """One posting."""

    ledger: str
    paise: int
    bills: tuple[BillDraft, ...] = ()
    is_party: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsDraft:
    """One goods line of an invoice; ``paise`` is its posting to ``ledger``."""

    item: str
    godown: str
    quantity: str
    rate: str
    paise: int
    ledger: str
    batch: str = "Primary Batch"


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherDraft:
    """A voucher; with goods it is entered in invoice view.

    Attributes:
        number: kept for manually numbered types, ignored by automatic ones.
    """

    type_name: str
    day: date
    entries: tuple[EntryDraft, ...] = ()
    goods: tuple[GoodsDraft, ...] = ()
    number: str = ""
    party: str = ""
    narration: str = ""
    reference: str = ""
    is_optional: bool = False

    def to_tree(self) -> Element:
        """Return the elements a client would import."""
        view = "Invoice Voucher View" if self.goods else "Accounting Voucher View"
        return Element("VOUCHER", "", {"VCHTYPE": self.type_name, "OBJVIEW": view}, (*self._header(), *self._lists()))

    def _header(self) -> Iterator[Element]:
        day = ymd(self.day)
        rows = (
            *(("DATE", day), ("REFERENCE", self.reference), ("GUID", "-"), ("NARRATION", self.narration)),
            *(("VOUCHERTYPENAME", self.type_name), ("PARTYLEDGERNAME", self.party), ("VOUCHERNUMBER", self.number)),
            *(("PERSISTEDVIEW", "Invoice Voucher View" if self.goods else "Accounting Voucher View"),),
            *(("VCHENTRYMODE", "Item Invoice" if self.goods else "As Voucher"), ("ISDELETED", "No")),
            *(("ISOPTIONAL", yes(self.is_optional)), ("EFFECTIVEDATE", day), ("ISCANCELLED", "No")),
            *(("ISINVOICE", yes(self.goods)), ("ALTERID", "-"), ("MASTERID", "-"), ("VOUCHERKEY", "-")),
        )
        return (Element(tag, text) for tag, text in rows if text)

    def _lists(self) -> Iterator[Element]:
        yield from (_goods(line) for line in self.goods)
        tag = "LEDGERENTRIES.LIST" if self.goods else "ALLLEDGERENTRIES.LIST"
        yield from (_entry(tag, entry) for entry in self.entries)


def _entry(tag: str, entry: EntryDraft) -> Element:
    rows = [
        Element("LEDGERNAME", entry.ledger),
        Element("ISDEEMEDPOSITIVE", yes(entry.paise > 0)),
        Element("ISPARTYLEDGER", yes(entry.is_party)),
        Element("AMOUNT", amount(entry.paise)),
    ]
    return Element(tag, children=(*rows, *(_bill(bill) for bill in entry.bills)))


def _bill(bill: BillDraft) -> Element:
    rows = (
        ("NAME", bill.ref),
        ("BILLCREDITPERIOD", bill.terms),
        ("BILLTYPE", bill.kind),
        ("AMOUNT", amount(bill.paise)),
    )
    return Element("BILLALLOCATIONS.LIST", children=tuple([Element(tag, text) for tag, text in rows if text]))


def _goods(line: GoodsDraft) -> Element:
    value, quantity = amount(line.paise), f" {line.quantity}"
    amounts = (Element("AMOUNT", value), Element("ACTUALQTY", quantity), Element("BILLEDQTY", quantity))
    batch = (Element("GODOWNNAME", line.godown), Element("BATCHNAME", line.batch), *amounts)
    posting = (
        Element("LEDGERNAME", line.ledger),
        Element("ISDEEMEDPOSITIVE", yes(line.paise > 0)),
        Element("AMOUNT", value),
    )
    return Element(
        "ALLINVENTORYENTRIES.LIST",
        children=(
            Element("STOCKITEMNAME", line.item),
            Element("ISDEEMEDPOSITIVE", yes(line.paise > 0)),
            Element("RATE", line.rate),
            *amounts,
            Element("BATCHALLOCATIONS.LIST", children=batch),
            Element("ACCOUNTINGALLOCATIONS.LIST", children=posting),
        ),
    )


def master_tree(kind: str, name: str, **fields: str) -> Element:
    """Return the elements of a master with plain fields; ``fields`` are tags in any case, in order."""
    rows = [Element(tag.upper(), text) for tag, text in fields.items()]
    return Element(kind, "", {"NAME": name, "RESERVEDNAME": ""}, tuple(rows))
