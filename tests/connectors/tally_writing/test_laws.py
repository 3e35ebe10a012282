"""Whatever goes wrong on the way, and however often a command is repeated: one object, as it was said."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.errors import RuleError, SourceError
from connectors.sdk.writing.audit import Verdict
from connectors.tally.writing.command import Command
from sandbox.tally.books import LiveObject
from sandbox.tally.gateway import Faults, Running
from tests.connectors.tally_writing.commands import Document, exchanged, posting, voucher
from tests.connectors.tally_writing.conftest import MakeWriter
from tests.support.audit_log import Remembering

ONCE = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FAULTS: tuple[dict[str, Any], ...] = (
    {"import_exception": True},
    {"import_line_error": "Voucher totals do not match!"},
    {"import_nothing": True},
    {"import_answer_lost": True},
    {"truncate_after_bytes": 900},
    {"empty": True},
    {"reset": True},
    {"unknown_request": True},
)
NUMBERS = itertools.count(1)
EXPENSES = ("Electricity", "Bank Charges", "Printing & Stationery", 'Travelling - "Local"')
paise = st.integers(1, 10**9)
words = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufffe\uffff"), max_size=40)


@st.composite
def payments(draw: st.DrawFn) -> Document:
    lines = draw(st.lists(st.tuples(st.sampled_from(EXPENSES), paise), min_size=1, max_size=4))
    total = sum(amount for _, amount in lines)
    return voucher(
        "law",
        "payment",
        *(posting(ledger, "D", str(Decimal(amount) / 100)) for ledger, amount in lines),
        posting("Cash", "C", str(Decimal(total) / 100)),
        narration=draw(words),
        day=draw(st.dates(min_value=date(2025, 4, 1), max_value=date(2026, 3, 31))).isoformat(),
    )


class Desk:
    """Tally and a way to write to it; with a short representation, or hypothesis prints the whole books."""

    def __init__(self, tally: Running, make_writer: MakeWriter, command: Callable[[Document], Command]) -> None:
        self.tally, self.make_writer, self.command = tally, make_writer, command

    def __repr__(self) -> str:
        return "desk"

    def lines(self, narration: str) -> list[list[tuple[str, Decimal]]]:
        """Lines of the vouchers in the fake's own books that have this narration."""
        return [
            [(said(line, "LedgerName"), Decimal(said(line, "Amount"))) for line in item.children("AllLedgerEntries")]
            for item in self.tally.books.companies[0].objects("Voucher")
            if said(item, "Narration").split() == narration.split()
        ]


@pytest.fixture
def desk(tally: Running, make_writer: MakeWriter, command: Callable[[Document], Command]) -> Desk:
    return Desk(tally, make_writer, command)


def said(item: LiveObject, name: str) -> str:
    value = item.method(name)
    return value.wire if value is not None else ""


@ONCE
@given(payments(), st.lists(st.sampled_from(FAULTS), max_size=4))
def test_one_voucher_comes_of_a_command_whatever_happens(
    desk: Desk, document: Document, faults: list[dict[str, Any]]
) -> None:
    number = next(NUMBERS)  # the books live as long as the test, so no two examples may mean the same command
    narration = f"law {number} {document['voucher']['narration']}".strip()
    document = {**document, "key": f"law-{number}", "voucher": {**document["voucher"], "narration": narration}}
    log, given_command = Remembering(), desk.command(document)
    for fault in faults:
        sent = len(desk.tally.requests)
        is_import = any(name.startswith("import") for name in fault)
        some: dict[int, Mapping[str, Any]] = {sent + step: fault for step in range(3, 40, 3)}
        desk.tally.faults = Faults(**fault) if is_import else Faults(script=some)
        with contextlib.suppress(SourceError):
            desk.make_writer(log=log).apply(given_command)
        assert len(desk.lines(narration)) <= 1
    desk.tally.faults = Faults()
    entry = desk.make_writer(log=log).apply(given_command).entry
    assert entry.verdict in {Verdict.WRITTEN, Verdict.UNCHANGED}, (entry.reason, entry.differences)
    (lines,) = desk.lines(narration)
    assert sorted(lines) == sorted(
        (row["ledger_name"], Decimal(row["amount"]) * (-1 if row["side"] == "D" else 1))
        for row in document["voucher"]["postings"]
    )


@ONCE
@given(payments())
def test_exchanged_sides_never_pass(desk: Desk, document: Document) -> None:
    with pytest.raises(RuleError, match="exchanged"):
        desk.make_writer().apply(desk.command(exchanged(document)))
