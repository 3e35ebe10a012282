"""What kind of answer this is, judged by its first and last bytes before anyone reads it as data.

Success is never taken from the HTTP status (always 200) nor from ``STATUS 1`` alone: that is written before the first
row, so it proves the start and not the end. The closing tag proves the end; whether the rows are all of them, only an
independent count can say, and that is the caller's.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import StrEnum

from connectors.tally.gateway.requests import Expected

HEAD_BYTES = 128 * 1024
TAIL_BYTES = 256
_SMALL = 32 * 1024
"""An answer that only complains, or holds nothing, is smaller; patterns that may look far ahead see no more of it."""

_SKIPPED = re.compile(r"\s*(?:<\?[^>]*\?>\s*|<!--.*?-->\s*)*", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_STATUS = re.compile(r"<STATUS>\s*(-?\d+)\s*</STATUS>")
_HEADER = re.compile(r"\s*<HEADER>(.*?)</HEADER>", re.DOTALL)
_COMPLAINT = re.compile(r"<(LINEERROR|ERRORMSG)>(.*?)</\1>", re.DOTALL)
_COUNTER = re.compile(r"<(?:CREATED|ALTERED|EXCEPTIONS)>\s*\d+\s*<")
_COMPANY_BLOCK = re.compile(r"<COMPANY>.*?</COMPANY>|<TALLYMESSAGE[^>]*>\s*</TALLYMESSAGE>", re.DOTALL)
_FIRST_OBJECT = re.compile(r"<(?:COLLECTION|TALLYMESSAGE)(?:\s[^>]*)?(?<!/)>\s*<(?!/)")
_HTML = ("<!doctype", "<html", "<head", "<body")


class Shape(StrEnum):
    """Forms of an answer that carry something."""

    COLLECTION = "collection"
    """``ENVELOPE/HEADER/STATUS 1`` with ``DATA/COLLECTION`` or an object."""
    REPORT = "report"
    """``ENVELOPE`` with rows as siblings, no header at all."""
    EXPORT = "export"
    """TALLYMESSAGEs, as a file export has them (Day Book, List of Accounts)."""
    FUNCTION = "function"
    IMPORT = "import"
    RUNNING = "running"
    """``TallyPrime Server is Running``."""
    JSON = "json"


class Problem(StrEnum):
    """Why an answer carries nothing to read."""

    NOTHING = "nothing"
    TRUNCATED = "truncated"
    NOT_TALLY = "not tally"
    COMPLAINT = "complaint"
    """Tally's own error; ``Judged.said`` has its words."""
    UNEXPECTED = "unexpected"


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on an answer.

    Attributes:
        shape: None if there is a problem.
        problem: None if there is none.
        is_empty: complete, and without a single object or row; says nothing about whether there really is none.
        said: Tally's words in case of a complaint; else what was found.
    """

    shape: Shape | None = None
    problem: Problem | None = None
    is_empty: bool = False
    said: str = ""


def judge(head: str, tail: bytes, expected: Expected, *, is_whole: bool) -> Judged:
    """Classify an answer.

    Args:
        head: its beginning, decoded.
        tail: its last raw bytes.
        expected: what was asked for.
        is_whole: ``head`` is all of it.
    """
    text = _SKIPPED.sub("", head, count=1)
    if not text.strip():
        return Judged(problem=Problem.NOTHING)
    if text[:1] in "{[":
        return _json(tail)
    root = _ROOT.match(text)
    if root is None or text[:9].casefold().startswith(_HTML):
        return Judged(problem=Problem.NOT_TALLY, said=_excerpt(text))
    if not _is_closed(tail, root.group(1)):
        return Judged(problem=Problem.TRUNCATED)
    return _by_root(root.group(1), text, expected, is_whole=is_whole)


def _by_root(root: str, text: str, expected: Expected, *, is_whole: bool) -> Judged:
    match root.upper():
        case "RESPONSE":
            return _response(text)
        case "ENVELOPE":
            return _envelope(text, expected, is_whole=is_whole)
        case "TALLYMESSAGE":
            return _export(text, is_whole=is_whole)
        case other:
            return Judged(problem=Problem.NOT_TALLY, said=f"XML with root {other[:40]!r}")


def _json(tail: bytes) -> Judged:
    if tail.replace(b"\0", b"").rstrip()[-1:] in (b"}", b"]"):
        return Judged(Shape.JSON)
    return Judged(problem=Problem.TRUNCATED)


def _response(text: str) -> Judged:
    said = complaints(text)
    if _COUNTER.search(text):
        return Judged(Shape.IMPORT, said=said)
    plain = html.unescape(re.sub(r"<[^>]*>", " ", text)).strip()
    if "server is running" in plain.casefold():
        return Judged(Shape.RUNNING, said=plain)
    return Judged(problem=Problem.COMPLAINT, said=said or plain)


def _envelope(text: str, expected: Expected, *, is_whole: bool) -> Judged:
    opening = text.index(">") + 1
    if text[opening - 2] == "/":
        return Judged(Shape.REPORT, is_empty=True)
    header = _HEADER.match(text, opening)
    if header is None:
        return _report(text[opening:], expected, is_whole=is_whole)
    if _COUNTER.search(text) and "<IMPORTRESULT" in text:
        return Judged(Shape.IMPORT, said=complaints(text))
    status = _STATUS.search(header.group(1))
    said = complaints(text) if is_whole and "<COLLECTION" not in text else ""
    if said or (status and status.group(1) != "1"):
        return Judged(problem=Problem.COMPLAINT, said=said or "STATUS 0")
    return _with_status(text, expected, has_status=status is not None, is_whole=is_whole)


def _with_status(text: str, expected: Expected, *, has_status: bool, is_whole: bool) -> Judged:
    if "<TALLYMESSAGE" in text:
        return _export(text, is_whole=is_whole)
    if not has_status:
        return Judged(problem=Problem.UNEXPECTED, said="a header without STATUS")
    if expected is Expected.FUNCTION:
        return Judged(Shape.FUNCTION, is_empty="<RESULT" not in text)
    is_empty = expected is Expected.COLLECTION and is_whole and not _FIRST_OBJECT.search(text)
    return Judged(Shape.COLLECTION, is_empty=is_empty)


def _report(rows: str, expected: Expected, *, is_whole: bool) -> Judged:
    said = complaints(rows) if is_whole else ""
    if said:
        return Judged(problem=Problem.COMPLAINT, said=said)
    if "<TALLYMESSAGE" in rows:
        return _export(rows, is_whole=is_whole)
    if expected is Expected.FUNCTION and "<RESULT" in rows:
        return Judged(Shape.FUNCTION)
    return Judged(Shape.REPORT, is_empty=is_whole and rows.lstrip().startswith("</"))


def _export(text: str, *, is_whole: bool) -> Judged:
    if not is_whole or len(text) > _SMALL:
        return Judged(Shape.EXPORT)
    without_company = _COMPANY_BLOCK.sub("", _COMPANY_BLOCK.sub("", text))
    return Judged(Shape.EXPORT, is_empty=not _FIRST_OBJECT.search(without_company))


def complaints(text: str) -> str:
    """Tally's own error texts in an answer, joined; empty if there is none."""
    return "; ".join(html.unescape(found).strip() for _, found in _COMPLAINT.findall(text[:_SMALL]))


def _is_closed(tail: bytes, root: str) -> bool:
    # ASCII in every encoding we meet once the NULs of UTF-16 are gone.
    end = tail.replace(b"\0", b"").rstrip()
    return end.endswith((f"</{root}>".encode(), b"/>"))


def _excerpt(text: str) -> str:
    return " ".join(text[:80].split())
