"""Webhooks as workflow rules send them: signed, at most so many a day, lost, repeated or out of order when told so.

The signature is HMAC-SHA256 in hex over the query and form pairs, sorted by key and joined without separators, followed
by the raw JSON body; with no pairs it is the body alone. What a rule on deletion sends is not known: here it is the
identifier alone.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from sandbox.zoho.app import banking, contacts, items, ledgers, payments, purchases, sales
from sandbox.zoho.books.company import Books, Event
from sandbox.zoho.books.errors import NOT_ALLOWED, BooksRefused
from sandbox.zoho.books.live import LiveBooks
from sandbox.zoho.books.records import DocumentKind

HEADER = "X-Zoho-Webhook-Signature"
PER_DAY = 1000
PER_MODULE = 10
PLANS_WITHOUT = frozenset({"Free", "Standard"})
TIMEOUT_S = 10


class BodyKind(StrEnum):
    """How a rule writes its body."""

    DEFAULT = "default"
    """The record as JSON."""
    RAW = "raw"
    """A text of the rule's own, ``${JSONString}`` in it standing for the record."""
    FORM = "form"
    """A form whose ``JSONString`` holds the record, beside the rule's own pairs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A webhook with the rule that sends it.

    Attributes:
        module: ``invoice``, ``creditnote``, ``customerpayment``, ``bill``, ``vendorpayment``, ``contact`` ...
        actions: which of created, edited and deleted it is for.
        url: with its own query, if it has one.
        secret: 12 to 50 letters and digits; empty leaves the call unsigned.
        raw: the text of a raw body.
        form: the rule's own pairs of a form body.
    """

    organization_id: str
    module: str
    actions: frozenset[str]
    url: str
    secret: str = ""
    body: BodyKind = BodyKind.DEFAULT
    raw: str = "${JSONString}"
    form: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Mishaps:
    """What happens to calls on their way; each takes the number of the call, from 1."""

    is_lost: Callable[[int], bool] = lambda _number: False
    is_repeated: Callable[[int], bool] = lambda _number: False
    is_late: Callable[[int], bool] = lambda _number: False
    """Sent after the next one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A call in the log; ``status`` is 0 if nobody answered."""

    rule: Rule
    event: Event
    status: int


class WebhookDesk:
    """Collects what rules must send, and sends it when told: ``deliver``."""

    def __init__(self, books: LiveBooks) -> None:
        self._books = books
        self.rules: list[Rule] = []
        self.mishaps = Mishaps()
        self.log: list[Sent] = []
        self.dropped = 0
        self._waiting: deque[tuple[Rule, Event, str]] = deque()
        self._number = 0
        self._days: dict[tuple[str, date], int] = {}
        for one in books.organisations:
            one.listeners.append(self._heard)

    def add(self, rule: Rule) -> None:
        """Add a rule.

        Raises:
            BooksRefused: the plan has no workflows, or the module has ten rules already.
        """
        books = self._books.get(rule.organization_id)
        if books is None or books.facts.plan in PLANS_WITHOUT:
            raise BooksRefused("Workflow rules are not available in this plan.", zoho_code=NOT_ALLOWED)
        same = [one for one in self.rules if (one.organization_id, one.module) == (rule.organization_id, rule.module)]
        if len(same) >= PER_MODULE:
            raise BooksRefused("The module has as many rules as it may have.", zoho_code=NOT_ALLOWED)
        self.rules.append(rule)

    @property
    def waiting(self) -> int:
        """How many calls wait to be sent."""
        return len(self._waiting)

    def _heard(self, event: Event) -> None:
        for rule in self.rules:
            is_meant = rule.organization_id == event.organization_id and rule.module == event.module
            if is_meant and event.action in rule.actions:
                self._enqueue(rule, event)

    def _enqueue(self, rule: Rule, event: Event) -> None:
        books = self._books.get(event.organization_id)
        if books is None:
            return
        day = (event.organization_id, books.today())
        self._days[day] = self._days.get(day, 0) + 1
        if self._days[day] > PER_DAY:
            self.dropped += 1
            return
        self._number += 1
        call = (rule, event, json.dumps(payload_of(books, event), ensure_ascii=False, separators=(",", ":")))
        if self.mishaps.is_lost(self._number):
            self.dropped += 1
            return
        if self.mishaps.is_late(self._number) and self._waiting:
            last = self._waiting.pop()
            self._waiting.extend((call, last))
        else:
            self._waiting.append(call)
        if self.mishaps.is_repeated(self._number):
            self._waiting.append(call)

    def deliver(self, limit: int | None = None) -> int:
        """Send what waits, in its order; returns how many calls were made. One that fails is not tried again."""
        made = 0
        while self._waiting and (limit is None or made < limit):
            rule, event, text = self._waiting.popleft()
            self.log.append(Sent(rule=rule, event=event, status=_send(rule, text)))
            made += 1
        return made


def payload_of(books: Books, event: Event) -> dict[str, Any]:
    """Return what a call carries: the record in full under its module's key."""
    key = {"customerpayment": "payment", "vendor_credit": "vendor_credit"}.get(event.module, event.module)
    if event.action == "deleted":
        return {key: {f"{key}_id": event.id}}
    return {key: _whole(books, event)}


def _whole(books: Books, event: Event) -> dict[str, Any]:  # noqa: PLR0911 - one line per module
    match event.module:
        case "contact":
            return contacts.detail(books, books.contacts[event.id])
        case "item":
            return items.detail(books, books.items[event.id])
        case "customerpayment":
            return payments.customer_detail(books, books.payments[event.id])
        case "vendorpayment":
            return payments.vendor_detail(books, books.payments[event.id])
        case "expense":
            return ledgers.expense_detail(books, books.expenses[event.id])
        case "journal":
            return ledgers.journal_detail(books, books.journals[event.id])
        case "banktransaction":
            return banking.bank_transaction_detail(books, books.bank_transactions[event.id])
        case _:
            kind = DocumentKind(event.module)
            writers = {**sales.DETAILS, **purchases.DETAILS}
            return writers[kind](books, books.documents[event.id])


def sign(secret: str, pairs: list[tuple[str, str]], body: bytes) -> str:
    """Sign a call: pairs of query and form sorted by key, joined without separators, then the raw JSON body."""
    text = "".join(f"{key}{value}" for key, value in sorted(pairs, key=lambda pair: pair[0]))
    return hmac.new(secret.encode(), text.encode() + body, hashlib.sha256).hexdigest()


def _send(rule: Rule, text: str) -> int:
    target = urlsplit(rule.url)
    pairs = parse_qsl(target.query, keep_blank_values=True)
    if rule.body is BodyKind.FORM:
        form = [*rule.form.items(), ("JSONString", text)]
        body, signed_body, media = urlencode(form).encode(), b"", "application/x-www-form-urlencoded"
        pairs = [*pairs, *form]
    else:
        body = (text if rule.body is BodyKind.DEFAULT else rule.raw.replace("${JSONString}", text)).encode()
        signed_body, media = body, "application/json"
    headers = {"Content-Type": media, **rule.headers}
    if rule.secret:
        headers[HEADER] = sign(rule.secret, pairs, signed_body)
    connection = HTTPConnection(target.hostname or "127.0.0.1", target.port or 80, timeout=TIMEOUT_S)
    try:
        path = f"{target.path or '/'}?{target.query}" if target.query else target.path or "/"
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()
