"""What a client says: who signs in, the text of a batch, a procedure and its parameters."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Any

_PROCEDURES = {10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}
_BY_NUMBER = 0xFFFF
_NULL_16, _NULL_32 = 0xFFFF, 0xFFFFFFFF
_FIELDS = {"user": 40, "password": 44, "program": 48, "database": 68}
"""Places of offset and length inside the message of signing in."""
_PRELOGIN_NO_ENCRYPTION = 2


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who signs in, to what."""

    user: str
    password: str = field(repr=False)
    database: str
    program: str


@dataclass(frozen=True, slots=True)
class Call:
    """A procedure called, its parameters in order."""

    name: str
    parameters: tuple[Any, ...]


def prelogin_answer() -> bytes:
    """Say our version, and that nothing is encrypted here."""
    options = ((0, bytes((15, 0, 0, 0, 0, 0))), (1, bytes((_PRELOGIN_NO_ENCRYPTION,))), (4, b"\0"))
    place, head, data = 5 * len(options) + 1, b"", b""
    for number, value in options:
        head += struct.pack(">BHH", number, place + len(data), len(value))
        data += value
    return head + b"\xff" + data


def read_sign_in(body: bytes) -> SignIn:
    """Read a LOGIN7 message; the password is turned back from how it is hidden."""
    found = {}
    for name, place in _FIELDS.items():
        offset, length = struct.unpack_from("<HH", body, place)
        raw = body[offset : offset + 2 * length]
        found[name] = (_unhide(raw) if name == "password" else raw).decode("utf-16-le")
    return SignIn(found["user"], found["password"], found["database"], found["program"])


def read_batch(body: bytes) -> str:
    """Read the text of a batch, behind its headers."""
    return body[_headers(body) :].decode("utf-16-le")


def read_call(body: bytes) -> Call:
    """Read a procedure's name and parameters."""
    reader = _Reader(body, _headers(body))
    length = reader.number("<H")
    name = _PROCEDURES.get(reader.number("<H"), "?") if length == _BY_NUMBER else reader.text(length)
    reader.number("<H")
    parameters = []
    while reader.at < len(body):
        reader.text(reader.number("<B"))
        reader.number("<B")
        parameters.append(reader.value())
    return Call(name.casefold().removeprefix("sys."), tuple(parameters))


def _headers(body: bytes) -> int:
    (total,) = struct.unpack_from("<I", body)
    return int(total)


def _unhide(raw: bytes) -> bytes:
    return bytes((((byte ^ 0xA5) << 4) & 0xF0) | ((byte ^ 0xA5) >> 4) for byte in raw)


@dataclass(slots=True)
class _Reader:
    """Reads parameters one after the other."""

    body: bytes
    at: int

    def number(self, form: str) -> int:
        (found,) = struct.unpack_from(form, self.body, self.at)
        self.at += struct.calcsize(form)
        return int(found)

    def take(self, length: int) -> bytes:
        self.at += length
        return self.body[self.at - length : self.at]

    def text(self, characters: int) -> str:
        return self.take(2 * characters).decode("utf-16-le")

    def value(self) -> Any:
        """Read type and value of a parameter.

        Raises:
            ValueError: a type that no driver sent so far.
        """
        kind = self.number("<B")
        match kind:
            case 0x26 | 0x68:
                self.number("<B")
                raw = self.take(self.number("<B"))
                return int.from_bytes(raw, "little", signed=kind == 0x26) if raw else None  # noqa: PLR2004 - INTN
            case 0x38:
                return self.number("<i")
            case 0x6D:
                self.number("<B")
                raw = self.take(self.number("<B"))
                return struct.unpack("<d", raw)[0] if raw else None
            case 0xE7:
                self.take(7)
                length = self.number("<H")
                return None if length == _NULL_16 else self.take(length).decode("utf-16-le")
            case 0x63:
                self.take(9)
                length = self.number("<I")
                return None if length == _NULL_32 else self.take(length).decode("utf-16-le")
            case _:
                raise ValueError(f"a parameter of type {kind:#x}")
