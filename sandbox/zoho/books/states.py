"""Two-letter codes of the states as Zoho Books writes places of supply, by GST state code.

Recorded replies show TN, GJ, MP, DL and MH; the others are the usual postal abbreviations, unverified.
"""

from __future__ import annotations

PLACES: dict[str, tuple[str, str]] = {
    "07": ("DL", "Delhi"),
    "08": ("RJ", "Rajasthan"),
    "09": ("UP", "Uttar Pradesh"),
    "19": ("WB", "West Bengal"),
    "23": ("MP", "Madhya Pradesh"),
    "24": ("GJ", "Gujarat"),
    "27": ("MH", "Maharashtra"),
    "29": ("KA", "Karnataka"),
    "32": ("KL", "Kerala"),
    "33": ("TN", "Tamil Nadu"),
    "36": ("TS", "Telangana"),
    "37": ("AP", "Andhra Pradesh"),
}
NAMES = dict(PLACES.values())


def place_of(state_code: str) -> str:
    """Return the two letters for a GST state code, empty for one the sandbox has no place in."""
    return PLACES.get(state_code, ("", ""))[0]
