"""Inverted signs: a file whose debits are credits.

Tally writes debits as negative amounts. Programs that write import files sometimes have it the other way round; every
voucher still balances, and a whole company's books would come out upside down. Single vouchers prove nothing (refunds
exist), so the file votes: on a sale the party is debited, on a purchase credited, on a receipt money is debited, on a
payment credited. Nine in ten against, of at least ten votes, and nothing of the file is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from canonical.issue import Issue, IssueLevel
from canonical.money import Side
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.learned import MONEY_GROUPS, Learned
from connectors.tally.translate.lexicon import PREDEFINED_LEDGERS
from connectors.tally.translate.node import Node, key_of, nodes, text_of
from connectors.tally.translate.values import UnreadableValue, is_yes, parse_amount

VOTES_MIN = 10
INVERTED_SHARE_MIN = 0.9
LINES_MIN = 3
"""With two lines, each stands alone on its side: only a third shows which one is the other party's."""

PARTY_SIDE = {
    VoucherKind.SALES: Side.DEBIT,
    VoucherKind.PURCHASE: Side.CREDIT,
    VoucherKind.RECEIPT: Side.CREDIT,
    VoucherKind.PAYMENT: Side.DEBIT,
}
MONEY_KINDS = (VoucherKind.RECEIPT, VoucherKind.PAYMENT)


class Ballot(NamedTuple):
    """A voucher, and whether Tally itself wrote it (it carries Tally's change counter)."""

    voucher: Node
    is_by_tally: bool = False


Line = tuple[Node, str, Side]
"""A ledger entry, its ledger's key, the side its amount says."""


def find_inverted_signs(ballots: Iterable[Ballot], learned: Learned) -> Issue | None:
    """Let the vouchers vote; return an issue if they say that signs are inverted.

    What Tally itself wrote is in Tally's sign by definition: books once filled the wrong way round show so in Tally's
    own reports too. That is for the owner to know, not for us to refuse.
    """
    counted = [(vote, ballot) for ballot in ballots if (vote := vote_of(ballot.voucher, learned)) is not None]
    votes, inverted = len(counted), sum(not vote for vote, _ in counted)
    if votes < VOTES_MIN or inverted < INVERTED_SHARE_MIN * votes:
        return None
    is_by_tally = 2 * sum(ballot.is_by_tally for _, ballot in counted) > votes
    return (_suspect if is_by_tally else _refused)(votes, inverted)


def _refused(votes: int, inverted: int) -> Issue:
    return Issue(
        code="tally.file.signs_inverted",
        level=IssueLevel.REJECTED,
        message=f"Debits and credits of this file are inverted: in {inverted} of {votes} sales, purchases, receipts "
        "and payments the party or the bank stands on the wrong side. Nothing was taken into the books.",
        hint="Tally writes debits as negative amounts. Export from Tally itself (Alt+E, XML), or have the program that "
        "wrote this file turn the sign of every amount.",
        facts={"votes": votes, "inverted": inverted},
    )


def _suspect(votes: int, inverted: int) -> Issue:
    return Issue(
        code="tally.file.signs_suspect",
        level=IssueLevel.ACTION_REQUIRED,
        message=f"In {inverted} of {votes} sales, purchases, receipts and payments the party or the bank stands on the "
        "wrong side in Tally itself. The books were taken as Tally has them.",
        hint="Look at Outstandings in Tally; if they are mirrored too, these vouchers were once imported that way.",
        facts={"votes": votes, "inverted": inverted},
    )


def vote_of(voucher: Node, learned: Learned) -> bool | None:
    """Say whether the party stands on its usual side; None if the voucher does not tell."""
    kind = learned.kind_of(key_of(text_of(voucher.get("VOUCHERTYPENAME")) or text_of(voucher.get("@VCHTYPE"))))
    expected = PARTY_SIDE.get(kind) if kind else None
    if kind is None or expected is None:
        return None
    lines = _lines(voucher)
    if kind in MONEY_KINDS:
        money = _money_side(lines, learned)
        if money is not None:
            return money is expected.opposite
    party = _party_side(voucher, lines, kind)
    return None if party is None else party is expected


def _lines(voucher: Node) -> list[Line]:
    lines: list[Line] = []
    entries = nodes(voucher.get("ALLLEDGERENTRIES.LIST")) or nodes(voucher.get("LEDGERENTRIES.LIST"))
    for entry in entries:
        try:
            amount = parse_amount(text_of(entry.get("AMOUNT")))
        except UnreadableValue:
            return []
        if amount is not None and amount.magnitude:
            lines.append((entry, key_of(text_of(entry.get("LEDGERNAME"))), amount.side))
    return lines


def _money_side(lines: list[Line], learned: Learned) -> Side | None:
    """Return the side of the bank or cash lines of a receipt or payment, if they agree."""
    sides = set()
    for entry, key, side in lines:
        fact = learned.ledgers.get(key)
        is_money = "BANKALLOCATIONS.LIST" in entry or key in PREDEFINED_LEDGERS
        if is_money or (fact is not None and fact.reserved in MONEY_GROUPS):
            sides.add(side)
    return sides.pop() if len(sides) == 1 else None


def _party_side(voucher: Node, lines: list[Line], kind: VoucherKind) -> Side | None:
    header = key_of(text_of(voucher.get("PARTYLEDGERNAME")))
    marked = {side for entry, key, side in lines if is_yes(text_of(entry.get("ISPARTYLEDGER"))) or key == header}
    if kind in MONEY_KINDS:
        # the header may name the bank; a line that settles bills is the party's
        marked = {side for entry, _, side in lines if "BILLALLOCATIONS.LIST" in entry} or marked
    if len(marked) == 1:
        return marked.pop()
    if marked or len(lines) < LINES_MIN:
        return None
    debits = [side for _, _, side in lines if side is Side.DEBIT]
    if len(debits) == 1:
        return Side.DEBIT
    return Side.CREDIT if len(lines) - len(debits) == 1 else None
