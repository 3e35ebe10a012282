"""One company's books as something to be written to; see ``connectors.sdk.writing.api_writer``.

A repeated command bears the request id of the first attempt, so QuickBooks answers it as the first time. How long it
remembers one is not documented: so documents bear the command's identity in their private note, and are looked for
first; customers and items are found by their names, which nobody else can have.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import requests

from canonical.errors import KhataError
from canonical.record import JsonValue
from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.connection import rest_client
from connectors.quickbooks.entities import BY_NAME
from connectors.quickbooks.faults import find_fault, judge
from connectors.quickbooks.settings import how_to_read, realm_of
from connectors.quickbooks.translate.values import text_of
from connectors.quickbooks.writing.documents import (
    changed_invoice,
    changed_payment,
    invoice_fields,
    mark,
    mark_of,
    new_invoice,
    new_payment,
    payment_fields,
)
from connectors.quickbooks.writing.lookup import Company, Lookup
from connectors.quickbooks.writing.masters import customer_fields, customer_wish, item_fields, item_wish
from connectors.sdk.base import Surroundings
from connectors.sdk.rest import HIDDEN
from connectors.sdk.writing.api_command import ApiCommand
from connectors.sdk.writing.api_plan import ApiPlan, Fields, Step, Wish, changes_to, plan_again, which_of
from connectors.sdk.writing.audit import AuditEntry, Verdict
from connectors.sdk.writing.drafts import CustomerDraft, InvoiceDraft, ItemDraft, PaymentDraft
from connectors.sdk.writing.policy import Product
from connectors.sdk.writing.procedure import OPEN, Books

QUICKBOOKS: Final = Product(title="QuickBooks", setting="writing.quickbooks_operations")
_NAMESPACE: Final = uuid.UUID("c2d4a8f6-3a0c-5f5e-9c57-2f1a6d0f7b31")
"""Of the request ids we give; any constant would do, but it must never change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object.

    Attributes:
        entity: QuickBooks' name of it.
        name: property that a command refers to it by.
        fields: what one says.
        is_document: it has a day and a note, and its name is not its own.
    """

    entity: str
    name: str
    fields: Callable[[Row, Company], Fields]
    is_document: bool = False

    @property
    def path(self) -> str:
        """In addresses."""
        return self.entity.lower()


KINDS: Final = {
    "customer": Kind(entity="Customer", name="DisplayName", fields=customer_fields),
    "item": Kind(entity="Item", name="Name", fields=item_fields),
    "invoice": Kind(entity="Invoice", name="DocNumber", fields=invoice_fields, is_document=True),
    "payment": Kind(entity="Payment", name="PaymentRefNum", fields=payment_fields, is_document=True),
}


class QuickBooksWriteBooks:
    """The books of one company.

    Args:
        config: of the connection.
        place: of the process.
    """

    product = QUICKBOOKS

    def __init__(self, config: Mapping[str, JsonValue], place: Surroundings) -> None:
        rest = rest_client(config, requests.Session(), place, self._judge)
        self._api = QuickBooks(rest, realm_of(config), minor_version=how_to_read(config).minor_version)
        self._company: Company | None = None
        self._words = ""

    def _judge(self, answer: requests.Response) -> KhataError | None:
        """Remember QuickBooks' words: they go to the audit and to whoever gave the command, not into logs."""
        error = judge(answer)
        fault = find_fault(answer) if error is not None else None
        if fault is not None:
            words = ": ".join(filter(None, (fault.message, fault.detail)))
            token = str(answer.request.headers.get("Authorization") or "").rpartition(" ")[2]
            self._words = words.replace(token, HIDDEN) if token else words  # an answer may repeat what it was sent
        return error

    def open(self) -> Books:
        """Make sure that the sign-in opens the company.

        Raises:
            KhataError: QuickBooks does not answer, or does not let us in.
        """
        info, _ = self._api.company_info()
        self._company = Company(info, self._api.preferences())
        return Books(guid=self._api.realm_id, name=text_of(info, "CompanyName"), endpoint=self._api.address)

    def identity(self, command: ApiCommand, last: AuditEntry | None) -> str:
        """Request id: that of the attempt before, unless it was refused; then nothing was done under it."""
        first = self._mark(command)
        if last is None or not last.remote_id:
            return first
        return str(uuid.uuid5(_NAMESPACE, last.remote_id)) if last.verdict is Verdict.REFUSED else last.remote_id

    def _mark(self, command: ApiCommand) -> str:
        return str(uuid.uuid5(_NAMESPACE, f"{self._api.realm_id}\0{command.key}"))

    def plan(self, command: ApiCommand, last: AuditEntry | None) -> ApiPlan:
        """Work a command out against what QuickBooks has now."""
        kind = KINDS[command.operation.kind]
        lookup = Lookup(self._api, self._known)
        params = {"requestid": self.identity(command, last)}
        if command.operation.is_creation:
            return self._new(command, kind, lookup, params, is_begun=last is not None and last.verdict in OPEN)
        return self._changed(command, kind, lookup, params, which_of(command, last))

    @property
    def _known(self) -> Company:
        if self._company is None:
            self.open()
        assert self._company is not None  # noqa: S101 - for the type checker: open() has just set it
        return self._company

    # plans

    def _new(
        self, command: ApiCommand, kind: Kind, lookup: Lookup, params: Mapping[str, str], *, is_begun: bool
    ) -> ApiPlan:
        wish = _wish(command, lookup, {})
        if kind.is_document:
            mark(wish, self._mark(command))
        ours = self._left_by(command, kind, wish) if kind.is_document or is_begun else {}
        if ours:
            return plan_again(command, wish, ours, kind.fields(ours, self._known), QUICKBOOKS.title)
        objections = [*lookup.objections, *wish.objections]
        if wish.near and not objections and self._taken(kind, wish):
            (name,) = wish.near.values()
            objections.append(f"QuickBooks has {name!r} already")
        step = Step(method="POST", path=kind.path, params=params, body=wish.body)
        return ApiPlan(
            command=command,
            title=wish.title,
            changes=changes_to(wish.wanted, {}),
            objections=tuple(objections),
            notes=tuple(wish.notes),
            steps=(step,),
            wanted=wish.wanted,
            near=wish.near,
        )

    def _changed(
        self, command: ApiCommand, kind: Kind, lookup: Lookup, params: Mapping[str, str], which: str
    ) -> ApiPlan:
        before = lookup.find(kind.entity, kind.name, which)
        if not before:
            title = f"{command.operation.kind} {command.which}"
            return ApiPlan(command=command, title=title, objections=tuple(lookup.objections))
        wish = _wish(command, lookup, before)
        token, identity = text_of(before, "SyncToken"), text_of(before, "Id")
        changes = changes_to(wish.wanted, kind.fields(before, self._known))
        body = {"Id": identity, "SyncToken": token, "sparse": True, **wish.body}
        return ApiPlan(
            command=command,
            title=wish.title,
            changes=changes,
            objections=(*lookup.objections, *wish.objections),
            notes=(*wish.notes, f"Its version is {token}."),
            steps=(Step(method="POST", path=kind.path, params=params, body=body),),
            wanted=wish.wanted,
            before=before,
            found_id=identity,
            is_stale=bool(changes and command.version) and command.version != token,
        )

    # what is there

    def _taken(self, kind: Kind, wish: Wish) -> bool:
        """A name is taken by a customer or a vendor alike."""
        entities = (kind.entity, "Vendor") if kind.entity == "Customer" else (kind.entity,)
        return any(self._api.where(BY_NAME[entity], **wish.near) for entity in entities)

    def _left_by(self, command: ApiCommand, kind: Kind, wish: Wish) -> Row:
        """What an earlier attempt has left: the document that bears the command's mark, or the name it was given."""
        entity = BY_NAME[kind.entity]
        if not kind.is_document:
            return next(iter(self._api.where(entity, **wish.near)), {})
        rows = self._api.where(entity, TxnDate=wish.wanted.get("date", ""))
        return next((row for row in rows if mark_of(row) == self._mark(command)), {})

    # sending and reading back

    def send(self, step: Step, object_id: str) -> str:
        """Make a call; returns the identifier of the object.

        Raises:
            ConcurrentUpdate: somebody else changed the object first (5010).
            KhataError: as ``RestClient.call``.
        """
        self._words = ""
        answer = self._api.write(step.path, dict(step.body), step.params)
        self._words = ""
        for kind in KINDS.values():
            found = answer.get(kind.entity)
            if isinstance(found, dict):
                return text_of(found, "Id") or object_id
        return object_id

    def read(self, plan: ApiPlan, object_id: str) -> Row:
        """Return the object as it is now; one whose identifier is not known is looked for by its name or number."""
        words = self._words
        kind = KINDS[plan.command.operation.kind]
        if object_id:
            found = self._api.read(BY_NAME[kind.entity], object_id)
        else:
            wish = Wish(title=plan.title, wanted=dict(plan.wanted), near=dict(plan.near))
            found = self._left_by(plan.command, kind, wish)
        self._words = words
        return found

    def fields(self, plan: ApiPlan, node: Mapping[str, Any]) -> Fields:
        """What an object says."""
        return KINDS[plan.command.operation.kind].fields(dict(node), self._known)

    def take_words(self) -> str:
        """QuickBooks' words of its last refusal."""
        words, self._words = self._words, ""
        return words


def _wish(command: ApiCommand, lookup: Lookup, before: Row) -> Wish:
    match command.draft:
        case CustomerDraft() as draft:
            return customer_wish(draft, lookup, before)
        case ItemDraft() as draft:
            return item_wish(draft, lookup, before)
        case InvoiceDraft() as draft:
            return changed_invoice(draft, lookup, before) if before else new_invoice(draft, lookup)
        case PaymentDraft() as draft:
            return changed_payment(draft, lookup, before) if before else new_payment(draft, lookup)
