"""Tax: the tax postings of a voucher, and the dated GST and HSN details of masters.

A posting is tax because its ledger's master says so (TAXTYPE, GSTDUTYHEAD), never because of its name: companies call
the same ledger ``Output CGST 9%``, ``C.GST`` or ``Tax``. Withholding names its ledger in the voucher itself
(``TAXOBJECTALLOCATIONS``), so TDS is seen without masters too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from canonical.money import Side
from canonical.tax import DatedTaxDetail, SupplyNature, TaxHead, TaxLine, TaxRate
from canonical.voucher import Posting
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.lexicon import DEBIT_TAX_KINDS, DUTY_HEADS, TAX_TYPES, TAXABILITY
from connectors.tally.translate.lines import read_rates
from connectors.tally.translate.node import Node, first_of, key_of, nodes, plain_of, system_word, text_of, texts_of
from connectors.tally.translate.postings import Entry
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.values import is_yes


def tax_head_of(ledger: Node) -> TaxHead | None:
    """Return the head a ledger's postings belong to, None for an ordinary ledger."""
    head = TAX_TYPES.get(plain_of(ledger.get("TAXTYPE")))
    if head is TaxHead.OTHER:
        return DUTY_HEADS.get(plain_of(ledger.get("GSTDUTYHEAD")), TaxHead.OTHER)
    return head


def read_tax_lines(entries: Iterable[Entry], kind: VoucherKind, reading: Reading) -> tuple[TaxLine, ...]:
    """Read the tax postings of a voucher.

    GST and TCS are charged on top: positive on the credit side of a sale and the debit side of a purchase. TDS is
    withheld from the other party: positive on the party's own side. Journals, which have no direction of their own,
    are read like sales.
    """
    ledgers = reading.learned.ledgers
    lines = []
    for entry in entries:
        fact = ledgers.get(entry.posting.ledger_key)
        withholding = entry.node.get("TAXOBJECTALLOCATIONS.LIST")
        if fact is not None and fact.tax_head is not None:
            lines.append(_tax_line(entry, fact.tax_head, fact.tax_rate, kind, reading))
        elif withholding:
            head = _withheld_head(withholding, entry.posting)
            if head is not None:
                lines.append(_tax_line(entry, head, None, kind, reading))
    return tuple(lines)


def _withheld_head(value: Any, posting: Posting) -> TaxHead | None:
    """Return TDS or TCS if the allocation names this posting's ledger as its duty ledger."""
    for node in nodes(value):
        for part in nodes(node.get("SUBCATEGORYALLOCATION.LIST")):
            if key_of(text_of(part.get("DUTYLEDGER"))) == posting.ledger_key:
                return TAX_TYPES.get(text_of(node.get("TAXTYPE"))) or TaxHead.TDS
    return None


def _tax_line(entry: Entry, head: TaxHead, rate: Decimal | None, kind: VoucherKind, reading: Reading) -> TaxLine:
    posting, node = entry.posting, entry.node
    normal = Side.DEBIT if kind in DEBIT_TAX_KINDS else Side.CREDIT
    if head is TaxHead.TDS:
        normal = Side.CREDIT if kind in DEBIT_TAX_KINDS or kind is VoucherKind.JOURNAL else Side.DEBIT
    withheld = _withheld(node, reading)
    return TaxLine(
        head=head,
        ledger_key=posting.ledger_key,
        amount=posting.amount if posting.side is normal else -posting.amount,
        rate=withheld.get("rate") or _invoice_rate(node, reading) or rate,
        assessable=withheld.get("assessable") or _assessable(node, reading),
        category=withheld.get("category", ""),
    )


