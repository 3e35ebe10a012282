"""What identifies a command, whatever the product: its key, and the digest of what it says."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

import msgspec

from canonical.record import JsonValue

KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")
KEY_RULE = "a command needs a key of 1 to 80 letters, digits and . _ : / -"


def digest_of_document(document: Mapping[str, JsonValue]) -> str:
    """Tells two commands of one key apart."""
    return hashlib.sha256(msgspec.json.encode(document, order="deterministic")).hexdigest()
