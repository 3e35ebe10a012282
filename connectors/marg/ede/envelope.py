"""The envelope of EDE answers, taken off.

An answer is a JSON string literal of base64; inside, AES-128-CBC with PKCS7, key and IV both the company's decryption
key filled up with zero bytes to 16; the plain text is base64 again, of a raw deflate stream, of JSON with or without a
byte order mark. Errors may come without the encryption, or as a bare JSON object. (Source: readers of live
installations in several languages agree; the vendor's own page says less.)
"""

from __future__ import annotations

import base64
import binascii
import json
import string
import zlib
from decimal import Decimal
from typing import Any, Final

from canonical.errors import CredentialError, SourceMalformed

BLOCK: Final = 16
ANSWER_BYTES_MAX: Final = 1 << 30
"""An answer that unpacks to more is a mistake, or an attack."""
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
_BASE64: Final = frozenset((string.ascii_letters + string.digits + "+/=\r\n").encode())

Json = dict[str, Any]


def open_envelope(body: bytes, key: str) -> Json:
    """Return the JSON object of an answer; amounts are exact decimals.

    Args:
        body: as it came.
        key: the company's decryption key.

    Raises:
        CredentialError: it is encrypted with another key.
        SourceMalformed: it is cut, or nothing that EDE says.
    """
    text = _text_of(body)
    if text.startswith("{"):
        return _object(text)
    packed = _unpacked_base64(text)
    if packed is None:
        raise _cut("is neither JSON nor base64")
    for found in (_decrypted(packed, key), _inflated(packed)):
        if found is not None:
            return found
    raise _refusal(packed, key)


def _text_of(body: bytes) -> str:
    """The text of an answer, out of its string literal."""
    text = body.decode("utf-8-sig", "replace").strip()
    if not text.startswith('"'):
        return text
    try:
        inner = json.loads(text, strict=False)
    except ValueError as error:
        raise _cut("ends inside its string literal") from error
    return str(inner).strip()


def _decrypted(packed: bytes, key: str) -> Json | None:
    """The encrypted form; None if it is not one that this key opens."""
    if not packed or len(packed) % BLOCK:
        return None
    plain = _unpadded(_decrypt(packed, key))
    inner = _unpacked_base64(plain.decode("ascii", "replace")) if plain is not None else None
    return _inflated(inner) if inner else None


def _inflated(packed: bytes) -> Json | None:
    """The form without encryption; None if it is no whole deflate stream of a JSON object."""
    stream = zlib.decompressobj(_RAW_DEFLATE)
    try:
        plain = stream.decompress(packed, ANSWER_BYTES_MAX)
    except zlib.error:
        return None
    if not stream.eof:
        return None
    try:
        return _object(plain.decode("utf-8-sig", "replace"))
    except SourceMalformed:
        return None


def _refusal(packed: bytes, key: str) -> CredentialError | SourceMalformed:
    """Tell a wrong key from an answer that was cut: what the right key decrypts begins as base64."""
    if len(packed) % BLOCK:
        return _cut("ends inside a block")
    begins = _decrypt(packed[:BLOCK], key)
    if all(byte in _BASE64 for byte in begins):
        return _cut("ends before its contents do")
    return CredentialError(
        "The answer of Marg's EDE cannot be opened with this decryption key: ask Marg's support for the key of this "
        "company and connect again.",
        code="marg.ede.decryption_key",
    )


def _decrypt(packed: bytes, key: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - a tenth of a second

    secret = key.encode()[:BLOCK].ljust(BLOCK, b"\0")
    opener = Cipher(algorithms.AES(secret), modes.CBC(secret)).decryptor()
    return opener.update(packed) + opener.finalize()


def _unpadded(plain: bytes) -> bytes | None:
    """Take PKCS7 off; None if it is not there."""
    count = plain[-1] if plain else 0
    if not 1 <= count <= BLOCK or plain[-count:] != bytes([count]) * count:
        return None
    return plain[:-count]


def _unpacked_base64(text: str) -> bytes | None:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None


def _object(text: str) -> Json:
    """Read JSON; raw control characters inside names have been seen elsewhere in Marg's data and do no harm."""
    try:
        found = json.loads(text, strict=False, parse_float=Decimal)
    except ValueError as error:
        raise _cut("is no JSON") from error
    if not isinstance(found, dict):
        raise _cut("is no JSON object")
    return found


def _cut(how: str) -> SourceMalformed:
    return SourceMalformed(
        f"An answer of Marg's EDE {how}: it was cut on its way, or is no answer of EDE. Try again.",
        code="marg.ede.answer",
    )