def _withheld(node: Node, reading: Reading) -> dict[str, Any]:
    """Read nature of payment, rate and base of TDS or TCS; parts (surcharge, cess) without a base are empty rows."""
    for allocation in nodes(node.get("TAXOBJECTALLOCATIONS.LIST")):
        for part in nodes(allocation.get("SUBCATEGORYALLOCATION.LIST")):
            assessable = reading.amount_of(part, "ASSESSABLEAMOUNT")
            if assessable is not None:
                return {
                    "rate": reading.number_of(part, "TAXRATE"),
                    "assessable": assessable.magnitude,
                    "category": plain_of(allocation.get("CATEGORY")),
                }
        return {"category": plain_of(allocation.get("CATEGORY"))}
    return {}


def _invoice_rate(node: Node, reading: Reading) -> Decimal | None:
    for tag in ("RATEOFINVOICETAX.LIST", "BASICRATEOFINVOICETAX.LIST"):
        if tag in node:
            found = texts_of(node, tag)
            return reading.number_of({tag: found[0]}, tag) if found else None
    return None


def _assessable(node: Node, reading: Reading) -> Decimal | None:
    for tag in ("GSTASSESSABLEVALUE", "GSTASSBLVALUE"):
        amount = reading.amount_of(node, tag) if tag in node else None
        if amount is not None:
            return amount.magnitude
    return None


def read_tax_details(master: Node, reading: Reading) -> tuple[DatedTaxDetail, ...]:
    """Read GSTDETAILS.LIST and HSNDETAILS.LIST into one dated list.

    Until TallyPrime 2 one list carried both; TallyPrime 3 split them. Each date of either list becomes a row with what
    is in force of both. ``As per Company/Group`` rows say nothing here and end what stood before them.
    """
    gst = {
        reading.date_of(node, "APPLICABLEFROM"): _gst_row(node, reading)
        for node in nodes(master.get("GSTDETAILS.LIST"))
    }
    hsn = {reading.date_of(node, "APPLICABLEFROM"): _hsn_row(node) for node in nodes(master.get("HSNDETAILS.LIST"))}
    rows = [
        DatedTaxDetail(applicable_from=day, **{**_in_force(gst, day), **_in_force(hsn, day)})
        for day in sorted(gst.keys() | hsn.keys(), key=lambda day: day or date.min)
    ]
    told = [index for index, row in enumerate(rows) if _tells(row)]
    return tuple(rows[told[0] :]) if told else ()


def _in_force(rows: dict[date | None, dict[str, Any]], day: date | None) -> dict[str, Any]:
    past = [start for start in rows if (start or date.min) <= (day or date.min)]
    latest = max(past, key=lambda start: start or date.min, default=None)
    return {name: value for name, value in rows.get(latest, {}).items() if value} if past else {}


def _tells(row: DatedTaxDetail) -> bool:
    return bool(row.hsn or row.rates or row.reverse_charge or row.nature is not SupplyNature.UNKNOWN)


def _gst_row(node: Node, reading: Reading) -> dict[str, Any]:
    return {
        "hsn": first_of(node, "HSNCODE", "HSNMASTERNAME"),
        "hsn_description": first_of(node, "HSN"),
        "nature": TAXABILITY.get(plain_of(node.get("TAXABILITY")), SupplyNature.UNKNOWN),
        "reverse_charge": is_yes(text_of(node.get("ISREVERSECHARGEAPPLICABLE"))),
        "ineligible_itc": is_yes(text_of(node.get("GSTINELIGIBLEITC"))),
        "rates": _state_rates(node, reading),
    }


def _hsn_row(node: Node) -> dict[str, Any]:
    return {"hsn": first_of(node, "HSNCODE"), "hsn_description": first_of(node, "HSN", "HSNDESCRIPTION")}


def _state_rates(node: Node, reading: Reading) -> tuple[TaxRate, ...]:
    """Rates stand under a state; ``Any`` is all of India."""
    states = nodes(node.get("STATEWISEDETAILS.LIST"))
    everywhere = [state for state in states if system_word(text_of(state.get("STATENAME"))) == "Any"]
    chosen = (everywhere or states)[:1]
    return read_rates(chosen[0].get("RATEDETAILS.LIST"), reading) if chosen else ()
