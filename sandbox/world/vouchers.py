"""Events of the books: vouchers with their postings, bills, instruments and goods, before any system's file shape.

Amounts are paise, debit positive; quantities are thousandths of the base unit. ``Voucher.postings`` is the whole of
what a voucher posts, whatever document shape it takes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from canonical.bill import BillRefKind
from canonical.voucher_type import VoucherKind
from sandbox.world.masters import ItemMaster, PartyMaster, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BillMove:
    """Part of a posting assigned to a bill.

    Attributes:
        bill_date: day the bill ages from; for an against-ref the original bill's.
        due: day it falls due by its own terms or the ledger's.
        terms: as typed on this allocation; None leaves the field empty.
    """

    kind: BillRefKind
    paise: int
    ref: str = ""
    bill_date: date | None = None
    due: date | None = None
    terms: Terms | None = None


class BankMode(StrEnum):
    """How money moved."""

    CHEQUE = "Cheque"
    NEFT = "NEFT"
    RTGS = "RTGS"
    UPI = "UPI"
    TRANSFER = "Inter Bank Transfer"
    CASH = "Cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMove:
    """The instrument behind a bank posting; ``cleared_on`` is None while the bank has not shown it."""

    paise: int
    mode: BankMode
    day: date
    number: str = ""
    reference: str = ""
    favouring: str = ""
    cleared_on: date | None = None
    is_receipt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CostMove:
    """Part of a posting booked to a cost centre; without a category it hangs directly under the posting."""

    category: str
    centre: str
    paise: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TdsMove:
    """Tax deducted at source from a contractor; ``rate`` in hundredths of a percent."""

    party: str
    expense: str
    rate: int
    assessable: int
    tax: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMove:
    """Goods on a document.

    Attributes:
        paise: debit positive value (sales negative); for stock vouchers the value moved in (positive) or out.
        ledger: income or expense account it posts to; empty where it posts nothing (challans, stock).
        discount: hundredths of a percent.
        rate: paise per base unit.
        gst_rate: hundredths of a percent.
    """

    item: ItemMaster
    paise: int
    billed: int
    actual: int
    rate: int
    godown: str
    gst_rate: int = 0
    ledger: str = ""
    discount: int = 0
    batch: str = ""
    made_on: date | None = None
    destination: str = ""
    order: str = ""
    tracking: str = ""
    description: tuple[str, ...] = ()
    costs: tuple[CostMove, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One posting.

    Attributes:
        flag_debit: what the debit/credit flag in the file says where it disagrees with the sign; None agrees.
        items: goods listed under the posting (documents entered as vouchers).
    """

    ledger: str
    paise: int
    is_party: bool = False
    bills: tuple[BillMove, ...] = ()
    banks: tuple[BankMove, ...] = ()
    costs: tuple[CostMove, ...] = ()
    tds: TdsMove | None = None
    items: tuple[ItemMove, ...] = ()
    flag_debit: bool | None = None
    is_rounding: bool = False


class View(StrEnum):
    """The shape a document was entered in."""

    ITEM_INVOICE = "Item Invoice"
    ACCOUNTING_INVOICE = "Accounting Invoice"
    AS_VOUCHER = "As Voucher"
    STOCK = "Stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How goods travel; an e-way bill when ``number`` is set."""

    number: str
    day: date
    vehicle: str
    distance_km: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """One document of the books.

    Attributes:
        index: 1 for the first voucher of the world; its master number and change number derive from it.
        day_sequence: 1 for the first of its day.
        party_ledger: what the document's party field names; for receipts and payments often the bank.
        partner: the party the document is with, if any.
        order: number of the order it fulfils; ``tracking`` that of the challan.
    """

    index: int
    day_sequence: int
    kind: VoucherKind
    type_name: str
    day: date
    number: str
    view: View = View.AS_VOUCHER
    entries: tuple[Entry, ...] = ()
    items: tuple[ItemMove, ...] = ()
    items_in: tuple[ItemMove, ...] = ()
    party_ledger: str = ""
    partner: PartyMaster | None = None
    reference: str = ""
    reference_date: date | None = None
    narration: str = ""
    is_cancelled: bool = False
    is_optional: bool = False
    is_post_dated: bool = False
    irn: str = ""
    transport: Transport | None = None
    order: str = ""
    tracking: str = ""
    trip: str = ""
    """A user-defined field of the business."""
    original: str = ""
    original_date: date | None = None

    @property
    def postings(self) -> Iterator[tuple[str, int]]:
        """Ledger and amount of everything the voucher posts."""
        for entry in self.entries:
            yield entry.ledger, entry.paise
        for item in self.items:
            if item.ledger:
                yield item.ledger, item.paise
