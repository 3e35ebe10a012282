"""What a document settles or is linked to: payments against invoices, credits and bills, deposits of payments.

A payment's line says how much of which document it settles; a credit is applied by a payment of nothing with two lines,
both positive (recorded). What a deposit takes in is linked, and nothing else of it moves.
"""

from __future__ import annotations

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Application, Document

_CREDITS = {"Payment": "CreditMemo", "BillPayment": "VendorCredit"}
_DEBITS = {"Payment": "Invoice", "BillPayment": "Bill"}
_WORDS = {
    "Payment": "Payment",
    "Check": "BillPaymentCheck",
    "CreditCard": "BillPaymentCreditCard",
    "Deposit": "Deposit",
}


def applications_of(company: Company, entity: str, document: Document) -> tuple[Application, ...]:
    """Return what a document settles and links.

    Raises:
        Refusal: it names what is not there, or sets off more than is open (6000).
    """
    if entity == "Deposit":
        return tuple(_deposited(company, document))
    if entity not in _DEBITS:
        return ()
    return tuple(_settled(company, entity, document))


def unapplied_cents(entity: str, document: Document) -> int:
    """Return what a payment has left: its total and the credits it uses, less what it settles."""
    used = 0
    for line in document["Line"]:
        for link in line.get("LinkedTxn", []):
            sign = -1 if link["TxnType"] == _CREDITS[entity] else 1
            used += sign * cents_of(line["Amount"])
    return cents_of(document["TotalAmt"]) - used


def _settled(company: Company, entity: str, document: Document) -> list[Application]:
    word = _WORDS[document["PayType"] if entity == "BillPayment" else "Payment"]
    party = document["CustomerRef" if entity == "Payment" else "VendorRef"]["value"]
    found = []
    for line in document["Line"]:
        for link in line.get("LinkedTxn", []):
            kind = link["TxnType"]
            if kind not in {_DEBITS[entity], _CREDITS[entity]}:
                continue
            target = company.shelf(kind).find(str(link["TxnId"]))
            if target is None:
                raise Refusal.not_found()
            cents = cents_of(line["Amount"])
            if target.document[target.entity.party]["value"] != party:
                raise Refusal.business_rule("The transactions that are linked belong to another name.")
            if cents > target.open_cents:
                raise Refusal.business_rule("The amount applied is more than the open balance.")
            found.append(Application(entity=kind, key=target.key, cents=cents, word=word))
    return found


def _deposited(company: Company, document: Document) -> list[Application]:
    found = []
    for line in document["Line"]:
        for link in line.get("LinkedTxn", []):
            kind, key = link["TxnType"], str(link["TxnId"])
            if company.shelf(kind).find(key) is None:
                raise Refusal.not_found()
            found.append(Application(entity=kind, key=key, cents=0, word="Deposit", touches=False))
    return found
