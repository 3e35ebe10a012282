"""Writing to the books: create, full and sparse update, delete, void; every way in goes through here.

A list member is never deleted: it is made inactive, and its name gets " (deleted)". Deleting or voiding a document
takes it out of what settles it: a payment keeps its money as unapplied, a mere application of a credit goes with it
(our reading; the reference does not say).
"""

from __future__ import annotations

from copy import deepcopy
from datetime import date
from typing import Any

from sandbox.quickbooks.amounts import number_of
from sandbox.quickbooks.catalogue import ENTITIES, IGNORED, NAMES_SHARED, Entity
from sandbox.quickbooks.changes import Operation
from sandbox.quickbooks.company import SETTLED, Company
from sandbox.quickbooks.documents import NUMBERED, document_cents, fill_document
from sandbox.quickbooks.links import applications_of, unapplied_cents
from sandbox.quickbooks.masters import fill_member, full_name
from sandbox.quickbooks.postings import post
from sandbox.quickbooks.references import name_references, remember_references, respell
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document, Record

GONE = " (deleted)"
_KEPT = frozenset({"Id", "SyncToken", "MetaData", "domain", "sparse", "Balance", "BalanceWithJobs", "LinkedTxn"}) | {
    "CurrentBalance",
    "CurrentBalanceWithSubAccounts",
    "RemainingCredit",
    "Active",
    "DocNumber",
}
"""What a full update leaves even if it is not sent."""


