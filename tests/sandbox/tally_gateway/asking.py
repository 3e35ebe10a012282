"""A bare client for these tests: it sends text and takes bytes, and knows nothing of Tally beyond HTTP."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from functools import cache

import requests

from sandbox.tally.books import LiveBooks, LiveCompany, build_books, specs_for
from sandbox.tally.books.company import BooksState

WIDE = "text/xml;charset=utf-16"
NARROW = "text/xml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """An answer."""

    raw: bytes
    status: int
    content_type: str

    @property
    def text(self) -> str:
        return self.raw.decode("utf-16-le" if "utf-16" in self.content_type else "utf-8")

    @property
    def root(self) -> ET.Element:
        """Parsed, the characters XML forbids replaced first, as any client must."""
        legal = re.sub(r"&#(?:x0?[0-9a-f]|[0-8]|1[124-9]|2\d|3[01]);", "^", self.text)
        return ET.fromstring(  # noqa: S314 - our own server answered
            re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "^", legal.replace("UDF:", "UDF_"))
        )

    def objects(self, tag: str) -> list[ET.Element]:
        collection = self.root.find("BODY/DATA/COLLECTION")
        assert collection is not None, self.text[:400]
        return collection.findall(tag)


def ask(url: str, text: str, *, wide: bool = True, timeout_s: float = 20.0, kind: str | None = None) -> Got:
    raw = text.encode("utf-16-le") if wide else text.encode()
    headers = {"Content-Type": kind or (WIDE if wide else NARROW)}
    answer = requests.post(url, data=raw, headers=headers, timeout=timeout_s)
    return Got(raw=answer.content, status=answer.status_code, content_type=answer.headers.get("Content-Type", ""))


def envelope(kind: str, identity: str, *, variables: str = "", tdl: str = "", more: str = "") -> str:
    return (
        f"<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Export</TALLYREQUEST><TYPE>{kind}</TYPE>"
        f"<ID>{identity}</ID></HEADER><BODY><DESC><STATICVARIABLES>{variables}</STATICVARIABLES>"
        f"<TDL><TDLMESSAGE>{tdl}</TDLMESSAGE></TDL>{more}</DESC></BODY></ENVELOPE>"
    )


def collection(inside: str, *, variables: str = "", more: str = "") -> str:
    """A collection called X, with definitions beside it."""
    return envelope("Collection", "X", variables=variables, tdl=f'<COLLECTION NAME="X">{inside}</COLLECTION>{more}')


def formula(name: str, text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<SYSTEM TYPE="Formulae" NAME="{name}">{escaped}</SYSTEM>'


def period(start: str, end: str) -> str:
    return f'<SVFROMDATE TYPE="Date">{start}</SVFROMDATE><SVTODATE TYPE="Date">{end}</SVTODATE>'


def for_company(name: str) -> str:
    return f"<SVCURRENTCOMPANY>{name.replace('&', '&amp;')}</SVCURRENTCOMPANY>"


def value(element: ET.Element, tag: str) -> str:
    return (element.findtext(tag) or "").strip()


@cache
def _states() -> tuple[tuple[LiveCompany, BooksState], ...]:
    books = build_books(specs_for(2, vouchers=240))
    return tuple((company, company.snapshot()) for company in books.companies)


def fresh_books() -> LiveBooks:
    """Two companies of 240 vouchers each, as they were first built."""
    for company, state in _states():
        company.restore(state)
        company.is_educational = False
    companies = [company for company, _ in _states()]
    return LiveBooks(companies, companies[0])
