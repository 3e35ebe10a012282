"""Bytes on the wire: the charset of a request, and its answer mirrored in the same charset.

Measured byte by byte on real installations: a UTF-16 request with the charset in its header gets a lossless UTF-16
answer without a byte order mark; anything else gets 8 bits, where characters outside the machine's code page became
question marks before they left; UTF-16 without the header is not understood at all.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sandbox.tally.gateway.faults import Faults

_LOST_SYMBOLS = str.maketrans("₹€£", "???")
CHUNK_CHARACTERS = 1 << 16
"""How much text is gathered before it is encoded and sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A request's text and whether its answer is UTF-16."""

    text: str
    is_wide: bool


def read_body(raw: bytes, content_type: str) -> Body | None:
    """Decode a request; None if Tally would not understand it."""
    if "utf-16" in content_type.casefold():
        return Body(text=_decode_wide(raw), is_wide=True)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in raw[:64]:
        return None
    return Body(text=_decode_narrow(raw), is_wide=False)


def _decode_wide(raw: bytes) -> str:
    if raw.startswith(codecs.BOM_UTF16_BE):
        return raw[2:].decode("utf-16-be", errors="replace")
    return raw.removeprefix(codecs.BOM_UTF16_LE).decode("utf-16-le", errors="replace")


def _decode_narrow(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charset:
    """How one answer is encoded."""

    header: str
    wide: bool
    code_page: str
    code_page_bytes: bool
    byte_order_mark: bool

    def encode(self, text: str) -> bytes:
        """Encode a piece of the answer."""
        if self.wide:
            return text.encode("utf-16-le", errors="replace")
        narrow = text.encode(self.code_page, errors="replace")
        return narrow if self.code_page_bytes else narrow.decode(self.code_page).encode("utf-8")

    def start(self) -> bytes:
        """The bytes before the text."""
        return codecs.BOM_UTF16_LE if self.wide and self.byte_order_mark else b""


def answer_charset(*, wide: bool, faults: Faults) -> Charset:
    """The charset that mirrors a request's, as far as the faults let it."""
    really_wide = wide and not faults.unmirrored
    return Charset(
        header="utf-16" if really_wide else "utf-8",
        wide=really_wide,
        code_page=faults.code_page,
        code_page_bytes=faults.mislabelled_code_page,
        byte_order_mark=faults.byte_order_mark,
    )


def gather(pieces: Iterable[str]) -> Iterator[str]:
    """Join small pieces of text into chunks worth sending."""
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= CHUNK_CHARACTERS:
            yield "".join(held)
            held.clear()
            size = 0
    if held:
        yield "".join(held)


def spoil_text(chunks: Iterable[str], faults: Faults) -> Iterator[str]:
    """Apply what breaks the XML itself; unchanged without faults."""
    missing_close = faults.malformed
    for chunk in chunks:
        if missing_close and (at := chunk.rfind("</")) >= 0:
            chunk = chunk[:at] + chunk[chunk.index(">", at) + 1 :]
            missing_close = False
        if faults.raw_controls:
            chunk = chunk.replace("&#4;", "\x04")
        if faults.currency_lost:
            chunk = chunk.translate(_LOST_SYMBOLS)
        if faults.bare_ampersand:
            chunk = chunk.replace("&amp;", "&")
        yield chunk
