"""Item lines of a voucher, and the tax its tax postings charge."""

from __future__ import annotations

from datetime import date

from canonical.issue import IssueLevel
from canonical.item import Batch
from canonical.ledger import name_key
from canonical.money import ZERO, Side
from canonical.tax import SupplyNature, TaxLine
from canonical.voucher import ItemLine, Posting
from canonical.voucher_type import VoucherKind
from connectors.tally.translate import tags
from connectors.tally.translate.context import Reading
from connectors.tally.translate.items import NATURES, tax_rates
from connectors.tally.translate.values import (
    Amount,
    get_text,
    parse_date,
    parse_number,
    parse_quantity,
    parse_rate,
    parse_serial,
)
from connectors.tally.tree import Node, nodes_of, text_of, texts_of

_CREDIT_NORMAL = frozenset({VoucherKind.SALES, VoucherKind.DEBIT_NOTE, VoucherKind.RECEIPT, VoucherKind.SALES_ORDER})
"""Kinds in which a tax charged is credited."""


def translate_lines(reading: Reading, rows: list[Node]) -> tuple[ItemLine, ...]:
    """Item lines in document order."""
    return tuple(_line(reading, row) for row in rows)


def _line(reading: Reading, row: Node) -> ItemLine:
    name = get_text(row, "STOCKITEMNAME")
    amount = reading.amount(row, "AMOUNT") or Amount(ZERO)
    rate = parse_rate(get_text(row, "RATE"))
    batches = tuple(_batch(reading, batch) for batch in nodes_of(row.get("BATCHALLOCATIONS.LIST")))
    _check_batches(reading, name, amount, batches)
    ledgers = nodes_of(row.get("ACCOUNTINGALLOCATIONS.LIST"))
    mrp = parse_rate(get_text(row, "MRPRATE"))
    return ItemLine(
        item_key=name_key(name),
        item_name=name,
        side=amount.side,
        amount=abs(amount.net),
        description="\n".join(
            text
            for block in nodes_of(row.get("BASICUSERDESCRIPTION.LIST"))
            for text in texts_of(block.get("BASICUSERDESCRIPTION"))
        ),
        actual=parse_quantity(get_text(row, "ACTUALQTY")),
        billed=parse_quantity(get_text(row, "BILLEDQTY")),
        rate=rate[0] if rate else None,
        rate_unit=rate[1] if rate else "",
        discount_percent=parse_number(get_text(row, "DISCOUNT")) or None,
        hsn=get_text(row, "GSTHSNNAME"),
        hsn_description=get_text(row, "GSTHSNDESCRIPTION"),
        nature=NATURES.get(get_text(row, "GSTOVRDNTAXABILITY").casefold(), SupplyNature.UNKNOWN),
        is_service=get_text(row, "GSTOVRDNTYPEOFSUPPLY") == "Services",
        rates=tax_rates(row) if "RATEDETAILS.LIST" in row else (),
        mrp=mrp[0] if mrp else None,
        batches=batches,
        ledger_key=name_key(get_text(ledgers[0], "LEDGERNAME")) if ledgers else "",
        extras={tag: row[tag] for tag in tags.LINE_KEPT if tag in row},
    )


def _batch(reading: Reading, row: Node) -> Batch:
    amount = reading.amount(row, "AMOUNT")
    rate = parse_rate(get_text(row, "BATCHRATE"))
    return Batch(
        name=get_text(row, "BATCHNAME"),
        godown_key=name_key(get_text(row, "GODOWNNAME")),
        quantity=parse_quantity(get_text(row, "ACTUALQTY")),
        billed=parse_quantity(get_text(row, "BILLEDQTY")),
        amount=None if amount is None else -amount.net + 0,
        rate=rate[0] if rate else None,
        manufactured_on=parse_date(get_text(row, "MFDON")) if "MFDON" in row else None,
        expires_on=_expiry(row),
        expiry_text=get_text(row, "EXPIRYPERIOD"),
        order_number=get_text(row, "ORDERNO"),
        tracking_number=get_text(row, "TRACKINGNUMBER"),
        destination_godown_key=name_key(get_text(row, "DESTINATIONGODOWNNAME")),
    )


def _expiry(row: Node) -> date | None:
    """EXPIRYPERIOD is a date as text (``P``), a day serial (``JD``), or a period counted from manufacture."""
    held = row.get("EXPIRYPERIOD")
    if held is None:
        return None
    text = text_of(held) or (str(held.get("@P") or "") if isinstance(held, dict) else "")
    if text.count("-") == 2:  # noqa: PLR2004 - day, month, year
        return parse_date(text)
    if isinstance(held, dict) and not text:
        return parse_serial(str(held.get("@JD") or ""))
    return None


def _check_batches(reading: Reading, name: str, amount: Amount, batches: tuple[Batch, ...]) -> None:
    told = [batch.amount for batch in batches if batch.amount is not None]
    if not told or sum(told, ZERO) == -amount.net:
        return
    reading.note(
        "tally.item.batches_differ",
        IssueLevel.INFO,
        f"The batches of {name} in {reading.label} add up to {sum(told, ZERO)}, the line to {-amount.net}.",
        field_name="BATCHALLOCATIONS.LIST",
    )


def tax_lines(reading: Reading, kind: VoucherKind, postings: tuple[Posting, ...]) -> tuple[TaxLine, ...]:
    """Tax by head, from postings on ledgers whose *master* says they are tax ledgers."""
    normal = Side.CREDIT if kind in _CREDIT_NORMAL else Side.DEBIT
    found = []
    for posting in postings:
        head = reading.masters.tax_head(posting.ledger_key)
        if head is not None and posting.amount:
            ledger = reading.masters.ledgers[posting.ledger_key]
            found.append(
                TaxLine(
                    head=head,
                    ledger_key=posting.ledger_key,
                    amount=posting.amount if posting.side is normal else -posting.amount,
                    rate=ledger.tax_rate,
                )
            )
    return tuple(found)
