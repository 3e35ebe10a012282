"""Batches: look, build, then write, so that the lock is held only for the writing.

Encoding and compressing a batch takes longer than storing it. So a batch is planned against what a reader sees, and
the writing transaction first makes sure that no other batch of the same company came in between (a counter on the
company, which also makes writers of one company take turns on PostgreSQL). If one did, the plan is made again inside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from canonical.errors import NotFound
from storage.engine import Database, Transaction

Found = TypeVar("Found")


class Work(Protocol):
    """What a batch comes down to."""

    @property
    def is_empty(self) -> bool:
        """Nothing has to be written."""

    def apply(self, transaction: Transaction) -> None:
        """Write it."""


W = TypeVar("W", bound=Work)
Counter = Literal["record_writes", "raw_writes"]
_COUNTERS: tuple[Counter, ...] = ("record_writes", "raw_writes")


def commit_batch(
    database: Database,
    tenant_id: int,
    company_id: int,
    *,
    counter: Counter,
    look: Callable[[Transaction], Found],
    build: Callable[[Found], W],
    alongside: Callable[[], None] | None = None,
) -> W:
    """Plan and write one batch of one company; inside an outer transaction everything happens there.

    Args:
        database: where.
        tenant_id: whose.
        company_id: of the batch.
        counter: which kind of batch must not come in between.
        look: reads what is stored now.
        build: decides and prepares the rows; may be called twice.
        alongside: writes what must be stored with the batch or not at all; called once it is sure to be written.
    """
    if not database.in_transaction:
        with database.read(tenant_id) as transaction:
            seen = _count(transaction, company_id, counter)
            found = look(transaction)
        work = build(found)
        if work.is_empty and alongside is None:
            return work
        with database.write(tenant_id) as transaction:
            if _advance(transaction, company_id, counter, seen):
                _apply(transaction, work, alongside)
                return work
    with database.write(tenant_id) as transaction:
        _advance(transaction, company_id, counter, None)
        work = build(look(transaction))
        _apply(transaction, work, alongside)
    return work


def take_turn(transaction: Transaction, company_id: int) -> None:
    """Begin a change of one company that is not a batch: no batch planned before it will be written unseen."""
    for counter in _COUNTERS:
        _advance(transaction, company_id, counter, None)


def _apply(transaction: Transaction, work: Work, alongside: Callable[[], None] | None) -> None:
    if not work.is_empty:
        work.apply(transaction)
    if alongside is not None:
        alongside()


def _count(transaction: Transaction, company_id: int, counter: Counter) -> int:
    rows = transaction.rows(
        f"SELECT {counter} FROM company WHERE tenant_id = ? AND id = ?", (transaction.tenant_id, company_id)
    )
    if not rows:
        raise NotFound(f"There is no company {company_id} in this store.", company_id=company_id)
    count: int = rows[0][0]
    return count


def _advance(transaction: Transaction, company_id: int, counter: Counter, seen: int | None) -> bool:
    sql = f"UPDATE company SET {counter} = {counter} + 1 WHERE tenant_id = ? AND id = ?"
    parameters = [transaction.tenant_id, company_id]
    if seen is not None:
        return transaction.change(f"{sql} AND {counter} = ?", [*parameters, seen]) == 1
    if transaction.change(sql, parameters) != 1:
        raise NotFound(f"There is no company {company_id} in this store.", company_id=company_id)
    return True