class Writer:
    """The way into one company's books."""

    def __init__(self, company: Company) -> None:
        self._company = company

    def create(self, entity: str, given: Document) -> Record:
        """Make an object.

        Raises:
            Refusal: it breaks a rule; the books are as before.
        """
        kind = ENTITIES[entity]
        company = self._company
        with company.lock:
            document = _given(_clean(kind, given))
            _require(kind, document)
            self._check_open(kind, document, None)
            self._check_number(kind, document, "")
            name_references(company, document, must_be_active=True)
            now = company.clock().replace(microsecond=0)
            document |= {"domain": "QBO", "sparse": False, "SyncToken": "0"}
            record = Record(entity=kind, key="", document=document, created=now, updated=now)
            self._complete(record)
            self._claim_name(record, "")
            record.key = document["Id"] = company.next_key(entity)
            company.stamp(document, now, now)
            company.shelf(entity).records[record.key] = record
            self._claim_number(record)
            self._shelve(record, settled=0)
            company.note(entity, record.key, Operation.CREATE)
            company.touch_concerned(record.postings, record.applications)
            return record

    def update(self, entity: str, given: Document, *, sparse: bool | None = None) -> Record:
        """Change an object: with ``sparse`` only what is given, otherwise what is not given is cleared.

        Raises:
            Refusal: as for ``create``; or the SyncToken is not the current one (5010).
        """
        kind = ENTITIES[entity]
        company = self._company
        with company.lock:
            record = self._found(kind, given)
            is_sparse = bool(given.get("sparse")) if sparse is None else sparse
            changes = _clean(kind, given)
            old = record.document
            document = deepcopy(old) if is_sparse else {key: old[key] for key in _KEPT & set(old)}
            document = _given({**document, **changes})
            _require(kind, document)
            self._check_open(kind, document, record)
            self._check_number(kind, document, str(old.get("DocNumber", "")))
            concerned = (record.postings, record.applications)
            self._replace(record, document)
            record.touch(company.clock(), version=True)
            company.note(entity, record.key, Operation.UPDATE)
            company.touch_concerned((*concerned[0], *record.postings), (*concerned[1], *record.applications))
            return record

    def deactivate(self, entity: str, key: str) -> Record:
        """Take a list member out of use, as "delete" does in the product."""
        return self.update(entity, {"Id": key, "Active": False}, sparse=True)

    def delete(self, entity: str, key: str, token: str | None = None) -> Document:
        """Delete a document; returns what the API answers.

        Raises:
            Refusal: it is no document (500), is not there (610), or the SyncToken is not the current one (5010).
        """
        kind = ENTITIES[entity]
        if not kind.is_transaction:
            raise Refusal.unsupported(f"delete of {entity}")
        company = self._company
        with company.lock:
            record = self._found(kind, {"Id": key, "SyncToken": token})
            self._check_open(kind, record.document, record)
            self._detach(record)
            company.take_effect(record, -1)
            del company.shelf(entity).records[record.key]
            if entity in SETTLED:
                company.open[entity].pop(record.key, None)
            self._release_number(record, str(record.document.get("DocNumber", "")))
            company.version += 1
            company.note(entity, record.key, Operation.DELETE)
            company.touch_concerned(record.postings, record.applications)
            return {"domain": "QBO", "status": "Deleted", "Id": record.key}

    def void(self, entity: str, key: str, token: str | None = None) -> Record:
        """Void a document: it stays, its amounts become nothing.

        Raises:
            Refusal: such documents cannot be voided (500), or as for ``delete``.
        """
        kind = ENTITIES[entity]
        if not kind.voidable:
            raise Refusal.unsupported(f"void of {entity}")
        company = self._company
        with company.lock:
            record = self._found(kind, {"Id": key, "SyncToken": token})
            self._check_open(kind, record.document, record)
            self._detach(record)
            concerned = (record.postings, record.applications)
            company.take_effect(record, -1)
            _empty(record)
            company.take_effect(record, 1)
            record.touch(company.clock(), version=True)
            company.note(entity, record.key, Operation.VOID)
            company.touch_concerned(*concerned)
            return record

    def email(self, entity: str, key: str, address: str = "") -> Record:
        """Mark a sales form as sent.

        Raises:
            Refusal: it is not there (610).
        """
        company = self._company
        with company.lock:
            record = company.get(entity, key)
            record.document["EmailStatus"] = "EmailSent"
            if address:
                record.document["BillEmail"] = {"Address": address}
            record.touch(company.clock(), version=True)
            company.version += 1
            company.note(entity, key, Operation.EMAILED)
            return record

    def _found(self, kind: Entity, given: Document) -> Record:
        if not given.get("Id"):
            raise Refusal.missing("Id")
        record = self._company.get(kind.name, str(given["Id"]))
        token = given.get("SyncToken")
        if token is not None and str(token) != record.document["SyncToken"]:
            raise Refusal.stale()
        return record

    def _check_open(self, kind: Entity, document: Document, record: Record | None) -> None:
        facts = self._company.facts
        if not facts.is_subscribed:
            raise Refusal.subscription_ended()
        if not kind.is_transaction:
            return
        days = [str(document.get("TxnDate", ""))] + ([record.document["TxnDate"]] if record else [])
        if facts.closed_until and any(day and day <= facts.closed_until.isoformat() for day in days):
            raise Refusal.period_closed()
        if record is not None and any(one["TxnType"] == "Deposit" for one in record.document.get("LinkedTxn", [])):
            raise Refusal.deposited()

    def _complete(self, record: Record) -> None:
        """Fill the document in and work out what it posts and settles."""
        company, name = self._company, record.entity.name
        if not record.entity.is_transaction:
            fill_member(company, name, record.document)
            return
        fill_document(company, name, record.document)
        name_references(company, record.document, must_be_active=False)
        record.day = date.fromisoformat(record.document["TxnDate"])
        record.postings = post(company, name, record.document)
        record.applications = applications_of(company, name, record.document)

    def _shelve(self, record: Record, settled: int) -> None:
        if record.entity.name in SETTLED:
            record.open_cents = document_cents(record.document) - settled
        if record.entity.is_transaction:
            self._company.take_effect(record, 1)
            remember_references(self._company, record)
        self._company.version += 1

    def _replace(self, record: Record, document: Document) -> None:
        """Put a changed document in the place of the old one; if a rule refuses it, all is as before."""
        company = self._company
        before = (record.document, record.day, record.postings, record.applications, record.open_cents)
        numbers = str(record.document.get("DocNumber", ""))
        settled = document_cents(record.document) - record.open_cents if record.entity.name in SETTLED else 0
        if record.entity.is_transaction:
            company.take_effect(record, -1)
        try:
            record.document = document
            name_references(company, document, must_be_active=False)
            if not record.entity.is_transaction:
                self._rename(record, before[0])
            self._complete(record)
            if settled > document_cents(document):
                raise Refusal.business_rule("The amount is less than what has been applied to it.")
            self._claim_name(record, record.key)
        except Refusal:
            record.document, record.day, record.postings, record.applications, record.open_cents = before
            if record.entity.is_transaction:
                company.take_effect(record, 1)
            raise
        self._shelve(record, settled)
        if before[0].get("ExchangeRate") != document.get("ExchangeRate"):
            self._repost_payers(record)
        if numbers != str(document.get("DocNumber", "")):
            self._release_number(record, numbers)
            self._claim_number(record)
        if record.entity.name_key and before[0][record.entity.name_key] != document[record.entity.name_key]:
            respell(company, record.entity.name, record.key)
            self._rename_below(record)

    def _rename(self, record: Record, old: Document) -> None:
        key = record.entity.name_key
        gone = old.get("Active", True) and record.document.get("Active") is False
        if gone and not str(record.document[key]).endswith(GONE):
            record.document[key] = str(record.document[key]) + GONE
        if old[key] != record.document[key] and record.document.get("PrintOnCheckName") == old[key]:
            record.document["PrintOnCheckName"] = record.document[key]

    def _rename_below(self, record: Record) -> None:
        """Write a new full name into the members that hang under one."""
        company, name = self._company, record.entity.name
        for below in company.records(name):
            if below.document.get("ParentRef", {}).get("value") != record.key:
                continue
            below.document["FullyQualifiedName"] = full_name(company, name, below.document)
            self._claim_name(below, below.key)
            respell(company, name, below.key)
            self._rename_below(below)

    def _claim_name(self, record: Record, key: str) -> None:
        kind = record.entity
        if not kind.name_key:
            return
        name = _index_name(record)
        lists = NAMES_SHARED if kind.name in NAMES_SHARED else (kind.name,)
        for one in lists:
            holder = self._company.shelf(one).names.get(name)
            if holder is not None and (one != kind.name or holder != key):
                raise Refusal.duplicate_name()
        names = self._company.shelf(kind.name).names
        for other in [spelt for spelt, holder in names.items() if key and holder == key]:
            del names[other]
        names[name] = key or str(self._company.peek_key(kind.name))

    def _claim_number(self, record: Record) -> None:
        document = record.document
        if record.entity.name not in NUMBERED:
            return
        numbers = self._company.shelf(record.entity.name).numbers
        if "DocNumber" not in document:
            document["DocNumber"] = self._company.next_number(NUMBERED[record.entity.name])
        number = str(document["DocNumber"])
        numbers[number] = numbers.get(number, 0) + 1

    def _check_number(self, kind: Entity, document: Document, old: str) -> None:
        number = str(document.get("DocNumber") or "")
        if kind.name in NUMBERED and number and number != old and number in self._company.shelf(kind.name).numbers:
            raise Refusal.duplicate_number(number)

    def _release_number(self, record: Record, number: str) -> None:
        numbers = self._company.shelf(record.entity.name).numbers
        if number in numbers:
            numbers[number] -= 1
            if not numbers[number]:
                del numbers[number]

    def _repost_payers(self, record: Record) -> None:
        """Post anew what settles a document whose rate was changed."""
        company = self._company
        for link in record.document.get("LinkedTxn", []):
            entity = "Payment" if link["TxnType"] == "Payment" else "BillPayment"
            payer = company.shelf(entity).find(link["TxnId"])
            if payer is not None:
                company.take_effect(payer, -1)
                payer.postings = post(company, entity, payer.document)
                company.take_effect(payer, 1)

    def _detach(self, record: Record) -> None:
        """Take a document out of the payments that settle it."""
        company = self._company
        for link in list(record.document.get("LinkedTxn", [])):
            entity = "Payment" if link["TxnType"] == "Payment" else "BillPayment"
            payer = company.shelf(entity).find(link["TxnId"])
            if payer is None or not (link["TxnType"] == "Payment" or link["TxnType"].startswith("BillPayment")):
                continue
            if not document_cents(payer.document):
                self.delete(entity, payer.key)
                continue
            self._unapply(payer, record)

    def _unapply(self, payer: Record, record: Record) -> None:
        company = self._company
        company.take_effect(payer, -1)
        lines = payer.document["Line"]
        pointing = {"TxnId": record.key, "TxnType": record.entity.name}
        payer.document["Line"] = [line for line in lines if not _points(line, pointing)]
        payer.applications = applications_of(company, payer.entity.name, payer.document)
        payer.postings = post(company, payer.entity.name, payer.document)
        if payer.entity.name == "Payment":
            payer.document["UnappliedAmt"] = number_of(unapplied_cents("Payment", payer.document))
        company.take_effect(payer, 1)
        payer.touch(company.clock(), version=True)
        company.note(payer.entity.name, payer.key, Operation.UPDATE)


