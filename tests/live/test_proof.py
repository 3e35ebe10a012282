"""A sync ends in a proof: against the fake Tally's own statements, which another hand wrote from its own books."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import msgspec
import pytest

from canonical.dates import Period
from canonical.proof import ControlKind, ControlTotal, Proof, ProofStatus
from canonical.publication import PublicationState
from canonical.record import RawRecord, SourceRef
from connectors.sdk.registry import get_connector
from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Reader
from connectors.tally.export.spool import Spool
from khata.reading.publication import view_published
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from tests.connectors.tally.live.tally import Tally, create, work
from tests.live.edits import ALL_EDITS
from tests.live.hub import Calendar, LiveHub, newest
from workflows.interpretation import company_translator
from workflows.proving.company import prove_company

ZERO = Decimal(0)
PAISA = Decimal("0.01")


def told(totals: Sequence[ControlTotal]) -> list[str]:
    return [f"{total.name}: ours {total.ours}, theirs {total.theirs} ({total.oracle})" for total in totals]


def journal(day: date, one: str, other: str, paise: int) -> VoucherDraft:
    entries = (EntryDraft(ledger=one, paise=paise), EntryDraft(ledger=other, paise=-paise))
    return VoucherDraft(type_name="Journal", day=day, entries=entries, narration="entered by a test")


def test_a_full_sync_is_proved_in_everything_the_source_says(live: LiveHub) -> None:
    proof = newest(live).proof
    assert told(proof.differences) == []
    kinds = Counter(total.kind for total in proof.totals if total.status is ProofStatus.PROVED)
    unsaid = {ControlKind.OPENING, ControlKind.DEBIT, ControlKind.CREDIT, ControlKind.STOCK, ControlKind.OTHER}
    assert set(ControlKind) - unsaid <= kinds.keys()
    assert {total.name for total in proof.totals if total.status is ProofStatus.NO_ORACLE} == {
        "closing stock",
        "profit and loss: Less: Closing Stock",
    }
    idle = {use.oracle.partition(",")[0]: use.reason for use in proof.oracles if not use.is_used}
    assert set(idle) == {"tally:Statistics", "tally:Stock Summary"}
    assert "no report" in idle["tally:Statistics"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_people_do_the_next_sync_is_proved_again(served: Tally, live: LiveHub, seed: int) -> None:
    dice = Random(seed)
    for _ in range(3):
        work(served.company, dice.choices(ALL_EDITS, k=4), dice.randrange(10**6))
        live.sync()
        proof = newest(live).proof
        off = [total for total in proof.differences if total.kind is not ControlKind.OPENING_DIFFERENCE]
        assert told(off) == []


def test_a_paisa_changed_without_a_trace_is_found_named_and_held_back(served: Tally, live: LiveHub) -> None:
    """Damaged data, a repair tool: an amount moves, and no change number of Tally's does."""
    before = newest(live)
    company = served.company
    ledgers = {row.master_id: row.name for row in company.masters.of_kind("LEDGER")}
    row = next(row for row in company.vouchers() if len(row.postings) == 4 and not row.bills and not row.is_optional)
    first, one, second, other = row.postings
    company.enter(replace(row, postings=(first, one + 1, second, other - 1)))
    create(company, Random(1))
    summary = live.sync()
    assert (summary.proof, summary.publication) == ("differs", "held")
    stored = newest(live)
    named = {total.name: abs(total.difference) for total in stored.proof.differences}
    assert named[f"closing balance: {ledgers[first]}"] == named[f"closing balance: {ledgers[second]}"] == PAISA
    assert set(named.values()) == {PAISA}
    view = view_published(live.books, live.books.companies.get(live.company), ZERO)
    assert (view.publication.state, view.known_at) == (PublicationState.HELD, before.known_at)
    tolerant = view_published(live.books, live.books.companies.get(live.company), PAISA)
    assert (tolerant.publication.state, tolerant.known_at) == (PublicationState.PUBLISHED, None)


def test_openings_that_do_not_balance_wait_for_the_owner(served: Tally, live: LiveHub) -> None:
    cash = next(row for row in served.company.masters.of_kind("LEDGER") if row.name == "Cash")
    opening = Decimal(cash.tree.value("OPENINGBALANCE"))
    served.company.edit_masters.alter(cash.master_id, OPENINGBALANCE=str(opening - 500))
    assert live.sync().publication == "held"
    proof = newest(live).proof
    (off,) = proof.differences
    assert (off.kind, off.difference) == (ControlKind.OPENING_DIFFERENCE, Decimal(500))
    declared = next(total for total in proof.totals if total.name == "balance sheet: Difference in Opening Balances")
    assert (declared.status, declared.ours) == (ProofStatus.PROVED, Decimal(-500))
    live.books.proofs.accept_difference(live.company, Decimal(500), "the owner knows", live.clock())
    company = live.books.companies.get(live.company)
    assert view_published(live.books, company, ZERO).publication.state is PublicationState.PUBLISHED


