"""What the packed tree of a voucher says in its header, remembered so that a census need not unpack every voucher.

Thousands of vouchers share a handful of heads (view, numbering, flags), so what is kept for one voucher is a pointer.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sandbox.tally.books.catalogue import type_of
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import Scalar, parse_scalar

HEAD_FIELDS = frozenset(
    {
        *("REQUESTORRULE", "SERIALMASTER", "ARESERIALMASTER", "NUMBERINGSTYLE", "PERSISTEDVIEW", "ISDELETED"),
        *("ASORIGINAL", "ISINVOICE", "ASPAYSLIP", "ISDELETEDVCHRETAINED", "ISNEGISPOSSET", "REUSEHOLEID"),
        *("VOUCHERNUMBERSERIES", "ISDEEMEDPOSITIVE", "ISPOSTDATED"),
    }
)
"""Sent for every voucher of a collection, or asked of every voucher by those who count them; none names a master."""


class VoucherHead:
    """The header of one or many vouchers: their view, and those of ``HEAD_FIELDS`` that their trees have."""

    __slots__ = ("fields", "view")

    def __init__(self, view: str, fields: Mapping[str, Scalar]) -> None:
        self.view = view
        self.fields = fields


class VoucherHeads:
    """Heads by voucher; one is read again when the voucher's body is another."""

    def __init__(self) -> None:
        self._held: dict[int, tuple[bytes, VoucherHead]] = {}
        self._shared: dict[tuple[str, ...], VoucherHead] = {}

    def find(self, master_id: int, body: bytes) -> VoucherHead | None:
        """The head of a voucher, None if its body was not read yet."""
        held = self._held.get(master_id)
        return held[1] if held is not None and held[0] is body else None

    def keep(self, master_id: int, body: bytes, tree: Element, view: str) -> VoucherHead:
        """Read the head of a voucher off its tree."""
        rows = [child for child in tree.children if child.tag in HEAD_FIELDS and not child.children]
        key = (view, *(part for row in rows for part in (row.tag, row.text)))
        head = self._shared.get(key)
        if head is None:
            fields = {row.tag: parse_scalar(type_of(row.tag, "VOUCHER"), row.text) for row in reversed(rows)}
            head = self._shared[key] = VoucherHead(view, MappingProxyType(fields))
        self._held[master_id] = (body, head)
        return head
