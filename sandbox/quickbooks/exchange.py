"""Foreign currency: rates by day, and a document's entry brought home to the currency of the books.

A document is worth its amount at its own rate until it is settled; a payment relieves the party at the rates of what
it settles, moves money at its own, and what is between them is exchange gained or lost. Each foreign currency has a
receivable and a payable account of its own. Rates are invented. Not known, and so here: an account's CurrentBalance
is in home currency; a customer's or vendor's Balance is in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.company import Company
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Document, Posting
from sandbox.quickbooks.times import render_time

GAIN_OR_LOSS = "Exchange Gain or Loss"
CURRENCIES = {"USD": ("United States Dollar", Decimal("83.20")), "EUR": ("Euro", Decimal("90.55"))}
"""Foreign currencies with an invented rate to the rupee at the beginning of 2025."""
_DRIFT = Decimal("0.013")
"""What a rate gains every day."""
_BEGIN = date(2025, 1, 1)
_CREDITS = frozenset({"CreditMemo", "VendorCredit"})


def rate_on(currency: str, day: date) -> Decimal:
    """Return the rate of a currency on a day, in units of home currency.

    Raises:
        Refusal: there is no such currency (2500).
    """
    if currency not in CURRENCIES:
        raise Refusal.invalid_reference("Currency", currency)
    return CURRENCIES[currency][1] + _DRIFT * (day - _BEGIN).days


def exchange_rate(company: Company, query: Mapping[str, str]) -> Document:
    """Answer a question for a rate: ``sourcecurrencycode``, ``asofdate``.

    Raises:
        Refusal: no currency, or one that is not kept.
    """
    source = query.get("sourcecurrencycode", "")
    if not source:
        raise Refusal.missing("sourcecurrencycode")
    day = date.fromisoformat(query["asofdate"]) if query.get("asofdate") else company.today
    rate = Decimal(1) if source == company.currency else rate_on(source, day)
    return {
        "SourceCurrencyCode": source,
        "TargetCurrencyCode": company.currency,
        "Rate": float(rate),
        "AsOfDate": day.isoformat(),
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
        "MetaData": {"LastUpdatedTime": render_time(company.began_at)},
    }


def is_foreign(company: Company, document: Document) -> bool:
    """Whether a document is in another currency than the books."""
    return bool(document.get("CurrencyRef", {}).get("value", company.currency) != company.currency)


def home_cents(company: Company, document: Document, cents: int) -> int:
    """Bring an amount of a document home, at the document's rate."""
    if not is_foreign(company, document):
        return cents
    return _times(cents, _rate(document))


def control_name(company: Company, name: str, document: Document) -> str:
    """Return the name of the receivable or payable account of a document's currency."""
    return f"{name} - {document['CurrencyRef']['value']}" if is_foreign(company, document) else name


def fill_currency(company: Company, document: Document) -> None:
    """Complete currency and rate of a document: the party's currency, the day's rate.

    Raises:
        Refusal: a foreign currency where only one is kept (6000), or another than the party's.
    """
    edition = company.facts.edition
    usual = _party_currency(company, document) or {"value": edition.currency, "name": edition.currency_name}
    given = document.setdefault("CurrencyRef", usual)
    if given["value"] != usual["value"]:
        raise Refusal.business_rule("The currency is not the one of the customer or vendor.")
    if not is_foreign(company, document):
        return
    if not company.facts.is_multi_currency:
        raise Refusal.business_rule("Multicurrency is not switched on.")
    document["CurrencyRef"] = dict(usual)
    day = date.fromisoformat(document["TxnDate"])
    document.setdefault("ExchangeRate", float(rate_on(given["value"], day)))


def bring_home(
    company: Company, entity: str, document: Document, postings: tuple[Posting, ...], account: str
) -> tuple[Posting, ...]:
    """Turn an entry in a document's currency into one in home currency, balanced.

    Args:
        company: whose books.
        entity: of the document.
        document: with its rate.
        postings: in the document's currency.
        account: the party's account, for payments that move no money.
    """
    if entity in {"Payment", "BillPayment"}:
        return _payment_home(company, entity, document, postings, account)
    rate = _rate(document)
    homes = [_times(posting.cents, rate) for posting in postings]
    free = [place for place, posting in enumerate(postings) if posting.party is None]
    if free:
        homes[max(free, key=lambda place: abs(homes[place]))] -= sum(homes)
    return tuple(_moved(posting, home) for posting, home in zip(postings, homes, strict=True))


def _payment_home(
    company: Company, entity: str, document: Document, postings: tuple[Posting, ...], account: str
) -> tuple[Posting, ...]:
    sign = -1 if entity == "Payment" else 1
    party = ("Customer", document["CustomerRef"]["value"]) if sign < 0 else ("Vendor", document["VendorRef"]["value"])
    rate = _rate(document)
    left = cents_of(document["TotalAmt"])
    relieved = 0
    for line in document["Line"]:
        for link in line.get("LinkedTxn", []):
            way = -1 if link["TxnType"] in _CREDITS else 1
            settled = company.shelf(link["TxnType"]).find(str(link["TxnId"]))
            cents = way * cents_of(line["Amount"])
            relieved += _times(cents, _rate(settled.document) if settled else rate)
            left -= cents
    home = sign * (relieved + _times(left, rate))
    money = [_moved(posting, _times(posting.cents, rate)) for posting in postings if posting.party is None]
    own = sum(posting.cents for posting in postings if posting.party is not None)
    owed = Posting(account=account, cents=home, party=party, own=own)
    difference = -(home + sum(posting.cents for posting in money))
    gain = Posting(account=company.account(GAIN_OR_LOSS), cents=difference)
    return (*money, owed, gain)


def _moved(posting: Posting, home: int) -> Posting:
    own = posting.cents if posting.party is not None else None
    return Posting(account=posting.account, cents=home, party=posting.party, own=own)


def _party_currency(company: Company, document: Document) -> Document | None:
    for place, entity in (("CustomerRef", "Customer"), ("VendorRef", "Vendor")):
        if place in document:
            record = company.shelf(entity).find(str(document[place]["value"]))
            return dict(record.document["CurrencyRef"]) if record is not None else None
    return None


def _rate(document: Document) -> Decimal:
    return Decimal(str(document.get("ExchangeRate", 1)))


def _times(cents: int, rate: Decimal) -> int:
    return cents_of(Decimal(cents) * rate / 100)
