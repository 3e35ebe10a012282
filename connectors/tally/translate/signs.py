"""Is this file's sign the wrong way round? Evidence over many vouchers, before anything of them is published.

Hand-made and tool-generated exports sometimes write debits as positive. Every balance would be mirrored, every
customer a supplier, and each
voucher would still balance. In Tally's sign the party of a sale is debited and the party of a purchase credited;
where no line is
marked as the party's, the lone line on one side of a sale with three lines or more is the party.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from canonical.issue import Issue, IssueLevel
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.record import RawRecord
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.context import Masters
from connectors.tally.translate.postings import item_nodes
from connectors.tally.translate.values import ValueUnreadable, get_text, is_yes, parse_amount
from connectors.tally.tree import Node, nodes_of

VOTES_MIN = 10
INVERTED_SHARE = 0.9
_LINES_MIN = 3
_PARTY_IS_DEBITED = {
    VoucherKind.SALES: True,
    VoucherKind.DEBIT_NOTE: True,
    VoucherKind.PURCHASE: False,
    VoucherKind.CREDIT_NOTE: False,
}


def check_signs(sample: Iterable[RawRecord], masters: Masters) -> tuple[Issue, ...]:
    """Vote over a sample of vouchers; an issue if nine in ten (and at least ten) are inverted.

    What Tally itself wrote (its change counter is on the voucher) is in Tally's sign by definition: a book that was
    filled with the wrong
    sign is shown with it by Tally's own reports too, so that is a warning to the owner. What another program wrote is
    refused.
    """
    votes = inverted = by_tally = 0
    first = ""
    for raw in sample:
        body = msgspec.json.decode(raw.payload)
        vote = _vote(body.get("object") or {}, masters)
        if vote is None:
            continue
        votes += 1
        inverted += not vote
        by_tally += body.get("alter_id") is not None
        first = first or raw.origin
    if votes < VOTES_MIN or inverted < INVERTED_SHARE * votes:
        return ()
    issue = _suspect if 2 * by_tally > votes else _refused
    return (issue(votes, inverted, first),)


def _refused(votes: int, inverted: int, where: str) -> Issue:
    return Issue(
        code="tally.file.signs_inverted",
        level=IssueLevel.REJECTED,
        message=f"In {inverted} of {votes} sales and purchases the party stands on the wrong side: the file writes "
        "debits as positive amounts, Tally writes them as negative. Nothing was taken into the books.",
        where=where,
        hint="Export from Tally itself (Alt+E, XML); if another program wrote the file, have it turn the signs.",
        facts={"votes": votes, "inverted": inverted},
    )


def _suspect(votes: int, inverted: int, where: str) -> Issue:
    return Issue(
        code="tally.file.signs_suspect",
        level=IssueLevel.ACTION_REQUIRED,
        message=f"In {inverted} of {votes} sales and purchases the party stands on the wrong side in Tally itself: "
        "customers show as owed to and suppliers as owing. The books were taken as Tally has them.",
        where=where,
        hint="Look at Outstandings in Tally; if they are mirrored too, the vouchers were once imported so.",
        facts={"votes": votes, "inverted": inverted},
    )


def _vote(node: Node, masters: Masters) -> bool | None:
    """True: as Tally writes; False: inverted; None: this voucher says nothing."""
    kind = masters.kind_of(get_text(node, "VOUCHERTYPENAME"))
    debited = _PARTY_IS_DEBITED.get(kind)
    if debited is None:
        return None
    lines = _lines(node)
    party = name_key(get_text(node, "PARTYLEDGERNAME"))
    net = next((net for row, net in lines if is_yes(row, "ISPARTYLEDGER")), ZERO)
    net = net or next((net for row, net in lines if party and name_key(get_text(row, "LEDGERNAME")) == party), ZERO)
    net = net or _lone(lines)
    return None if not net else (net < 0) == debited


def _lines(node: Node) -> list[tuple[Node, Decimal]]:
    rows = nodes_of(node.get("ALLLEDGERENTRIES.LIST"))
    if not rows:
        rows = nodes_of(node.get("LEDGERENTRIES.LIST")) + [
            row for item in item_nodes(node) for row in nodes_of(item.get("ACCOUNTINGALLOCATIONS.LIST"))
        ]
    found = []
    for row in rows:
        try:
            amount = parse_amount(get_text(row, "AMOUNT"))
        except ValueUnreadable:
            continue
        if amount is not None and amount.net:
            found.append((row, amount.net))
    return found


def _lone(lines: list[tuple[Node, Decimal]]) -> Decimal:
    if len(lines) < _LINES_MIN:
        return ZERO
    debits = [net for _, net in lines if net < 0]
    credits_ = [net for _, net in lines if net > 0]
    if len(debits) == 1 and len(credits_) > 1:
        return debits[0]
    if len(credits_) == 1 and len(debits) > 1:
        return credits_[0]
    return ZERO
