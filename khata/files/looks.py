"""What a file nobody reads looks like, in words, and what its owner can do."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass

from connectors.sdk.recognition import FileHead, xml_root

_EXPORT = "Export the data again in a form that is read: XML from Tally or BUSY, a sale bill from Marg, a workbook."
_MAP = "If it is a list with a header row, name its columns once with 'khata import FILE --map'."
_UNPACK = "Unpack it and give the files in it."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _EXPORT),
    (b"\x1f\x8b", "a gzip file", _UNPACK),
    (b"7z\xbc\xaf", "a 7-Zip file", _UNPACK),
    (b"Rar!", "a RAR file", _UNPACK),
    (b"SQLite format 3", "a SQLite database", _EXPORT),
    (b"\x00\x01\x00\x00Standard Jet DB", "an Access database", _EXPORT),
    (b"\x00\x01\x00\x00Standard ACE DB", "an Access database", _EXPORT),
    (b"MZ", "a Windows program", _EXPORT),
    (b"\x89PNG", "a picture", _EXPORT),
    (b"\xff\xd8\xff", "a picture", _EXPORT),
)
_WEB_PAGE = ("<!doctype html", "<html", "<head", "<body", "<table")
_WORKBOOK_MARKS = (b"[Content_Types].xml", b"xl/workbook", b"xl/worksheets", b"docProps/app.xml")
"""Names in the first bytes of a workbook's archive; they are there even if its end, which lists them, is not."""
_CONTROLS_SHARE = 10
"""Text in which more than one character in so many is a control character is none."""
_ROOT_SHOWN_MAX = 40
_SAMPLE = 1024


@dataclass(frozen=True, slots=True)
class Looks:
    """What a file is, after "is": ``a PDF document``; and a sentence of advice."""

    what: str
    advice: str


def looks_of(head: FileHead) -> Looks:
    """Describe a file by its first bytes."""
    if not head.start.strip(b"\0 \t\r\n"):
        return Looks("empty", "Export it again and wait until the program says that it has finished.")
    if head.is_workbook:
        return Looks("a workbook whose layout is not known", _MAP)
    for signature, what, advice in _SIGNATURES:
        if head.start.startswith(signature):
            return Looks(what, advice)
    if head.start.startswith(b"PK\x03\x04"):
        return _looks_of_archive(head)
    return _looks_of_text(head.text[:_SAMPLE])


def _looks_of_archive(head: FileHead) -> Looks:
    if any(mark in head.start for mark in _WORKBOOK_MARKS):
        return Looks("a workbook that was cut off or damaged", "Save or copy it again, and wait until that is done.")
    if not zipfile.is_zipfile(head.path):  # its list of files stands at the end
        return Looks("a zip archive that was cut off or damaged", "Copy or download it again, to its end.")
    return Looks("a zip archive without an export in it", _UNPACK)


def _looks_of_text(text: str) -> Looks:
    if text.lower().startswith(_WEB_PAGE):
        return Looks("a web page (HTML)", _EXPORT)
    root = xml_root(text)
    if root:
        return Looks(f"XML with the first element {root[:_ROOT_SHOWN_MAX]!r}", _EXPORT)
    if sum((char < " " and char not in "\t\r\n") or char == "\ufffd" for char in text) * _CONTROLS_SHARE > len(text):
        return Looks("a binary file", _EXPORT)
    if text.startswith(("{", "[")):
        return Looks("JSON", _EXPORT)
    first = text.splitlines()[0] if text else ""
    if max(first.count(mark) for mark in ",;\t|") >= 1:
        return Looks("a text file of columns (CSV) whose layout is not known", _MAP)
    return Looks("plain text", _EXPORT)
