"""What a file is when it is not XML, by its first bytes: the person gets advice, not a parser error."""

from __future__ import annotations

from connectors.tally.export import refusal
from connectors.tally.export.refusal import Place

_EXPORT_XML = "In Tally press Alt+E and choose XML (Data Interchange)."
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", _EXPORT_XML),
    (b"\xd0\xcf\x11\xe0", "an Excel 97-2003 workbook or another OLE file", _EXPORT_XML),
    (b"\x1f\x8b", "a gzip file", "Unpack it, or pack it as zip."),
    (b"7z\xbc\xaf", "a 7-Zip file", "Unpack it, or pack it as zip."),
    (b"Rar!", "a RAR file", "Unpack it, or pack it as zip."),
    (b"SQLite format 3", "a SQLite database", _EXPORT_XML),
    (b"MZ", "a Windows program", _EXPORT_XML),
    (b"\x89PNG", "a picture", _EXPORT_XML),
    (b"\xff\xd8\xff", "a picture", _EXPORT_XML),
)
_TALLY_DATA = (".tbk", ".001", ".900", ".1800", ".tsf", ".500")
_HTML = ("<!doctype html", "<html", "<head", "<body", "<table")
_TEXT_CONTROLS = 0.1
_BLANKS_AND_MARKS = b"\0 \t\r\n\xff\xfe\xef\xbb\xbf"


def refuse_other_formats(head: bytes, place: Place) -> None:
    """Raise if the first bytes belong to something that is no XML text.

    Args:
        head: the file's first bytes, raw.
        place: names the file; its ending helps with Tally's own data and backup files.
    """
    if not head:
        raise refusal.empty(place)
    for signature, what, advice in _SIGNATURES:
        if head.startswith(signature):
            raise refusal.not_tally(place, what, advice)
    if place.file.lower().endswith(_TALLY_DATA) and not head.lstrip(_BLANKS_AND_MARKS).startswith(b"<"):
        raise refusal.not_tally(place, "Tally's own data or backup file", f"Open it in Tally. {_EXPORT_XML}")


def refuse_other_texts(text: bytes, place: Place) -> None:
    """Raise if text, already UTF-8, cannot be XML or is HTML.

    Args:
        text: the beginning, without leading blanks.
        place: names the file.
    """
    if not text:
        raise refusal.empty(place)
    start = text[:1024].decode("utf-8", "replace")
    if start.lower().startswith(_HTML):
        raise refusal.not_tally(place, "a web page (HTML)", _EXPORT_XML)
    if start.startswith("<"):
        return
    if sum((char < " " and char not in "\t\r\n") or char == "\ufffd" for char in start) > _TEXT_CONTROLS * len(start):
        raise refusal.not_tally(place, "a binary file", _EXPORT_XML)
    if start.startswith(("{", "[")):
        raise refusal.not_tally(place, "JSON", f"JSON exports of TallyPrime 7 are not read yet. {_EXPORT_XML}")
    raise refusal.not_tally(place, "text without XML (perhaps CSV)", _EXPORT_XML)
