"""Writing invoices, credit notes, bills, vendor credits, quotes and orders.

An invoice is made as a draft and counts once it is marked sent, as recorded; the others count at once. ``line_items``
of a PUT replace all lines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sandbox.zoho.app.listing import invalid
from sandbox.zoho.app.render import Json
from sandbox.zoho.app.writing.fields import (
    Body,
    Field,
    amount,
    day,
    quantity,
    rate,
    read_body,
    rows,
    take,
    text,
)
from sandbox.zoho.app.writing.masters import contact_of, merged
from sandbox.zoho.app.writing.upsert import find_unique, unique_value
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import NOUNS, Books, get_record
from sandbox.zoho.books.records import Document, DocumentKind, Item, Line, State

if TYPE_CHECKING:
    from sandbox.zoho.app.application import Call, Reply

NUMBERS = {
    DocumentKind.INVOICE: "invoice_number",
    DocumentKind.CREDIT_NOTE: "creditnote_number",
    DocumentKind.BILL: "bill_number",
    DocumentKind.VENDOR_CREDIT: "vendor_credit_number",
    DocumentKind.ESTIMATE: "estimate_number",
    DocumentKind.SALES_ORDER: "salesorder_number",
    DocumentKind.PURCHASE_ORDER: "purchaseorder_number",
}
MADE = {
    DocumentKind.INVOICE: "The invoice has been created.",
    DocumentKind.CREDIT_NOTE: "The credit note has been created.",
    DocumentKind.BILL: "The bill has been created.",
    DocumentKind.VENDOR_CREDIT: "The vendor credit has been created.",
    DocumentKind.ESTIMATE: "The quote has been created.",
    DocumentKind.SALES_ORDER: "The sales order has been created.",
    DocumentKind.PURCHASE_ORDER: "Purchase Order has been added.",
}
CHANGED = {
    DocumentKind.INVOICE: "Invoice information has been updated.",
    DocumentKind.CREDIT_NOTE: "The credit note has been updated.",
    DocumentKind.BILL: "Bill information has been updated.",
}
KEYS = {DocumentKind.VENDOR_CREDIT: "vendor_credit"}
FIELDS: dict[str, Field] = {
    "date": ("day", day),
    "due_date": ("due", day),
    "reference_number": ("reference", text),
    "notes": ("notes", text),
    "place_of_supply": ("place_of_supply", text),
    "source_of_supply": ("place_of_supply", text),
    "gst_treatment": ("gst_treatment", text),
    "gst_no": ("gst_no", text),
    "exchange_rate": ("exchange_rate", rate),
    "adjustment": ("adjustment", amount),
}
WORDS = {"sent": State.OPEN, "open": State.OPEN, "draft": State.DRAFT, "void": State.VOID}


@dataclass(frozen=True, slots=True)
class Writer:
    """Documents of one kind.

    Attributes:
        write: how one is written in full.
        path: of the list.
    """

    kind: DocumentKind
    write: Callable[[Books, Any], Json]
    path: str

    @property
    def key(self) -> str:
        """The key of a document in a body."""
        return KEYS.get(self.kind, self.kind.value)

    @property
    def party(self) -> str:
        """The member that names whom it is with."""
        return "customer_id" if self.kind.is_sale else "vendor_id"

    def _body(self, call: Call, document: Document) -> Json:
        return {self.key: self.write(call.books, document)}

    def read(self, call: Call, key: str) -> Reply:
        """Answer a document in full."""
        return 200, "success", self._body(call, call.books.document(self.kind, key))

    def create(self, call: Call) -> Reply:
        """Make a document."""
        return self._create(call, read_body(call.request), {})

    def _create(self, call: Call, body: Body, unique: dict[str, str]) -> Reply:
        books = call.books
        contact = contact_of(books, body, self.party)
        values = take(body, FIELDS)
        values["custom"] = {**values.get("custom", {}), **unique}
        number = str(body.get(NUMBERS[self.kind]) or "")
        # Recorded: an invoice is a draft until it is marked sent, credit notes and bills are open at once.
        is_draft = self.kind is DocumentKind.INVOICE and call.request.param("send") != "true"
        if number and self.kind is DocumentKind.INVOICE and not _numbers_itself(call):
            number = ""
        document = editing.make_document(
            books,
            self.kind,
            contact.id,
            [_line(books, one) for one in rows(body, "line_items")],
            number=number,
            state=State.DRAFT if is_draft else State.OPEN,
            **values,
        )
        return 201, MADE[self.kind], self._body(call, document)

    def update(self, call: Call, key: str) -> Reply:
        """Change a document."""
        return self._update(call, call.books.document(self.kind, key), read_body(call.request))

    def _update(self, call: Call, document: Document, body: Body) -> Reply:
        values = merged(document, take(body, FIELDS))
        lines = [_line(call.books, one, document) for one in rows(body, "line_items")] if "line_items" in body else None
        editing.alter_document(call.books, document, lines, **values)
        message = CHANGED.get(self.kind, f"{NOUNS[self.kind]} information has been updated.")
        return 200, message, self._body(call, document)

    def upsert(self, call: Call) -> Reply:
        """Make a document or change the one that bears the unique value."""
        found = find_unique(call.request, call.books.documents_of(self.kind), NOUNS[self.kind])
        body = read_body(call.request)
        if found is None:
            return self._create(call, body, unique_value(call.request))
        return self._update(call, found, body)

    def delete(self, call: Call, key: str) -> Reply:
        """Delete a document."""
        editing.delete_document(call.books, call.books.document(self.kind, key))
        return 200, f"The {NOUNS[self.kind].lower()} has been deleted.", {}

    def mark(self, call: Call, key: str, word: str) -> Reply:
        """Mark a document sent, open, draft or void."""
        state = WORDS.get(word)
        if state is None:
            raise invalid("status")
        editing.mark_document(call.books, call.books.document(self.kind, key), state)
        return 200, f"{NOUNS[self.kind]} status has been changed to {word.title()}.", {}


def _numbers_itself(call: Call) -> bool:
    return call.request.param("ignore_auto_number_generation").casefold() == "true"


def _line(books: Books, sent: Body, document: Document | None = None) -> Line:
    """Form a line from what was sent; one that names a line of the document keeps its identifier."""
    item: Item | None = get_record(books.items, str(sent["item_id"]), "Item") if sent.get("item_id") else None
    fields: dict[str, Field] = {
        "rate": ("rate", amount),
        "quantity": ("quantity", quantity),
        "name": ("name", text),
        "description": ("description", text),
        "hsn_or_sac": ("hsn", text),
        "unit": ("unit", text),
        "account_id": ("account_id", text),
    }
    values = take(sent, fields)
    values.pop("custom", None)
    if sent.get("tax_id"):
        values["tax_id"] = get_record(books.taxes, str(sent["tax_id"]), "Tax").id
    if values.get("account_id"):
        get_record(books.accounts, values["account_id"], "Account")
    if sent.get("discount"):
        written = str(sent["discount"])
        name = "discount" if written.endswith("%") else "less"
        values[name] = amount("discount", written.removesuffix("%"))
    line = editing.make_line(books, item, **values)
    known = {one.id for one in document.lines} if document is not None else set()
    if sent.get("line_item_id") in known:
        line.id = str(sent["line_item_id"])
    return line
