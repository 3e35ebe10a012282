"""One organisation's books as something to be written to; see ``connectors.sdk.writing.api_writer``.

What was made for a command bears its identity in a custom field. A repeated command therefore looks for it first: if an
earlier attempt was cut off after the object was made, it is found and not sent again, also when somebody has edited it
since (sending it again would put its lines back).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from canonical.errors import ConfigurationError, CredentialError, KhataError
from canonical.record import JsonValue
from connectors.sdk.writing.api_command import ApiCommand
from connectors.sdk.writing.api_plan import WRITTEN_ID, ApiPlan, Fields, Step, Wish, changes_to, plan_again, which_of
from connectors.sdk.writing.audit import AuditEntry
from connectors.sdk.writing.drafts import CustomerDraft, InvoiceDraft, ItemDraft, PaymentDraft
from connectors.sdk.writing.policy import Product
from connectors.sdk.writing.procedure import Books
from connectors.sdk.writing.texts import money, text
from connectors.zoho.client import Row, ZohoClient, rows_of
from connectors.zoho.hosts import UNIQUE_FIELD, USUAL_FIELD
from connectors.zoho.refusals import SCOPE_REFUSED
from connectors.zoho.scopes import covers
from connectors.zoho.writing.invoices import SENT, changed_invoice, invoice_fields, new_invoice, status_of
from connectors.zoho.writing.lookup import Lookup
from connectors.zoho.writing.masters import customer_fields, customer_wish, item_fields, item_wish
from connectors.zoho.writing.payments import changed_payment, new_payment, payment_fields

ZOHO: Final = Product(title="Zoho Books", setting="writing.zoho_operations")
_NAMESPACE: Final = uuid.UUID("7b1b1c52-5f0e-5d39-8d0a-51f1d53a8a10")
"""Of the identities we give; any constant would do, but it must never change."""
_ALIKE_MAX: Final = 100
"""Objects of one customer and day that are looked at to find ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of object.

    Attributes:
        path: of its list; ``key`` of one in a reply, whose identifier is ``key`` with ``_id`` behind it.
        name: member that a command refers to it by.
        module: of the scopes.
        versions: members that move with every change of it.
        fields: what one says.
    """

    path: str
    key: str
    name: str
    module: str
    fields: Callable[[Row], Fields]
    versions: tuple[str, ...] = ("last_modified_time",)


KINDS: Final = {
    "customer": Kind(path="contacts", key="contact", name="contact_name", module="contacts", fields=customer_fields),
    "item": Kind(path="items", key="item", name="name", module="settings", fields=item_fields),
    "invoice": Kind(path="invoices", key="invoice", name="invoice_number", module="invoices", fields=invoice_fields),
    "payment": Kind(
        path="customerpayments",
        key="payment",
        name="reference_number",
        module="customerpayments",
        fields=payment_fields,
        versions=("updated_time", "last_modified_time"),
    ),
}


class ZohoWriteBooks:
    """The books of one organisation.

    Args:
        client: of the organisation.
        settings: of the connection.
    """

    product = ZOHO

    def __init__(self, client: ZohoClient, settings: Mapping[str, JsonValue]) -> None:
        self._client = client
        self._field = str(settings.get(UNIQUE_FIELD) or USUAL_FIELD)
        self._organisation: Row = {}
        self._words = ""

    def open(self) -> Books:
        """Make sure that the sign-in opens the organisation.

        Raises:
            ConfigurationError: it does not.
            KhataError: Zoho does not answer, or does not let us in.
        """
        if not self._organisation:
            rows = rows_of(self._client.get("organizations"), ("organizations",), "organizations")
            wanted = self._client.organization_id
            found = [
                row for row in rows if text(row.get("organization_id")) == wanted or (not wanted and len(rows) == 1)
            ]
            if not found:
                names = ", ".join(f"{row.get('organization_id')} ({row.get('name')})" for row in rows)
                raise ConfigurationError(
                    f"The connection's organisation {wanted!r} is not among those of the sign-in: {names}.",
                    code="zoho.organization",
                )
            self._organisation = found[0]
            self._client.organization_id = text(found[0].get("organization_id"))
        return Books(
            guid=self._client.organization_id,
            name=text(self._organisation.get("name")),
            endpoint=self._client.address,
        )

    def identity(self, command: ApiCommand, last: AuditEntry | None) -> str:
        """Value of the unique custom field: the same for the same command and organisation, on any computer."""
        del last
        if not command.operation.is_creation:
            return ""
        return str(uuid.uuid5(_NAMESPACE, f"{self._client.organization_id}\0{command.key}"))

    def plan(self, command: ApiCommand, last: AuditEntry | None) -> ApiPlan:
        """Work a command out against what Zoho has now."""
        kind = KINDS[command.operation.kind]
        lookup = Lookup(self._client, text(self._organisation.get("currency_id")))
        if objection := self._scope_objection(command):
            lookup.objections.append(objection)
        if command.operation.is_creation:
            return self._new(command, kind, lookup, self.identity(command, last))
        return self._changed(command, kind, lookup, which_of(command, last))

    # plans

    def _new(self, command: ApiCommand, kind: Kind, lookup: Lookup, identity: str) -> ApiPlan:
        wish = _wish(command, lookup, {})
        objections = (*lookup.objections, *wish.objections)
        if objections:
            return ApiPlan(command=command, title=wish.title, objections=objections, wanted=wish.wanted)
        ours = self._find_ours(kind, wish.near, identity)
        if ours:
            return self._again(command, kind, wish, ours)
        header = {
            "X-Unique-Identifier-Key": self._field,
            "X-Unique-Identifier-Value": identity,
            "X-Upsert": "true",
        }
        body = {**wish.body, "custom_fields": [{"api_name": self._field, "value": identity}]}
        make = Step(method="PUT", path=kind.path, params=wish.params, headers=header, body=body)
        return ApiPlan(
            command=command,
            title=wish.title,
            changes=changes_to(wish.wanted, {}),
            objections=tuple(self._taken(kind, wish)),
            notes=tuple(wish.notes),
            steps=(make, *_marking(wish)),
            wanted={**wish.wanted, self._field: identity},
            near=wish.near,
        )

    def _again(self, command: ApiCommand, kind: Kind, wish: Wish, ours: Row) -> ApiPlan:
        """An earlier attempt made it: nothing is left to do, or only to mark it as sent."""
        found = kind.fields(ours)
        changes = changes_to(wish.wanted, found)
        if not changes or any(one.field != "status" for one in changes) or not _is_to_be_sent(wish, ours):
            return plan_again(command, wish, ours, found, ZOHO.title)
        return ApiPlan(
            command=command,
            title=wish.title,
            changes=changes,
            notes=("An earlier attempt made it as a draft; it is only marked as sent now.",),
            steps=_marking(wish),
            wanted=wish.wanted,
            before=ours,
            found_id=found[""],
        )

    def _changed(self, command: ApiCommand, kind: Kind, lookup: Lookup, which: str) -> ApiPlan:
        before = lookup.object(kind.path, kind.key, kind.name, which)
        if not before:
            title = f"{command.operation.kind} {command.which}"
            return ApiPlan(command=command, title=title, objections=tuple(lookup.objections))
        wish = _wish(command, lookup, before)
        found = kind.fields(before)
        changes = changes_to(wish.wanted, found)
        version = next((text(before.get(name)) for name in kind.versions if before.get(name)), "")
        steps = (*self._putting(kind, wish, changes, found[""]), *_marking(wish, before))
        return ApiPlan(
            command=command,
            title=wish.title,
            changes=changes,
            objections=(*lookup.objections, *wish.objections, *self._renamed(kind, wish, before)),
            notes=(*wish.notes, f"Its version is {version}."),
            steps=steps,
            wanted=wish.wanted,
            before=before,
            found_id=found[""],
            is_stale=bool(changes and command.version) and command.version != version,
        )

    @staticmethod
    def _putting(kind: Kind, wish: Wish, changes: tuple[Any, ...], identifier: str) -> Iterator[Step]:
        """Only what the draft says is sent; PUT changes nothing else."""
        if any(one.field != "status" for one in changes):
            yield Step(method="PUT", path=f"{kind.path}/{identifier}", params=wish.params, body=wish.body)

    # what speaks against it

    def _taken(self, kind: Kind, wish: Wish) -> Iterator[str]:
        """A name or number that another object has."""
        name = wish.body.get(kind.name) if kind.name != "reference_number" else None
        if name and self._others(kind, str(name), ""):
            yield f"Zoho Books has a {kind.key} {name!r} already"

    def _renamed(self, kind: Kind, wish: Wish, before: Row) -> Iterator[str]:
        name = wish.body.get(kind.name) if kind.key in {"contact", "item"} else None
        if name and self._others(kind, str(name), text(before.get(f"{kind.key}_id"))):
            yield f"Zoho Books has another {kind.key} {name!r}"

    def _others(self, kind: Kind, name: str, but: str) -> list[Row]:
        return [
            row
            for page in self._client.pages(kind.path, (kind.path,), **{kind.name: name})
            for row in page
            if text(row.get(kind.name)).casefold() == name.casefold() and text(row.get(f"{kind.key}_id")) != but
        ]

    def _scope_objection(self, command: ApiCommand) -> str:
        """Say which scopes the sign-in lacks, if Zoho said what it grants."""
        held = self._client.scopes
        missing = [scope for scope in scopes_of(command) if held and not covers(held, scope)]
        return _scope_sentence(self._client, missing) if missing else ""

    # what is there

    def _find_ours(self, kind: Kind, near: Mapping[str, str], identity: str) -> Row:
        """The object that bears a command's identity, in full."""
        asked = {name: value for name, value in near.items() if name != "amount"}
        amount = near.get("amount")
        looked = 0
        for page in self._client.pages(kind.path, (kind.path,), **asked):
            for row in page:
                if any(name in row and text(row[name]) != value for name, value in asked.items()):
                    continue
                if amount is not None and money(row.get("amount")) != amount:
                    continue
                if self._identity_of(row) not in ("", identity):  # of another command; rows of some lists say it
                    continue
                looked += 1
                if looked > _ALIKE_MAX:
                    return {}
                whole = Lookup(self._client, "").read(kind.path, kind.key, text(row.get(f"{kind.key}_id")))
                if self._identity_of(whole) == identity:
                    return whole
        return {}

    def _identity_of(self, node: Row) -> str:
        rows = [row for row in node.get("custom_fields") or () if isinstance(row, dict)]
        listed = next((row.get("value") for row in rows if row.get("api_name") == self._field), None)
        hashed = node.get("custom_field_hash")
        return text(listed or (hashed.get(self._field) if isinstance(hashed, dict) else ""))

    # sending and reading back

    def send(self, step: Step, object_id: str) -> str:
        """Make a call; returns the identifier of the object.

        Raises:
            CredentialError: ``zoho.write.scope_missing``: reading is allowed, this is not.
            KhataError: as ``RestClient.call``.
        """
        self._words = ""
        path = step.path.replace(WRITTEN_ID, object_id)
        try:
            answer = self._client.change(step.method, path, params=step.params, headers=step.headers, body=step.body)
        except CredentialError as error:
            self._words = error.message
            if error.code != SCOPE_REFUSED:
                raise
            # The objects it depends on were read a moment ago with the same sign-in, which was renewed since.
            sentence = _scope_sentence(self._client, _scopes_of_step(step))
            raise CredentialError(
                sentence[:1].upper() + sentence[1:], code="zoho.write.scope_missing", path=step.path
            ) from None
        except KhataError as error:
            self._words = error.message
            raise
        for kind in KINDS.values():
            found = answer.get(kind.key)
            if isinstance(found, dict) and found.get(f"{kind.key}_id"):
                return text(found[f"{kind.key}_id"])
        return object_id

    def read(self, plan: ApiPlan, object_id: str) -> Row:
        """Return the object as it is now; one whose identifier is not known is looked for by its identity."""
        kind = KINDS[plan.command.operation.kind]
        if object_id:
            return Lookup(self._client, "").read(kind.path, kind.key, object_id)
        return self._find_ours(kind, plan.near, self.identity(plan.command, None))

    def fields(self, plan: ApiPlan, node: Mapping[str, Any]) -> Fields:
        """What an object says."""
        return {**KINDS[plan.command.operation.kind].fields(dict(node)), self._field: self._identity_of(dict(node))}

    def take_words(self) -> str:
        """Zoho's words of its last refusal."""
        words, self._words = self._words, ""
        return words


