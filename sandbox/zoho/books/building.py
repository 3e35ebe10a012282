"""Turns a world into an organisation: its parties into contacts, its vouchers into Zoho documents.

Everything a voucher posts arrives in the ledger account by account, so the world's own trial balance is an independent
oracle; what Zoho has no document for becomes a manual journal.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sandbox.web.clock import Clock
from sandbox.world.business import World, build_world
from sandbox.world.chart import Account as Name
from sandbox.world.masters import GstCategory, ItemMaster, PartyMaster, Role, due_day
from sandbox.world.spec import WorldSpec
from sandbox.zoho.books import editing
from sandbox.zoho.books.chart import open_chart, open_currencies, open_taxes
from sandbox.zoho.books.company import INDIA, Books, Facts
from sandbox.zoho.books.foreign import trade_abroad
from sandbox.zoho.books.records import Address, Contact, ContactType, Item
from sandbox.zoho.books.states import place_of
from sandbox.zoho.books.translating import Clerk

TREATMENTS = {
    GstCategory.REGULAR: "business_gst",
    GstCategory.COMPOSITION: "business_registered_composition",
    GstCategory.UNREGISTERED: "business_none",
    GstCategory.SEZ: "business_sez",
}
OPENING_TIME = time(9, 0)
PACE_S = 40
"""Seconds between the documents of a day."""


def build_organisation(spec: WorldSpec, clock: Clock, *, plan: str = "Professional", foreign: bool = True) -> Books:
    """Build one organisation with a year of documents.

    Args:
        spec: the world it is made from.
        clock: the time from then on.
        plan: decides the day's quota of calls.
        foreign: with a customer abroad, whom the world does not know.
    """
    world = build_world(spec)
    books = _open(world, clock, plan)
    clerk = Clerk(books, _contacts(books, world), _items(books, world))
    for voucher in world.vouchers():
        day = min(voucher.day, spec.last_day)
        start = datetime.combine(day, OPENING_TIME, INDIA)
        books.moment = start + timedelta(seconds=PACE_S * voucher.day_sequence)
        clerk.enter(voucher)
    if foreign:
        trade_abroad(books)
    books.moment = None
    return books


def _open(world: World, clock: Clock, plan: str) -> Books:
    company = world.masters.company
    index = world.spec.company_index
    facts = Facts(
        id=str(600_123_451 + 1_111 * index),
        name=company.name,
        gst_no=company.gstin,
        place=place_of(company.state_code),
        state=company.state,
        state_code=company.state_code,
        begins=company.books_from,
        plan=plan,
        is_default=index == 0,
    )
    books = Books(facts, clock, index)
    books.moment = datetime.combine(company.books_from - timedelta(days=1), OPENING_TIME, INDIA)
    books.user_id = books.new_id()
    open_currencies(books)
    open_chart(books, world)
    open_taxes(books, {row.rate for item in world.masters.items for row in item.rates if row.rate})
    return books


def _contacts(books: Books, world: World) -> dict[str, Contact]:
    return {party.name: _contact(books, party) for party in world.masters.parties}


def _contact(books: Books, party: PartyMaster) -> Contact:
    begins = books.facts.begins
    kind = ContactType.CUSTOMER if party.role is Role.CUSTOMER else ContactType.VENDOR
    return editing.make_contact(
        books,
        party.name,
        kind,
        company_name=party.legal_name,
        legal_name=party.legal_name,
        gst_treatment=TREATMENTS[party.category],
        gst_no=party.gstin,
        pan_no=party.pan,
        place=place_of(party.state_code),
        terms_days=(due_day(begins, party.terms) - begins).days,
        email=party.email,
        phone=party.phone,
        person=party.contact,
        credit_limit=party.credit_limit or 0,
        billing=Address(street=party.street, city=party.city, state=party.state, zip=party.pincode),
        opening=party.opening if kind is ContactType.CUSTOMER else -party.opening,
        is_tds_registered=party.role is Role.CONTRACTOR,
    )


def _items(books: Books, world: World) -> dict[str, Item]:
    income, cost = books.account_named(Name.SALES_LOCAL).id, books.account_named(Name.PURCHASE_LOCAL).id
    return {item.name: _item(books, item, income, cost) for item in world.masters.items}


def _item(books: Books, item: ItemMaster, income: str, cost: str) -> Item:
    rate = item.rate_on(books.facts.begins)
    return editing.make_item(
        books,
        item.name,
        item.price,
        purchase_rate=item.cost,
        unit=item.unit.symbol,
        hsn=item.hsn,
        tax_percent=rate,
        is_taxable=not item.is_exempt,
        sku=item.part_number,
        description=item.hsn_name,
        account_id=income,
        purchase_account_id=cost,
    )
