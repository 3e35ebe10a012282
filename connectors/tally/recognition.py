"""Tally's files by their content: the envelope of an export, bare vouchers and masters, or a zip archive of them."""

from __future__ import annotations

from connectors.sdk.recognition import FileHead, Recognition, text_of, xml_root
from connectors.tally.export.streams import REPORT_ROWS, STREAM_BY_TAG

FORMAT = "tally-xml"
_ENVELOPES = frozenset({"ENVELOPE", "TALLYMESSAGE"})
_ANSWERS = frozenset({"RESPONSE", "COLLECTION", "REQUESTDATA", "IMPORTDATA"}) | REPORT_ROWS
"""Roots that Tally writes too, and other programs might."""
_ARCHIVES_TRIED = 5
"""Packed XML files looked into; an archive is one system's."""


def recognise(head: FileHead) -> Recognition | None:
    """Say whether a file is a Tally export; a web page, a workbook or BUSY's XML is none."""
    if head.members:
        return _packed(head)
    return _named(xml_root(head.text), "")


def _packed(head: FileHead) -> Recognition | None:
    """An archive is Tally's if an XML file in it is; workbooks are archives of XML files too, and have no such root."""
    if head.is_workbook:
        return None
    documents = [name for name in head.members if name.lower().endswith(".xml")][:_ARCHIVES_TRIED]
    for name in documents:
        found = _named(xml_root(text_of(head.member_start(name))), f" in {name}")
        if found is not None:
            return found
    return None


def _named(root: str, where: str) -> Recognition | None:
    tag = root.rpartition(":")[2]
    if tag in _ENVELOPES:
        confidence = 95
    elif tag in STREAM_BY_TAG:
        confidence = 80
    elif tag in _ANSWERS:
        confidence = 60
    else:
        return None
    return Recognition(
        connector="tally", format=FORMAT, confidence=confidence, reason=f"the first element{where} is {tag}"
    )
