"""The listener for Tally's calls: on loopback, with a token, a hint and nothing more."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from canonical.errors import ConfigurationError
from khata.live.listener import LOOPBACK, PATH, Listening, find_token, listen, owner_of
from khata.live.tdl import render_tdl

TOKENS = {"shop": "token-of-the-shop", "mill": "token-of-the-mill"}


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
    with listen(0, TOKENS, heard) as running:
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


def body_of(token: str, encoding: str = "ascii") -> bytes:
    return f"<ENVELOPE>\r\n <KHATAEVENT>\r\n  <KHATATOKEN>{token}</KHATATOKEN>\r\n </KHATAEVENT>\r\n</ENVELOPE>".encode(
        encoding
    )


@pytest.mark.parametrize("encoding", ["ascii", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_call_with_the_token_is_heard_in_any_encoding_tally_writes(
    listening: Listening, heard: Heard, encoding: str
) -> None:
    assert post(listening, body_of(TOKENS["mill"], encoding)) == (200, b"<RESPONSE>OK</RESPONSE>")
    assert heard.event.wait(5)
    assert heard.names == ["mill"]


def test_a_call_with_the_token_in_a_header_is_heard(listening: Listening, heard: Heard) -> None:
    assert post(listening, b"", Authorization=f"Bearer {TOKENS['shop']}")[0] == 200
    assert heard.names == ["shop"]


@pytest.mark.parametrize(
    ("body", "path", "method", "status"),
    [
        (body_of("somebody else's"), PATH, "POST", 403),
        (body_of(""), PATH, "POST", 403),
        (b"", PATH, "POST", 403),
        (b"\xff\xfe\x00<", PATH, "POST", 403),
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
    with pytest.raises(ConfigurationError) as refused, listen(listening.port, TOKENS, heard):
        pass
    assert refused.value.code == "tally.listener.port_taken"
    assert "tally.listen_port" in refused.value.message


def test_no_token_belongs_to_nobody() -> None:
    assert owner_of("", {"shop": ""}) is None
    assert find_token({}, b"<KHATATOKEN></KHATATOKEN>") == ""


def test_the_tdl_carries_address_and_token_and_nothing_of_the_books(listening: Listening, heard: Heard) -> None:
    text = render_tdl(listening.port, TOKENS["shop"])
    assert f'"http://localhost:{listening.port}{PATH}"' in text
    assert text.count(TOKENS["shop"]) == 1
    assert "Form Accept : Yes : Form Accept" in text
    xml_tags = [line.partition('"')[2].rstrip('"') for line in text.splitlines() if "XML Tag" in line]
    assert xml_tags == ["KHATAEVENT", "KHATATOKEN"]
    sent = f"<{xml_tags[0]}><{xml_tags[1]}>{TOKENS['shop']}</{xml_tags[1]}></{xml_tags[0]}>".encode()
    assert post(listening, sent)[0] == 200
    assert heard.names == ["shop"]
