"""Wraps an answer as EDE does: JSON, raw deflate, base64, AES-128-CBC with the key as IV, base64, JSON string literal.

Written apart from the reader of the connector: each is a check of the other.
"""

from __future__ import annotations

import base64
import json
import zlib
from decimal import Decimal
from enum import StrEnum

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_BYTES = 16
LEVEL = 6


class Form(StrEnum):
    """How an answer goes out; errors have been seen in all three."""

    SEALED = "sealed"
    DEFLATED = "deflated"
    BARE = "bare"


def wrap(document: object, key: str, form: Form = Form.SEALED, *, has_mark: bool = False) -> bytes:
    """Return the body of an answer.

    Args:
        document: what it says.
        key: the company's decryption key.
        form: sealed, deflated only, or a bare JSON object.
        has_mark: begin the inner JSON with a byte order mark.
    """
    text = json.dumps(document, ensure_ascii=False, default=_number)
    if form is Form.BARE:
        return text.encode()
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(text.encode("utf-8-sig" if has_mark else "utf-8")) + packer.flush()
    inner = base64.b64encode(packed)
    if form is Form.DEFLATED:
        return json.dumps(inner.decode()).encode()
    return json.dumps(base64.b64encode(seal(inner, key)).decode()).encode()


def seal(plain: bytes, key: str) -> bytes:
    """Encrypt: the key in UTF-8, cut or filled with zero bytes to 16, is the initial vector too."""
    secret = (key.encode() + bytes(KEY_BYTES))[:KEY_BYTES]
    padder = padding.PKCS7(KEY_BYTES * 8).padder()
    padded = padder.update(plain) + padder.finalize()
    sealer = Cipher(algorithms.AES(secret), modes.CBC(secret)).encryptor()
    return sealer.update(padded) + sealer.finalize()


def _number(value: object) -> float | int:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    raise TypeError(type(value).__name__)
