"""Tax of a document, by component: one posting per tax line, to the account its rate is owed on.

A tax line names a rate, a rate its agency; the account is the one named after the agency, or the only one for taxes
there is. Where that does not tell, the rate gets a ledger of its own under Duties & Taxes, and the document an issue.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO
from canonical.tax import TaxHead, TaxLine
from connectors.quickbooks.translate.draft import Draft, Entry
from connectors.quickbooks.translate.values import Json, amount_of, optional_amount, part, ref_id, rows, text_of

DETAIL: Final = "TaxLineDetail"
_HEADS: Final = (
    ("CGST", TaxHead.CGST),
    ("SGST", TaxHead.SGST),
    ("UTGST", TaxHead.SGST),
    ("IGST", TaxHead.IGST),
    ("CESS", TaxHead.CESS),
    ("VAT", TaxHead.VAT),
    ("TCS", TaxHead.TCS),
    ("TDS", TaxHead.TDS),
)
"""By the name of the rate: QuickBooks has no member for the kind of tax."""


def head_of(name: str) -> TaxHead:
    """The head a rate belongs to, by its name."""
    upper = name.upper()
    return next((head for word, head in _HEADS if word in upper), TaxHead.OTHER)


def post_taxes(draft: Draft, sign: int) -> None:
    """Post the tax of a document.

    Args:
        draft: of the document.
        sign: 1 credits it (sales), -1 debits it (credit memos, purchases).
    """
    detail = part(draft.node, "TxnTaxDetail")
    posted = ZERO
    for line in rows(detail, "TaxLine"):
        amount = amount_of(line, "Amount")
        posted += amount
        _post_line(draft, part(line, DETAIL), amount, sign)
    total = optional_amount(detail, "TotalTax")
    if total is not None and total != posted:
        draft.post_unexplained(-sign * (total - posted), "is tax that no tax line explains")


def _post_line(draft: Draft, detail: Json, amount: Decimal, sign: int) -> None:
    rate_id = ref_id(detail, "TaxRateRef")
    name = str(draft.reading.learned.parts["tax_rates"].get(rate_id, {}).get("name", ""))
    key, ledger_name = _ledger(draft, rate_id, name)
    if amount:
        draft.entries.append(Entry(key=key, name=ledger_name, net=-sign * amount, narration=name))
    draft.taxes.append(
        TaxLine(
            head=head_of(name),
            ledger_key=key,
            amount=abs(draft.home_of(amount)),
            rate=_percent(detail),
            assessable=_home(draft, optional_amount(detail, "NetAmountTaxable")),
            category=name,
        )
    )


def _ledger(draft: Draft, rate_id: str, name: str) -> tuple[str, str]:
    account = draft.reading.learned.tax_account(rate_id)
    if account is not None:
        return account.key, account.name
    key, ledger_name = f"tax/{rate_id or 'unknown'}", f"Tax: {name or rate_id or 'unknown'}"
    source = draft.reading.implied_source(key)
    draft.reading.introduce(
        Ledger(source=source, key=key, name=ledger_name, reserved=ReservedGroup.DUTIES_TAXES, is_placeholder=True)
    )
    draft.reading.note(
        "quickbooks.tax.account_unknown",
        IssueLevel.WARNING,
        f"{draft.reading.label}: which account the tax rate {name or rate_id or '(none)'} is owed on is not known; it "
        f"stands on the ledger {ledger_name!r}.",
        field="TxnTaxDetail",
        hint="QuickBooks names the account after the tax agency; a renamed one cannot be found.",
    )
    return key, ledger_name


def _home(draft: Draft, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else abs(draft.home_of(amount))


def _percent(detail: Json) -> Decimal | None:
    try:
        return Decimal(text_of(detail, "TaxPercent")) if text_of(detail, "TaxPercent") else None
    except InvalidOperation:
        return None
