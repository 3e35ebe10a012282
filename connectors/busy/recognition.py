"""BUSY's files by their content: an XML export, or a report saved as workbook or text."""

from __future__ import annotations

import re

from connectors.sdk.recognition import FileHead, Recognition, xml_root

XML, REPORT = "busy-xml", "busy-report"
TITLE = re.compile(
    r"List of (Sales|Sales Order|Sales Return \(Cr\. Note\)|Mat\. Issued to Party|Mat\. Rcvd\. from Party) Vouchers"
)
"""Titles of the reports that are read; BUSY prints them above the header."""
_VOUCHER_TAGS = ("<VchType>", "<VchSeriesName>")
_WORKBOOK_TEXTS = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
_HEAD_CHARACTERS = 4000


def recognise(head: FileHead) -> Recognition | None:
    """Say whether a file is an export or a report of BUSY; of a workbook the texts of its first sheet are looked at."""
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
