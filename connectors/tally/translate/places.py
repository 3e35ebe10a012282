"""States, GSTINs and PANs as Tally writes them, to codes.

The same state is spelt in many ways over the years of one set of books (``Orissa``, ``Odisha``), so addresses and
registrations carry the two-digit code beside the name as written.
"""

from __future__ import annotations

from functools import lru_cache

from canonical.identifiers.state import find_code
from canonical.tax import GstRegistration

GSTIN_LENGTH = 15


@lru_cache(maxsize=1 << 10)
def state_code_of(state: str, gstin: str = "") -> str:
    """Return the state's two digits: those of the GSTIN if there is one, else by name; empty if neither tells."""
    if len(gstin) == GSTIN_LENGTH and gstin[:2].isdecimal():
        return gstin[:2]
    return (find_code(state) or "") if state else ""


def pan_of(registrations: tuple[GstRegistration, ...]) -> str:
    """Return the PAN inside the latest GSTIN: characters 3 to 12, if they are laid out as one."""
    for row in reversed(registrations):
        pan = row.gstin[2:12]
        if len(row.gstin) == GSTIN_LENGTH and pan[:5].isalpha() and pan[5:9].isdecimal() and pan[9].isalpha():
            return pan
    return ""
