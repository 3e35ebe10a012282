"""Vouchers as objects: header values come from the record, ``AllLedgerEntries`` from every view's posting lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sandbox.tally.books.catalogue import type_of
from sandbox.tally.books.moves import (
    ENTRY_LISTS,
    GOODS_LISTS,
    IN_LIST,
    NESTED_GOODS,
    OUT_LIST,
    iter_entries,
)
from sandbox.tally.books.objects import LiveObject, Scope, fold_method
from sandbox.tally.books.packing import unpack
from sandbox.tally.books.records import Voucher
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import Amount, Day, Empty, Logical, Number, Scalar, Text, parse_scalar
from sandbox.tally.books.voucher_heads import HEAD_FIELDS, VoucherHead
from sandbox.tally.text import day_serial

ALL_GOODS = (*GOODS_LISTS, IN_LIST, OUT_LIST)
HEADER_TAGS = (
    *("DATE", "GUID", "VOUCHERTYPENAME", "VOUCHERNUMBER", "ISOPTIONAL", "EFFECTIVEDATE", "ISCANCELLED"),
    *("ALTERID", "MASTERID", "VOUCHERKEY"),
)
"""Values that the record holds; in the packed tree only their place is kept."""

_HEADER_SET = frozenset(HEADER_TAGS)
NEUTRAL_VIEW = "Accounting Voucher View"


class VoucherObject(LiveObject):
    """A voucher."""

    record: Voucher

    def __init__(self, scope: Scope, record: Voucher) -> None:
        self.scope, self.element, self.root = scope, _UNREAD, "VOUCHER"  # one for each voucher of a walk
        self.record = record
        self._by_tag: dict[str, list[Element]] | None = None

    @property
    def tag(self) -> str:
        """``VOUCHER``."""
        return "VOUCHER"

    @property
    def tree(self) -> Element:
        """The stored tree, unpacked on first use."""
        if self.element is _UNREAD:
            self.element = unpack(self.record.body)
        return self.element

    @property
    def attributes(self) -> Mapping[str, str]:
        """Identity, type and view, as exports write them; ACTION says Cancel for a cancelled voucher."""
        return {
            "REMOTEID": self.guid,
            "VCHKEY": f"{self.scope.company.guid}-{day_serial(self.record.day):08x}:{self.record.sequence:08x}",
            "VCHTYPE": self.type_name,
            "ACTION": "Cancel" if self.record.is_cancelled else "Create",
            "OBJVIEW": self.head.view,
        }

    @property
    def head(self) -> VoucherHead:
        """What the tree says in the header, without unpacking it a second time."""
        heads, record = self.scope.company.voucher_heads, self.record
        found = heads.find(record.master_id, record.body)
        if found is None:
            view = self.tree.attributes.get("OBJVIEW", NEUTRAL_VIEW)
            found = heads.keep(record.master_id, record.body, self.tree, view)
        return found

    @property
    def guid(self) -> str:
        """Company GUID and master number."""
        return f"{self.scope.company.guid}-{self.record.master_id:08x}"

    @property
    def type_name(self) -> str:
        """Present name of the voucher type."""
        return self.scope.company.masters.by_id[self.record.type_id].name

    def method(self, name: str) -> Scalar | None:
        """Answer header values from the record without unpacking; the rest from the tree."""
        field = fold_method(name)
        known = _HEADER.get(field)
        if known is not None:
            return known(self)
        if field in HEAD_FIELDS:
            return self.head.fields.get(field) or (_ATTRIBUTES[field](self) if field in _ATTRIBUTES else None)
        for child in self.tagged(field):
            if not child.children:
                return parse_scalar(type_of(field, "VOUCHER"), self.spell(child.text))
        return _ATTRIBUTES[field](self) if field in _ATTRIBUTES else None

    def tagged(self, tag: str) -> Sequence[Element]:
        """Return the stored children of a tag; a request asks one voucher for a hundred of them."""
        return self.by_tag.get(tag, ())

    @property
    def by_tag(self) -> Mapping[str, Sequence[Element]]:
        """The stored children by their tag."""
        if self._by_tag is None:
            self._by_tag = {}
            for child in self.tree.children:
                self._by_tag.setdefault(child.tag, []).append(child)
        return self._by_tag

    @staticmethod
    @cache
    def tags_behind(field: str) -> tuple[str, ...]:
        """The stored tags one of which a voucher has if it answers a field or list; none where it may answer anyway."""
        computed = (_HEADER.keys() | HEAD_FIELDS | _ATTRIBUTES.keys() | _COMPUTED_LISTS) & {field}
        return () if computed else (field, f"{field}.LIST")

    def stored(self) -> Iterator[Element]:
        """Yield the children as an export lists them, header values filled in."""
        for child in self.tree.children:
            tag = child.tag
            yield Element(tag, self.header_text(tag)) if tag in _HEADER_SET else child

    def whole(self) -> Element:
        """Return the complete tree, header included, as something that can be altered and entered again."""
        attributes = {"VCHTYPE": self.type_name, "OBJVIEW": self.tree.attributes.get("OBJVIEW", NEUTRAL_VIEW)}
        return Element("VOUCHER", "", attributes, tuple(self.stored()))

    def header_text(self, tag: str) -> str:
        """Return the text of a header value as files write it: numbers of identity with a leading blank."""
        value = _HEADER[tag](self)
        return f" {value.wire}" if tag in ("ALTERID", "MASTERID") else value.wire

    def list_elements(self, tag: str) -> Iterator[Element]:
        """Yield list entries; the ``ALL...`` lists hold every line, whatever view the voucher was entered in."""
        match tag:
            case "ALLLEDGERENTRIES.LIST":
                yield from (entry._replace(tag=tag) for entry in iter_entries(self.tree))
            case "ALLINVENTORYENTRIES.LIST" | "INVENTORYENTRIES.LIST":
                yield from (row._replace(tag=tag) for row in _goods_lines(self.tree))
            case _:
                yield from self.tagged(tag)

    def child_lists(self) -> tuple[str, ...]:
        """Return the tags of the stored lists that have entries."""
        return tuple(dict.fromkeys(child.tag for child in self.tree.children if child.children))


_UNREAD = Element("VOUCHER")
_COMPUTED_LISTS = frozenset({"ALLLEDGERENTRIES", "ALLINVENTORYENTRIES", "INVENTORYENTRIES"})
"""Put together from the stored lists, whatever those are called."""


def _goods_lines(tree: Element) -> Iterator[Element]:
    for child in tree.children:
        if child.tag in ALL_GOODS:
            yield child
        elif child.tag in ENTRY_LISTS:
            yield from child.all(NESTED_GOODS)


def _view(voucher: VoucherObject) -> str:
    return voucher.head.view


def _key_number(voucher: VoucherObject) -> Scalar:
    return Number(Decimal((day_serial(voucher.record.day) << 32) + voucher.record.sequence))


def _amount(voucher: VoucherObject) -> Scalar:
    """The first entry's amount (the party's, in invoices); empty for a voucher that posts nothing."""
    postings = voucher.record.postings
    return Amount(Decimal(-postings[1]) / 100) if postings else Empty("Amount")


PLAIN: dict[str, Callable[[Voucher], date | Decimal | bool]] = {
    "date": lambda record: record.day,
    "masterid": lambda record: Decimal(record.master_id),
    "alterid": lambda record: Decimal(record.alter_id),
    "isoptional": lambda record: record.is_optional,
    "iscancelled": lambda record: record.is_cancelled,
}
"""Values of the header for expressions, by lower-case name: a walk asks each voucher of the book for some of these."""


def _typed(name: str, kind: Callable[[Any], Scalar]) -> Callable[[VoucherObject], Scalar]:
    read = PLAIN[name]
    return lambda voucher: kind(read(voucher.record))


_HEADER: dict[str, Callable[[VoucherObject], Scalar]] = {
    "DATE": _typed("date", Day),
    "EFFECTIVEDATE": _typed("date", Day),
    "GUID": lambda voucher: Text(voucher.guid),
    "MASTERID": _typed("masterid", Number),
    "ALTERID": _typed("alterid", Number),
    "VOUCHERTYPENAME": lambda voucher: Text(voucher.type_name),
    "VOUCHERNUMBER": lambda voucher: Text(voucher.record.number),
    "VOUCHERKEY": _key_number,
    "VOUCHERRETAINKEY": lambda voucher: Number(Decimal(voucher.record.retain_key)),
    "ISOPTIONAL": _typed("isoptional", Logical),
    "ISCANCELLED": _typed("iscancelled", Logical),
    "AMOUNT": _amount,
}
_ATTRIBUTES: dict[str, Callable[[VoucherObject], Scalar]] = {
    "REMOTEID": lambda voucher: Text(voucher.guid),
    "VCHKEY": lambda voucher: Text(voucher.attributes["VCHKEY"]),
    "VCHTYPE": lambda voucher: Text(voucher.type_name),
    "OBJVIEW": lambda voucher: Text(_view(voucher)),
    "PERSISTEDVIEW": lambda voucher: Text("" if voucher.record.is_cancelled else _view(voucher)),
    "ISINVOICE": lambda voucher: Logical(_view(voucher) == "Invoice Voucher View"),
    "ISDELETED": lambda _: Logical(False),
    "ISPOSTDATED": lambda _: Logical(False),
    "ASORIGINAL": lambda _: Logical(False),
    "VOUCHERNUMBERSERIES": lambda _: Text("Default"),
    "REUSEHOLEID": lambda _: Number(Decimal(0)),
}
"""Answered if the stored tree has no such element."""
