"""The JSON transport of TallyPrime 7.0: routing in HTTP headers, inline TDL and variables in the body.

A request is turned into the same ``Incoming`` the XML gives, and the XML answer is turned into JSON as the captures
show it: values that carry a type as ``{"type", "value"}``, logicals as booleans, lists as arrays under their name,
attributes in ``metadata``. The shapes of named reports without TALLYMESSAGE are not known; they are refused.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping, Sequence
from email.message import Message
from typing import TYPE_CHECKING, Any

from sandbox.tally.books.tree import Element, parse_xml
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.application import Application, Reply
from sandbox.tally.gateway.definitions import Definitions, read_definitions
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.incoming import Family, Incoming, find

if TYPE_CHECKING:
    from sandbox.tally.books import LiveCompany

JSON_TYPE = "application/json"

_FAMILIES = {
    ("export", "collection"): Family.COLLECTION,
    ("export", "data"): Family.REPORT,
    ("export", "object"): Family.OBJECT,
    ("export", "function"): Family.FUNCTION,
    ("import", "data"): Family.IMPORT,
}
_KINDS = frozenset({"collection", "system", "report", "form", "part", "line", "field", "object"})
_LOGICALS = {"Yes": True, "No": False}
_REFUSED = {"status": "0", "error": "Unknown Request, cannot be processed"}


def answer_json(application: Application, headers: Message, text: str, faults: Faults) -> Reply:
    """Answer a JSON request; a release without JSON does not understand it."""
    if not faults.json:
        return Reply(pieces=iter([answers.UNKNOWN_REQUEST]), kind="unknown", name="JSON")
    incoming = read_json(headers, text)
    if incoming is None:
        return Reply(pieces=iter([_dump(_REFUSED)]), kind="unknown", name="JSON", is_json=True)
    reply = application.answer_incoming(incoming, faults)
    document = render_json("".join(reply.pieces))
    if incoming.family is Family.IMPORT:
        books = application.books
        _name_last_voucher(document, books.find(incoming.company) if incoming.company else books.current)
    reply.pieces = iter([_dump(document)])
    reply.is_json = True
    return reply


def _name_last_voucher(document: dict[str, Any], company: LiveCompany | None) -> None:
    """Add the last voucher's number to the counters of an import: XML leaves it out, after masters there is none."""
    result = document.get("data", {}).get("import_result")
    if result is None or company is None:
        return
    voucher = company.state.vouchers.get(int(result["lastvchid"]))
    if voucher is not None:
        result["vchnumber"] = voucher.number


