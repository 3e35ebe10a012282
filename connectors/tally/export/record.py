"""One object as a record: its columns, and the key it is known by.

Columns are what other Singer targets and the hub's own bookkeeping need without opening ``object``; everything the
translation uses comes from ``object`` itself, where nothing is left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b

from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.tally.export.document import Found
from connectors.tally.export.streams import OTHER_MASTERS, STREAM_BY_TAG
from connectors.tally.tree import Node, text_of

_COMPANY_GUID = re.compile(r"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
_OBJECT_GUID = re.compile(_COMPANY_GUID.pattern + r"-[0-9a-fA-F]{8}")
"""Company GUID, then eight hex digits of the MASTERID (true of every object of every capture examined)."""
_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_DIGITS = re.compile(r"\d{1,15}")
_PLAIN_AMOUNT = re.compile(r"-?\d{1,18}(?:\.\d{1,8})?")
_ENTRY_LISTS = (
    "ALLLEDGERENTRIES.LIST",
    "LEDGERENTRIES.LIST",
    "ALLINVENTORYENTRIES.LIST",
    "INVENTORYENTRIES.LIST",
    "INVENTORYENTRIESIN.LIST",
    "INVENTORYENTRIESOUT.LIST",
)

Columns = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Described:
    """An object with its columns.

    Attributes:
        stream: where it goes.
        key: its identity inside the company and stream.
        columns: scalars; ``key`` is among them.
        company_guid: the company the GUID belongs to, lower case; empty if the object has no GUID of Tally's form.
        has_identity: the source gave the key (GUID or REMOTEID or a master's name); else it was derived from content
            and equal contents get equal keys.
    """

    stream: str
    key: str
    columns: Columns
    company_guid: str
    has_identity: bool

    @property
    def alter_id(self) -> int:
        """Tally's change counter, 0 if absent."""
        return self.columns["alter_id"] or 0


def describe(found: Found) -> Described:
    """Give an object its columns and key."""
    node = found.node
    stream = STREAM_BY_TAG.get(found.tag, OTHER_MASTERS)
    guid = text_of(node.get("GUID"))
    remote_id = text_of(node.get("@REMOTEID")) or text_of(node.get("REMOTEGUID"))
    pattern = _COMPANY_GUID if stream == "companies" else _OBJECT_GUID
    match = pattern.fullmatch(guid) or pattern.fullmatch(remote_id)
    columns: Columns = {
        "key": "",
        "guid": guid,
        "remote_id": remote_id,
        "name": "" if stream == "vouchers" else name_of_master(node),
        "alter_id": _whole(node.get("ALTERID")),
        "master_id": _whole(node.get("MASTERID")),
        "element": found.tag,
    }
    if stream == "vouchers":
        columns |= _voucher_columns(node)
        columns["name"] = f"{columns['voucher_type']} {columns['voucher_number']}".strip()
    else:
        columns["parent"] = text_of(node.get("PARENT"))
    key = guid or remote_id or _derived_key(stream, found.tag, node, columns)
    columns["key"] = key
    has_identity = bool(guid or remote_id or stream != "vouchers")
    return Described(stream, key, columns, match.group(1).lower() if match else "", has_identity)


def name_of_master(node: Node) -> str:
    """Return a master's name: the NAME attribute, else the first of its names."""
    listed = node.get("LANGUAGENAME.LIST")
    first = listed[0] if isinstance(listed, list) and listed else listed
    names = first.get("NAME.LIST") if isinstance(first, dict) else None
    return (
        text_of(node.get("@NAME")).strip()
        or text_of(node.get("NAME"))
        or (text_of(names.get("NAME")) if isinstance(names, dict) else "")
    )


def _voucher_columns(node: Node) -> Columns:
    return {
        "date": iso_date(text_of(node.get("DATE"))),
        "voucher_type": text_of(node.get("VOUCHERTYPENAME")) or text_of(node.get("@VCHTYPE")),
        "voucher_number": text_of(node.get("VOUCHERNUMBER")),
        "reference": text_of(node.get("REFERENCE")),
        "party_ledger_name": text_of(node.get("PARTYLEDGERNAME")),
        "is_cancelled": _yes(node, "ISCANCELLED") or text_of(node.get("@ACTION")) == "Cancel",
        "is_optional": _yes(node, "ISOPTIONAL"),
    }


def iso_date(text: str) -> str | None:
    """Turn Tally's ``20240401`` into ``2024-04-01``; other forms are left to the translation and give None."""
    match = _DATE.fullmatch(text)
    return "-".join(match.groups()) if match else None


def _whole(value: object) -> int | None:
    text = text_of(value)
    return int(text) if _DIGITS.fullmatch(text) else None


def _yes(node: Node, tag: str) -> bool:
    return text_of(node.get(tag)).casefold() == "yes"


def _derived_key(stream: str, tag: str, node: Node, columns: Columns) -> str:
    if stream == "vouchers":
        says = (columns["voucher_type"], columns["voucher_number"], text_of(node.get("DATE")))
        return f"derived:{_digest(*says, columns['party_ledger_name'], _total(node))}"
    # A currency's symbol may be exported as '?', so its formal name is the better key.
    formal = text_of(node.get("MAILINGNAME")) or text_of(node.get("EXPANDEDSYMBOL")) if stream == "currencies" else ""
    name = name_key(formal or columns["name"])
    kind = f"{tag.casefold()}:" if stream == OTHER_MASTERS else ""
    if stream in ("companies", OTHER_MASTERS) and not name:
        return f"derived:{_digest(tag, repr(node))}"
    return f"name:{kind}{name}"


def _total(node: Node) -> str:
    """Sum what the entries move, whichever lists the voucher uses; texts that are no number count as they stand."""
    total, others = Decimal(0), []
    for tag in _ENTRY_LISTS:
        entries = node.get(tag, [])
        for entry in entries if isinstance(entries, list) else [entries]:
            text = text_of(entry.get("AMOUNT")) if isinstance(entry, dict) else ""
            if _PLAIN_AMOUNT.fullmatch(text):
                total += abs(Decimal(text))
            elif text:
                others.append(text)
    return f"{total.normalize():f}|{'|'.join(others)}"


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