def _points(line: Document, pointing: dict[str, str]) -> bool:
    return any(pointing.items() <= {key: str(value) for key, value in one.items()}.items() for one in line["LinkedTxn"])


def _clean(kind: Entity, given: Document) -> Document:
    """Return what a request may set, copied; anything unknown is refused."""
    document: Document = {}
    for key, value in given.items():
        if key in kind.writable:
            document[key] = deepcopy(value)
        elif key not in IGNORED:
            raise Refusal.unknown_property(key)
    if "LinkedTxn" in document and kind.name in SETTLED:
        del document["LinkedTxn"]
    return document


def _given(document: Document) -> Document:
    """Drop what is empty: sending an empty value clears a property."""
    return {key: value for key, value in document.items() if value is not None and value != ""}


def _require(kind: Entity, document: Document) -> None:
    for name in kind.required:
        if document.get(name) is None or document[name] in ("", {}, []):
            raise Refusal.missing(name)


def _index_name(record: Record) -> str:
    document = record.document
    if record.entity.name in {"Account", "Item", "Class", "Department"}:
        return str(document["FullyQualifiedName"]).casefold()
    return str(document[record.entity.name_key]).casefold()


def _empty(record: Record) -> None:
    """Make a document's amounts nothing."""
    document = record.document
    document["PrivateNote"] = "Voided"
    for key in ("TotalAmt", "UnappliedAmt"):
        if key in document:
            document[key] = 0
    for line in document["Line"]:
        line["Amount"] = 0
        detail: Any = line.get(line.get("DetailType", ""), {})
        for key in ("Qty", "TaxInclusiveAmt"):
            if key in detail:
                detail[key] = 0
    if "LinkedTxn" in document:
        document["LinkedTxn"] = []
    if record.entity.name in {"Payment", "BillPayment"}:
        document["Line"] = []
    if "TxnTaxDetail" in document:
        document["TxnTaxDetail"] = {"TotalTax": 0}
    record.is_void = True
    record.postings = ()
    record.applications = ()
    record.open_cents = 0
