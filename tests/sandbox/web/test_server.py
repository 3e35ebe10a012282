"""The server, seen through a real client: what goes over the wire, and what each fault does to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest
import requests

from sandbox.web import (
    Faults,
    MovableClock,
    Request,
    Response,
    Router,
    Running,
    TickingClock,
    Unrouted,
    json_response,
    list_switches,
    serve,
)


class Echo:
    """Answers with what it was asked."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.gate: threading.Event | None = None

    def answer(self, request: Request, faults: Faults) -> Response:
        """Say the request back."""
        self.done.append(request.path)
        if self.gate is not None:
            self.gate.wait(5)
        if faults.server_error:
            return json_response({"code": 1000}, faults.server_error)
        return json_response(
            {
                "method": request.method,
                "path": request.path,
                "query": request.query,
                "form": request.form(),
                "json": request.json() if "json" in request.header("Content-Type") else None,
                "in_flight": request.in_flight,
            }
        )


@pytest.fixture
def echo() -> Iterator[tuple[Echo, Running]]:
    """A running echo."""
    application = Echo()
    with serve(application) as running:
        yield application, running


def test_requests_arrive_whole_and_are_logged(echo: tuple[Echo, Running]) -> None:
    _, running = echo
    with requests.Session() as session:
        got = session.get(
            f"{running.url}/a/b%20c", params=[("q", "1"), ("q", "+0530"), ("empty", "")], timeout=5
        ).json()
        assert got["path"] == "/a/b%20c"
        assert got["query"] == [["q", "1"], ["q", "+0530"], ["empty", ""]]
        assert session.post(running.url, data={"x": "é&="}, timeout=5).json()["form"] == {"x": "é&="}
        assert session.put(running.url, json={"n": "खाता"}, timeout=5).json()["json"] == {"n": "खाता"}
        assert session.delete(f"{running.url}/gone", timeout=5).json()["method"] == "DELETE"
    assert [(one.number, one.method, one.status) for one in running.requests] == [
        (1, "GET", 200),
        (2, "POST", 200),
        (3, "PUT", 200),
        (4, "DELETE", 200),
    ]
    assert running.requests[0].path == "/a/b%20c"
    assert all(one.bytes > 0 for one in running.requests)


@pytest.mark.parametrize("lost_before_work", [True, False])
def test_a_broken_connection_says_nothing_of_whether_it_was_done(
    echo: tuple[Echo, Running], lost_before_work: bool
) -> None:
    application, running = echo
    running.next_requests({"reset": True} if lost_before_work else {"answer_lost": True})
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{running.url}/create", timeout=5)
    assert application.done == ([] if lost_before_work else ["/create"])
    assert requests.get(running.url, timeout=5).status_code == 200


def test_bodies_are_cut_or_dropped(echo: tuple[Echo, Running]) -> None:
    _, running = echo
    running.next_requests({"truncate_after_bytes": 10}, {"drop_after_bytes": 10})
    cut = requests.get(running.url, timeout=5)
    assert len(cut.content) == 10
    with pytest.raises(requests.JSONDecodeError):
        cut.json()
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        requests.get(running.url, timeout=5)


def test_pages_of_proxies_and_the_vendors_errors(echo: tuple[Echo, Running]) -> None:
    application, running = echo
    running.next_requests({"gateway_page": 502}, {"server_error": 500})
    page = requests.get(f"{running.url}/x", timeout=5)
    assert (page.status_code, "502 Bad Gateway" in page.text, application.done) == (502, True, [])
    assert requests.get(f"{running.url}/x", timeout=5).json() == {"code": 1000}


def test_faults_may_strike_one_path_only(echo: tuple[Echo, Running]) -> None:
    _, running = echo
    running.faults.only, running.faults.gateway_page = "/bills", 504
    assert requests.get(f"{running.url}/invoices", timeout=5).status_code == 200
    assert requests.get(f"{running.url}/bills/1", timeout=5).status_code == 504


def test_requests_in_flight_are_counted(echo: tuple[Echo, Running]) -> None:
    application, running = echo
    application.gate = threading.Event()
    seen: list[int] = []
    callers = [
        threading.Thread(target=lambda: seen.append(requests.get(running.url, timeout=5).json()["in_flight"]))
        for _ in range(3)
    ]
    for caller in callers:
        caller.start()
    while len(application.done) < 3:
        sleep(0.01)
    application.gate.set()
    for caller in callers:
        caller.join()
    assert sorted(seen) == [1, 2, 3]


def test_a_mistake_of_the_application_is_raised() -> None:
    class Wrong:
        def answer(self, request: Request, faults: Faults) -> Response:
            raise LookupError(request.path)

    with pytest.raises(LookupError), serve(Wrong()) as running, pytest.raises(requests.ConnectionError):
        requests.get(running.url, timeout=5)


def test_it_stops_and_starts_on_the_same_port(echo: tuple[Echo, Running]) -> None:
    _, running = echo
    url = running.url
    running.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)
    running.start()
    assert running.url == url
    assert requests.get(url, timeout=5).status_code == 200


def test_routes_prefer_literal_segments() -> None:
    router: Router[str] = Router()
    router.add("GET", "/invoices/{key}", "one")
    router.add("GET", "/invoices/templates", "templates")
    router.add("POST", "/invoices/{key}/status/{word}", "status")
    found = router.find("GET", "/invoices/12%203")
    assert not isinstance(found, Unrouted)
    assert (found.target, dict(found.segments)) == ("one", {"key": "12 3"})
    literal = router.find("GET", "/invoices/templates/")
    assert not isinstance(literal, Unrouted)
    assert literal.target == "templates"
    assert router.find("DELETE", "/invoices/1") is Unrouted.UNKNOWN_METHOD
    assert router.find("GET", "/invoices/1/status") is Unrouted.UNKNOWN_PATH


def test_switches_are_turned_by_name() -> None:
    faults = Faults()
    faults.turn("gateway-page", "503")
    faults.turn("expired-token")
    faults.turn("delay-s", "0.5")
    assert (faults.gateway_page, faults.expired_token, faults.delay_s) == (503, True, 0.5)
    assert dict(list_switches())["answer-lost"] == "False"
    with pytest.raises(ValueError, match="there are"):
        faults.turn("script")


def test_clocks_move_when_told() -> None:
    start = datetime(2026, 4, 1, tzinfo=UTC)
    still = MovableClock(start)
    still.advance(3600, days=1)
    assert still() == start + timedelta(days=1, hours=1)
    ticking = TickingClock(start)
    ticking.advance(60)
    assert timedelta(seconds=60) <= ticking() - start < timedelta(seconds=70)
