"""Goods lines and the GST on them: what is sold or bought, at which rate, under which heads.

Place of supply against our own state decides: the same state means CGST and SGST of half the rate each, another state
or a special economic zone means IGST (section 7 and 8 of the IGST Act). Rounding is half up per document and rate.
"""

from __future__ import annotations

from canonical.tax import TaxHead
from sandbox.world.chart import Account
from sandbox.world.desk import Desk
from sandbox.world.goods import MAIN_GODOWN, batch_name
from sandbox.world.masters import GstCategory, ItemMaster, PartyMaster
from sandbox.world.paise import half_up, to_whole_rupee
from sandbox.world.vouchers import Entry, ItemMove

DISCOUNTS = (0, 0, 0, 0, 250, 500, 1000)
DEAR = 500_000
"""Paise: goods dearer than this are sold by ones and twos."""

_OUTPUT = {TaxHead.CGST: Account.OUTPUT_CGST, TaxHead.SGST: Account.OUTPUT_SGST, TaxHead.IGST: Account.OUTPUT_IGST}
_INPUT = {TaxHead.CGST: Account.INPUT_CGST, TaxHead.SGST: Account.INPUT_SGST, TaxHead.IGST: Account.INPUT_IGST}

_STEPS = (1000, 100, 10, 1)
"""Smallest quantity, in thousandths, by the decimals of the unit."""


def is_interstate(desk: Desk, party: PartyMaster | None) -> bool:
    """Say whether a supply between us and the party crosses states; SEZ units always count as outside."""
    if party is None:
        return False
    return party.category is GstCategory.SEZ or party.state_code != desk.masters.company.state_code


def sales_ledger(desk: Desk, party: PartyMaster | None) -> Account:
    """Return the income account of a sale to the party."""
    if party is not None and party.category is GstCategory.SEZ:
        return Account.SALES_SEZ
    return Account.SALES_INTERSTATE if is_interstate(desk, party) else Account.SALES_LOCAL


def purchase_ledger(desk: Desk, party: PartyMaster) -> Account:
    """Return the expense account of a purchase from the party."""
    if party.category in (GstCategory.UNREGISTERED, GstCategory.COMPOSITION):
        return Account.PURCHASE_UNREGISTERED
    return Account.PURCHASE_INTERSTATE if is_interstate(desk, party) else Account.PURCHASE_LOCAL


def charges_tax(party: PartyMaster | None) -> bool:
    """Say whether a document with the party carries GST; SEZ supplies go out under LUT without it."""
    return party is None or party.category is not GstCategory.SEZ


def pays_input_tax(party: PartyMaster) -> bool:
    """Say whether a supplier charges GST: composition dealers and the unregistered do not."""
    return party.category in (GstCategory.REGULAR, GstCategory.SEZ)


def draw_sale_lines(desk: Desk, party: PartyMaster | None, count: int, ledger: str = "") -> tuple[ItemMove, ...]:
    """Draw goods going out; the amounts are credits."""
    return tuple(
        _draw_line(desk, -1, ledger or sales_ledger(desk, party), taxed=charges_tax(party)) for _ in range(count)
    )


def draw_purchase_lines(desk: Desk, party: PartyMaster, count: int) -> tuple[ItemMove, ...]:
    """Draw goods coming in; the amounts are debits."""
    return tuple(_draw_line(desk, 1, purchase_ledger(desk, party), taxed=pays_input_tax(party)) for _ in range(count))


def _draw_line(desk: Desk, sign: int, ledger: str, *, taxed: bool) -> ItemMove:
    dice = desk.dice
    item = dice.pick(desk.masters.items)
    billed = draw_quantity(desk, item) * (1 if sign < 0 else 4)
    free = billed // 10_000 * 1000 if sign < 0 and item.shelf_months and dice.one_in(4) else 0
    rate = half_up((item.price if sign < 0 else item.cost) * dice.between(96, 104), 100)
    discount = dice.pick(DISCOUNTS) if sign < 0 else 0
    made_on = desk.days_ago(dice.between(20, 300)).replace(day=1) if item.shelf_months else None
    value = sign * half_up(billed * rate * (10_000 - discount), 10_000_000)
    return ItemMove(
        item=item,
        paise=value,
        costs=desk.split_cost(value) if dice.one_in(10) else (),
        billed=billed,
        actual=billed + free,
        rate=rate,
        discount=discount,
        godown=MAIN_GODOWN if dice.below(4) else "Bhiwandi Warehouse",
        gst_rate=item.rate_on(desk.day) if taxed else 0,
        ledger=ledger,
        batch=batch_name(made_on, dice.between(1, 3)) if made_on else "",
        made_on=made_on,
        description=(f"Lot {dice.between(1, 99)}", 'Grade "A" & checked') if dice.one_in(12) else (),
    )


def draw_quantity(desk: Desk, item: ItemMaster) -> int:
    """Draw how much of an item one line moves, in thousandths of its unit, with no more decimals than the unit has."""
    if item.price > DEAR:
        return desk.dice.between(1, 2) * 1000
    if item.unit.decimals:
        step = _STEPS[item.unit.decimals]
        return desk.dice.between(2_000, 60_000) // step * step
    return desk.dice.between(2, 28) * 1000


def taxable_value(lines: tuple[ItemMove, ...]) -> int:
    """Return the magnitude of the lines' value before tax."""
    return abs(sum(line.paise for line in lines))


def tax_entries(desk: Desk, lines: tuple[ItemMove, ...], party: PartyMaster | None, *, output: bool) -> list[Entry]:
    """Return the tax postings of the lines, on the lines' side, one per head."""
    by_rate: dict[int, int] = {}
    for line in lines:
        by_rate[line.gst_rate] = by_rate.get(line.gst_rate, 0) + line.paise
    accounts = _OUTPUT if output else _INPUT
    if is_interstate(desk, party):
        igst = sum(half_up(value * rate, 10_000) for rate, value in by_rate.items())
        return [Entry(ledger=accounts[TaxHead.IGST], paise=igst)] if igst else []
    half = sum(half_up(value * rate, 20_000) for rate, value in by_rate.items())
    if not half:
        return []
    return [Entry(ledger=accounts[head], paise=half) for head in (TaxHead.CGST, TaxHead.SGST)]


def rounding_entry(total: int) -> Entry | None:
    """Return the posting that takes the others, of sum ``total``, to whole rupees on the party's side.

    Its flag says credit whatever its sign: real exports disagree with themselves exactly there.
    """
    difference = to_whole_rupee(total) - total
    return Entry(ledger=Account.ROUND_OFF, paise=difference, flag_debit=False, is_rounding=True) if difference else None
