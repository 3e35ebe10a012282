"""What the first page of an Access file says: which engine wrote it, and whether anybody may read it.

The page after byte 0x18 is masked with a fixed RC4 key; behind the mask stand a database key (not zero: the other pages
are encrypted) and, in Jet 4, the password, masked once more with the file's date. Jet 4 (BUSY's) encrypts nothing for a
password: whoever reads the pages needs none. Page sizes: Jet 3 has 2 KiB, all others 4 KiB.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

HEADER_BYTES = 0x9C
_NAMES = {b"Standard Jet DB\0": "jet", b"Standard ACE DB\0": "ace", b"MSISAM Database\0": "money"}
_NAME_AT = slice(4, 20)
_VERSION_AT = 0x14
_MASKED = slice(0x18, 0x98)
_KEY_AT, _PASSWORD_AT, _DATE_AT = 0x3E - 0x18, 0x42 - 0x18, 0x72 - 0x18
_PASSWORD_BYTES = 40
_MASK_KEY = bytes.fromhex("c7da396b")
_JET3 = 0


class Protection(StrEnum):
    """What stands between a reader and the rows."""

    NONE = "none"
    PASSWORD = "password"  # noqa: S105 - a kind of protection
    """Set, but nothing is encrypted: MDBTools reads it without, Microsoft's drivers ask for it."""
    ENCODED = "encoded"
    """Pages masked with the key in the header (Jet): MDBTools reads it."""
    ENCRYPTED = "encrypted"
    """AES (Access 2007 and later): nobody without the password, MDBTools not at all."""


@dataclass(frozen=True, slots=True)
class JetHeader:
    """The first page, understood.

    Attributes:
        engine: ``jet``, ``ace`` or ``money``.
        version: 0 Jet 3, 1 Jet 4, 2 and more ACE.
        has_password: of Jet 4; of other engines it is not told here.
    """

    engine: str
    version: int
    protection: Protection
    has_password: bool = False

    @property
    def page_bytes(self) -> int:
        """Size of a page."""
        return 2048 if self.engine == "jet" and self.version == _JET3 else 4096

    @property
    def title(self) -> str:
        """For people: ``Jet 4``."""
        if self.engine == "jet":
            return "Jet 3" if self.version == _JET3 else "Jet 4"
        return "Access 2007 or later" if self.engine == "ace" else "Microsoft Money"


def read_header(start: bytes) -> JetHeader | None:
    """Read a file's beginning; None if it is no Access file."""
    engine = _NAMES.get(start[_NAME_AT])
    if engine is None or len(start) < HEADER_BYTES:
        return None
    version = start[_VERSION_AT]
    plain = _rc4(_MASK_KEY, start[_MASKED])
    has_key = any(plain[_KEY_AT : _KEY_AT + 4])
    if engine == "ace":
        return JetHeader(engine, version, Protection.ENCRYPTED if has_key else Protection.NONE)
    has_password = engine == "jet" and version != _JET3 and _has_password(plain)
    if has_key:
        return JetHeader(engine, version, Protection.ENCODED, has_password)
    return JetHeader(engine, version, Protection.PASSWORD if has_password else Protection.NONE, has_password)


def _has_password(plain: bytes) -> bool:
    (day,) = struct.unpack_from("<d", plain, _DATE_AT)
    mask = struct.pack("<i", int(day)) if -(2**31) <= day < 2**31 else bytes(4)
    hidden = plain[_PASSWORD_AT : _PASSWORD_AT + _PASSWORD_BYTES]
    return any(byte ^ mask[place % 4] for place, byte in enumerate(hidden))


def _rc4(key: bytes, data: bytes) -> bytes:
    """RC4 as the engine uses it: a mask, not a protection."""
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
