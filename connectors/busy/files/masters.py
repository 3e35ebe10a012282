"""XML elements to streams and keys: which kind of master a record is, and what it is found by."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from canonical.ledger import name_key
from connectors.busy.files.document import Found
from connectors.busy.files.spool import encoded
from connectors.busy.identity import object_key
from connectors.busy.staging import MASTER_TYPES
from connectors.busy.streams import OTHER_MASTERS, stream_of_master


def text(node: dict[str, Any], tag: str) -> str:
    """A leaf's text; empty if it is absent or not a leaf."""
    value = node.get(tag)
    return value if isinstance(value, str) else ""


def master_stream(found: Found) -> str | None:
    """Return the stream of a master; None for settings of printing, series and screens, which have no name."""
    if found.tag in MASTER_TYPES:
        return stream_of_master(MASTER_TYPES[found.tag])
    is_named = bool(text(found.node, "Name")) and "tmpCode" in found.node
    return OTHER_MASTERS if is_named else None


def master_key(found: Found, year_from: date) -> str:
    """Identity within the stream: year and code; of a master without code its name, of one without both its content."""
    code = text(found.node, "tmpCode")
    kind = "" if found.tag in MASTER_TYPES and stream_of_master(MASTER_TYPES[found.tag]) != OTHER_MASTERS else found.tag
    if not code:
        named = name_key(text(found.node, "Name"))
        code = f"name:{named}" if named else hashlib.sha256(encoded(found.node)).hexdigest()[:16]
    return object_key(year_from, f"{kind}:{code}" if kind else code)


def voucher_key(node: dict[str, Any], year_from: date) -> str:
    """Identity of a voucher: year and code; a bare voucher (``VchXML``) has none, so what people know it by."""
    code = text(node, "tmpVchCode")
    if not code:
        told = (text(node, tag) for tag in ("VchType", "VchSeriesName", "Date", "VchNo"))
        code = "|".join(told)
    return object_key(year_from, code)
