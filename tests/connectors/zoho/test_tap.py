"""``tap-zoho-books`` as a Singer tap: the SDK's own tests, the command line, state from the shell."""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from canonical.errors import ConfigurationError, CredentialError
from connectors.sdk.base import Surroundings
from connectors.sdk.census import Settlement
from connectors.sdk.conformance import Collected
from connectors.sdk.run import run_tap
from connectors.zoho.tap import TapZohoBooks
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import DocumentKind
from tests.connectors.zoho.fake import START, Zoho, quote, zoho

NOW = datetime(2026, 4, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
_STACK = ExitStack()
_ZOHO = _STACK.enter_context(zoho(vouchers=60))
_ZOHO.edit(quote)
atexit.register(_STACK.close)

TestTapZohoBooks = get_tap_test_class(
    TapZohoBooks,
    config=_ZOHO.config(),
    suite_config=SuiteConfig(
        max_records_limit=20,
        ignore_no_records_for_streams=["census"],
    ),
)


@pytest.fixture
def source() -> Iterator[Zoho]:
    with zoho(vouchers=40) as made:
        yield made


def shell(source: Zoho, config: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    path = source.folder / "config.json"
    path.write_text(json.dumps(config))
    code = "from connectors.zoho.tap import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, "--config", str(path), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_from_the_shell_it_speaks_singer_and_goes_on_from_its_state(source: Zoho) -> None:
    source.clock.now = datetime.now(tz=UTC)
    source.running.app.accounts.expire_all()
    done = shell(source, source.config())
    assert done.returncode == 0, done.stderr[-2000:]
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {message["type"] for message in messages}
    assert kinds >= {"SCHEMA", "RECORD", "STATE"}
    assert any(message.get("stream") == "census" for message in messages if message["type"] == "RECORD")
    state = [message["value"] for message in messages if message["type"] == "STATE"][-1]
    path = source.folder / "state.json"
    path.write_text(json.dumps(state))
    source.edit(lambda books: editing.alter_document(books, _first(books), reference="changed"))
    again = shell(source, source.config(overlap_minutes=0.01), "--state", str(path))
    assert again.returncode == 0, again.stderr[-2000:]
    records = [json.loads(line) for line in again.stdout.splitlines() if '"RECORD"' in line]
    invoices = [one["record"]["object"] for one in records if one["stream"] == "invoices"]
    assert "changed" in [one["reference_number"] for one in invoices]
    assert len(invoices) < 5


def _first(books: Books) -> Any:
    return next(one for one in books.documents_of(DocumentKind.INVOICE) if one.counts)


def place(source: Zoho) -> Surroundings:
    clock = source.clock
    return Surroundings(work_directory=source.folder, clock=clock.seconds, sleep=clock.sleep, now=clock)


def read(source: Zoho, **more: Any) -> Collected:
    collected = Collected()
    collected.extracted = run_tap(TapZohoBooks, source.config(**more), collected, now=NOW, surroundings=place(source))
    return collected


def test_the_plan_is_known_before_and_kept(source: Zoho) -> None:
    done = read(source)
    (facts,) = done.extracted.files
    plan = facts["plan"]
    assert facts["calls_used"] <= plan["calls"] + 2
    assert plan["postponed"] == 0
    assert sum(plan["details"].values()) + plan["listed"] <= plan["calls"]


def test_one_call_for_every_document_and_no_more(source: Zoho) -> None:
    before = source.calls
    read(source)
    asked = [target.partition("?")[0] for target in source.asked(before)]
    details = [path for path in asked if path.rsplit("/", 1)[-1].isdecimal()]
    assert len(details) == len(set(details))


def test_a_wrong_organisation_and_a_revoked_sign_in_are_told_apart(source: Zoho) -> None:
    with pytest.raises(ConfigurationError, match="organization_id"):
        read(source, organization_id="1")
    source.running.app.accounts.revoke_all()
    with pytest.raises(CredentialError):
        read(source)


def test_missing_scopes_leave_out_what_is_not_in_the_books_and_are_said(source: Zoho) -> None:
    modules = (
        "settings contacts invoices creditnotes customerpayments bills vendorpayments debitnotes expenses accountants"
    )
    scopes = ",".join(f"ZohoBooks.{module}.READ" for module in modules.split())
    _, refresh = source.running.app.accounts.issue_tokens(scopes)
    done = read(source, refresh_token=refresh)
    left_out = [issue.message for issue in done.extracted.issues if issue.code == "zoho.stream.left_out"]
    refused = [issue.message for issue in done.extracted.issues if issue.code == "zoho.stream.refused"]
    assert any("bankaccounts" in message for message in left_out)
    assert any("estimates" in message for message in left_out)
    assert [message.split()[0] for message in refused] == ["Banktransactions"]
    assert done.extracted.settlement is Settlement.UNSURE
    assert done.extracted.counts["invoices"] > 0


def test_secrets_are_told_to_nobody(source: Zoho) -> None:
    done = read(source)
    told = f"{done.extracted} {[record.origin for record in done.records]}"
    for secret in (source.refresh_token, str(source.config()["client_secret"])):
        assert secret not in told
        assert not any(secret.encode() in record.payload for record in done.records)
    assert source.clock.now >= START