def _dump(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def read_json(headers: Message, text: str) -> Incoming | None:
    """Read a request; None if it is not one."""
    try:
        body = json.loads(text or "{}")
    except ValueError:
        return None
    family = _FAMILIES.get(((headers.get("tallyrequest") or "").casefold(), (headers.get("type") or "").casefold()))
    if family is None or not isinstance(body, dict):
        return None
    return Incoming(
        family=family,
        id=_identity(headers),
        subtype=headers.get("subtype") or "",
        variables=_variables(body.get("static_variables", [])),
        definitions=_definitions(body.get("tdlmessage", [])),
        fetch=[str(one) for one in body.get("fetch_list", [])],
        parameters=[str(one) for one in body.get("func_param_list", [])],
        envelope=_import_envelope(_identity(headers), body) if family is Family.IMPORT else None,
    )


def _identity(headers: Message) -> str:
    encoded = headers.get("id-encoded")
    if not encoded:
        return headers.get("id") or ""
    try:
        return base64.b64decode(encoded).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _variables(rows: list[dict[str, Any]] | dict[str, Any]) -> dict[str, str]:
    """Names and values, as the vendor documents them; one public client sends an object instead."""
    if isinstance(rows, dict):
        return {name.casefold(): str(value) for name, value in rows.items()}
    return {str(row.get("name", "")).casefold(): str(row.get("value", "")) for row in rows}


def _definitions(rows: list[dict[str, Any]]) -> Definitions:
    """Definitions with ``definition_type``, ``definition_name`` and attributes, which are values or lists of values."""
    found = tuple(_definition(one) for row in rows for one in _split(row))
    return read_definitions([Element("TDLMESSAGE", children=found)])


def _split(row: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Definitions by kind, ``{"collection": {...}, "system": {...}}``, as one public client sends them."""
    inner = [
        {**value, "definition_type": kind} for kind, value in row.items() if kind in _KINDS and isinstance(value, dict)
    ]
    return inner or (row,)


def _definition(row: Mapping[str, Any]) -> Element:
    lowered = {key.casefold().replace("_", ""): value for key, value in row.items()}
    kind = str(lowered.pop("definitiontype", ""))
    metadata = lowered.pop("metadata", {})
    name = str(lowered.pop("definitionname", lowered.pop("name", metadata.get("name", ""))))
    attributes = lowered.pop("attributes", lowered)
    pairs = _pairs(attributes)
    if kind.casefold() == "system":
        text = next((value for key, value in pairs if key in {"VALUE", "FORMULA", "TEXT", "SET"}), "")
        return Element("SYSTEM", text, {"NAME": name, "TYPE": "Formulae"})
    return Element(kind.upper(), attributes={"NAME": name}, children=tuple(Element(key, value) for key, value in pairs))


def _pairs(attributes: Any) -> list[tuple[str, str]]:
    rows = attributes if isinstance(attributes, list) else [attributes]
    return [
        (key.upper().replace("_", ""), str(one))
        for row in rows
        for key, value in row.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def _import_envelope(identity: str, body: Mapping[str, Any]) -> Element:
    messages = tuple(Element("TALLYMESSAGE", children=(_element(row),)) for row in body.get("tallymessage", []))
    variables = tuple(
        Element(name.upper(), value) for name, value in _variables(body.get("static_variables", [])).items()
    )
    description = Element("DESC", children=(Element("STATICVARIABLES", children=variables),))
    said = {"VERSION": "1", "TALLYREQUEST": "Import", "TYPE": "Data", "ID": identity}
    header = tuple(Element(tag, text) for tag, text in said.items())
    return Element(
        "ENVELOPE",
        children=(
            Element("HEADER", children=header),
            Element("BODY", children=(description, Element("DATA", children=messages))),
        ),
    )


def _element(row: Mapping[str, Any]) -> Element:
    metadata = row.get("metadata", {})
    attributes = {key.upper(): str(value) for key, value in metadata.items() if key != "type"}
    children = tuple(child for key, value in row.items() if key != "metadata" for child in _children(key, value))
    return Element(str(metadata.get("type", "")).replace(" ", "").upper(), attributes=attributes, children=children)


def _children(key: str, value: Any) -> list[Element]:
    tag = key.upper()
    match value:
        case list():
            return [_entry(tag, one) for one in value if not (isinstance(one, dict) and one.get("metadata") is True)]
        case dict() if "value" in value:
            return [Element(tag, _plain(value["value"]))]
        case dict():
            return [_entry(tag, value)]
        case _:
            return [Element(tag, _plain(value))]


def _entry(tag: str, value: Any) -> Element:
    if not isinstance(value, dict):
        return Element(f"{tag}.LIST", children=(Element(tag, _plain(value)),))
    return Element(f"{tag}.LIST", children=tuple(one for key, inner in value.items() for one in _children(key, inner)))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def render_json(written: str) -> dict[str, Any]:
    """Turn an XML answer into the JSON answer of the same request."""
    root = parse_xml(written.strip())
    if root.tag == "RESPONSE":
        return _render_response(root)
    messages = [one for message in _messages(root) for one in message.children]
    if messages:
        return {"status": "1", "tallymessage": [_object(one) for one in messages]}
    body, header = find(root, "BODY"), find(root, "HEADER")
    data = find(body, "DATA") if body is not None else None
    if data is None or header is None:
        return dict(_REFUSED)
    return {"status": header.value("STATUS"), **_render_data(data)}


def _messages(element: Element) -> Iterator[Element]:
    """The TALLYMESSAGE elements of an answer, wherever its form keeps them."""
    for child in element.children:
        if child.tag == "TALLYMESSAGE":
            yield child
        else:
            yield from _messages(child)


def _render_response(root: Element) -> dict[str, Any]:
    if root.first("CREATED") is None:
        return {"status": "0", "error": root.value("LINEERROR") or root.text}
    counters = {child.tag.casefold(): child.text for child in root.children}
    return {"status": "1", "data": {"import_result": counters}}


def _render_data(data: Element) -> dict[str, Any]:
    collection = data.first("COLLECTION")
    if collection is not None:
        metadata = {_collection_key(key): _flag(key, value) for key, value in collection.attributes.items()}
        return {"data": {"metadata": metadata, "collection": [_object(one) for one in collection.children]}}
    result = data.first("RESULT")
    if result is not None:
        return {"result": {"type": result.attributes.get("TYPE", "String"), "value": result.text}}
    return {"error": data.value("LINEERROR") or data.value("ERRORMSG")}


_COLLECTION_KEYS = {
    "ISMSTDEPTYPE": "is_mst_dep_type",
    "MSTDEPTYPE": "mst_dep_type",
    "ISCMPDEPTYPE": "is_cmp_dep_type",
    "CMPLOCUS": "cmp_locus",
    "CMPDEPTYPE": "cmp_dep_type",
}


def _collection_key(name: str) -> str:
    return _COLLECTION_KEYS.get(name, name.casefold())


def _flag(name: str, value: str) -> Any:
    """A logical or a number; the class of masters is text in the one capture there is."""
    if name == "MSTDEPTYPE":
        return value
    return _LOGICALS.get(value, int(value) if value.isdigit() else value)


def _object(element: Element) -> dict[str, Any]:
    metadata = {"type": element.tag.title(), **{key.casefold(): value for key, value in element.attributes.items()}}
    return {"metadata": metadata, **_members(element)}


def _members(element: Element) -> dict[str, Any]:
    members: dict[str, Any] = {}
    for child in element.children:
        if child.tag.endswith(".LIST"):
            members.setdefault(child.tag.removesuffix(".LIST").casefold(), []).extend(_list_rows(child))
        elif "TYPE" in child.attributes:
            kind = child.attributes["TYPE"]
            value: Any = _LOGICALS.get(child.text, child.text) if kind == "Logical" else child.text
            members[child.tag.casefold()] = {"type": kind, "value": value}
        elif child.text:
            members[child.tag.casefold()] = _LOGICALS.get(child.text, child.text)
    return members


def _list_rows(element: Element) -> list[Any]:
    own = element.tag.removesuffix(".LIST")
    if element.children and all(child.tag == own for child in element.children):
        return [
            {"metadata": True, "type": element.attributes.get("TYPE", "String")},
            *(one.text for one in element.children),
        ]
    return [_members(element)]
