"""Proofs: what every sync ended in, line by line, and which state of a company's books is the last published one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, OracleUse, Proof, ProofStatus
from canonical.publication import ProofFindings, PublicationRule
from storage.engine import Transaction
from storage.repositories.base import Page, Repository, parse_cursor, render_cursor
from storage.tables.company import company
from storage.tables.proof import accepted_difference, proof, proof_finding, proof_line, proof_oracle


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofHead:
    """A proof without its lines.

    Attributes:
        known_at: the moment its run's records hold from.
        record_writes: the company's counter when the figures were taken; None for proofs of older programs.
    """

    proof_id: int
    company_id: int
    run_id: int | None
    known_at: datetime
    findings: ProofFindings
    record_writes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProof:
    """A proof and when it was made. Only a company's newest proof still has the lines that were proved."""

    head: ProofHead
    proof: Proof

    @property
    def proof_id(self) -> int:
        """Its id."""
        return self.head.proof_id

    @property
    def company_id(self) -> int:
        """Whose books."""
        return self.head.company_id

    @property
    def run_id(self) -> int | None:
        """The run it ended."""
        return self.head.run_id

    @property
    def known_at(self) -> datetime:
        """See ``ProofHead``."""
        return self.head.known_at

    @property
    def findings(self) -> ProofFindings:
        """What it came to, all lines counted."""
        return self.head.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedDifference:
    """What a company's opening balances may fail to balance by, debit-positive rupees; who decided says why."""

    amount: Decimal
    reason: str
    accepted_at: datetime


class Proofs(Repository):
    """The tenant's proofs."""

    def save(
        self, run_id: int | None, company_id: int, made: Proof, known_at: datetime, record_writes: int | None = None
    ) -> int:
        """Store a proof; earlier ones stay as history, without the lines that were proved."""
        proof_id = self._ids.after_all()[0]
        findings = ProofFindings.of(made)
        key = {"tenant_id": self._tenant_id, "proof_id": proof_id}
        lines = [{**key, "line": number, **_line_row(total)} for number, total in enumerate(made.totals)]
        uses = [{**key, "line": number, **_oracle_row(use)} for number, use in enumerate(made.oracles)]
        with self._write() as transaction:
            self._forget_proved(transaction, company_id)
            run = transaction.connection.execute
            run(
                sa.insert(proof).values(
                    tenant_id=self._tenant_id,
                    id=proof_id,
                    company_id=company_id,
                    run_id=run_id,
                    status=findings.status.value,
                    known_at=known_at,
                )
            )
            run(sa.insert(proof_finding).values(**key, **_finding_row(findings), record_writes=record_writes))
            for table, rows in ((proof_line, lines), (proof_oracle, uses)):
                if rows:
                    run(sa.insert(table), rows)
        return proof_id

    def latest(self, company_id: int) -> StoredProof | None:
        """Find the company's newest proof."""
        with self._read():  # head and lines of one moment: the next proof takes lines away
            heads = self._heads(proof.c.company_id == company_id, limit=1)
            return self._with_lines(heads[0]) if heads else None

    def get(self, proof_id: int) -> StoredProof:
        """Return one proof.

        Raises:
            NotFound: this tenant has no such proof.
        """
        heads = self._heads(proof.c.id == proof_id, limit=1)
        if not heads:
            raise NotFound(f"There is no proof {proof_id} in this store.", code="proof.none", proof_id=proof_id)
        return self._with_lines(heads[0])

    def page(self, company_id: int, *, cursor: str | None = None, limit: int = 50) -> Page[ProofHead]:
        """Return a company's proofs, newest first, without their lines."""
        wanted = [proof.c.company_id == company_id]
        if cursor is not None:
            wanted.append(proof.c.id < parse_cursor(cursor, 1)[0])
        heads = self._heads(*wanted, limit=limit + 1)
        more = len(heads) > limit
        return Page(tuple(heads[:limit]), render_cursor([heads[limit - 1].proof_id]) if more else None)

    def newest_head(self, company_id: int, known_at: datetime | None = None) -> ProofHead | None:
        """Find the company's newest proof (made by a moment), without its lines."""
        wanted = [proof.c.company_id == company_id]
        if known_at is not None:
            wanted.append(proof.c.known_at <= known_at)
        heads = self._heads(*wanted, limit=1)
        return heads[0] if heads else None

    def last_published(
        self, company_id: int, rule: PublicationRule, known_at: datetime | None = None
    ) -> ProofHead | None:
        """Find the newest proof that publishes by a rule.

        Args:
            company_id: whose books.
            rule: tolerance and accepted opening difference.
            known_at: only proofs made by then.
        """
        gap = proof_finding.c.opening_difference
        wanted = [
            proof.c.company_id == company_id,
            proof_finding.c.other_differences == 0,
            proof_finding.c.money_difference <= rule.tolerance,
            sa.or_(
                gap == ZERO,
                gap.between(rule.opening_difference - rule.tolerance, rule.opening_difference + rule.tolerance),
            ),
        ]
        if known_at is not None:
            wanted.append(proof.c.known_at <= known_at)
        heads = self._heads(*wanted, limit=1)
        return heads[0] if heads else None

    def record_writes(self, company_id: int) -> int:
        """The company's counter of writing batches: while it stands still, its records do.

        Raises:
            NotFound: this tenant has no such company.
        """
        query = sa.select(company.c.record_writes).where(self._mine(company), company.c.id == company_id)
        with self._read() as transaction:
            found = transaction.connection.execute(query).scalar_one_or_none()
        if found is None:
            raise NotFound(f"There is no company {company_id} in this store.", company_id=company_id)
        return int(found)

    def accept_difference(self, company_id: int, amount: Decimal, reason: str, at: datetime) -> None:
        """Note that the opening balances of a company may fail to balance by an amount; zero takes it back."""
        row = {"company_id": company_id, "accepted_at": at, "amount": amount, "reason": reason}
        with self._write() as transaction:
            transaction.connection.execute(sa.insert(accepted_difference).values(tenant_id=self._tenant_id, **row))

    def accepted(self, company_id: int) -> AcceptedDifference | None:
        """Find what was accepted last."""
        table = accepted_difference
        query = (
            sa.select(table)
            .where(self._mine(table), table.c.company_id == company_id)
            .order_by(table.c.accepted_at.desc())
            .limit(1)
        )
        with self._read() as transaction:
            row = transaction.connection.execute(query).one_or_none()
        if row is None:
            return None
        return AcceptedDifference(amount=row.amount, reason=row.reason, accepted_at=row.accepted_at)

    def rule(self, company_id: int, tolerance: Decimal) -> PublicationRule:
        """What still publishes: the operator's tolerance, and what was accepted for the company."""
        accepted = self.accepted(company_id)
        return PublicationRule(tolerance=tolerance, opening_difference=accepted.amount if accepted else ZERO)

    def _forget_proved(self, transaction: Transaction, company_id: int) -> None:
        newest = sa.select(sa.func.max(proof.c.id)).where(self._mine(proof), proof.c.company_id == company_id)
        transaction.connection.execute(
            sa.delete(proof_line).where(
                self._mine(proof_line),
                proof_line.c.proof_id == newest.scalar_subquery(),
                proof_line.c.ours == proof_line.c.theirs,
            )
        )

    def _heads(self, *wanted: sa.ColumnElement[bool], limit: int) -> list[ProofHead]:
        same = sa.and_(proof_finding.c.tenant_id == proof.c.tenant_id, proof_finding.c.proof_id == proof.c.id)
        query = (
            sa.select(proof, proof_finding)
            .select_from(proof.join(proof_finding, same))
            .where(self._mine(proof), *wanted)
            .order_by(proof.c.id.desc())
            .limit(limit)
        )
        with self._read() as transaction:
            return [_head(row) for row in transaction.connection.execute(query)]

    def _with_lines(self, head: ProofHead) -> StoredProof:
        with self._read() as transaction:
            lines = self._rows(transaction, proof_line, head.proof_id)
            uses = self._rows(transaction, proof_oracle, head.proof_id)
        made = Proof(totals=tuple(map(_total, lines)), oracles=tuple(map(_use, uses)))
        return StoredProof(head=head, proof=made)

    def _rows(self, transaction: Transaction, table: sa.Table, proof_id: int) -> Sequence[Any]:
        query = sa.select(table).where(self._mine(table), table.c.proof_id == proof_id).order_by(table.c.line)
        return transaction.connection.execute(query).all()


