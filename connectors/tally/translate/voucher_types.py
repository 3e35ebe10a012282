"""Voucher types: what a company's own types come down to.

A company's type (``GST Sale Invoice``) hangs below another; the kind is that of the predefined type at the top, found
by its reserved name, because predefined types are renamed too. A type may come before its parent: it is then
translated again when the parent comes.
"""

from __future__ import annotations

import dataclasses

from canonical.ledger import name_key
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.lexicon import VOUCHER_KINDS
from connectors.tally.translate.names import name_of, parent_of, reserved_name_of
from connectors.tally.translate.node import Node, nodes, plain_of, text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import VOUCHER_TYPE
from connectors.tally.translate.values import is_yes


def read_voucher_type(node: Node, reading: Reading, name: str) -> list[VoucherType]:
    """Read a voucher type and learn it; types that waited for it follow with the kind they now have."""
    name = name_of(node, name)
    reading.label = f"Voucher type {name}"
    key, parent_key = name_key(name), name_key(parent_of(node))
    kind = VOUCHER_KINDS.get(name_key(reserved_name_of(node)))
    if kind is None:
        kind = reading.learned.kind_of(parent_key) if parent_key != key else VOUCHER_KINDS.get(key)
    voucher_type = VoucherType(
        source=reading.source,
        key=key,
        name=name,
        parent_key=parent_key or key,
        kind=kind or VoucherKind.OTHER,
        numbering=_numbering(node),
        is_optional_by_default=is_yes(text_of(node.get("ISOPTIONAL"))),
        is_active=text_of(node.get("ISACTIVE")) != "No",
        extras=extras_of(node, VOUCHER_TYPE, reading, "voucher type"),
    )
    reading.learned.add_type(voucher_type, is_known=kind is not None)
    if kind is None:
        reading.learned.waiting_types.setdefault(parent_key, []).append(voucher_type)
        return [voucher_type]
    return [voucher_type, *_resolve_waiting(key, kind, reading)]


def _resolve_waiting(parent_key: str, kind: VoucherKind, reading: Reading) -> list[VoucherType]:
    resolved: list[VoucherType] = []
    for waiting in reading.learned.waiting_types.pop(parent_key, []):
        known = dataclasses.replace(waiting, kind=kind)
        reading.learned.add_type(known, is_known=True)
        resolved += [known, *_resolve_waiting(known.key, kind, reading)]
    return resolved


def _numbering(node: Node) -> str:
    """Since TallyPrime 3 the plain tag always says None; the default series holds the method."""
    for series in nodes(node.get("VOUCHERNUMBERSERIES.LIST")):
        method = plain_of(series.get("NUMBERINGMETHOD"))
        if method:
            return method
    return plain_of(node.get("NUMBERINGMETHOD"))
