"""Orders, challans and stock: documents that move goods or promises and never count in the accounts."""

from __future__ import annotations

from dataclasses import replace

from sandbox.world.chart import Type
from sandbox.world.desk import Desk, Promise
from sandbox.world.documents import number_for
from sandbox.world.goods import GODOWNS, MAIN_GODOWN
from sandbox.world.lines import draw_purchase_lines, draw_quantity, draw_sale_lines, tax_entries
from sandbox.world.masters import ItemMaster, PartyMaster
from sandbox.world.paise import half_up
from sandbox.world.vouchers import Entry, ItemMove, View, Voucher


def order_sale(desk: Desk) -> Voucher:
    """Take a sales order; its postings balance like an invoice's, and still do not count."""
    party = desk.dice.pick(desk.customers)
    lines = draw_sale_lines(desk, party, desk.dice.between(1, 3))
    voucher = _order(desk, party, lines, Type.SALES_ORDER, output=True)
    desk.recent.orders.append(Promise(party=party, number=voucher.number, day=desk.day))
    return voucher


def order_purchase(desk: Desk) -> Voucher:
    """Place a purchase order."""
    party = desk.dice.pick(desk.suppliers)
    lines = draw_purchase_lines(desk, party, desk.dice.between(1, 2))
    return _order(desk, party, lines, Type.PURCHASE_ORDER, output=False)


def _order(desk: Desk, party: PartyMaster, lines: tuple[ItemMove, ...], type_name: Type, *, output: bool) -> Voucher:
    number = number_for(desk, type_name)
    taxes = tax_entries(desk, lines, party, output=output)
    total = -sum(line.paise for line in lines) - sum(entry.paise for entry in taxes)
    return desk.form(type_name)(
        number=number,
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True), *taxes),
        items=tuple(replace(line, order=number) for line in lines),
        party_ledger=party.name,
        partner=party,
        reference=number,
    )


def deliver(desk: Desk) -> Voucher:
    """Write a delivery note: a party line without counterpart, goods under a tracking number."""
    promise = desk.recent.orders.popleft() if desk.recent.orders else None
    party = promise.party if promise else desk.dice.pick(desk.customers)
    voucher = _challan(desk, party, draw_sale_lines(desk, party, desk.dice.between(1, 2)), Type.DELIVERY_NOTE)
    desk.recent.challans.append(Promise(party=party, number=voucher.number, day=desk.day))
    return replace(voucher, order=promise.number if promise else "")


def accept_goods(desk: Desk) -> Voucher:
    """Write a receipt note for goods that came before their bill."""
    party = desk.dice.pick(desk.suppliers)
    return _challan(desk, party, draw_purchase_lines(desk, party, 1), Type.RECEIPT_NOTE)


def take_rejected(desk: Desk) -> Voucher:
    """Take goods back that a customer rejected, before any credit note."""
    party = desk.dice.pick(desk.customers)
    lines = tuple(replace(line, paise=-line.paise, costs=()) for line in draw_sale_lines(desk, party, 1))
    return _challan(desk, party, lines, Type.REJECTIONS_IN)


def send_rejected(desk: Desk) -> Voucher:
    """Send goods back to a supplier, before any debit note."""
    party = desk.dice.pick(desk.suppliers)
    lines = tuple(replace(line, paise=-line.paise, costs=()) for line in draw_purchase_lines(desk, party, 1))
    return _challan(desk, party, lines, Type.REJECTIONS_OUT)


def _challan(desk: Desk, party: PartyMaster, lines: tuple[ItemMove, ...], type_name: Type) -> Voucher:
    number = number_for(desk, type_name)
    total = -sum(line.paise for line in lines)
    return desk.form(type_name)(
        number=number,
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True),),
        items=tuple(replace(line, ledger="", costs=(), tracking=number) for line in lines),
        party_ledger=party.name,
        partner=party,
        reference=number,
    )


def rework_stock(desk: Desk) -> Voucher:
    """Write a stock journal: goods move to another godown, or two lots are packed into one."""
    item = desk.dice.pick(desk.masters.items)
    quantity = draw_quantity(desk, item)
    consumed = _stock_move(item, -quantity, MAIN_GODOWN)
    made = _stock_move(item, quantity, desk.dice.pick(GODOWNS[1:]).name)
    return desk.form(Type.STOCK_JOURNAL)(
        number=number_for(desk, Type.STOCK_JOURNAL),
        view=View.STOCK,
        items=(consumed,),
        items_in=(replace(made, destination=made.godown),),
        narration="Shifted to branch godown",
    )


def count_stock(desk: Desk) -> Voucher:
    """Write down a physical count; the quantities are absolute, not movements."""
    lines = []
    for _ in range(desk.dice.between(1, 4)):
        item = desk.dice.pick(desk.masters.items)
        lines.append(_stock_move(item, draw_quantity(desk, item), MAIN_GODOWN))
    return desk.form(Type.PHYSICAL_STOCK)(
        number=number_for(desk, Type.PHYSICAL_STOCK), view=View.STOCK, items=tuple(lines)
    )


def _stock_move(item: ItemMaster, quantity: int, godown: str) -> ItemMove:
    value = half_up(quantity * item.cost, 1000)
    return ItemMove(item=item, paise=value, billed=abs(quantity), actual=abs(quantity), rate=item.cost, godown=godown)
