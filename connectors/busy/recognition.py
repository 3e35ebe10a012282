"""BUSY's files by their content: an XML export, a report saved as workbook or text, or a company database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from canonical.errors import ConfigurationError
from connectors.sdk.recognition import FileHead, Recognition, xml_root

XML, REPORT, DATABASE = "busy-xml", "busy-report", "busy-bds"
TITLE = re.compile(
    r"List of (Sales|Sales Order|Sales Return \(Cr\. Note\)|Mat\. Issued to Party|Mat\. Rcvd\. from Party) Vouchers"
)
"""Titles of the reports that are read; BUSY prints them above the header."""
_JET = b"\x00\x01\x00\x00Standard Jet DB\x00"
_TABLES = ("Master1", "Tran1", "Tran2", "Folio1")
_CATALOGUE_BYTES = 4 << 20
DATABASE_NAME = re.compile(r"db1\d{4}\.bds", re.IGNORECASE)
_VOUCHER_TAGS = ("<VchType>", "<VchSeriesName>")
_WORKBOOK_TEXTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
_HEAD_CHARACTERS = 4000


def recognise(head: FileHead) -> Recognition | None:
    """Say whether a file is an export or a report of BUSY; of a workbook the texts of its first sheet are looked at."""
    database = _database(head)
    if database is not None:
        return database
    if head.is_workbook:
        return _workbook(head)
    text = head.text
    root = xml_root(text)
    if root == "BusyData":
        return _found(XML, 98, "the first element is BusyData")
    if root and all(tag in text[:_HEAD_CHARACTERS] for tag in _VOUCHER_TAGS):
        return _found(XML, 75, f"the first element is {root}, a voucher of BUSY")
    if not root and (title := TITLE.search(text[:_HEAD_CHARACTERS])):
        return _found(REPORT, 90, f"the title is {title[0]!r}")
    return None


def holds_databases(files: Sequence[str]) -> bool:
    """Say whether the files are company databases, by their content; else they are exports and reports.

    Raises:
        ConfigurationError: both kinds at once.
    """
    databases = [name for name in files if _is_jet(Path(name))]
    if databases and len(databases) != len(files):
        raise ConfigurationError(
            "Company databases (.bds) and exports are imported apart: give one kind at a time.",
            code="busy.settings.source",
        )
    return bool(databases)


def _is_jet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(_JET)) == _JET
    except OSError:  # whoever reads it says so
        return False


def _database(head: FileHead) -> Recognition | None:
    """An Access file (Jet 4): of BUSY, if the names of its tables stand in its catalogue.

    The catalogue lies in the file's first pages, its texts as UTF-16 or in one byte a character ("compressed").
    """
    if not head.start.startswith(_JET):
        return None
    try:
        with head.path.open("rb") as file:
            start = file.read(_CATALOGUE_BYTES)
    except OSError:
        start = head.start
    found = [name for name in _TABLES if name.encode() in start or name.encode("utf-16-le") in start]
    if len(found) == len(_TABLES):
        return _found(DATABASE, 95, f"an Access file with the tables {', '.join(found)}")
    if DATABASE_NAME.fullmatch(head.path.name):
        return _found(DATABASE, 60, f"an Access file called {head.path.name}")
    return None


def _workbook(head: FileHead) -> Recognition | None:
    if not head.members:  # the older .xls: its texts stand in the file as they are, one or two bytes a character
        texts = [head.start.decode("latin-1"), head.start.decode("utf-16-le", "ignore")]
    else:
        texts = [head.member_start(name).decode("utf-8", "ignore") for name in _WORKBOOK_TEXTS]
    for text in texts:
        if title := TITLE.search(text):
            return _found(REPORT, 90, f"the title is {title[0]!r}")
    return None


def _found(form: str, confidence: int, reason: str) -> Recognition:
    return Recognition(connector="busy", format=form, confidence=confidence, reason=reason)
