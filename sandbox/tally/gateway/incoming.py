"""What a request asks, read from its XML: family, id, static variables, inline TDL.

Tally tells families by the header; a header it does not know, XML it cannot read and a legacy header that also carries
VERSION all end in ``Unknown Request, cannot be processed``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sandbox.tally.books.tree import Element, TreeError, parse_xml
from sandbox.tally.gateway.definitions import Definitions, read_definitions
from sandbox.tally.gateway.faults import Faults


class Family(StrEnum):
    """Families of requests."""

    LIVENESS = "liveness"
    COLLECTION = "collection"
    REPORT = "report"
    OBJECT = "object"
    FUNCTION = "function"
    IMPORT = "import"
    EXECUTE = "execute"


class NotUnderstood(ValueError):
    """Tally would answer ``Unknown Request, cannot be processed``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One request.

    Attributes:
        id: Collection, report, function or object asked for.
        id_type: What the id of an object is: Name, or an identity.
        subtype: Class of the object asked for.
        variables: Static variables by lower-case name.
        fetch: What is asked of an object.
        parameters: Values for a function.
        envelope: The whole document, for imports.
    """

    family: Family
    id: str = ""
    id_type: str = "Name"
    subtype: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    definitions: Definitions = field(default_factory=Definitions)
    fetch: Sequence[str] = ()
    parameters: Sequence[str] = ()
    envelope: Element | None = None

    @property
    def company(self) -> str | None:
        """The company asked for, None if the request names none."""
        return self.variables.get("svcurrentcompany") or None

    @property
    def export_format(self) -> str:
        """SVEXPORTFORMAT, lower case."""
        return self.variables.get("svexportformat", "").casefold()


_FAMILIES = {
    "data": Family.REPORT,
    "collection": Family.COLLECTION,
    "object": Family.OBJECT,
    "function": Family.FUNCTION,
}


def read_request(text: str, faults: Faults) -> Incoming:
    """Read a request.

    Raises:
        NotUnderstood: Tally would refuse it as unknown.
    """
    if not text.strip():
        return Incoming(family=Family.LIVENESS)
    try:
        envelope = parse_xml(text.strip())
    except TreeError as error:
        raise NotUnderstood(str(error)) from error
    if envelope.tag.upper() != "ENVELOPE":
        raise NotUnderstood(f"root element {envelope.tag}")
    header = find(envelope, "HEADER")
    if header is None:
        raise NotUnderstood("no HEADER")
    return _read_by_header(envelope, header, faults)


def _read_by_header(envelope: Element, header: Element, faults: Faults) -> Incoming:
    request = text_of(header, "TALLYREQUEST").casefold()
    has_version = find(header, "VERSION") is not None
    match request:
        case "export" if has_version:
            return _read_export(envelope, header)
        case "import" if has_version:
            return Incoming(
                family=Family.IMPORT,
                id=text_of(header, "ID"),
                variables=_variables(_description(envelope)),
                envelope=envelope,
            )
        case "export data" if not has_version and not faults.legacy_refused:
            return _read_legacy_export(envelope)
        case "import data" if not has_version:
            return _read_legacy_import(envelope)
        case "execute" if has_version and text_of(header, "TYPE").casefold() == "tdlaction":
            return Incoming(family=Family.EXECUTE, id=text_of(header, "ID"))
        case _:
            raise NotUnderstood(f"TALLYREQUEST {request}{' with VERSION' if has_version else ''}")


def _read_export(envelope: Element, header: Element) -> Incoming:
    family = _FAMILIES.get(text_of(header, "TYPE").casefold())
    if family is None:
        raise NotUnderstood(f"TYPE {text_of(header, 'TYPE')}")
    description = _description(envelope)
    identity = find(header, "ID")
    return Incoming(
        family=family,
        id=identity.text.strip() if identity is not None else "",
        id_type=_attribute(identity, "TYPE") or "Name",
        subtype=text_of(header, "SUBTYPE"),
        variables=_variables(description),
        definitions=_definitions(description),
        fetch=_fetch_list(description),
        parameters=_parameters(description),
    )


def _read_legacy_export(envelope: Element) -> Incoming:
    description = _down(envelope, "BODY", "EXPORTDATA", "REQUESTDESC")
    if description is None:
        raise NotUnderstood("no REQUESTDESC")
    return Incoming(
        family=Family.REPORT,
        id=text_of(description, "REPORTNAME"),
        variables=_variables(description),
        definitions=_definitions(description),
    )


def _read_legacy_import(envelope: Element) -> Incoming:
    description = _down(envelope, "BODY", "IMPORTDATA", "REQUESTDESC")
    return Incoming(
        family=Family.IMPORT,
        id=text_of(description, "REPORTNAME") if description is not None else "",
        variables=_variables(description),
        envelope=envelope,
    )


def find(element: Element, tag: str) -> Element | None:
    """The first child of a tag, spelt in any case."""
    return next((child for child in element.children if child.tag.upper() == tag), None)


def text_of(element: Element, tag: str) -> str:
    """The text of the first child of a tag, empty without one."""
    child = find(element, tag)
    return child.text.strip() if child is not None else ""


def _down(element: Element, *tags: str) -> Element | None:
    here: Element | None = element
    for tag in tags:
        here = find(here, tag) if here is not None else None
    return here


def _description(envelope: Element) -> Element | None:
    return _down(envelope, "BODY", "DESC")


def _attribute(element: Element | None, name: str) -> str:
    if element is None:
        return ""
    return next((value.strip() for key, value in element.attributes.items() if key.upper() == name), "")


def _variables(description: Element | None) -> dict[str, str]:
    block = find(description, "STATICVARIABLES") if description is not None else None
    return {child.tag.casefold(): child.text.strip() for child in block.children} if block is not None else {}


def _definitions(description: Element | None) -> Definitions:
    if description is None:
        return Definitions()
    tdl = find(description, "TDL")
    home = tdl if tdl is not None else description
    return read_definitions([child for child in home.children if child.tag.upper() == "TDLMESSAGE"])


def _fetch_list(description: Element | None) -> list[str]:
    block = find(description, "FETCHLIST") if description is not None else None
    rows = block.children if block is not None else ()
    return [path.strip() for row in rows for path in row.text.split(",") if path.strip()]


def _parameters(description: Element | None) -> list[str]:
    block = find(description, "FUNCPARAMLIST") if description is not None else None
    return [row.text.strip() for row in block.children] if block is not None else []
