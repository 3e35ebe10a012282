"""What every entry of the clerk needs: accounts by name, references to open documents, settling, journals."""

from __future__ import annotations

import re
from collections.abc import Iterable

from canonical.bill import BillRefKind
from sandbox.world.vouchers import BillMove, Entry, Voucher
from sandbox.zoho.books import paying, recording
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.records import Contact, ContactType, Journal, State

_PART = re.compile(r"/[AB]$")
"""The world's bills in two instalments."""


def fold(ref: str) -> str:
    """Return a reference as the world compares it."""
    return " ".join(ref.split()).casefold()


class Ledgerer:
    """Books with the memory of a clerk.

    Attributes:
        targets: invoices and bills by contact and folded reference.
        credits: advances and credit notes, likewise.
    """

    def __init__(self, books: Books, contacts: dict[str, Contact]) -> None:
        self.books = books
        self.contacts = contacts
        self.targets: dict[tuple[str, str], str] = {}
        self.credits: dict[tuple[str, str], str] = {}
        self._accounts = {one.name: one.id for one in books.accounts.values()}

    def account(self, name: str) -> str:
        """Return the identifier of the account a ledger of the world became."""
        return self._accounts[name]

    def _moves(self, voucher: Voucher) -> list[BillMove]:
        return [move for entry in voucher.entries for move in entry.bills]

    def _target(self, contact: Contact, ref: str) -> str | None:
        """Return what a reference means: an invoice or bill, else the opening balance."""
        for name in (ref, _PART.sub("", ref)):
            found = self.targets.get((contact.id, fold(name)))
            if found is not None:
                return found if found in self.books.documents else None
        return contact.opening_id if contact.opening > 0 else None

    def _settle(self, contact_id: str, source_id: str, voucher: Voucher) -> None:
        """Apply what a voucher settles, as far as it is open and the source has something left."""
        contact = self.books.contacts[contact_id]
        for entry in voucher.entries:
            for move in entry.bills if self.contacts.get(entry.ledger) is contact else ():
                if move.kind is BillRefKind.AGAINST:
                    self._settle_one(contact, source_id, move)

    def _settle_one(self, contact: Contact, source_id: str, move: BillMove) -> None:
        target = self._target(contact, move.ref)
        if target is None:
            return
        left = paying.left_of(self.books, source_id, contact)
        amount = min(abs(move.paise), left, paying.open_of(self.books, contact, target))
        if amount > 0:
            paying.apply_credit(self.books, source_id, target, amount)

    def journal(self, voucher: Voucher, entries: Iterable[Entry], state: State = State.OPEN) -> Journal:
        """Write entries as a manual journal; parties stand on receivables or payables with their contact."""
        lines = []
        for entry in entries:
            contact = self.contacts.get(entry.ledger)
            if contact is None:
                account, contact_id = self.account(entry.ledger), ""
            else:
                role = Role.RECEIVABLE if contact.type is ContactType.CUSTOMER else Role.PAYABLE
                account, contact_id = self.books.roles[role], contact.id
            lines.append(recording.journal_line(self.books, account, entry.paise, contact_id, voucher.narration))
        return recording.make_journal(
            self.books,
            lines,
            day=voucher.day,
            reference=voucher.number,
            notes=voucher.narration,
            state=state,
        )
