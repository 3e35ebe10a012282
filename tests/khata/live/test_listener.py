"""The listener for Tally's calls: on loopback, with a token, a hint and nothing more."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from canonical.errors import ConfigurationError
from connectors.tally.tdl import EventHint, EventKind, render_tdl
from khata.api.listener import LOOPBACK, PATH, Caller, Listening, listen, owner_of
from tests.khata.processes import HANGS_S

TOKENS = {"shop": "token-of-the-shop", "mill": "token-of-the-mill"}
GUID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
CALLERS = [
    Caller(connection="shop", token=TOKENS["shop"]),
    Caller(connection="mill", token=TOKENS["mill"], company_guid=GUID),
]


class Heard:
    """Connections that called."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.event = threading.Event()

    def __call__(self, name: str) -> None:
        self.names.append(name)
        self.event.set()


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def listening(heard: Heard) -> Iterator[Listening]:
    with listen(0, CALLERS, heard) as running:
        yield running


def post(
    listening: Listening, body: bytes, path: str = PATH, method: str = "POST", **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(LOOPBACK, listening.port, timeout=5)
    try:
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def body_of(token: str, encoding: str = "ascii", guid: str = "") -> bytes:
    """What the text loaded into Tally makes it send."""
    fields = {"KIND": "saved", "OBJECT": "Voucher", "COMPANYGUID": guid, "TOKEN": token}
    told = "".join(f"\r\n  <KHATA{name}>{value}</KHATA{name}>" for name, value in fields.items())
    return f"<ENVELOPE>\r\n <KHATAEVENT>{told}\r\n </KHATAEVENT>\r\n</ENVELOPE>".encode(encoding)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_call_with_the_token_is_heard_in_any_encoding_tally_writes(
    listening: Listening, heard: Heard, encoding: str
) -> None:
    assert post(listening, body_of(TOKENS["mill"], encoding)) == (200, b"<RESPONSE>OK</RESPONSE>")
    assert heard.event.wait(HANGS_S)
    assert heard.names == ["mill"]


def test_the_company_of_a_call_says_which_connection_is_meant(listening: Listening, heard: Heard) -> None:
    """One text is loaded for all companies of a Tally; its token is that of any of them."""
    assert post(listening, body_of(TOKENS["shop"], guid=GUID))[0] == 200
    assert post(listening, body_of(TOKENS["mill"], guid=GUID.replace("0f", "ff")))[0] == 200
    assert heard.names == ["mill", "mill"]


def test_a_call_as_a_form_is_heard(listening: Listening, heard: Heard) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert post(listening, f"kind=saved&token={TOKENS['shop']}".encode(), **form)[0] == 200
    assert heard.names == ["shop"]


@pytest.mark.parametrize(
    ("body", "path", "method", "status"),
    [
        (body_of("somebody else's"), PATH, "POST", 403),
        (body_of(""), PATH, "POST", 403),
        (b"", PATH, "POST", 400),
        (b"\xff\xfe\x00<", PATH, "POST", 400),
        (body_of(TOKENS["shop"]), "/", "POST", 404),
        (body_of(TOKENS["shop"]), PATH, "GET", 501),
        (b"x" * 70_000, PATH, "POST", 413),
    ],
)
def test_everything_else_is_refused(  # noqa: PLR0917 - one parameter per case
    listening: Listening, heard: Heard, body: bytes, path: str, method: str, status: int
) -> None:
    try:
        assert post(listening, body, path, method)[0] == status
    except ConnectionError:  # hung up on in the middle of sending too much
        assert status == 413
    assert heard.names == []


def test_only_this_computer_can_call(listening: Listening) -> None:
    assert urlsplit(listening.url).hostname == "127.0.0.1"


def test_a_silent_caller_keeps_nobody_else_waiting(listening: Listening, heard: Heard) -> None:
    with socket.create_connection((LOOPBACK, listening.port)) as silent:
        silent.sendall(b"POST /tally/changed HTTP/1.1\r\nContent-Length: 50\r\n\r\n")
        assert post(listening, body_of(TOKENS["shop"]))[0] == 200
    assert heard.names == ["shop"]


def test_a_taken_port_is_said_with_the_setting(listening: Listening, heard: Heard) -> None:
    with pytest.raises(ConfigurationError) as refused, listen(listening.port, CALLERS, heard):
        pass
    assert refused.value.code == "tally.listener.port_taken"
    assert "tally.listen_port" in refused.value.message


def test_no_token_belongs_to_nobody() -> None:
    silent = EventHint(kind=EventKind.SAVED, company_guid=GUID)
    assert owner_of(silent, [Caller(connection="shop", token="", company_guid=GUID)]) is None


def test_the_text_for_tally_carries_this_listeners_address_and_token(listening: Listening) -> None:
    text = render_tdl(listening.url, TOKENS["shop"])
    assert f'"{listening.url}"' in text
    assert text.count(TOKENS["shop"]) == 1