def _line_row(total: ControlTotal) -> dict[str, Any]:
    return {
        "kind": total.kind.value,
        "name": total.name,
        "ours": total.ours,
        "theirs": total.theirs,
        "oracle": total.oracle,
        "reason": total.reason,
        "as_of": total.as_of,
    }


def _oracle_row(use: OracleUse) -> dict[str, Any]:
    return {
        "oracle": use.oracle,
        "is_used": use.is_used,
        "reason": use.reason,
        "as_of": use.as_of,
        "lines": use.lines,
    }


def _finding_row(findings: ProofFindings) -> dict[str, Any]:
    return {
        "compared": findings.compared,
        "differing": findings.differing,
        "without_oracle": findings.without_oracle,
        "money_difference": findings.money_difference,
        "opening_difference": findings.opening_difference,
        "other_differences": findings.other_differences,
    }


def _head(row: Any) -> ProofHead:
    return ProofHead(
        proof_id=row.id,
        company_id=row.company_id,
        run_id=row.run_id,
        known_at=row.known_at,
        record_writes=row.record_writes,
        findings=ProofFindings(
            status=ProofStatus(row.status),
            compared=row.compared,
            differing=row.differing,
            without_oracle=row.without_oracle,
            money_difference=row.money_difference,
            opening_difference=row.opening_difference,
            other_differences=row.other_differences,
        ),
    )


def _total(row: Any) -> ControlTotal:
    return ControlTotal(
        kind=ControlKind(row.kind),
        name=row.name,
        ours=row.ours,
        theirs=row.theirs,
        oracle=row.oracle,
        reason=row.reason,
        as_of=row.as_of,
    )


def _use(row: Any) -> OracleUse:
    return OracleUse(oracle=row.oracle, is_used=row.is_used, reason=row.reason, as_of=row.as_of, lines=row.lines)
