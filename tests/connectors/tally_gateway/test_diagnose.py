"""The states a doctor tells apart, each brought about in the fake Tally."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

import connectors.tally
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import list_companies
from connectors.tally.gateway.diagnose import Diagnosis, State, diagnose, find_gateways
from connectors.tally.gateway.endpoint import Endpoint, parse_endpoint
from connectors.tally.gateway.profile import CapabilityProfile, PeriodBehaviour
from sandbox.tally.gateway import Running
from tests.connectors.tally_gateway.conftest import MakeClient
from tests.connectors.tally_gateway.scripted import companies, playing, say


def examined(tally: Running, make_client: MakeClient, **faults: Any) -> Diagnosis:
    for name, value in faults.items():
        setattr(tally.faults, name, value)
    return diagnose(make_client(drain_min_s=1.0, drain_max_s=1.0), quick_s=0.3)


def test_ready(tally: Running, make_client: MakeClient) -> None:
    found = examined(tally, make_client)
    assert (found.state, found.remedy) == (State.READY, "")
    assert found.is_usable
    assert len(found.companies) == 2
    assert "2 companies are open" in found.sentence


@pytest.mark.parametrize(
    ("faults", "state", "words"),
    [
        ({"delay_s": 0.6}, State.BUSY, "Wait until"),
        ({"dialog": "Error in TDL"}, State.DIALOG_SUSPECTED, "message box"),
        ({"dialog": "Error in TDL", "liveness_behind_dialog": True}, State.DIALOG_SUSPECTED, "message box"),
        ({"empty": True}, State.NO_COMPANY_OPEN, "F3"),
        ({"empty_reply": True}, State.DIALOG_SUSPECTED, "window"),
        ({"reset": True}, State.DIALOG_SUSPECTED, "window"),
        ({"http_status": 502}, State.NOT_TALLY, "tunnel"),
        ({"unknown_request": True}, State.REFUSED, "Update"),
        ({"truncate_after_bytes": 500}, State.TRUNCATED, "restart"),
        ({"malformed": True}, State.UNREADABLE, "send us the message"),
    ],
)
def test_states(tally: Running, make_client: MakeClient, faults: dict[str, Any], state: State, words: str) -> None:
    found = examined(tally, make_client, **faults)
    assert found.state is state, found
    assert words in found.remedy
    assert not found.is_usable


def test_an_empty_answer_is_a_state_of_its_own(tmp_path: Path) -> None:
    with playing(say(b"")) as tally:
        found = diagnose(tally.client(tmp_path))
    assert found.state is State.EMPTY
    assert "Look at the Tally window" in found.remedy


def test_an_answer_that_is_too_large_names_the_setting(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally:
        found = diagnose(tally.client(tmp_path, bytes_max=100))
    assert found.state is State.TRUNCATED
    assert "gateway.bytes_max" in found.remedy


def test_another_program_at_the_port_is_named_as_such(tmp_path: Path) -> None:
    """A web server refuses a POST with a status; the operator who reads of a tunnel he does not have is misled."""
    with playing(say(b"Unsupported method", status="501 Unsupported method")) as tally:
        found = diagnose(tally.client(tmp_path))
    assert found.state is State.NOT_TALLY
    assert "another program uses this port" in found.remedy


def test_https_before_a_plain_tally(tally: Running, tmp_path: Path) -> None:
    endpoint = parse_endpoint({"url": f"https://127.0.0.1:{tally.port}"})
    found = diagnose(GatewayClient(endpoint, work_directory=tmp_path, clock=monotonic, sleep=sleep))
    assert found.state is State.NOT_TALLY
    assert f"write http://127.0.0.1:{tally.port}" in found.sentence


def test_not_listening(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    tally.stop()
    found = diagnose(client)
    assert found.state is State.NOT_LISTENING
    assert "F1 (Help) > Settings > Connectivity" in found.remedy


def test_in_use_names_what_is_in_flight(make_client: MakeClient) -> None:
    one, other = make_client(), make_client(lock_wait_s=0.1)
    with one.exclusive():
        found = diagnose(other)
    assert found.state is State.IN_USE


def test_the_connected_company(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    company = list_companies(client)[1]
    assert diagnose(client, company=company).state is State.READY
    assert diagnose(client, company=replace(company, guid="other", name="Other")).state is State.COMPANY_NOT_LOADED
    assert diagnose(client, company=replace(company, number="7")).state is State.COMPANY_MISMATCH


def test_limits_come_with_what_to_do(make_client: MakeClient) -> None:
    profile = CapabilityProfile(period=PeriodBehaviour.CURRENT_YEAR, vouchers_seen=3)
    found = diagnose(make_client(), profile=profile)
    assert found.state is State.LIMITED
    assert found.is_usable
    assert "Alt+F2" in found.remedy


def test_a_tally_is_found_by_its_port(tally: Running, make_client: MakeClient) -> None:
    def make(endpoint: Endpoint) -> Any:
        return _at(make_client, endpoint)

    found = find_gateways(make, host="127.0.0.1", ports=(tally.port, 1))
    assert [endpoint.port for endpoint in found] == [tally.port]


def _at(make_client: MakeClient, endpoint: Endpoint) -> Any:
    client = make_client()
    client.endpoint = endpoint
    return client


def test_the_readme_says_what_to_do_in_every_state() -> None:
    readme = Path(connectors.tally.__file__).with_name("README.md").read_text(encoding="utf-8")
    named = {line.split("|")[1].strip() for line in readme.splitlines() if line.startswith("| ")}
    assert {state.value for state in State} - named == {State.READY.value}
