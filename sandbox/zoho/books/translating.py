"""Enters the world's vouchers as Zoho documents: the clerk who keeps the same business in Zoho Books.

What differs between the products is decided here: a cash sale is an invoice paid at once, a cancelled sale a void
invoice, a proforma a quote (every third a draft invoice), a bounced cheque a refund of its payment, every second
journal for tax the customer kept a withholding on the payment, and bills in instalments are one invoice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count

from canonical.bill import BillRefKind
from canonical.voucher_type import VoucherKind
from sandbox.world.chart import EXPENSES
from sandbox.world.chart import Account as Name
from sandbox.world.masters import PartyMaster
from sandbox.world.paise import half_up
from sandbox.world.vouchers import BankMode, Entry, ItemMove, Voucher
from sandbox.zoho.books import editing, paying, recording
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.ledgering import Ledgerer, fold
from sandbox.zoho.books.money import add_up
from sandbox.zoho.books.records import (
    Contact,
    ContactType,
    Document,
    DocumentKind,
    Item,
    Line,
    Payment,
    SourceKind,
    State,
)
from sandbox.zoho.books.settling import balance

MODES = {BankMode.CHEQUE: "check", BankMode.CASH: "cash", BankMode.UPI: "UPI"}
TAX_NAMES = frozenset(
    {Name.OUTPUT_CGST, Name.OUTPUT_SGST, Name.OUTPUT_IGST, Name.INPUT_CGST, Name.INPUT_SGST, Name.INPUT_IGST}
)
MONEY_NAMES = frozenset({Name.CASH, Name.BANK, Name.SECOND_BANK, Name.OVERDRAFT})
VOID_WORTH = 118_000
"""What a cancelled sale is entered for: its own amount is not known any more."""


class Clerk(Ledgerer):
    """Enters vouchers one after another, remembering what later ones refer to."""

    def __init__(self, books: Books, contacts: dict[str, Contact], items: dict[str, Item]) -> None:
        super().__init__(books, contacts)
        self.items = items
        self._counter: Contact | None = None
        self._turns = {name: count() for name in ("proforma", "tds", "void")}
        self._enterings: dict[VoucherKind, Callable[[Voucher], None]] = {
            VoucherKind.SALES: self._sale,
            VoucherKind.PURCHASE: self._bill,
            VoucherKind.CREDIT_NOTE: self._credit_note,
            VoucherKind.DEBIT_NOTE: self._vendor_credit,
            VoucherKind.RECEIPT: self._receipt,
            VoucherKind.PAYMENT: self._payment,
            VoucherKind.CONTRA: self._contra,
            VoucherKind.JOURNAL: self._journal,
            VoucherKind.SALES_ORDER: self._sales_order,
            VoucherKind.PURCHASE_ORDER: self._purchase_order,
            VoucherKind.MEMORANDUM: self._draft_journal,
        }

    def enter(self, voucher: Voucher) -> None:
        """Enter one voucher; those of stock and those that never count in Zoho leave no trace."""
        enter = self._enterings.get(voucher.kind)
        if enter is not None:
            enter(voucher)

    # Sales

    def _sale(self, voucher: Voucher) -> None:
        if voucher.is_cancelled:
            self._void_sale(voucher)
            return
        if voucher.is_optional:
            is_draft = next(self._turns["proforma"]) % 3 == 0
            kind = DocumentKind.INVOICE if is_draft else DocumentKind.ESTIMATE
            self._document(voucher, kind, state=State.DRAFT if is_draft else State.OPEN)
            return
        invoice = self._document(voucher, DocumentKind.INVOICE, irn=voucher.irn)
        if voucher.partner is None:
            self._paid_at_once(voucher, invoice)
            return
        self.targets[invoice.contact_id, fold(voucher.number)] = invoice.id
        for move in self._moves(voucher):
            if move.kind is BillRefKind.AGAINST:
                self._use_credit(invoice, move.ref, abs(move.paise))

    def _paid_at_once(self, voucher: Voucher, invoice: Document) -> None:
        account = self.account(voucher.party_ledger)
        share = paying.Share(target_id=invoice.id, amount=invoice.total)
        paying.make_payment(self.books, invoice.contact_id, invoice.total, account, [share], day=voucher.day)

    def _void_sale(self, voucher: Voucher) -> None:
        customers = [one for one in self.contacts.values() if one.type is ContactType.CUSTOMER]
        contact = customers[next(self._turns["void"]) * 7 % len(customers)]
        line = Line(id=self.books.new_id(), account_id=self.account(Name.SALES_LOCAL), rate=VOID_WORTH, name="Goods")
        document = editing.make_document(
            self.books, DocumentKind.INVOICE, contact.id, [line], day=voucher.day, number=voucher.number
        )
        editing.mark_document(self.books, document, State.VOID)

    def _use_credit(self, target: Document, ref: str, amount: int) -> None:
        source = self.credits.get((target.contact_id, fold(ref)))
        if source is not None:
            contact = self.books.contacts[target.contact_id]
            amount = min(amount, paying.left_of(self.books, source, contact), balance(self.books, target))
            if amount > 0:
                paying.apply_credit(self.books, source, target.id, amount)

    def _credit_note(self, voucher: Voucher) -> None:
        note = self._document(voucher, DocumentKind.CREDIT_NOTE)
        self._settle(note.contact_id, note.id, voucher)
        self.credits[note.contact_id, fold(voucher.number)] = note.id

    # Purchases

    def _bill(self, voucher: Voucher) -> None:
        if voucher.is_cancelled:
            return
        bill = self._document(
            voucher, DocumentKind.BILL, number=voucher.reference or voucher.number, reference=voucher.number
        )
        self.targets[bill.contact_id, fold(voucher.reference)] = bill.id
        for move in self._moves(voucher):
            if move.kind is BillRefKind.AGAINST:
                self._use_credit(bill, move.ref, abs(move.paise))

    def _vendor_credit(self, voucher: Voucher) -> None:
        credit = self._document(voucher, DocumentKind.VENDOR_CREDIT)
        self._settle(credit.contact_id, credit.id, voucher)

    def _sales_order(self, voucher: Voucher) -> None:
        self._document(voucher, DocumentKind.SALES_ORDER)

    def _purchase_order(self, voucher: Voucher) -> None:
        self._document(voucher, DocumentKind.PURCHASE_ORDER)

    # Documents

    def _document(self, voucher: Voucher, kind: DocumentKind, **values: object) -> Document:
        contact = self._contact_of(voucher.partner)
        facts = self.books.facts
        is_inter = contact.place != facts.place or contact.gst_treatment == "business_sez"
        if voucher.partner is None:
            is_inter = False
        tds = next((entry.tds for entry in voucher.entries if entry.tds is not None), None)
        given = sum(entry.paise for entry in voucher.entries if entry.ledger == Name.DISCOUNT_ALLOWED)
        is_sale = kind is DocumentKind.INVOICE
        document = editing.make_document(
            self.books,
            kind,
            contact.id,
            self._lines(voucher, is_inter=is_inter, skip_discount=is_sale),
            day=voucher.day,
            due=self._due(voucher),
            notes=voucher.narration,
            is_inter=is_inter,
            rounding_account_id=self.account(Name.ROUND_OFF),
            tds_tax_id=next(iter(self.books.tds_taxes)) if tds is not None else "",
            discount=given if is_sale else 0,
            discount_account_id=self.account(Name.DISCOUNT_ALLOWED) if is_sale and given else "",
            **{"number": voucher.number, "reference": voucher.reference, **values},
        )
        self._round(document, voucher)
        return document

    def _round(self, document: Document, voucher: Voucher) -> None:
        """Let the total be what the world's party owes; the difference is the rounding."""
        if not voucher.entries:
            return
        wanted = abs(voucher.entries[0].paise)
        tds = self.books.tds_taxes.get(document.tds_tax_id)
        document.round_off += wanted - document.total
        add_up(document, self.books.taxes.__getitem__, tds.percent if tds is not None else 0)

    def _due(self, voucher: Voucher) -> date | None:
        """Return the day the world's bill falls due, the later one of instalments; None leaves it to the terms."""
        days = [move.due for move in self._moves(voucher) if move.kind is BillRefKind.NEW and move.due is not None]
        return max(days, default=None)

    def _contact_of(self, party: PartyMaster | None) -> Contact:
        if party is not None:
            return self.contacts[party.name]
        if self._counter is None:
            self._counter = editing.make_contact(
                self.books,
                "Counter Sales",
                ContactType.CUSTOMER,
                gst_treatment="consumer",
                place=self.books.facts.place,
            )
        return self._counter

    def _lines(self, voucher: Voucher, *, is_inter: bool, skip_discount: bool) -> list[Line]:
        lines = [self._goods(move, move.ledger, is_inter=is_inter) for move in voucher.items]
        taxes = sum(abs(entry.paise) for entry in voucher.entries if entry.ledger in TAX_NAMES)
        for entry in voucher.entries[1:]:
            is_other = entry.ledger in TAX_NAMES or entry.is_rounding or entry.tds is not None
            if is_other or (skip_discount and entry.ledger == Name.DISCOUNT_ALLOWED):
                continue
            if entry.items:
                lines += [self._goods(move, entry.ledger, is_inter=is_inter) for move in entry.items]
            else:
                lines.append(self._service(entry, taxes, is_inter=is_inter))
        return lines

    def _goods(self, move: ItemMove, ledger: str, *, is_inter: bool) -> Line:
        item = self.items[move.item.name]
        return editing.make_line(
            self.books,
            item,
            account_id=self.account(ledger or Name.SALES_LOCAL),
            rate=move.rate,
            quantity=move.billed,
            discount=move.discount,
            tax_id=editing.tax_for(self.books, move.gst_rate, is_inter=is_inter),
            description=", ".join(move.description) or item.description,
        )

    def _service(self, entry: Entry, taxes: int, *, is_inter: bool) -> Line:
        """Form a line without an item; the rate of its tax is what the voucher's taxes come to."""
        amount = abs(entry.paise)
        percent = half_up(taxes * 100, amount) * 100
        return Line(
            id=self.books.new_id(),
            account_id=self.account(entry.ledger),
            rate=amount,
            name=entry.ledger,
            product_type="service",
            hsn="998719" if percent else "",
            tax_id=editing.tax_for(self.books, percent, is_inter=is_inter),
        )

    # Money

    def _receipt(self, voucher: Voucher) -> None:
        if voucher.is_cancelled or voucher.is_optional:
            return
        money = next(entry for entry in voucher.entries if entry.ledger in MONEY_NAMES)
        if voucher.partner is None:
            self.journal(voucher, voucher.entries)
            return
        contact = self.contacts[voucher.partner.name]
        payment = self._paid(voucher, contact, money)
        self._settle(contact.id, payment.id, voucher)
        extras = [entry for entry in voucher.entries[1:] if entry is not money]
        if extras:
            party = Entry(ledger=contact.name, paise=-sum(entry.paise for entry in extras))
            journal = self.journal(voucher, [party, *extras])
            self._settle(contact.id, journal.id, voucher)

    def _paid(self, voucher: Voucher, contact: Contact, money: Entry) -> Payment:
        moves = self._moves(voucher)
        instrument = money.banks[0] if money.banks else None
        values: dict[str, object] = {}
        advance = next((move for move in moves if move.kind is BillRefKind.ADVANCE), None)
        if advance is not None and contact.type is ContactType.CUSTOMER:
            values["advance_account_id"] = self.books.roles[Role.UNEARNED]
        payment = paying.make_payment(
            self.books,
            contact.id,
            abs(money.paise),
            self.account(money.ledger),
            day=voucher.day,
            number=voucher.number,
            mode=MODES.get(instrument.mode, "Bank Transfer") if instrument is not None else "cash",
            reference=(instrument.number or instrument.reference) if instrument is not None else "",
            description=voucher.narration,
            is_matched=instrument is not None and instrument.cleared_on is not None,
            **values,  # type: ignore[arg-type]
        )
        if advance is not None:
            self.credits[contact.id, fold(advance.ref)] = payment.id
        return payment

    def _payment(self, voucher: Voucher) -> None:
        if voucher.is_cancelled or voucher.is_optional:
            return
        money = next(entry for entry in voucher.entries if entry.ledger in MONEY_NAMES)
        if voucher.partner is not None:
            self._pay_party(voucher, self.contacts[voucher.partner.name], money)
            return
        first = voucher.entries[0]
        if first.ledger in EXPENSES and len(voucher.entries) == 2:  # noqa: PLR2004 - the cost and the money
            recording.make_expense(
                self.books,
                self.account(first.ledger),
                self.account(money.ledger),
                first.paise,
                day=voucher.day,
                reference=voucher.number,
                description=voucher.narration,
            )
            return
        self.journal(voucher, voucher.entries)

    def _pay_party(self, voucher: Voucher, contact: Contact, money: Entry) -> None:
        if contact.type is ContactType.VENDOR:
            payment = self._paid(voucher, contact, money)
            self._settle(contact.id, payment.id, voucher)
        elif not self._give_back(voucher, contact, money):
            self.journal(voucher, voucher.entries)

    def _give_back(self, voucher: Voucher, contact: Contact, money: Entry) -> bool:
        """Enter a refund of a credit note, or of the payment whose cheque came back."""
        amount = voucher.entries[0].paise
        move = next(iter(self._moves(voucher)), None)
        note = self.books.documents.get(self.credits.get((contact.id, fold(move.ref)), "")) if move else None
        if note is not None and balance(self.books, note) >= amount:
            account = self.account(money.ledger)
            paying.make_refund(self.books, note, amount, account, day=voucher.day, reference=voucher.number)
            return True
        cheque = money.banks[0].number if money.banks else ""
        payment = self._bounced(contact, cheque, amount)
        if payment is None:
            return False
        for application in self.books.applied_from(payment.id):
            paying.unapply(self.books, application.id)
        paying.make_refund(
            self.books, payment, amount, self.account(money.ledger), day=voucher.day, description=voucher.narration
        )
        charges = [entry for entry in voucher.entries[1:] if entry is not money]
        for entry in charges:
            recording.make_expense(
                self.books, self.account(entry.ledger), self.account(money.ledger), entry.paise, day=voucher.day
            )
        return True

    def _bounced(self, contact: Contact, cheque: str, amount: int) -> Payment | None:
        for record in self.books.records_of(contact.id):
            is_cheque = isinstance(record, Payment) and record.mode == "check" and record.reference == cheque
            if is_cheque and isinstance(record, Payment) and record.amount == amount and cheque:
                return record
        return None

    def _contra(self, voucher: Voucher) -> None:
        into, out_of = voucher.entries
        recording.move_money(
            self.books,
            "transfer_fund",
            self.account(out_of.ledger),
            self.account(into.ledger),
            into.paise,
            day=voucher.day,
            reference=voucher.number,
            description=voucher.narration,
        )

    # Journals

    def _journal(self, voucher: Voucher) -> None:
        first, *others = voucher.entries
        if first.ledger in MONEY_NAMES:
            recording.move_money(
                self.books,
                "interest_income",
                self.account(others[0].ledger),
                self.account(first.ledger),
                first.paise,
                day=voucher.day,
                description=voucher.narration,
            )
            return
        if first.ledger == Name.TDS_RECEIVABLE and self._withhold(voucher):
            return
        journal = self.journal(voucher, voucher.entries)
        for entry in voucher.entries:
            if entry.bills and entry.ledger in self.contacts:
                self._settle(self.contacts[entry.ledger].id, journal.id, voucher)

    def _withhold(self, voucher: Voucher) -> bool:
        """Enter every second certificate of tax kept by the customer as a withholding on the payment."""
        contact = self.contacts[voucher.entries[1].ledger]
        if next(self._turns["tds"]) % 2:
            return False
        for move in self._moves(voucher):
            target = self.books.documents.get(self._target(contact, move.ref) or "")
            links = self.books.applied_onto(target.id) if target is not None else []
            link = next((one for one in links if one.kind is SourceKind.PAYMENT), None)
            amount = voucher.entries[0].paise
            if target is None or link is None or balance(self.books, target) < amount:
                continue
            link.withheld += amount
            payment = self.books.payments[link.source_id]
            payment.tax_account_id = self.books.roles[Role.TDS_RECEIVABLE]
            editing.touched(self.books, target, target.kind.value)
            editing.touched(self.books, payment, "customerpayment")
            return True
        return False

    def _draft_journal(self, voucher: Voucher) -> None:
        self.journal(voucher, voucher.entries, state=State.DRAFT)
