"""Proofs: what every sync ended in, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from canonical.proof import ControlTotal, Proof
from storage.repositories.base import Repository
from storage.tables.run import proof, proof_total


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProof:
    """A proof and when it was made."""

    proof_id: int
    company_id: int
    run_id: int | None
    proof: Proof
    known_at: datetime


class Proofs(Repository):
    """The tenant's proofs."""

    def save(self, run_id: int | None, company_id: int, made: Proof, known_at: datetime) -> int:
        """Store a proof; earlier ones stay as history."""
        proof_id = self._ids.one()
        head = {
            "tenant_id": self._tenant_id,
            "id": proof_id,
            "company_id": company_id,
            "run_id": run_id,
            "status": made.status.value,
            "known_at": known_at,
        }
        lines = [
            {
                "tenant_id": self._tenant_id,
                "proof_id": proof_id,
                "line": line,
                "name": total.name,
                "ours": total.ours,
                "theirs": total.theirs,
                "oracle": total.oracle,
            }
            for line, total in enumerate(made.totals)
        ]
        with self._write() as transaction:
            transaction.connection.execute(sa.insert(proof).values(head))
            if lines:
                transaction.connection.execute(sa.insert(proof_total), lines)
        return proof_id

    def latest(self, company_id: int) -> StoredProof | None:
        """Find the company's newest proof."""
        query = (
            sa.select(proof)
            .where(self._mine(proof), proof.c.company_id == company_id)
            .order_by(proof.c.id.desc())
            .limit(1)
        )
        with self._read() as transaction:
            head = transaction.connection.execute(query).one_or_none()
            if head is None:
                return None
            lines = transaction.connection.execute(
                sa.select(proof_total)
                .where(self._mine(proof_total), proof_total.c.proof_id == head.id)
                .order_by(proof_total.c.line)
            ).all()
        totals = tuple(
            ControlTotal(name=line.name, ours=line.ours, theirs=line.theirs, oracle=line.oracle) for line in lines
        )
        return StoredProof(
            proof_id=head.id,
            company_id=company_id,
            run_id=head.run_id,
            proof=Proof(totals=totals),
            known_at=head.known_at,
        )
