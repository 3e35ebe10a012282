"""The two forms of an import request, and what they carry.

Current form: VERSION 1, ``Import``, ``Data``, objects under DATA (or DESC). Older form: ``Import Data`` without
VERSION, objects under REQUESTDATA. VERSION together with ``Import Data`` is no request Tally knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element

REPORTS = frozenset({"all masters", "vouchers"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """An import.

    Attributes:
        statics: static variables by upper-case name.
        objects: what is to be written, in order.
    """

    statics: Mapping[str, str]
    objects: tuple[Element, ...]

    @property
    def company(self) -> str:
        """Name of the company; empty for the active one."""
        return self.statics.get("SVCURRENTCOMPANY", "").strip()


def read_import(envelope: Element) -> ImportRequest | None:
    """Read a request; None if Tally would not know it."""
    header, body = envelope.first("HEADER"), envelope.first("BODY")
    if envelope.tag != "ENVELOPE" or header is None or body is None:
        return None
    word, has_version = fold(header.value("TALLYREQUEST")), header.first("VERSION") is not None
    if word == "import" and has_version:
        return _read_current(header, body)
    if word == "import data" and not has_version:
        return _read_older(body)
    return None


def _read_current(header: Element, body: Element) -> ImportRequest | None:
    if fold(header.value("TYPE")) != "data" or fold(header.value("ID")) not in REPORTS:
        return None
    desc, data = body.first("DESC"), body.first("DATA")
    homes = [home for home in (data, desc) if home is not None]
    objects = tuple(one for home in homes for one in _objects(home))
    return ImportRequest(statics=_statics(desc), objects=objects)


def _read_older(body: Element) -> ImportRequest | None:
    data = body.first("IMPORTDATA")
    if data is None:
        return None
    desc = data.first("REQUESTDESC")
    if desc is None or fold(desc.value("REPORTNAME")) not in REPORTS:
        return None
    request = data.first("REQUESTDATA")
    objects = tuple(_objects(request)) if request is not None else ()
    return ImportRequest(statics=_statics(desc), objects=objects)


def _objects(home: Element) -> Iterator[Element]:
    for message in home.all("TALLYMESSAGE"):
        yield from message.children


def _statics(desc: Element | None) -> dict[str, str]:
    held = desc.first("STATICVARIABLES") if desc is not None else None
    return {child.tag.upper(): child.text.strip() for child in held.children} if held is not None else {}
