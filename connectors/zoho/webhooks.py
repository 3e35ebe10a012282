"""Deliveries of Zoho's workflow webhooks: verified, and read for what they hint at.

A delivery carries the whole object as in the detail call, but no event id, no event type and no organisation: those
stand in the query parameters that the person who set the webhook up gave its address
(``?org=60000000001&module=invoice&event=edited``). The signature is HMAC-SHA256 over the sorted parameters (keys and
values put together) followed by the exact body.

What a delivery about a deletion carries is not documented. So the id is looked for under each name it may have, and in
a parameter ``id``, which Zoho can fill by a placeholder of the address; the module is taken from the address where the
body leaves it open.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from canonical.errors import SourceRejected
from connectors.sdk.webhooks import Pairs, WebhookAddress, WebhookEvent, same_text
from connectors.zoho.translate.node import moment_of, text_of

SIGNATURE = "x-zoho-webhook-signature"
FORM = "application/x-www-form-urlencoded"
FORM_FIELD = "JSONString"
ID_DIGITS = 40
"""More than any id has."""
MODULES = {
    "invoice": ("invoices", ("invoice_id",)),
    "creditnote": ("creditnotes", ("creditnote_id",)),
    "customerpayment": ("customerpayments", ("payment_id", "customerpayment_id", "customer_payment_id")),
    "payment": ("customerpayments", ("payment_id",)),
    "bill": ("bills", ("bill_id",)),
    "vendorpayment": ("vendorpayments", ("payment_id", "vendorpayment_id", "vendor_payment_id")),
    "vendorcredit": ("vendorcredits", ("vendor_credit_id", "vendorcredit_id")),
    "expense": ("expenses", ("expense_id",)),
    "journal": ("journals", ("journal_id",)),
    "contact": ("contacts", ("contact_id",)),
    "item": ("items", ("item_id",)),
    "estimate": ("estimates", ("estimate_id",)),
    "salesorder": ("salesorders", ("salesorder_id",)),
    "purchaseorder": ("purchaseorders", ("purchaseorder_id",)),
}
"""Stream, and names of the id, of the object a delivery holds: by the key it stands under, without underscores."""
OPEN = "payment"
"""A key that payments made may stand under too; the address decides."""
ANY_ID = ("id", "entity_id")
PLACES = (
    ("Customers", "contact"),
    ("Vendors", "contact"),
    ("Items", "item"),
    ("Quotes (Estimates)", "estimate"),
    ("Sales Orders", "salesorder"),
    ("Invoices", "invoice"),
    ("Credit Notes", "creditnote"),
    ("Payments Received", "customerpayment"),
    ("Expenses", "expense"),
    ("Purchase Orders", "purchaseorder"),
    ("Bills", "bill"),
    ("Vendor Credits", "vendorcredit"),
    ("Payments Made", "vendorpayment"),
    ("Manual Journals", "journal"),
)
"""Modules as Zoho's pages call them, and the word their addresses carry."""
TRIGGERS = (("created or edited", "edited"), ("deleted", "deleted"))


@dataclass(frozen=True, slots=True)
class ZohoWebhooks:
    """See ``connectors.sdk.webhooks.Webhooks``."""

    place: str = (
        "In Zoho Books: Settings > Automation > Workflow Actions > Webhooks, one webhook per address below (method "
        "POST, default payload, 'secure this webhook' with the secret), and Workflow Rules with that module and "
        "trigger. Enter those of the modules you use; if the form splits the address, put what follows the question "
        "mark under parameters. To the addresses for deletions you may add a parameter 'id' with Zoho's placeholder of "
        "the record's id: without it, should Zoho not say which record went, the sync compares the whole list"
    )

    def addresses(self, company: str) -> tuple[WebhookAddress, ...]:
        """One per module and trigger: Zoho's deliveries themselves say neither which it is, nor whose."""
        return tuple(
            WebhookAddress(what=f"{name}, {trigger}", query=(("org", company), ("module", module), ("event", event)))
            for name, module in PLACES
            for trigger, event in TRIGGERS
        )

    def verify(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime, *, query: Pairs = ()
    ) -> tuple[WebhookEvent, ...]:
        """Check the signature, and say which object the delivery tells of.

        Zoho says nowhere when it sent a delivery, so there is no replay window: a delivery is a hint and a repeated one
        only has the same object read again.
        """
        del now
        form = _form_of(headers, body)
        told = headers.get(SIGNATURE, "").strip().casefold()
        accepted = [
            _digest(secret, [*query, *form], b"" if form else body),
            _digest(secret, query, body),
            _digest(secret, (), body),
        ]
        if not secret or not sum(same_text(one, told) for one in accepted):
            raise SourceRejected(
                "The delivery is not signed with this connection's secret.", code="webhook.refused", reason="signature"
            )
        return (_event(body, form, dict(query)),)


def _digest(secret: str, pairs: Pairs, body: bytes) -> str:
    signed = "".join(key + value for key, value in sorted(pairs)).encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _form_of(headers: Mapping[str, str], body: bytes) -> list[tuple[str, str]]:
    if not headers.get("content-type", "").casefold().startswith(FORM):
        return []
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _event(body: bytes, form: list[tuple[str, str]], query: Mapping[str, str]) -> WebhookEvent:
    told = _object(dict(form).get(FORM_FIELD, "").encode() if form else body)
    holder = next((key for key in told if _word(key) in MODULES and isinstance(told[key], dict)), "")
    asked = _word(query.get("module", ""))
    module = asked if not holder or (_word(holder) == OPEN and asked in MODULES) else _word(holder)
    stream, id_fields = MODULES.get(module, ("", ()))
    node = told[holder] if holder else told
    key = _id(text_of(node, *id_fields, *ANY_ID) or query.get("id", "")) if stream else ""
    version = text_of(node, "last_modified_time", "updated_time")
    facts = "|".join((module, key, version, query.get("event", "")))
    return WebhookEvent(
        company=query.get("org", "") or query.get("organization_id", "") or text_of(node, "organization_id"),
        stream=stream,
        key=key,
        operation=query.get("event", "").casefold(),
        event_id=hashlib.sha256(facts.encode() if key and version else body).hexdigest(),
        at=moment_of(node, "last_modified_time", "updated_time"),
    )


def _word(text: str) -> str:
    return text.casefold().replace("_", "").replace("-", "")


def _id(text: str) -> str:
    """Zoho's ids are decimal numbers; nothing else is ever put into an address."""
    return text if text.isascii() and text.isdecimal() and len(text) <= ID_DIGITS else ""


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


WEBHOOKS = ZohoWebhooks()
