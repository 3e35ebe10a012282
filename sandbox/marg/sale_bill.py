"""One sale bill as Marg writes it for import at the buyer's ("MARG to MARG"): H, T and F lines, CRLF, no quoting.

Arithmetic as in real bills: gross is rate times quantity, discount and GST are per line, the foot sums them, the net
payable is rounded to the rupee. GST is one figure per line; what the world rounds per rate is put on the line of that
rate with the largest value. Commas cannot be written, so they become blanks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sandbox.marg.masters import expiry_of
from sandbox.marg.values import plain, rupees
from sandbox.world.paise import half_up, render_paise, to_whole_rupee
from sandbox.world.vouchers import ItemMove

MARK = "<MARGERP FORMAT>"
HEADER_FIELDS, LINE_FIELDS, FOOTER_FIELDS = 53, 51, 11
NO_DAY = "00000000"
FLAGS = "ZYNYNGAYPN1N1INN1M"


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """Who the goods are for, as the bill says it."""

    code: str
    name: str
    gstin: str
    phone: str
    address: Sequence[str]
    state_code: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDraft:
    """What a bill says.

    Attributes:
        number: as printed.
        tax_by_rate: paise of GST by rate (hundredths of a percent), as the books have it.
    """

    number: str
    day: date
    buyer: Buyer
    goods: Sequence[ItemMove]
    tax_by_rate: dict[int, int]
    salesman: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    move: ItemMove
    gross: int
    taxable: int
    tax: int

    @property
    def discount(self) -> int:
        return self.gross - self.taxable


def render_bill(draft: BillDraft) -> str:
    """Write a bill."""
    lines = _lines(draft)
    taxable, tax = sum(one.taxable for one in lines), sum(one.tax for one in lines)
    total = to_whole_rupee(taxable + tax)
    rows = [_header(draft, lines), *(_goods(one, place) for place, one in enumerate(lines)), _footer(lines, total, tax)]
    return "".join(",".join(_clean(value) for value in row) + "\r\n" for row in rows)


def net_payable(draft: BillDraft) -> int:
    """What the foot says, paise."""
    return to_whole_rupee(sum(one.taxable + one.tax for one in _lines(draft)))


def _lines(draft: BillDraft) -> list[_Line]:
    made = [
        _Line(move, _gross(move), abs(move.paise), half_up(abs(move.paise) * move.gst_rate, 10_000))
        for move in draft.goods
    ]
    by_rate: defaultdict[int, list[int]] = defaultdict(list)
    for place, move in enumerate(draft.goods):
        by_rate[move.gst_rate].append(place)
    for rate, places in by_rate.items():
        wanted = draft.tax_by_rate.get(rate)
        left = 0 if wanted is None else wanted - sum(made[place].tax for place in places)
        largest = max(places, key=lambda place: made[place].taxable)
        held = made[largest]
        made[largest] = _Line(held.move, held.gross, held.taxable, held.tax + left)
    return made


def _gross(move: ItemMove) -> int:
    """Rate times quantity, paise."""
    return half_up(abs(move.billed) * move.rate, 1000)


def _header(draft: BillDraft, lines: Sequence[_Line]) -> list[str]:
    row, buyer, day = [""] * HEADER_FIELDS, draft.buyer, f"{draft.day:%d%m%Y}"
    address = [*buyer.address, "", "", ""][:3]
    told = {
        0: "H",
        1: "1",
        2: draft.number,
        3: day,
        5: NO_DAY,
        7: "1",
        9: day,
        12: day,
        13: f"{buyer.state_code}-{buyer.state.upper()}",
        14: "0",
        15: "0",
        17: "0",
        18: draft.salesman,
        26: "S",
        28: buyer.code,
        30: buyer.name,
        31: buyer.phone,
        32: buyer.gstin,
        33: _blob(lines),
        34: FLAGS,
        35: "M ",
        36: "2",
        37: address[0],
        38: address[1],
        39: address[2],
        40: "0",
        41: "0",
        43: " " * 20,
        52: MARK,
    }
    return _filled(row, told)


def _blob(lines: Sequence[_Line]) -> str:
    """The fixed-width field of totals: discount after T, value at MRP after CAN, taxable after 0Y, gross after MZ."""
    discount, gross = sum(one.discount for one in lines), sum(one.gross for one in lines)
    taxable = sum(one.taxable for one in lines)
    at_mrp = sum(half_up(abs(one.move.billed) * (one.move.item.mrp or one.move.rate), 1000) for one in lines)
    zeros = "      0.00      0.00      0.00N     0.00      0.00      0.00"
    return (
        f"N 0.00 0.00 0 0.00 0   0.00#  0.00S0:0:0          NN1T{render_paise(discount):>10}CAN"
        f"{render_paise(at_mrp):>11}#Y  0Y{render_paise(taxable):>10}  N MZ{render_paise(gross):>10}{zeros}"
    )


def _goods(one: _Line, place: int) -> list[str]:
    row, move, item = [""] * LINE_FIELDS, one.move, one.move.item
    expiry = expiry_of(item, move.made_on)
    told = {
        0: "T",
        1: item.group[:4].upper(),
        2: item.group.upper(),
        3: item.part_number or f"P{place + 1:04d}",
        5: item.name,
        6: item.unit.symbol,
        8: move.batch,
        9: f"{expiry:%d%m%Y}" if expiry else NO_DAY,
        12: f"{plain(move.gst_rate, 100):f}",
        13: "0",
        14: f"{rupees(move.rate):f}",
        16: f"{rupees(item.mrp):f}",
        18: "0",
        20: f"{plain(abs(move.billed), 1000):f}",
        21: f"{plain(abs(move.actual) - abs(move.billed), 1000):f}",
        22: f"{plain(move.discount, 100):f}",
        23: render_paise(one.discount),
        24: "0",
        25: render_paise(one.taxable),
        26: render_paise(one.tax),
        27: "0",
        28: "0",
        29: "G",
        31: " " * 20,
        37: f"MARG{sum(map(ord, item.name))}{len(item.name)}",
        38: item.hsn,
        39: item.name,
        40: item.unit.symbol,
        41: "0",
        42: "0",
        43: "0",
        44: "0",
        46: f"        0.00E MY N #{render_paise(item.mrp):>11}A1        0APN",
    }
    return _filled(row, told)


def _footer(lines: Sequence[_Line], total: int, tax: int) -> list[str]:
    discount = sum(one.discount for one in lines)
    told = {
        0: "F",
        1: str(total // 100),
        2: render_paise(discount),
        3: "0",
        4: "0",
        5: "0",
        6: "0",
        8: "0",
        9: render_paise(tax),
    }
    return _filled([""] * FOOTER_FIELDS, told)


def _filled(row: list[str], told: dict[int, str]) -> list[str]:
    for place, value in told.items():
        row[place] = value
    return row


def _clean(value: str) -> str:
    return value.replace(",", " ").replace("\r", " ").replace("\n", " ").encode("ascii", "replace").decode()
