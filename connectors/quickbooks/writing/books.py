"""One company's books as something to be written to; see ``connectors.sdk.writing.api_writer``.

A repeated command bears the request id of the first attempt, so QuickBooks answers it as the first time. How long it
remembers one is not documented: so what an attempt that was cut off may have left is looked for first.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import requests

from canonical.errors import KhataError
from canonical.record import JsonValue
from connectors.quickbooks.client import QuickBooks, Row
from connectors.quickbooks.connection import rest_client
from connectors.quickbooks.entities import BY_NAME
from connectors.quickbooks.faults import find_fault, judge
from connectors.quickbooks.settings import how_to_read, realm_of
from connectors.quickbooks.translate.values import moment_of, part, ref_id, text_of
from connectors.quickbooks.writing.documents import (
    changed_invoice,
    changed_payment,
    invoice_fields,
    new_invoice,
    new_payment,
    payment_fields,
)
from connectors.quickbooks.writing.lookup import Company, Lookup
from connectors.quickbooks.writing.masters import customer_fields, customer_wish, item_fields, item_wish
from connectors.sdk.base import Surroundings
from connectors.sdk.writing.api_command import ApiCommand
from connectors.sdk.writing.api_plan import ApiPlan, Fields, Step, Wish, changes_to, which_of
from connectors.sdk.writing.audit import AuditEntry, Verdict
from connectors.sdk.writing.drafts import CustomerDraft, InvoiceDraft, ItemDraft, PaymentDraft
from connectors.sdk.writing.policy import Product
from connectors.sdk.writing.procedure import OPEN, Books

QUICKBOOKS: Final = Product(title="QuickBooks", setting="writing.quickbooks_operations")
_NAMESPACE: Final = uuid.UUID("c2d4a8f6-3a0c-5f5e-9c57-2f1a6d0f7b31")
"""Of the request ids we give; any constant would do, but it must never change."""
_CLOCKS: Final = timedelta(hours=1)
"""QuickBooks' clock and ours may differ by less than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object.

    Attributes:
        entity: QuickBooks' name of it.
        name: property that a command refers to it by.
        fields: what one says.
    """

    entity: str
    name: str
    fields: Callable[[Row, Company], Fields]

    @property
    def path(self) -> str:
        """In addresses."""
        return self.entity.lower()


KINDS: Final = {
    "customer": Kind(entity="Customer", name="DisplayName", fields=customer_fields),
    "item": Kind(entity="Item", name="Name", fields=item_fields),
    "invoice": Kind(entity="Invoice", name="DocNumber", fields=invoice_fields),
    "payment": Kind(entity="Payment", name="PaymentRefNum", fields=payment_fields),
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
            self._words = ": ".join(filter(None, (fault.message, fault.detail)))
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
        first = str(uuid.uuid5(_NAMESPACE, f"{self._api.realm_id}\0{command.key}"))
        if last is None or not last.remote_id:
            return first
        return str(uuid.uuid5(_NAMESPACE, last.remote_id)) if last.verdict is Verdict.REFUSED else last.remote_id

    def plan(self, command: ApiCommand, last: AuditEntry | None) -> ApiPlan:
        """Work a command out against what QuickBooks has now."""
        kind = KINDS[command.operation.kind]
        lookup = Lookup(self._api, self._known)
        params = {"requestid": self.identity(command, last)}
        if command.operation.is_creation:
            begun = last if last is not None and last.verdict in OPEN else None
            return self._new(command, kind, lookup, params, begun)
        return self._changed(command, kind, lookup, params, which_of(command, last))

    @property
    def _known(self) -> Company:
        if self._company is None:
            self.open()
        assert self._company is not None  # noqa: S101 - for the type checker: open() has just set it
        return self._company

    # plans

    def _new(
        self, command: ApiCommand, kind: Kind, lookup: Lookup, params: Mapping[str, str], begun: AuditEntry | None
    ) -> ApiPlan:
        wish = _wish(command, lookup, {})
        ours = self._left_by(begun, kind, wish) if begun is not None else {}
        if ours:
            identity = text_of(ours, "Id")
            return ApiPlan(
                command=command,
                title=wish.title,
                wanted=wish.wanted,
                before=ours,
                object_id=identity,
                found_id=identity,
            )
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
            object_id=identity,
            found_id=identity,
            is_stale=bool(changes and command.version) and command.version != token,
        )

    # what is there

    def _taken(self, kind: Kind, wish: Wish) -> bool:
        """A name is taken by a customer or a vendor alike."""
        entities = (kind.entity, "Vendor") if kind.entity == "Customer" else (kind.entity,)
        return any(self._api.where(BY_NAME[entity], **wish.near) for entity in entities)

    def _left_by(self, begun: AuditEntry, kind: Kind, wish: Wish) -> Row:
        """What an attempt that was cut off has left: an object as it is wanted, made since that attempt."""
        entity = BY_NAME[kind.entity]
        near = wish.near or {"TxnDate": wish.wanted.get("date", "")}
        customer = ref_id(wish.body, "CustomerRef")
        for row in self._api.where(entity, **near):
            made = moment_of(text_of(part(row, "MetaData"), "CreateTime"))
            is_since = made is not None and made >= begun.at - _CLOCKS
            if is_since and ref_id(row, "CustomerRef") == customer:
                found = kind.fields(row, self._known)
                if not changes_to(wish.wanted, found):
                    return row
        return {}

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
            found = next(iter(self._api.where(BY_NAME[kind.entity], **plan.near)), {}) if plan.near else {}
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
