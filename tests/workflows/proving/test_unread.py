"""An account that was not read whole is not published, whatever agrees."""

from __future__ import annotations

from decimal import Decimal

from canonical.proof import ControlKind, Proof, ProofStatus
from canonical.publication import ProofFindings, PublicationRule
from workflows.proving.company import double_entry, unread


def test_what_waits_holds_the_figures_back() -> None:
    whole = Proof(totals=(double_entry(Decimal(0)),))
    assert PublicationRule().publishes(ProofFindings.of(whole))
    partial = Proof(totals=(*whole.totals, unread()))
    assert partial.status is ProofStatus.DIFFERS
    assert not PublicationRule(tolerance=Decimal(1000)).publishes(ProofFindings.of(partial)), "no tolerance covers it"
    assert unread().kind is ControlKind.COMPLETENESS
