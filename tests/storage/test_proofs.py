"""Proofs in the store: history, the last published state, what was accepted, and the way here from older programs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.ledger import Ledger
from canonical.proof import ControlKind, ControlTotal, OracleUse, Proof, ProofStatus
from canonical.publication import PublicationRule
from storage import TenantStore, open_store
from tests.storage.samples import ledger, ref
from tests.storage.test_migrations import engine_of

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
EXACT = PublicationRule()


def total(ours: str, theirs: str | None, kind: ControlKind = ControlKind.CLOSING) -> ControlTotal:
    return ControlTotal(
        name=f"{kind.value} {ours}",
        kind=kind,
        ours=Decimal(ours),
        theirs=None if theirs is None else Decimal(theirs),
        oracle="tally:Trial Balance" if theirs else "",
        as_of=date(2026, 3, 31),
        reason="" if theirs else "nobody says",
    )


def at(hour: int) -> datetime:
    return NOW + timedelta(hours=hour)


GOOD = Proof(totals=(total("10.00", "10.00"), total("3.00", None)))
OFF = Proof(totals=(total("10.00", "10.05"), total("7.00", "7.00")))
COUNTS = Proof(totals=(total("10", "11", ControlKind.VOUCHER_COUNT),))
OPENINGS = Proof(totals=(total("500.00", "0.00", ControlKind.OPENING_DIFFERENCE),))


def test_a_proof_is_read_back_whole(books: TenantStore, company: int) -> None:
    uses = (
        OracleUse(oracle="tally:Trial Balance", is_used=True, as_of=date(2026, 3, 31), lines=2),
        OracleUse(oracle="balance sheet", is_used=False, reason="not read"),
    )
    made = Proof(totals=GOOD.totals, oracles=uses)
    proof_id = books.proofs.save(7, company, made, at(0), record_writes=3)
    stored = books.proofs.get(proof_id)
    assert stored.proof == made
    assert (stored.head.record_writes, stored.run_id, stored.known_at) == (3, 7, at(0))
    assert (stored.findings.compared, stored.findings.without_oracle) == (1, 1)


def test_of_older_proofs_what_was_proved_is_counted_and_no_longer_listed(books: TenantStore, company: int) -> None:
    first = books.proofs.save(1, company, OFF, at(0))
    books.proofs.save(2, company, GOOD, at(1))
    held = books.proofs.get(first)
    assert held.proof.totals == OFF.totals[:1]
    assert (held.findings.compared, held.findings.differing) == (2, 1)
    newest = books.proofs.latest(company)
    assert newest is not None
    assert newest.proof.totals == GOOD.totals


def test_the_last_published_state_by_tolerance(books: TenantStore, company: int) -> None:
    for hour, made in enumerate((GOOD, OFF, COUNTS)):
        books.proofs.save(hour, company, made, at(hour))

    def published(rule: PublicationRule, known_at: datetime | None = None) -> datetime | None:
        found = books.proofs.last_published(company, rule, known_at)
        return found.known_at if found else None

    assert published(EXACT) == at(0)
    assert published(PublicationRule(tolerance=Decimal("0.05"))) == at(1)
    assert published(PublicationRule(tolerance=Decimal("0.05")), at(0)) == at(0)
    assert published(EXACT, at(-1)) is None


def test_an_accepted_opening_difference_publishes_and_can_be_taken_back(books: TenantStore, company: int) -> None:
    books.proofs.save(1, company, OPENINGS, at(0))
    assert books.proofs.last_published(company, books.proofs.rule(company, Decimal(0))) is None
    books.proofs.accept_difference(company, Decimal("500.00"), "old software", at(1))
    rule = books.proofs.rule(company, Decimal(0))
    assert rule == PublicationRule(opening_difference=Decimal("500.00"))
    assert books.proofs.last_published(company, rule) is not None
    books.proofs.accept_difference(company, Decimal(0), "", at(2))
    assert books.proofs.last_published(company, books.proofs.rule(company, Decimal(0))) is None


def test_proofs_are_paged_newest_first(books: TenantStore, company: int) -> None:
    ids = [books.proofs.save(hour, company, GOOD, at(hour)) for hour in range(5)]
    first = books.proofs.page(company, limit=2)
    rest = books.proofs.page(company, limit=10, cursor=first.next_cursor)
    assert [head.proof_id for head in (*first.items, *rest.items)] == ids[::-1]
    assert rest.next_cursor is None


def test_the_counter_of_writes_moves_with_records_and_with_nothing_else(books: TenantStore, company: int) -> None:
    before = books.proofs.record_writes(company)
    books.records.upsert(company, 1, [ledger("Asha")], at(0))
    written = books.proofs.record_writes(company)
    books.records.upsert(company, 2, [ledger("Asha")], at(1))
    books.proofs.save(2, company, GOOD, at(1))
    assert before < written == books.proofs.record_writes(company)
    books.records.retire(company, Ledger, [ref("ledgers", ledger("Asha").source.key)], at(2))
    assert books.proofs.record_writes(company) > written
    with pytest.raises(NotFound):
        books.proofs.record_writes(company + 1000)


def test_proofs_of_older_programs_are_taken_over(empty_url: str) -> None:
    store = open_store(empty_url, migrate=True)
    books = store.tenant()
    company = books.companies.ensure("tally", "co-1", "Asha Traders")
    off, good = (books.proofs.save(n, company, made, at(n)) for n, made in enumerate((OFF, GOOD)))
    store.migrate("0003")
    engine = engine_of(empty_url)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
    engine.dispose()
    assert "proof_total" in tables
    assert "proof_line" not in tables
    store.migrate()
    books = store.tenant()
    newest, older = books.proofs.get(good), books.proofs.get(off)
    assert [(line.ours, line.theirs) for line in newest.proof.totals] == [
        (line.ours, line.theirs) for line in GOOD.totals
    ]
    assert (newest.findings.compared, newest.findings.without_oracle) == (1, 1)
    assert (older.findings.differing, older.findings.money_difference) == (1, Decimal("0.05"))
    assert older.findings.status is ProofStatus.DIFFERS
    published = books.proofs.last_published(company, EXACT)
    assert published is not None
    assert published.proof_id == good
    store.close()
