"""Makes Tally's text well-formed XML without losing a character, chunk by chunk, on bytes.

Tally writes characters that XML 1.0 forbids: ``&#4;`` before every system value (``&#4; Primary``), raw U+0003 and
U+0005 as separators. They carry meaning, so they are mapped, not deleted: U+0000-U+001F become U+E000-U+E01F, and
surrogates, U+FFFE and U+FFFF become U+F0000 plus their code; ``restore`` is the way back. Text without forbidden
characters passes unchanged. Re-saved files get three more repairs: a bare ``&`` is escaped, HTML's named entities
become their characters, comments and ``<?...?>`` go (also an XML declaration in the middle of joined files).

The output does not depend on where chunks are split (a property test holds it to that), and a chunk that holds
nothing suspicious costs two scans. Next: ``document.py`` parses the output.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum
from html.entities import html5

from connectors.tally.export import refusal
from connectors.tally.export.refusal import Place

PRIVATE_CONTROLS = 0xE000
"""Added to a forbidden control character: U+0004 becomes U+E004."""
PRIVATE_OTHERS = 0xF0000
"""Added to the other forbidden code points: surrogates, U+FFFE, U+FFFF."""

_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")
_CONTROL_STAND_INS = tuple((bytes([code]), chr(PRIVATE_CONTROLS + code).encode()) for code in _CONTROLS)
_SYSTEM_MARK = chr(PRIVATE_CONTROLS + 4).encode()
_FORBIDDEN_UTF8 = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]|\xef\xbf[\xbe\xbf]")
_REFERENCE = re.compile(
    rb"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]{1,60});|#[xX]([0-9a-fA-F]{1,60});|([A-Za-z][A-Za-z0-9]{0,60});)?"
)
# What may be the beginning of something that must be seen whole; held back until the next chunk.
_UNFINISHED = re.compile(
    rb"(?:&(?:#(?:[0-9]{0,60}|[xX][0-9a-fA-F]{0,60})|[A-Za-z][A-Za-z0-9]{0,60})?"
    rb"|<(?:![^<>]{0,7})?|\xed[\xa0-\xbf]?|\xef\xbf?)\Z"
)
_LONGEST_UNFINISHED = 64
_MARKUP = re.compile(rb"<!--|<!\[CDATA\[|<\?|<!(?i:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
_UNICODE_MAX = 0x10FFFF
_LEGAL = ((0x20, 0xD7FF), (0x9, 0xA), (0xD, 0xD), (0xE000, 0xFFFD), (0x10000, _UNICODE_MAX))
"""The Char production of XML 1.0."""
_FIRST_PRINTABLE = 0x20


class _Inside(Enum):
    """A construct whose text is not markup, and what ends it."""

    COMMENT = b"-->"
    CDATA = b"]]>"
    INSTRUCTION = b"?>"


_OPENINGS = {b"<!--": _Inside.COMMENT, b"<![CDATA[": _Inside.CDATA, b"<?": _Inside.INSTRUCTION}


class Sanitiser:
    """Sanitises one document; feed it chunks of UTF-8 bytes in order, then ``finish``.

    Attributes:
        bare_ampersands: how many ``&`` were escaped; ``first_bare_ampersand`` says about where.
        named_entities: HTML entities that were replaced, by name.
        is_open: after ``finish``: the document ended inside a comment, CDATA section or instruction.
    """

    def __init__(self, place: Place) -> None:
        self.bare_ampersands = 0
        self.first_bare_ampersand = ""
        self.named_entities: Counter[str] = Counter()
        self.is_open = False
        self._place = place
        self._carry = b""
        self._inside: _Inside | None = None

    def feed(self, chunk: bytes) -> bytes:
        """Return what can be said of the text so far.

        Raises:
            SourceMalformed: ``tally.file.doctype``.
        """
        data = self._carry + chunk if self._carry else chunk
        # one rare byte is looked for at memory speed; a pair that begins with the most frequent one is not
        if self._inside is None and not (b"!" in data and b"<!" in data) and not (b"?" in data and b"<?" in data):
            return self._text(data)
        return self._markup(data)

    def finish(self) -> bytes:
        """Return the rest; the document has ended."""
        rest, self._carry = self._carry, b""
        self.is_open = self._inside is not None
        if self._inside is None:
            return self._clean(rest)
        return _map_forbidden(rest) if self._inside is _Inside.CDATA else b""

    def _text(self, data: bytes) -> bytes:
        unfinished = _UNFINISHED.search(data, max(0, len(data) - _LONGEST_UNFINISHED))
        cut = unfinished.start() if unfinished else len(data)
        self._carry = data[cut:]
        return self._clean(data[:cut] if unfinished else data)

    def _markup(self, data: bytes) -> bytes:
        out: list[bytes] = []
        self._carry = b""
        position = 0
        while position < len(data):
            if self._inside is None:
                position = self._until_opening(data, position, out)
            else:
                position = self._until_ending(self._inside, data, position, out)
        return b"".join(out)

    def _until_opening(self, data: bytes, start: int, out: list[bytes]) -> int:
        opening = _MARKUP.search(data, start)
        if opening is None:
            out.append(self._text(data[start:]))
            return len(data)
        out.append(self._clean(data[start : opening.start()]))
        self._inside = _OPENINGS.get(opening.group())
        if self._inside is None:
            raise refusal.doctype(self._place)
        if self._inside is _Inside.CDATA:
            out.append(opening.group())
        return opening.end()

    def _until_ending(self, inside: _Inside, data: bytes, start: int, out: list[bytes]) -> int:
        end = data.find(inside.value, start)
        stop = end if end >= 0 else _character_start(data, start, len(data) - 2)
        body = data[start:stop]
        if inside is _Inside.CDATA:
            out.append(_map_forbidden(body) if end < 0 else _map_forbidden(body) + inside.value)
        else:
            out.append(b"\n" * body.count(b"\n"))  # line numbers in messages stay those of the file
        if end < 0:
            self._carry = data[stop:]
            return len(data)
        self._inside = None
        return end + len(inside.value)

    def _clean(self, body: bytes) -> bytes:
        body = _map_forbidden(body).replace(b"&#4;", _SYSTEM_MARK)  # by far the most frequent reference
        return _REFERENCE.sub(self._reference, body) if b"&" in body else body

    def _reference(self, match: re.Match[bytes]) -> bytes:
        decimal, hexadecimal, name = match.groups()
        if name is not None:
            return self._named(name.decode("ascii"), match)
        if decimal is None and hexadecimal is None:
            return self._bare(match)
        code = int(decimal) if decimal is not None else int(hexadecimal, 16)
        if code > _UNICODE_MAX:
            return self._bare(match) + match.group()[1:]
        return match.group() if is_legal(code) else _private(code)

    def _named(self, name: str, match: re.Match[bytes]) -> bytes:
        meaning = html5.get(f"{name};")
        if meaning is None:
            return self._bare(match) + f"{name};".encode("ascii")
        self.named_entities[name] += 1
        return "".join(f"&#{ord(char)};" for char in meaning).encode("ascii")

    def _bare(self, match: re.Match[bytes]) -> bytes:
        if not self.bare_ampersands:
            byte = max(0, self._place.byte - len(match.string) + match.start())
            self.first_bare_ampersand = f"byte {byte}"
        self.bare_ampersands += 1
        return b"&amp;"


def is_legal(code: int) -> bool:
    """Tell whether XML 1.0 allows a code point.

    >>> is_legal(4), is_legal(9), is_legal(0xE004), is_legal(0xD800), is_legal(0xFFFF)
    (False, True, True, False, False)
    """
    return any(first <= code <= last for first, last in _LEGAL)


def mapped(char: str) -> str:
    """Return the character that stands for a code point in sanitised text: itself if XML allows it."""
    code = ord(char)
    return char if is_legal(code) else _private(code).decode("utf-8")


def restore(text: str) -> str:
    r"""Turn private-use stand-ins back into the characters Tally wrote.

    >>> restore("\ue004 Primary")
    '\x04 Primary'
    """
    return _STAND_IN.sub(lambda match: chr(_original(ord(match.group()))), text)


_STAND_IN = re.compile(
    "[\ue000-\ue008\ue00b\ue00c\ue00e-\ue01f\U000fd800-\U000fdfff\U000ffffe\U000fffff]"  # plane 15: illegal others
)


def _original(code: int) -> int:
    return code - (PRIVATE_OTHERS if code >= PRIVATE_OTHERS else PRIVATE_CONTROLS)


def _private(code: int) -> bytes:
    return chr(code + (PRIVATE_CONTROLS if code < _FIRST_PRINTABLE else PRIVATE_OTHERS)).encode("utf-8")


def _character_start(data: bytes, start: int, place: int) -> int:
    """Return the last place, not before ``start`` nor after ``place``, at which no character is split."""
    place = max(start, place)
    while place > start and data[place] & 0xC0 == 0x80:  # noqa: PLR2004 - UTF-8: 10xxxxxx continues a character
        place -= 1
    return place


def _map_forbidden(body: bytes) -> bytes:
    if b"\xed" in body or b"\xef" in body:
        body = _FORBIDDEN_UTF8.sub(_forbidden, body)
    # translate() deletes at memory speed; comparing lengths asks "is there any" without a slow regex scan. A file has
    # few different ones, so replacing them one by one is eight times faster than one substitution.
    if len(body.translate(None, _CONTROLS)) != len(body):
        for control, stand_in in _CONTROL_STAND_INS:
            body = body.replace(control, stand_in)
    return body


def _forbidden(match: re.Match[bytes]) -> bytes:
    return _private(ord(match.group().decode("utf-8", "surrogatepass")))