def test_statements_of_the_second_year_are_proved_as_well(served: Tally, live: LiveHub, tmp_path: Path) -> None:
    """Income and expense begin at zero; what the first year left stands in the profit and loss account."""
    expense, income = "Telephone & Internet", "Interest Received"
    for month in range(5, 9):
        served.company.edit_vouchers.create(journal(date(2026, month, 3), expense, "Cash", 12_345_67))
        served.company.edit_vouchers.create(journal(date(2026, month, 4), "Cash", income, 1_000_00))
    live.sync()
    year = Period(date(2026, 4, 1), date(2027, 3, 31))
    proof = prove_with(live, [report(served, title, year, tmp_path) for title in STATEMENTS])
    assert told(proof.differences) == []
    states = {total.name: total.status for total in proof.totals}
    assert states[f"closing balance: {expense}"] is ProofStatus.PROVED
    assert states["profit and loss: Indirect Expenses"] is ProofStatus.PROVED
    assert states["net profit of the period"] is ProofStatus.PROVED
    assert states["balance sheet: Profit & Loss A/c"] is ProofStatus.PROVED
    assert states["closing balance: Profit & Loss A/c"] is ProofStatus.NO_ORACLE, "stock of the first year is in it"
    assert states["closing balance: Stock of Goods"] is ProofStatus.NO_ORACLE


@pytest.mark.parametrize(
    "period",
    [
        Period(date(2025, 4, 1), date(2025, 9, 30)),
        Period(date(2025, 10, 1), date(2026, 3, 31)),
        Period(date(2026, 6, 1), date(2027, 3, 31)),
    ],
    ids=str,
)
def test_statements_of_any_part_of_a_year_agree(served: Tally, live: LiveHub, tmp_path: Path, period: Period) -> None:
    served.company.edit_vouchers.create(journal(date(2026, 5, 4), "Cash", "Interest Received", 1_000_00))
    served.company.edit_vouchers.create(journal(date(2026, 8, 4), "Telephone & Internet", "Cash", 2_000_00))
    live.sync()
    proof = prove_with(live, [report(served, title, period, tmp_path) for title in STATEMENTS])
    assert told(proof.differences) == []
    states = {total.name: total.status for total in proof.totals}
    assert states["net profit of the period"] is ProofStatus.PROVED
    assert states["balance sheet: Profit & Loss A/c"] is ProofStatus.PROVED
    assert states["closing balance: Cash"] is ProofStatus.PROVED


STATEMENTS = ("Trial Balance", "Profit and Loss", "Balance Sheet")


def report(served: Tally, title: str, period: Period, folder: Path) -> dict[str, object]:
    """A report as the fake answers it, its rows taken out the way of saved files."""
    statics = {"ISLEDGERWISE": "Yes"} if title == "Trial Balance" else {}
    path = folder / f"{title}.xml"
    path.write_text(served.company.report(title, period, statics), encoding="utf-8")
    reader = Reader(Limits(), Spool())
    reader.read([path])
    (record,) = reader.finish("Books", "").records("reports")
    days = {"from": period.start.isoformat(), "to": period.end.isoformat()}
    return {"rows": record["object"]["rows"], "report": title, **days}


def prove_with(live: LiveHub, reports: Sequence[dict[str, object]]) -> Proof:
    """Hand reports over in a run of their own, and prove in it."""
    source_key = live.books.companies.get(live.company).source_key
    clock: Calendar = live.clock
    run_id = live.books.runs.start("sync", "tally", None, {}, clock() + timedelta(hours=1))
    records = []
    for document in reports:
        payload = msgspec.json.encode({"object": document})
        source = SourceRef("tally", source_key, "reports", str(document["report"]))
        digest = hashlib.sha256(payload).digest()
        records.append(RawRecord(source=source, payload=payload, digest=digest, origin="test", extracted_at=clock()))
    live.books.raw.append(live.company, run_id, records)
    translator = company_translator(live.books, get_connector("tally"), live.company)
    return prove_company(live.books, translator, live.company, run_id, is_live=True)
