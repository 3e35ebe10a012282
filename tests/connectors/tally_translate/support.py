"""Raw records from XML snippets, by a converter of our own: the tests of translation do not depend on the reader."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from lxml import etree

from canonical.company import Company
from canonical.issue import Issue
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from connectors.sdk.base import Translation
from connectors.tally.translate import TallyTranslator

STREAMS = {
    "COMPANY": "companies",
    "CURRENCY": "currencies",
    "UNIT": "units",
    "GROUP": "groups",
    "LEDGER": "ledgers",
    "VOUCHERTYPE": "voucher_types",
    "COSTCATEGORY": "cost_categories",
    "COSTCENTRE": "cost_centres",
    "STOCKGROUP": "stock_groups",
    "STOCKCATEGORY": "stock_categories",
    "GODOWN": "godowns",
    "STOCKITEM": "stock_items",
    "TAXUNIT": "tax_units",
    "VOUCHER": "vouchers",
}
COMPANY_KEY = "0f3c5c1e-2a7b-4a57-9d7e-1b2c3d4e5f60"
EXTRACTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
T = TypeVar("T")


def company(**fields: Any) -> Company:
    return Company(
        source=SourceRef("tally", COMPANY_KEY, "companies", COMPANY_KEY), **{"name": "Khata Traders", **fields}
    )


def translator(**fields: Any) -> TallyTranslator:
    return TallyTranslator(company(**fields))


def decode(data: bytes) -> str:
    """Text of a file in any of the encodings Tally writes, illegal characters in the private-use range."""
    if data[:2] == b"\xff\xfe":
        text = data[2:].decode("utf-16-le")
    elif data[1:2] == b"\0":
        text = data.decode("utf-16-le")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252")
    text = re.sub(
        r"&#(\d+);", lambda m: m[0] if int(m[1]) in {9, 10, 13} or int(m[1]) > 31 else chr(0xE000 + int(m[1])), text
    )
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", lambda m: chr(0xE000 + ord(m[0])), text)
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).replace("UDF:", "UDF_")


def tree(element: Any) -> Any:
    """The element as JSON values: as the reader's contract says, empty placeholders dropped."""
    node: dict[str, Any] = {f"@{name}": value for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        value = tree(child)
        if value in ("", {}):
            continue
        if child.tag in node:
            held = node[child.tag] if isinstance(node[child.tag], list) else [node[child.tag]]
            node[child.tag] = [*held, value]
        else:
            node[child.tag] = value
    text = (element.text or "").strip("\r\n\t") if (element.text or "").strip() else ""
    if not node:
        return text
    if text:
        node["#text"] = text
    return "" if node.keys() == {"@TYPE"} else node


def iter_objects(text: str) -> Iterator[tuple[str, Any]]:
    root = etree.fromstring(f"<KHATA>{text}</KHATA>", etree.XMLParser(huge_tree=True, remove_comments=True))
    wrappers = {"KHATA", "ENVELOPE", "BODY", "DATA", "COLLECTION", "IMPORTDATA", "REQUESTDATA", "TALLYMESSAGE"}
    for element in root.iter(*STREAMS):
        parent = element.getparent()
        if parent is not None and parent.tag in wrappers and (len(element) or element.get("NAME")):
            yield element.tag, tree(element)


def _text(value: Any) -> str:
    return str(value.get("#text", "")) if isinstance(value, dict) else str(value or "")


def record(element: str, node: Any, position: int = 1, file: str = "daybook.xml") -> RawRecord:
    name = _text(node.get("@NAME")) or _text(node.get("NAME"))
    guid = _text(node.get("GUID")) or _text(node.get("@REMOTEID")) or name or str(position)
    alter = _text(node.get("ALTERID")).strip()
    body = {"guid": guid, "name": name, "alter_id": int(alter) if alter.isdecimal() else None, "object": node}
    payload = msgspec.json.encode(body)
    source = SourceRef("tally", COMPANY_KEY, STREAMS[element], guid)
    return RawRecord(source, payload, hashlib.sha256(payload).digest(), EXTRACTED_AT, f"{file}#{position}")


def records(text: str, file: str = "daybook.xml") -> list[RawRecord]:
    """Raw records of a snippet, in the order a run translates them."""
    found = [record(tag, node, index, file) for index, (tag, node) in enumerate(iter_objects(text), start=1)]
    order = TallyTranslator(company()).stream_order
    return sorted(found, key=lambda raw: order.index(raw.source.stream))


def load(path: Path) -> list[RawRecord]:
    return records(decode(path.read_bytes()), path.name)


def run(raw: Iterable[RawRecord], using: TallyTranslator | None = None) -> Translation:
    """Translate records with one translator, as a run does."""
    learned = using or translator()
    done = [learned.translate(item) for item in raw]
    return Translation(
        records=tuple(item for one in done for item in one.records),
        issues=tuple(issue for one in done for issue in one.issues),
    )


def translate(text: str, using: TallyTranslator | None = None) -> Translation:
    return run(records(text), using)


def of_type(done: Translation, wanted: type[T]) -> list[T]:
    return [item for item in done.records if isinstance(item, wanted)]


def one(done: Translation, wanted: type[T]) -> T:
    found = of_type(done, wanted)
    assert len(found) == 1, [type(item).__name__ for item in done.records]
    return found[0]


def voucher(body: str, *, using: TallyTranslator | None = None, **header: str) -> Voucher:
    """One voucher of a body of entries; the header may be overridden tag by tag."""
    return one(translate(voucher_xml(body, **header), using), Voucher)


def voucher_xml(body: str, **header: str) -> str:
    tags = {"DATE": "20250410", "VOUCHERTYPENAME": "Sales", "VOUCHERNUMBER": "S/1", "GUID": "g-1", **header}
    lines = "".join(f"<{tag}>{value}</{tag}>" for tag, value in tags.items() if value)
    return f"<VOUCHER>{lines}{body}</VOUCHER>"


def entry(ledger: str, amount: str, inner: str = "", *, tag: str = "ALLLEDGERENTRIES.LIST") -> str:
    return f"<{tag}><LEDGERNAME>{ledger}</LEDGERNAME><AMOUNT>{amount}</AMOUNT>{inner}</{tag}>"


def bill_xml(name: str, kind: str, amount: str, inner: str = "") -> str:
    body = f"<NAME>{name}</NAME><BILLTYPE>{kind}</BILLTYPE><AMOUNT>{amount}</AMOUNT>{inner}"
    return f"<BILLALLOCATIONS.LIST>{body}</BILLALLOCATIONS.LIST>"


def codes(issues: Iterable[Issue]) -> list[str]:
    return [issue.code for issue in issues]
