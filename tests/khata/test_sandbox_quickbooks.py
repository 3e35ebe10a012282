"""``khata sandbox serve quickbooks`` as a process: it can be signed in to, answers, and ends when it is interrupted."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import requests

from tests.khata.processes import HANGS_S
from tests.khata.running import run

REDIRECT = "http://localhost:1/back"


@contextmanager
def served(*options: str) -> Iterator[tuple[str, list[str], subprocess.Popen[str]]]:
    command = [
        sys.executable,
        "-m",
        "khata",
        "sandbox",
        "serve",
        "quickbooks",
        "--port",
        "0",
        "--vouchers",
        "5",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        url = process.stdout.readline().strip()
        said = []
        while not said or "interrupt it" not in said[-1]:
            said.append(process.stderr.readline())
        yield url, said, process
    finally:
        process.kill()
        process.wait(timeout=HANGS_S)
        process.stdout.close()
        process.stderr.close()


def test_what_it_says_is_enough_to_sign_in_and_read() -> None:
    with served("--companies", "2") as (url, said, process):
        text = "".join(said)
        realms = re.findall(r"realm (\d+)", text)
        found = re.search(r"client_id (\S+), client_secret (\S+)", text)
        assert found is not None
        assert len(realms) == 2
        places = requests.get(f"{url}/.well-known/openid_sandbox_configuration", timeout=HANGS_S).json()
        asked = {
            "client_id": found[1],
            "response_type": "code",
            "scope": "com.intuit.quickbooks.accounting",
            "redirect_uri": REDIRECT,
            "state": "s",
            "realmId": realms[1],
            "decision": "connect",
        }
        back = requests.post(places["authorization_endpoint"], data=asked, allow_redirects=False, timeout=HANGS_S)
        code = parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        tokens = requests.post(places["token_endpoint"], data=form, auth=(found[1], found[2]), timeout=HANGS_S).json()
        headers = {"Authorization": f"Bearer {tokens['access_token']}", "Accept": "application/json"}
        query = {"query": "select count(*) from Customer"}
        answer = requests.get(f"{url}/v3/company/{realms[1]}/query", params=query, headers=headers, timeout=HANGS_S)
        assert answer.json()["QueryResponse"]["totalCount"] > 0
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=HANGS_S) == 0


def test_faults_are_listed_and_a_wrong_one_is_refused(home: Path) -> None:
    listed = run(home, "sandbox", "serve", "quickbooks", "--list-faults")
    assert "expired-token=False" in listed.output.splitlines()
    refused = run(home, "sandbox", "serve", "quickbooks", "--fault", "nonsense")
    assert refused.code == 2
    assert "nonsense" in refused.errors
