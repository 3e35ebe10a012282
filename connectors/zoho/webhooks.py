"""Deliveries of Zoho's workflow webhooks: verified, and read for what they hint at.

A delivery carries the whole object as in the detail call, but no event id, no event type and no organisation: those
stand in the query parameters that the person who set the webhook up gave its address
(``?org=60000000001&module=invoice&event=edited``). The signature is HMAC-SHA256 over the sorted parameters (keys and
values put together) followed by the exact body.
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
from connectors.sdk.webhooks import Pairs, WebhookEvent, same_text
from connectors.zoho.translate.node import moment_of, text_of

SIGNATURE = "x-zoho-webhook-signature"
FORM = "application/x-www-form-urlencoded"
FORM_FIELD = "JSONString"
MODULES = {
    "invoice": ("invoices", "invoice_id"),
    "creditnote": ("creditnotes", "creditnote_id"),
    "payment": ("customerpayments", "payment_id"),
    "customer_payment": ("customerpayments", "payment_id"),
    "bill": ("bills", "bill_id"),
    "vendorpayment": ("vendorpayments", "payment_id"),
    "vendor_payment": ("vendorpayments", "payment_id"),
    "vendor_credit": ("vendorcredits", "vendor_credit_id"),
    "expense": ("expenses", "expense_id"),
    "journal": ("journals", "journal_id"),
    "contact": ("contacts", "contact_id"),
    "item": ("items", "item_id"),
    "estimate": ("estimates", "estimate_id"),
    "salesorder": ("salesorders", "salesorder_id"),
    "purchaseorder": ("purchaseorders", "purchaseorder_id"),
}
"""Stream and id of the object a delivery holds, by the key it stands under."""


@dataclass(frozen=True, slots=True)
class ZohoWebhooks:
    """See ``connectors.sdk.webhooks.Webhooks``."""

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
    module = next((key for key in told if key in MODULES), query.get("module", ""))
    stream, id_field = MODULES.get(module, ("", ""))
    node = told.get(module) if isinstance(told.get(module), dict) else told
    node = node if isinstance(node, dict) else {}
    key = text_of(node, id_field) if id_field else ""
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


def _object(text: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


WEBHOOKS = ZohoWebhooks()
