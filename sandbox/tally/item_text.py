"""Goods lines of a voucher as text: quantity, rate, batch, posting and GST rates."""

from __future__ import annotations

from canonical.tax import TaxHead
from sandbox.tally.entry_text import render_costs
from sandbox.tally.options import Release
from sandbox.tally.scaffold import Scaffold
from sandbox.tally.text import (
    NOT_APPLICABLE,
    amount,
    day_serial,
    escape,
    percent,
    quantity,
    rate,
    words_of,
    yes,
    ymd,
)
from sandbox.world.masters import ItemMaster
from sandbox.world.vouchers import ItemMove, Voucher


class ItemWriter:
    """Writes goods lines; what depends on the item and its rate alone is written once and kept.

    The kept texts are bounded by items times rates.
    """

    def __init__(self, release: Release, scaffold: Scaffold) -> None:
        self._release = release
        self._scaffold = scaffold
        self._heads: dict[str, str] = {}
        self._rates: dict[int, str] = {}

    def render(self, tag: str, move: ItemMove, voucher: Voucher) -> str:
        """Write one goods line under its tag."""
        scaffold = self._scaffold
        discount = f"       <DISCOUNT>{percent(move.discount)}</DISCOUNT>\n" if move.discount else ""
        return (
            f"      <{tag}>\n{self._description(move)}{self._head(move.item)}"
            f"       <ISDEEMEDPOSITIVE>{yes(move.paise > 0)}</ISDEEMEDPOSITIVE>\n{scaffold.item_flags}"
            f"       <RATE>{rate(move.item, move.rate)}</RATE>\n{discount}"
            f"       <AMOUNT>{amount(move.paise)}</AMOUNT>\n"
            f"       <ACTUALQTY>{quantity(move.item, move.actual)}</ACTUALQTY>\n"
            f"       <BILLEDQTY>{quantity(move.item, move.billed)}</BILLEDQTY>\n"
            f"{self._mrp(move)}{self._batch(move, voucher)}{self._posting(move)}{self._rate_rows(move)}"
            f"{scaffold.item_lists}      </{tag}>\n"
        )

    def _description(self, move: ItemMove) -> str:
        if not move.description:
            return ""
        rows = "".join(
            f"        <BASICUSERDESCRIPTION>{escape(line)}</BASICUSERDESCRIPTION>\n" for line in move.description
        )
        return f'       <BASICUSERDESCRIPTION.LIST TYPE="String">\n{rows}       </BASICUSERDESCRIPTION.LIST>\n'

    def _head(self, item: ItemMaster) -> str:
        head = self._heads.get(item.name)
        if head is None:
            taxability = "       <GSTOVRDNTAXABILITY>Taxable</GSTOVRDNTAXABILITY>\n"
            if item.is_exempt:
                taxability = taxability.replace("Taxable", "Exempt")
            elif self._scaffold.is_lean:
                taxability = ""
            head = self._heads[item.name] = (
                f"       <STOCKITEMNAME>{escape(item.name)}</STOCKITEMNAME>\n"
                f"{taxability}"
                f"{self._scaffold.item_head}"
                f"       <GSTHSNNAME>{item.hsn}</GSTHSNNAME>\n"
            )
        return head

    def _mrp(self, move: ItemMove) -> str:
        return f"       <MRPRATE>{amount(-move.item.mrp)}</MRPRATE>\n" if move.item.mrp else ""

    def _batch(self, move: ItemMove, voucher: Voucher) -> str:
        target = f"        <DESTINATIONGODOWNNAME>{escape(move.destination or move.godown)}</DESTINATIONGODOWNNAME>\n"
        due = ""
        if move.order:
            serial = day_serial(voucher.day)
            words = words_of(voucher.day)
            due = f'        <ORDERDUEDATE JD="{serial}" P="{words}">{words}</ORDERDUEDATE>\n'
        return (
            "       <BATCHALLOCATIONS.LIST>\n"
            f"        <GODOWNNAME>{escape(move.godown)}</GODOWNNAME>\n"
            f"        <BATCHNAME>{escape(move.batch) or 'Primary Batch'}</BATCHNAME>\n"
            f"{target if move.destination else ''}"
            f"{self._numbers(move, voucher)}{self._shelf(move)}"
            f"        <AMOUNT>{amount(move.paise)}</AMOUNT>\n"
            f"        <ACTUALQTY>{quantity(move.item, move.actual)}</ACTUALQTY>\n"
            f"        <BILLEDQTY>{quantity(move.item, move.billed)}</BILLEDQTY>\n{due}"
            "       </BATCHALLOCATIONS.LIST>\n"
        )

    def _numbers(self, move: ItemMove, voucher: Voucher) -> str:
        tracking = move.tracking or voucher.tracking
        if self._scaffold.is_lean and not move.order and not tracking:
            return ""
        return (
            f"        <ORDERNO>{escape(move.order) or NOT_APPLICABLE}</ORDERNO>\n"
            f"        <TRACKINGNUMBER>{escape(tracking) or NOT_APPLICABLE}</TRACKINGNUMBER>\n"
        )

    def _shelf(self, move: ItemMove) -> str:
        if move.made_on is None:
            return ""
        serial = day_serial(move.made_on)
        return (
            f"        <MFDON>{ymd(move.made_on)}</MFDON>\n"
            f'        <EXPIRYPERIOD JD="{serial}" P="{move.item.shelf_months} Months">'
            f"{move.item.shelf_months} Months</EXPIRYPERIOD>\n"
        )

    def _posting(self, move: ItemMove) -> str:
        if not move.ledger:
            return ""
        costs = render_costs(move.costs, 8) if move.costs else ""
        return (
            "       <ACCOUNTINGALLOCATIONS.LIST>\n"
            f"        <LEDGERNAME>{escape(move.ledger)}</LEDGERNAME>\n"
            f"        <ISDEEMEDPOSITIVE>{yes(move.paise > 0)}</ISDEEMEDPOSITIVE>\n"
            f"        <AMOUNT>{amount(move.paise)}</AMOUNT>\n{costs}{self._scaffold.allocation_lists}"
            "       </ACCOUNTINGALLOCATIONS.LIST>\n"
        )

    def _rate_rows(self, move: ItemMove) -> str:
        rows = self._rates.get(move.gst_rate)
        if rows is None:
            rows = self._rates[move.gst_rate] = (
                rate_rows(self._release, move.gst_rate, 7, is_lean=self._scaffold.is_lean) if move.gst_rate else ""
            )
        return rows


def rate_rows(release: Release, gst_rate: int, indent: int, *, is_lean: bool = False) -> str:
    """Write the rate by duty head; readers must go by the head, the order differs between releases."""
    pad = " " * indent
    heads = [(release.duty_heads[TaxHead.CGST], gst_rate // 2), (release.duty_heads[TaxHead.SGST], gst_rate // 2)]
    heads.insert(0 if release.gst_status else 2, (release.duty_heads[TaxHead.IGST], gst_rate))
    valued = "" if is_lean else f"{pad} <GSTRATEVALUATIONTYPE>Based on Value</GSTRATEVALUATIONTYPE>\n"
    rows = [
        f"{pad}<RATEDETAILS.LIST>\n{pad} <GSTRATEDUTYHEAD>{head}</GSTRATEDUTYHEAD>\n"
        f"{valued}{pad} <GSTRATE>{percent(value)}</GSTRATE>\n{pad}</RATEDETAILS.LIST>\n"
        for head, value in heads
    ]
    return "".join(rows)
