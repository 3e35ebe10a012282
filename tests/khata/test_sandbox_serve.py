"""``khata sandbox serve`` as a process: it prints where it listens, answers, and ends when it is interrupted."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from sandbox.zoho import DEMO_CLIENT
from tests.khata.processes import HANGS_S
from tests.khata.running import run

COMPANIES = (
    "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Export</TALLYREQUEST><TYPE>Collection</TYPE><ID>X</ID>"
    '</HEADER><BODY><DESC><TDL><TDLMESSAGE><COLLECTION NAME="X"><TYPE>Company</TYPE></COLLECTION></TDLMESSAGE></TDL>'
    "</DESC></BODY></ENVELOPE>"
)


@contextmanager
def served(*options: str, system: str = "tally") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "khata", "sandbox", "serve", system, "--port", "0", "--vouchers", "5", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), process
    finally:
        process.kill()
        process.wait(timeout=HANGS_S)
        process.stdout.close()


def test_it_serves_until_it_is_interrupted() -> None:
    with served("--companies", "2") as (url, process):
        assert "is Running" in requests.get(url, timeout=HANGS_S).text
        assert requests.post(url, data=COMPANIES, timeout=HANGS_S).text.count("<COMPANY ") == 2
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=HANGS_S) == 0


def test_what_goes_wrong_is_given_by_name() -> None:
    with served("--fault", "unknown-request", "--fault", "http-status=503") as (url, _):
        answer = requests.post(url, data=COMPANIES, timeout=HANGS_S)
        assert answer.status_code == 503
        assert "Unknown Request" in answer.text


def test_faults_are_listed_and_a_wrong_one_is_refused(home: Path) -> None:
    listed = run(home, "sandbox", "serve", "tally", "--list-faults")
    assert "period=honoured" in listed.output.splitlines()
    refused = run(home, "sandbox", "serve", "tally", "--fault", "nonsense")
    assert refused.code == 2
    assert "nonsense" in refused.errors


def test_zoho_refuses_unknown_tokens_in_its_own_ways() -> None:
    with served("--fault", "delay-s=0.01", system="zoho") as (url, process):
        form = {"grant_type": "refresh_token", "client_id": DEMO_CLIENT.id, "client_secret": DEMO_CLIENT.secret}
        refused = requests.post(f"{url}/oauth/v2/token", data=form, timeout=HANGS_S)
        assert (refused.status_code, refused.json()) == (200, {"error": "invalid_code"})
        asked = requests.get(f"{url}/books/v3/organizations", timeout=HANGS_S)
        assert (asked.status_code, asked.json()["code"]) == (401, 57)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=HANGS_S) == 0
