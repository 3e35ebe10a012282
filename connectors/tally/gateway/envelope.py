"""The outer XML of a request, and how text gets into it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from connectors.tally.export.sanitiser import is_legal, restore

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
XML_FORMAT = "$$SysName:XML"


def escape(text: str) -> str:
    """Escape text for an element or attribute.

    Characters XML forbids (Tally's own U+0004 marks, stored as stand-ins by the sanitiser) go out as the references
    Tally itself writes.

    >>> escape("A & B <C>"), escape(chr(0xE004) + " Primary")
    ('A &amp; B &lt;C&gt;', '&#4; Primary')
    """
    restored = restore(text)
    return "".join(_ESCAPES.get(char) or (char if is_legal(ord(char)) else f"&#{ord(char)};") for char in restored)


def element(tag: str, text: str, **attributes: str) -> str:
    """One leaf element."""
    return f"<{tag}{_attributes(attributes)}>{escape(text)}</{tag}>"


def wrap(tag: str, *inner: str, **attributes: str) -> str:
    """An element around others."""
    return f"<{tag}{_attributes(attributes)}>{''.join(inner)}</{tag}>"


def envelope(request: str, kind: str, name: str, *body: str, subtype: str = "", name_type: str = "") -> str:
    """A request as TallyPrime and ERP 9 take it: VERSION 1 and a header that says what is wanted.

    The older form (``Export Data`` with a REPORTNAME) is never sent: with VERSION it is refused for every report.
    """
    attributes = {"TYPE": name_type} if name_type else {}
    header = wrap(
        "HEADER",
        element("VERSION", "1"),
        element("TALLYREQUEST", request),
        element("TYPE", kind),
        element("SUBTYPE", subtype) if subtype else "",
        element("ID", name, **attributes),
    )
    return wrap("ENVELOPE", header, wrap("BODY", *body) if body else "")


def static_variables(
    *, company: str, start: date | None = None, end: date | None = None, others: Iterable[tuple[str, str]] = ()
) -> str:
    """Format, company and period; ``YYYYMMDD``, because ISO dates with dashes are mis-read."""
    items = [element("SVEXPORTFORMAT", XML_FORMAT)]
    if company:
        items.append(element("SVCURRENTCOMPANY", company))
    for tag, day in (("SVFROMDATE", start), ("SVTODATE", end)):
        if day is not None:
            items.append(element(tag, f"{day:%Y%m%d}", TYPE="Date"))
    items.extend(element(name, value) for name, value in others)
    return wrap("STATICVARIABLES", *items)


def _attributes(attributes: dict[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
