"""The entries of one document, in its own currency and in that of the books; they balance when they leave.

What does not add up
    Zoho rounds taxes per line or per document and converts line by line, so the lines of a document may miss its total
    by some paise. Zoho prints only the total, and that is what the other side owes: the difference goes to the account
    for rounding. A larger difference has a reason we do not know (a field of an edition nobody here has seen); the
    document stays in the books at its total, the rest stands on an account of its own, and an issue says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from canonical.bill import BillAllocation
from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, round_paisa, split_signed
from canonical.voucher import ForeignAmount, Posting
from connectors.zoho.translate.learned import AccountFact
from connectors.zoho.translate.node import Node, find_number, text_of
from connectors.zoho.translate.parties import ledger_of_contact
from connectors.zoho.translate.reading import Reading

ROUNDING_MAX = Decimal("1.00")
"""A larger difference, in the document's currency, is no rounding."""


@dataclass(frozen=True, slots=True)
class Role:
    """What an account that no document numbers is for.

    Attributes:
        names: Zoho's own chart gives it; an organisation may have renamed it.
        reserved: where it hangs if the chart has none.
        word: begins the name of a renamed one, if just one account begins so.
    """

    names: tuple[str, ...]
    reserved: ReservedGroup
    is_revenue: bool | None = None
    word: str = ""


DISCOUNT = Role(("Discount",), ReservedGroup.INDIRECT_INCOMES, is_revenue=True)
PURCHASE_DISCOUNT = Role(("Purchase Discounts", "Discount"), ReservedGroup.INDIRECT_EXPENSES, is_revenue=True)
SHIPPING = Role(("Shipping Charge",), ReservedGroup.INDIRECT_INCOMES, is_revenue=True)
ADJUSTMENT = Role(("Other Charges",), ReservedGroup.INDIRECT_INCOMES, is_revenue=True)
ROUNDING = Role(("Round Off", "Rounding Off", "Other Charges"), ReservedGroup.INDIRECT_INCOMES, is_revenue=True)
BAD_DEBT = Role(("Bad Debt", "Bad Debts"), ReservedGroup.INDIRECT_EXPENSES, is_revenue=True, word="bad debt")
BANK_CHARGES = Role(("Bank Fees and Charges", "Bank Charges"), ReservedGroup.INDIRECT_EXPENSES, is_revenue=True)
EXCHANGE = Role(("Exchange Gain or Loss",), ReservedGroup.INDIRECT_EXPENSES, is_revenue=True)
TDS_PAYABLE = Role(("TDS Payable",), ReservedGroup.DUTIES_TAXES, word="tds")
TDS_RECEIVABLE = Role(("TDS Receivable",), ReservedGroup.LOANS_ADVANCES_ASSET)
TCS_PAYABLE = Role(("TCS Payable",), ReservedGroup.DUTIES_TAXES)
REVERSE_CHARGE = Role(("Reverse Charge Tax Input but not due",), ReservedGroup.DUTIES_TAXES)
UNKNOWN = Role(("Differences of documents (Khata)",), ReservedGroup.SUSPENSE)


