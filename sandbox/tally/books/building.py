"""Live books from a synthetic world: the file writers' own text is read back into the tables.

So books behind the gateway and exported files of one specification say the same, GUIDs and AlterIDs included.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from sandbox.tally.books.company import BooksState, CompanyFacts, Ledgerbook
from sandbox.tally.books.masters import MasterTable
from sandbox.tally.books.moves import read_moves
from sandbox.tally.books.packing import pack
from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.books.tree import Element, parse_xml
from sandbox.tally.books.voucher_objects import HEADER_TAGS
from sandbox.tally.ids import KEY_STEP, voucher_alter_id, voucher_master_id
from sandbox.tally.master_text import iter_masters
from sandbox.tally.options import Scaffolding, TallyEncoding, TallyOptions, TallyStyle
from sandbox.tally.voucher_text import VoucherWriter
from sandbox.world.business import World
from sandbox.world.masters import CompanyMaster
from sandbox.world.truth import TruthBook
from sandbox.world.vouchers import Voucher as WorldVoucher

DROPPED_TAGS = frozenset({"CLOSINGBALANCE"})
RETAIN_STEP = 4
"""VOUCHERRETAINKEY rises by four a voucher in the captures at hand; what it counts is not known."""
COMPANY_NUMBER_FROM = 100_001


def build_company(
    world: World,
    *,
    style: TallyStyle = TallyStyle.PRIME5,
    is_integrated: bool = True,
    scaffolding: Scaffolding = Scaffolding.USUAL,
) -> Ledgerbook:
    """Build one company's books.

    Args:
        world: whose masters and vouchers.
        style: generation of releases the objects look like.
        is_integrated: accounts integrated with inventory.
        scaffolding: empty elements around vouchers; stored are the usual ones, ``FULL`` adds the rest when written.
    """
    options = TallyOptions(encoding=TallyEncoding.UNICODE, style=style, scaffolding=Scaffolding.USUAL)
    company = world.masters.company
    state = BooksState(name=company.name, masters=_build_masters(world, options))
    state.last_master_id = max(state.masters.by_id)
    state.alter_master_id = max(row.alter_id for row in state.masters.by_id.values())
    facts = _facts(company, world.spec.company_index)
    books = Ledgerbook(replace(facts, is_integrated=is_integrated, scaffolding=scaffolding), state)
    writer = VoucherWriter(world.masters, options)
    types = {row.name: row.master_id for row in state.masters.of_kind("VOUCHERTYPE")}
    for voucher in world.vouchers():
        tree = parse_xml(writer.render(voucher).replace(' xmlns:UDF="TallyUDF"', "")).children[0]
        enter_generated(books, voucher, tree, types[voucher.type_name])
    books.touch()
    return books


def _facts(company: CompanyMaster, index: int) -> CompanyFacts:
    return CompanyFacts(
        guid=company.guid,
        number=str(COMPANY_NUMBER_FROM + index),
        books_from=company.books_from,
        books_to=company.books_to,
        state=company.state,
        city=company.city,
        pincode=company.pincode,
        gstin=company.gstin,
        pan=company.pan,
        tan=company.tan,
    )


def _build_masters(world: World, options: TallyOptions) -> MasterTable:
    """Read the masters twice: names first, so that forward references (a parent written later) resolve."""
    texts = iter_masters(world.masters, TruthBook(world.masters), options)
    trees = [parse_xml(text.replace(' xmlns:UDF="TallyUDF"', "")).children[0] for text in texts]
    table = MasterTable()
    for tree in trees:
        table.put(_master(tree))
    for master in list(table.by_id.values()):
        table.put(_with_tree(master, table.refer(master.tree)))
    return table


def _with_tree(master: Master, tree: Element) -> Master:
    return Master(kind=master.kind, master_id=master.master_id, alter_id=master.alter_id, name=master.name, tree=tree)


def _master(tree: Element) -> Master:
    children = tuple(child for child in tree.children if child.tag not in DROPPED_TAGS)
    return Master(
        kind=tree.tag,
        master_id=int(tree.value("GUID")[-8:], 16),
        alter_id=int(tree.value("ALTERID")),
        name=tree.attributes["NAME"],
        tree=tree._replace(children=children),
    )


def enter_generated(books: Ledgerbook, voucher: WorldVoucher, tree: Element, type_id: int) -> None:
    """Take a generated voucher in, with the numbers the files give it."""
    state = books.state
    referred = state.masters.refer(tree)
    moves = read_moves(referred, state.masters, voucher.day, voucher.kind)
    sequence = voucher.day_sequence * KEY_STEP
    state.last_retain_key = state.last_retain_key + RETAIN_STEP if state.last_retain_key else 1
    record = Voucher(
        master_id=voucher_master_id(voucher),
        alter_id=voucher_alter_id(voucher),
        type_id=type_id,
        day=voucher.day,
        number=voucher.number,
        sequence=sequence,
        retain_key=state.last_retain_key,
        is_optional=voucher.is_optional,
        is_cancelled=voucher.is_cancelled,
        postings=moves.postings,
        bills=moves.bills,
        goods=moves.goods,
        body=pack(without_header(referred)),
    )
    state.vouchers[record.master_id] = record
    state.last_voucher_id = record.master_id
    state.alter_voucher_id = max(state.alter_voucher_id, record.alter_id)
    _count_day(state, voucher.day, sequence)


def _count_day(state: BooksState, day: date, sequence: int) -> None:
    state.day_sequences[day] = max(state.day_sequences.get(day, 0), sequence)


def without_header(tree: Element) -> Element:
    """Blank what the record holds (what is missing comes before the lists) and keep of the attributes only the view."""
    present = {child.tag for child in tree.children}
    missing = [Element(tag) for tag in HEADER_TAGS if tag not in present]
    children = [child._replace(text="") if child.tag in HEADER_TAGS else child for child in tree.children]
    lists = next((place for place, child in enumerate(children) if child.children), len(children))
    view = tree.attributes.get("OBJVIEW", "")
    return tree._replace(
        attributes={"OBJVIEW": view} if view else {}, children=tuple(children[:lists] + missing + children[lists:])
    )
