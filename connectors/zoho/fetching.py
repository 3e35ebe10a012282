"""Fetching what lists leave out: documents in full, accounts of refunds, rates of foreign bills, members of taxes."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from canonical.errors import CredentialError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.sdk.announcements import Outcome
from connectors.zoho.client import Row, ZohoClient, rows_of
from connectors.zoho.open_documents import Seen
from connectors.zoho.refusals import NOT_FOUND, SCOPE_REFUSED
from connectors.zoho.streams import STREAMS
from connectors.zoho.translate.node import Node, find_number, nodes_of, text_of

APPLIED = {"customerpayments": ("invoices", "invoice"), "vendorpayments": ("bills", "bill")}
"""Lists of what a payment is applied to; whose rates a foreign payment needs."""
REFUNDS = {
    "payment_refunds": "payment_refund_id",
    "vendorpayment_refunds": "vendorpayment_refund_id",
    "creditnote_refunds": "creditnote_refund_id",
    "vendor_credit_refunds": "vendor_credit_refund_id",
}
REFUND_ACCOUNTS = ("from_account_id", "to_account_id", "account_id")
PAID_ON = ("account_id", "paid_through_account_id")
LEDGER = "chartofaccounts/accounttransactions"


class Fetching:
    """Asks for single records.

    Args:
        client: of the organisation.
        seen: what the lists said.

    Attributes:
        has_missed: a record was gone, or not shown, when it was asked for.
        refused: records Zoho listed and did not show.
        gone: stream and id of records that were listed, and gone when they were asked for.
    """

    def __init__(self, client: ZohoClient, seen: Seen) -> None:
        self._client = client
        self.seen = seen
        self.has_missed = False
        self.refused: list[str] = []
        self.gone: set[tuple[str, str]] = set()
        self._moved: dict[tuple[str, str], frozenset[str]] = {}

    @property
    def issues(self) -> tuple[Issue, ...]:
        """One for every record that was refused."""
        return tuple(
            Issue(
                code="zoho.document.refused",
                level=IssueLevel.WARNING,
                message=f"Zoho Books listed a record and then did not show it: {text}",
                where="Zoho Books",
                hint="The next sync asks again.",
            )
            for text in self.refused
        )

    def document(self, stream: str, key: str) -> Row | None:
        """A document in full; None if it is gone by now, or Zoho does not show it."""
        try:
            answer = self._client.get(f"{STREAMS[stream].path}/{key}")
        except SourceRejected as refused:
            self.has_missed = True
            if refused.code == NOT_FOUND:
                self.gone.add((stream, key))
            else:
                self.refused.append(f"{stream}: {refused.message}")
            return None
        return self._complete(stream, key, answer)

    def find(self, stream: str, key: str) -> tuple[Outcome, Row]:
        """Ask for a record that no list showed.

        Returns:
            ``READ`` with the record in full, empty where lists say everything; ``GONE`` by Zoho's own word;
            ``REFUSED`` if it is not shown to this sign-in.
        """
        try:
            answer = self._client.get(f"{STREAMS[stream].path}/{key}")
        except SourceRejected as refused:
            return (Outcome.GONE if refused.code == NOT_FOUND else Outcome.REFUSED), {}
        except CredentialError as refused:
            if refused.code != SCOPE_REFUSED:  # the sign-in itself has ended
                raise
            return Outcome.REFUSED, {}
        found = self._complete(stream, key, answer) if STREAMS[stream].detail else None
        if found is None:
            self.has_missed = True
        return Outcome.READ, found or {}

    def _complete(self, stream: str, key: str, answer: Row) -> Row | None:
        spec = STREAMS[stream]
        found = rows_of(answer, spec.detail, spec.path)
        if not found:
            self.refused.append(f"{stream}: the answer to {key} is empty")
            return None
        self._complete_refunds(f"{spec.path}/{key}", found[0])
        return found[0]

    def _complete_refunds(self, path: str, node: Row) -> None:
        """A document lists its refunds without their account; each refund says it."""
        for field, id_field in REFUNDS.items():
            for row in nodes_of(node, field):
                key = text_of(row, id_field)
                if not key or _names_account(row):
                    continue
                told = self._refund(f"{path}/refunds/{key}", id_field)
                cast("Row", row).update({name: told[name] for name in REFUND_ACCOUNTS if text_of(told, name)})
                if not _names_account(row):
                    account = self._account_moved(key, text_of(row, "date"), text_of(node, *PAID_ON))
                    cast("Row", row).update({"account_id": account} if account else {})

    def _refund(self, path: str, id_field: str) -> Node:
        """One refund; some kinds answer it as an object, some as a list of one."""
        try:
            answer = self._client.get(path)
        except SourceRejected:
            return {}
        name = id_field.removesuffix("_id")
        return next((one for field in (name, f"{name}s") for one in _as_rows(answer.get(field))), {})

    def _account_moved(self, key: str, day: str, usual: str) -> str:
        """The account whose ledger of a day has a transaction; a refund of a payment is documented without one."""
        for account in sorted(self.seen.money_accounts, key=lambda one: one != usual):
            if (account, day) not in self._moved:
                self._moved[account, day] = self._transactions(account, day)
            if key in self._moved[account, day]:
                return account
        return ""

    def _transactions(self, account: str, day: str) -> frozenset[str]:
        asked = {"account_id": account, "date_start": day, "date_end": day}
        try:
            pages = list(self._client.pages(LEDGER, ("transactions",), **asked))
        except SourceRejected:
            return frozenset()
        ids = ("transaction_id", "categorized_transaction_id")
        return frozenset(text_of(row, name) for page in pages for row in page for name in ids)

    def rates(self, stream: str, node: Row) -> dict[str, str]:
        """Rates of the foreign bills a payment settles; what the lists did not say is asked for."""
        if stream not in APPLIED or text_of(node, "currency_code") in ("", self.seen.base_currency):
            return {}
        path, name = APPLIED[stream]
        found = {}
        for row in nodes_of(node, path):
            key = text_of(row, f"{name}_id")
            rate = self.seen.rates.find(key)
            if rate is None:
                rate = self._rate_of(path, name, key)
                self.seen.rates.note(key, rate)
            if rate:
                found[key] = f"{rate:f}"
        return found

    def _rate_of(self, path: str, name: str, key: str) -> Decimal:
        try:
            return find_number(self._client.get(f"{path}/{key}").get(name) or {}, "exchange_rate") or Decimal(0)
        except SourceRejected:  # an opening balance is no invoice that can be asked for
            return Decimal(0)

    def exists(self, stream: str, key: str) -> bool:
        """Ask for one record; only Zoho's own word that there is none makes it gone."""
        try:
            self._client.get(f"{STREAMS[stream].path}/{key}")
        except SourceRejected as refused:
            return refused.code != NOT_FOUND
        except CredentialError as refused:
            if refused.code != SCOPE_REFUSED:
                raise
        return True

    def complete_taxes(self, rows: Mapping[str, Row], known: dict[str, list[dict[str, JsonValue]]]) -> None:
        """Put their members to groups of taxes, which say them one by one only.

        Args:
            rows: of the list of taxes; changed.
            known: members that were asked for before, by group; added to.
        """
        for key, row in rows.items():
            if text_of(row, "tax_type") != "tax_group":
                continue
            if key not in known:
                group = self._client.get(f"settings/taxgroups/{key}").get("tax_group") or {}
                known[key] = [{"tax_id": text_of(one, "tax_id")} for one in nodes_of(group, "taxes")]
            row["taxes"] = known[key]


def _names_account(refund: Node) -> bool:
    return any(text_of(refund, name) for name in REFUND_ACCOUNTS)


def _as_rows(value: object) -> list[Node]:
    rows = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, dict)]