@dataclass(slots=True)
class Entries:
    """Collects the postings of one document.

    Attributes:
        currency: of the document.
        rate: units of the books' currency for one of the document's.
    """

    reading: Reading
    currency: str
    rate: Decimal
    postings: list[Posting] = field(default_factory=list)
    _net: Decimal = ZERO
    """Debit-positive sum in the document's currency."""

    @classmethod
    def of(cls, node: Node, reading: Reading) -> Entries:
        """Entries of a document in its currency; without one it is that of the books."""
        base = reading.learned.base_currency
        currency = text_of(node, "currency_code") or base
        rate = find_number(node, "exchange_rate") or Decimal(1)
        return cls(reading, currency, Decimal(1) if currency == base else rate)

    @property
    def is_foreign(self) -> bool:
        """The document is not in the books' currency."""
        return self.currency != self.reading.learned.base_currency

    @property
    def net(self) -> Decimal:
        """Debit-positive sum so far, in the document's currency."""
        return self._net

    def base(self, amount: Decimal, rate: Decimal | None = None) -> Decimal:
        """An amount of the document in the books' currency."""
        return round_paisa(amount * (rate or self.rate)) if self.is_foreign else amount

    def add(
        self,
        account: AccountFact,
        net: Decimal,
        *,
        rate: Decimal | None = None,
        base: Decimal | None = None,
        is_party: bool = False,
        bills: Iterable[BillAllocation] = (),
        from_item: int | None = None,
        narration: str = "",
    ) -> None:
        """Post an amount of the document, debit-positive; zero is no entry unless it carries bills.

        Args:
            account: where to.
            net: in the document's currency.
            rate: another rate than the document's (a bill is settled at its own).
            base: debit-positive, in the books' currency, if it is not the converted amount.
            is_party: it is the other side's.
            bills: their amounts are in the books' currency already.
            from_item: index of the item line.
            narration: of the line.
        """
        told = tuple(bills)
        self._net += net
        if not net and not told:
            return
        side, amount = split_signed(net)
        foreign = ForeignAmount(currency=self.currency, amount=amount, rate=rate or self.rate)
        self.postings.append(
            Posting(
                ledger_key=account.key,
                ledger_name=account.name,
                side=side,
                amount=self.base(amount, rate) if base is None else abs(base),
                is_party=is_party,
                bills=told,
                foreign=foreign if self.is_foreign else None,
                from_item=from_item,
                narration=narration,
            )
        )

    def add_base(self, account: AccountFact, net: Decimal) -> None:
        """Post an amount of the books' currency only."""
        if net:
            side, amount = split_signed(net)
            self.postings.append(Posting(ledger_key=account.key, ledger_name=account.name, side=side, amount=amount))

    def account(self, node: Node, role: Role | None = None, *, prefix: str = "account") -> AccountFact:
        """The account a node numbers (``account_id``, ``account_name``); a role's if it numbers none."""
        key, name = text_of(node, f"{prefix}_id"), text_of(node, f"{prefix}_name")
        known = self.reading.learned.accounts.get(key)
        if known is not None:
            return known
        if key in self.reading.learned.controls:
            return ledger_of_contact(self.reading, "", "", is_vendor=False, control=self.reading.learned.controls[key])
        if key:
            fact = AccountFact(key, name or key)
            introduce(self.reading, fact, None)
            return fact
        return self.role(role or UNKNOWN)

    def role(self, role: Role) -> AccountFact:
        """The account of a role: found by name in the chart, else one of ours under the same name."""
        return self.named(role.names, role)

    def of_section(self, role: Role, section: str) -> AccountFact:
        """The account of a role for a section of the income-tax act, if there is one for each section."""
        found = self.reading.learned.single(role.word, section) if section else None
        return found or self.role(role)

    def named(self, names: tuple[str, ...], role: Role) -> AccountFact:
        """The first account of these names; one of ours if the chart has none."""
        learned = self.reading.learned
        found = learned.named(*names) or (learned.single(role.word) if role.word else None)
        if found is None:
            found = AccountFact(f"khata:{names[0]}", names[0])
            introduce(self.reading, found, role)
        return found

    def balanced(self, *, settles: bool = False) -> tuple[Posting, ...]:
        """The postings, made to balance (see the module).

        Args:
            settles: money settles bills at their own rates: what the rates differ by is exchange gain or loss.
        """
        missing = -sum((posting.net for posting in self.postings), ZERO)
        if missing and self.is_foreign and not self._net and not settles and self._absorb(missing):
            missing = ZERO
        if missing:
            is_rounding = abs(self._net) <= ROUNDING_MAX
            role = EXCHANGE if settles and not self._net else ROUNDING
            if not is_rounding:
                self._say_unexplained(missing)
            self.add_base(self.role(role if is_rounding else UNKNOWN), missing)
        return tuple(posting for posting in self.postings if posting.amount or posting.bills)

    def _absorb(self, missing: Decimal) -> bool:
        """Let the first line that is not the party's carry what converting line by line has lost."""
        for place, posting in enumerate(self.postings):
            if not posting.is_party:
                side, amount = split_signed(posting.net + missing)
                self.postings[place] = replace(posting, side=side, amount=amount)
                return True
        return False

    def _say_unexplained(self, missing: Decimal) -> None:
        self.reading.note(
            "zoho.document.difference",
            IssueLevel.ACTION_REQUIRED,
            f"The lines of {self.reading.label} miss its total by {abs(missing)}; the rest stands on "
            f"{UNKNOWN.names[0]!r}.",
            hint="Compare it with Zoho Books and report which charge or deduction makes the difference.",
            difference=str(missing),
        )


def introduce(reading: Reading, fact: AccountFact, role: Role | None) -> None:
    """Make a placeholder ledger for an account that no master has introduced; the master replaces it when it comes."""
    if fact.key in reading.learned.said or fact.key in reading.learned.accounts:
        return
    reading.learned.said.add(fact.key)
    reading.introduced.append(
        Ledger(
            source=replace(reading.source, stream="chartofaccounts", key=fact.key),
            key=fact.key,
            name=fact.name,
            reserved=role.reserved if role else None,
            is_revenue=role.is_revenue if role else None,
            is_placeholder=True,
        )
    )
