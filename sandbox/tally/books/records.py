"""What the books hold of a master and of a voucher: immutable records, so that a snapshot is a copy of two tables.

A voucher's body is packed (about half a kilobyte); what filters and balances need stands beside it: day, numbers,
flags, postings, bills, goods. Amounts are paise, debit positive; quantities thousandths of the base unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sandbox.tally.books.tree import Element


class BillRow(NamedTuple):
    """Part of a posting assigned to a bill; ``ref`` is empty for on account, ``due`` None without a bill."""

    ledger_id: int
    kind: str
    ref: str
    paise: int
    due: date | None


class GoodsRow(NamedTuple):
    """Goods moved in (positive quantity) or out of a godown; ``tracking`` ties invoice and challan together."""

    item_id: int
    godown_id: int
    quantity: int
    paise: int
    tracking: str
    batch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Master:
    """A master.

    Attributes:
        kind: class name, ``LEDGER``.
        tree: its element; attributes, identity and names are filled in when it is read.
    """

    kind: str
    master_id: int
    alter_id: int
    name: str
    tree: Element


@dataclass(frozen=True, slots=True, kw_only=True)
class Voucher:
    """A voucher.

    Attributes:
        type_id: master number of its voucher type.
        sequence: position within its day, in steps of eight; part of the voucher key.
        retain_key: VOUCHERRETAINKEY, fixed at creation.
        postings: ledger numbers and amounts, alternating.
        body: packed tree.
    """

    master_id: int
    alter_id: int
    type_id: int
    day: date
    number: str
    sequence: int
    retain_key: int
    is_optional: bool
    is_cancelled: bool
    postings: tuple[int, ...]
    bills: tuple[BillRow, ...]
    goods: tuple[GoodsRow, ...]
    body: bytes
