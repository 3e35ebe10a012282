"""Bytes of TDS: packets, tokens, columns and values. Numbers are little-endian except in a packet's header."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sandbox.busy.columns import Column

PACKET_BYTES = 4096
_HEADER = struct.Struct(">BBHHBB")
_END = 1
_EPOCH = datetime(1900, 1, 1)  # noqa: DTZ001 - a database's moment has no zone
COLLATION = b"\x09\x04\xd0\x00\x34"
"""Latin, case-insensitive; texts travel as UTF-16 whatever it says."""
_NULL_16 = 0xFFFF
_MEMO_CHARACTERS = 4000
MORE, COUNTED, ATTENTION = 0x01, 0x10, 0x20


class Packet(IntEnum):
    """Kinds of messages."""

    BATCH = 1
    RPC = 3
    REPLY = 4
    ATTENTION = 6
    LOGIN = 16
    PRELOGIN = 18


class Token(IntEnum):
    """First bytes of what a reply is made of."""

    RETURN_STATUS = 0x79
    COLUMNS = 0x81
    ERROR = 0xAA
    RETURN_VALUE = 0xAC
    LOGIN_ACK = 0xAD
    ROW = 0xD1
    ENVIRONMENT = 0xE3
    DONE = 0xFD
    DONE_PROC = 0xFE
    DONE_IN_PROC = 0xFF


class HungUp(ConnectionError):
    """The other side is gone."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message, its packets put together."""

    kind: int
    body: bytes


def receive(connection: socket.socket) -> Message:
    """Read one message.

    Raises:
        HungUp: the connection ended.
    """
    body = bytearray()
    while True:
        kind, status, length, *_ = _HEADER.unpack(_exactly(connection, _HEADER.size))
        body += _exactly(connection, length - _HEADER.size)
        if status & _END:
            return Message(kind, bytes(body))


class Reply:
    """Sends one message in packets of the agreed size, as it grows."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._waiting, self._number = connection, bytearray(), 0

    def write(self, data: bytes) -> None:
        """Add to the message."""
        self._waiting += data
        room = PACKET_BYTES - _HEADER.size
        while len(self._waiting) > room:
            self._send(self._waiting[:room], is_last=False)
            del self._waiting[:room]

    def end(self) -> None:
        """Send what is left, as the last packet."""
        self._send(self._waiting, is_last=True)
        self._waiting = bytearray()

    def _send(self, data: bytes | bytearray, *, is_last: bool) -> None:
        self._number = (self._number + 1) % 256
        status = _END if is_last else 0
        header = _HEADER.pack(Packet.REPLY, status, len(data) + _HEADER.size, 51, self._number, 0)
        self._connection.sendall(header + bytes(data))


def short_text(value: str) -> bytes:
    """A text with its length in one byte, in characters."""
    return bytes((len(value),)) + value.encode("utf-16-le")


def done(token: Token, status: int = 0, rows: int = 0) -> bytes:
    """The end of a statement."""
    return struct.pack("<BHHQ", token, status, 0xC1 if rows or status & COUNTED else 0, rows)


def error(number: int, severity: int, text: str) -> bytes:
    """A refusal."""
    body = struct.pack("<IBB", number, 1, severity) + struct.pack("<H", len(text)) + text.encode("utf-16-le")
    body += short_text("SANDBOX") + short_text("") + struct.pack("<I", 1)
    return struct.pack("<BH", Token.ERROR, len(body)) + body


def environment(kind: int, new: bytes, old: bytes = b"\0") -> bytes:
    """A change of the session: database, collation, size of packets."""
    body = bytes((kind,)) + new + old
    return struct.pack("<BH", Token.ENVIRONMENT, len(body)) + body


def login_acknowledged(program: str = "Sandbox SQL Server") -> bytes:
    """Signed in, TDS 7.4."""
    body = b"\x01\x74\x00\x00\x04" + short_text(program) + bytes((15, 0, 0, 0))
    return struct.pack("<BH", Token.LOGIN_ACK, len(body)) + body


def columns(shape: Sequence[Column]) -> bytes:
    """Names and types of an answer."""
    described = b"".join(struct.pack("<IH", 0, 1) + _type(one) + short_text(one.name) for one in shape)
    return struct.pack("<BH", Token.COLUMNS, len(shape)) + described


def row(shape: Sequence[Column], values: Iterable[Any]) -> bytes:
    """One row."""
    return bytes((Token.ROW,)) + b"".join(_value(one, value) for one, value in zip(shape, values, strict=True))


def return_value(number: int) -> bytes:
    """An integer handed back through a parameter."""
    head = struct.pack("<BH", Token.RETURN_VALUE, 0) + short_text("") + struct.pack("<BIH", 1, 0, 0)
    return head + bytes((0x26, 4, 4)) + struct.pack("<i", number)


def return_status(number: int = 0) -> bytes:
    """What a procedure returns."""
    return struct.pack("<Bi", Token.RETURN_STATUS, number)


def _type(column: Column) -> bytes:
    match column.kind:
        case "L":
            return bytes((0x26, 4))
        case "I":
            return bytes((0x26, 2))
        case "D":
            return bytes((0x6D, 8))
        case "B":
            return bytes((0x68, 1))
        case "S":
            return bytes((0x6F, 8))
        case _:
            return b"\xe7" + struct.pack("<H", (column.size or _MEMO_CHARACTERS) * 2) + COLLATION


def _value(column: Column, value: Any) -> bytes:
    if column.kind in "TM":
        if value is None:
            return struct.pack("<H", _NULL_16)
        raw = str(value).encode("utf-16-le")
        return struct.pack("<H", len(raw)) + raw
    if value is None:
        return b"\0"
    raw = _fixed(column.kind, value)
    return bytes((len(raw),)) + raw


def _fixed(kind: str, value: Any) -> bytes:
    match kind:
        case "L":
            return struct.pack("<i", value)
        case "I":
            return struct.pack("<h", value)
        case "D":
            return struct.pack("<d", value)
        case "B":
            return bytes((int(value),))
        case _:
            since: timedelta = value - _EPOCH
            return struct.pack("<iI", since.days, since.seconds * 300)


def _exactly(connection: socket.socket, number: int) -> bytes:
    read = bytearray()
    while len(read) < number:
        part = connection.recv(number - len(read))
        if not part:
            raise HungUp
        read += part
    return bytes(read)
