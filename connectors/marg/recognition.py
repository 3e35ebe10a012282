"""A Marg sale bill by its content: the last field of its first line is ``<MARGERP FORMAT>``.

Other programs write H/T/F files too (31 to 33 fields, other columns); only the mark tells them apart.
"""

from __future__ import annotations

from connectors.sdk.recognition import FileHead, Recognition

FORMAT = "marg-sale-bill"
MARK = "<MARGERP FORMAT>"
HEADER_FIELDS = 53


def recognise(head: FileHead) -> Recognition | None:
    """Say whether a file is a Marg sale bill."""
    first = head.text.split("\n", 1)[0].rstrip("\r")
    fields = first.split(",")
    if fields[0] != "H" or MARK not in first:
        return None
    if len(fields) == HEADER_FIELDS and fields[-1].strip() == MARK:
        return Recognition(
            connector="marg", format=FORMAT, confidence=98, reason=f"the first line is H with 53 fields and ends {MARK}"
        )
    return Recognition(
        connector="marg",
        format=FORMAT,
        confidence=70,
        reason=f"the first line is H and holds {MARK}, but has {len(fields)} fields instead of 53",
    )
