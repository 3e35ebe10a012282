"""Workbooks that say themselves how they are read: those of ``khata issues --export``, corrected and given back.

Any other spreadsheet is nobody's until a person has approved a mapping for it.
"""

from __future__ import annotations

from connectors.sdk.recognition import FileHead, Recognition

MAPPING_SHEET = "Khata mapping"
"""Sheet of an exported workbook that names the mapping of each of its other sheets."""
_NAMES = "xl/workbook.xml"


def recognise(head: FileHead) -> Recognition | None:
    """Say whether a workbook carries its mapping."""
    if _NAMES not in head.members or MAPPING_SHEET.encode() not in head.member_start(_NAMES):
        return None
    return Recognition(
        connector="spreadsheet",
        format="khata-corrections",
        confidence=99,
        reason=f"it has a sheet {MAPPING_SHEET!r}",
    )
