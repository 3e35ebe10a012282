"""What Zoho Books calls us with: webhooks of workflow rules, signed with a secret of the owner's choice.

``X-Zoho-Webhook-Signature`` is the HMAC-SHA256, in hexadecimal, of the query's and the form's pairs (decoded, sorted
by name, name and value joined without separators) followed by the raw JSON body. Owners report that a query is left out
for raw bodies, so the body alone is tried too. Where a rule cannot sign, a header ``X-Khata-Secret`` with the secret
itself is taken instead; it is as safe as the TLS it comes through.

Nothing in a delivery says when it was made, so its age cannot be judged, nor whether the same bytes are a repeat: a
replayed delivery costs a sync that finds nothing. Which organisation and module it is about is read from parameters
that the owner adds to the address (``org``, ``module``, ``event``), the object from the body.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from canonical.errors import SourceRejected
from connectors.sdk.webhooks import Pairs, WebhookEvent, same_text

SIGNATURE: Final = "x-zoho-webhook-signature"
PLAIN_SECRET: Final = "x-khata-secret"  # noqa: S105 - the name of a header
FORM: Final = "application/x-www-form-urlencoded"
STREAMS: Final[Mapping[str, str]] = {
    "contact": "contacts",
    "customer": "contacts",
    "vendor": "contacts",
    "item": "items",
    "invoice": "invoices",
    "creditnote": "creditnotes",
    "payment": "customerpayments",
    "customerpayment": "customerpayments",
    "bill": "bills",
    "vendor_credit": "vendorcredits",
    "vendorcredit": "vendorcredits",
    "vendorpayment": "vendorpayments",
    "expense": "expenses",
    "journal": "journals",
    "estimate": "estimates",
    "salesorder": "salesorders",
    "purchaseorder": "purchaseorders",
}
"""Streams by the name of the object in the default body, and of a module."""


class ZohoWebhooks:
    """See ``connectors.sdk.webhooks.Webhooks``."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime, *, query: Pairs = ()
    ) -> tuple[WebhookEvent, ...]:
        """See ``Webhooks``."""
        del now  # a delivery does not say when it was made
        form = _form_of(headers, body)
        if not _is_signed(headers, body, secret, (*query, *form), is_form=bool(form)):
            raise SourceRejected("The delivery is not signed with the secret of this webhook.", code="webhook.refused")
        return (_event(dict(query), _object_of(body, dict(form)), body),)


WEBHOOKS: Final = ZohoWebhooks()


def signature_of(pairs: Pairs, body: bytes, secret: str) -> str:
    """Sign as Zoho does."""
    signed = "".join(name + value for name, value in sorted(pairs)).encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _is_signed(headers: Mapping[str, str], body: bytes, secret: str, pairs: Pairs, *, is_form: bool) -> bool:
    """Compare with every way a rule may have signed; each comparison takes its full time."""
    raw = b"" if is_form else body
    told, plain = headers.get(SIGNATURE, "").lower(), headers.get(PLAIN_SECRET, "")
    matches = [
        same_text(signature_of(pairs, raw, secret), told),
        same_text(signature_of((), body, secret), told),
        same_text(secret, plain),
    ]
    return bool(secret) and any(matches)


def _form_of(headers: Mapping[str, str], body: bytes) -> Pairs:
    if not headers.get("content-type", "").startswith(FORM):
        return ()
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def _object_of(body: bytes, form: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        found = msgspec.json.decode(form.get("JSONString", "").encode() if form else body)
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _event(query: Mapping[str, str], told: Mapping[str, Any], body: bytes) -> WebhookEvent:
    named = next(((name, value) for name, value in told.items() if name in STREAMS and isinstance(value, dict)), None)
    module = query.get("module") or (named[0] if named else "")
    values = named[1] if named else told
    organisation = query.get("org") or values.get("organization_id") or told.get("organization_id") or ""
    return WebhookEvent(
        company=str(organisation),
        stream=STREAMS.get(module, module),
        key=str(next(_keys(module, values), "")),
        operation=query.get("event", ""),
        event_id=hashlib.sha256(body).hexdigest(),
    )


def _keys(module: str, values: Mapping[str, Any]) -> Iterator[Any]:
    names = (f"{module}_id", f"{module.replace('_', '')}_id", "contact_id", "payment_id", "id")
    return (values[name] for name in names if values.get(name))