def _wish(command: ApiCommand, lookup: Lookup, before: Row) -> Wish:
    match command.draft:
        case CustomerDraft() as draft:
            return customer_wish(draft, lookup, before)
        case ItemDraft() as draft:
            return item_wish(draft, lookup, before)
        case InvoiceDraft() as draft:
            return changed_invoice(draft, before) if before else new_invoice(draft, lookup)
        case PaymentDraft() as draft:
            return changed_payment(draft, before) if before else new_payment(draft, lookup)


def _marking(wish: Wish, before: Row | None = None) -> tuple[Step, ...]:
    """The call that makes a draft count; not repeated for an invoice that does."""
    if wish.wanted.get("status") != SENT or (before is not None and status_of(before) == SENT):
        return ()
    return (Step(method="POST", path=f"invoices/{WRITTEN_ID}/status/sent"),)


def _is_to_be_sent(wish: Wish, ours: Row) -> bool:
    return wish.wanted.get("status") == SENT and status_of(ours) == "draft"


def scopes_of(command: ApiCommand) -> tuple[str, ...]:
    """Scopes that a command needs; making by PUT on a list is an update to Zoho, and makes."""
    module = KINDS[command.operation.kind].module
    return tuple(f"ZohoBooks.{module}.{verb}" for verb in ("CREATE", "UPDATE"))


def _scopes_of_step(step: Step) -> list[str]:
    module = next(kind.module for kind in KINDS.values() if step.path.startswith(kind.path))
    return [f"ZohoBooks.{module}.{verb}" for verb in ("CREATE", "UPDATE")]


def _scope_sentence(client: ZohoClient, missing: list[str]) -> str:
    return (
        f"the sign-in may read Zoho Books but not write this: it lacks {', '.join(missing)} (or the user's role does). "
        f"Connect again with them: {client.sign_in_again(missing)}"
    )
