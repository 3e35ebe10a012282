"""Company, groups, voucher types, units, godowns, stock groups, cost centres: one small function per object."""

from __future__ import annotations

from dataclasses import replace

from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.item import Godown, StockGroup, Unit
from canonical.ledger import AccountGroup, ReservedGroup, name_key
from canonical.money import Side
from canonical.party import Address, AddressKind
from canonical.tax import GstRegistration
from canonical.voucher_type import VoucherType
from connectors.tally.translate import tags
from connectors.tally.translate.context import PREDEFINED_KINDS, RESERVED_GROUPS, Reading
from connectors.tally.translate.values import get_text, is_yes, parse_date, parse_number
from connectors.tally.tree import Node, nodes_of, text_of, texts_of


def master_name(node: Node) -> str:
    """The key name of an object: its NAME attribute, else its NAME child."""
    return text_of(node.get("@NAME")) or text_of(node.get("NAME")) or text_of(node.get("ORIGINALNAME"))


def reserved_name(node: Node) -> str:
    """The rename-proof name of a predefined object; the attribute, or one of the two spellings of the child."""
    return text_of(node.get("@RESERVEDNAME")) or text_of(node.get("RESERVEDNAME")) or text_of(node.get("RESERVENAME"))


def aliases(node: Node, name: str) -> tuple[str, ...]:
    """Further names of an object, from its language list; the first is the name itself."""
    found: dict[str, None] = {}
    for language in nodes_of(node.get("LANGUAGENAME.LIST")):
        for names in nodes_of(language.get("NAME.LIST")):
            found |= dict.fromkeys(texts_of(names.get("NAME")))
    return tuple(alias for alias in found if name_key(alias) != name_key(name))


def parent_key(node: Node) -> str:
    """Folded name of the parent; empty at the root (Tally writes the reserved value Primary)."""
    return name_key(get_text(node, "PARENT"))


def translate_company(reading: Reading) -> Company:
    """A company, with the registrations its tax units gave."""
    node, known = reading.node, reading.masters.company
    lines = texts_of(next(iter(nodes_of(node.get("ADDRESS.LIST"))), {}).get("ADDRESS"))
    state = get_text(node, "STATENAME")
    address = Address(kind=AddressKind.REGISTERED, lines=tuple(lines), state=state, pincode=get_text(node, "PINCODE"))
    return replace(
        known,
        source=reading.source,
        name=text_of(reading.node.get("@NAME")) or get_text(node, "NAME") or known.name,
        books_from=parse_date(get_text(node, "BOOKSFROM")) or known.books_from,
        financial_year_from=parse_date(get_text(node, "STARTINGFROM")) or known.financial_year_from,
        pan=get_text(node, "INCOMETAXNUMBER") or known.pan,
        addresses=(address,) if lines or state else known.addresses,
    )


def translate_tax_unit(reading: Reading) -> tuple[GstRegistration, ...]:
    """A tax unit (3.0 and later) is one GST registration of the company, dated."""
    node = reading.node
    name = master_name(node)
    gstin = get_text(node, "GSTREGNUMBER") or text_of(node.get("@TAXREGISTRATION"))
    rows = nodes_of(node.get("GSTREGISTRATIONDETAILS.LIST")) or [node]
    return tuple(
        GstRegistration(
            gstin=gstin.upper(),
            category=get_text(row, "REGISTRATIONTYPE"),
            state=get_text(row, "STATE") or get_text(node, "STATENAME"),
            state_code=gstin[:2] if gstin[:2].isdecimal() else "",
            place_of_supply=get_text(row, "PLACEOFSUPPLY"),
            applicable_from=parse_date(get_text(row, "FROMDATE")),
            name=name,
        )
        for row in rows
    )


def translate_group(reading: Reading) -> AccountGroup:
    """An account group; a renamed predefined group is recognised by its reserved name."""
    node = reading.node
    name = master_name(node)
    reserved = _reserved(reserved_name(node)) or _reserved(name if not parent_key(node) else "")
    positive = get_text(node, "ISDEEMEDPOSITIVE")
    revenue = get_text(node, "ISREVENUE")
    return AccountGroup(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=parent_key(node),
        reserved=reserved,
        is_revenue=None if not revenue else revenue == "Yes",
        nature=None if not positive else Side.DEBIT if positive == "Yes" else Side.CREDIT,
        affects_gross_profit=is_yes(node, "AFFECTSGROSSPROFIT"),
        is_subledger=is_yes(node, "ISSUBLEDGER"),
        aliases=aliases(node, name),
        extras=reading.extras(tags.GROUP, "group"),
    )


def _reserved(name: str) -> ReservedGroup | None:
    return RESERVED_GROUPS.get(name_key(name)) if name else None


def translate_voucher_type(reading: Reading) -> VoucherType:
    """A voucher type; its kind is found by walking parents, never by what it is called."""
    node, masters = reading.node, reading.masters
    name = master_name(node)
    key, parent = name_key(name), parent_key(node)
    predefined = PREDEFINED_KINDS.get(name_key(reserved_name(node)))
    masters.type_parents[key] = parent
    if predefined:
        masters.type_kinds[key] = predefined
    series = next(iter(nodes_of(node.get("VOUCHERNUMBERSERIES.LIST"))), {})
    return VoucherType(
        source=reading.source,
        key=key,
        name=name,
        parent_key=parent,
        kind=masters.kind_of(name),
        numbering=get_text(series, "NUMBERINGMETHOD") or get_text(node, "NUMBERINGMETHOD"),
        is_optional_by_default=is_yes(node, "ISOPTIONAL"),
        is_active=get_text(node, "ISACTIVE") != "No",
        extras=reading.extras(tags.VOUCHER_TYPE, "voucher type"),
    )


def translate_unit(reading: Reading) -> Unit:
    """A unit of measure; a compound unit is so many of the second in one of the first."""
    node = reading.node
    symbol = master_name(node)
    reported = next(iter(nodes_of(node.get("REPORTINGUQCDETAILS.LIST"))), {})
    uqc = get_text(reported, "REPORTINGUQCNAME") or get_text(node, "GSTREPUOM")
    return Unit(
        source=reading.source,
        key=name_key(symbol),
        symbol=symbol,
        formal_name=get_text(node, "ORIGINALNAME"),
        uqc=uqc.partition("-")[0].strip(),
        decimal_places=int(parse_number(get_text(node, "DECIMALPLACES")) or 0),
        is_simple=get_text(node, "ISSIMPLEUNIT") != "No",
        base_key=name_key(get_text(node, "BASEUNITS")),
        tail_key=name_key(get_text(node, "ADDITIONALUNITS")),
        conversion=parse_number(get_text(node, "CONVERSION")),
        extras=reading.extras(tags.UNIT, "unit"),
    )


def translate_godown(reading: Reading) -> Godown:
    """A place where stock is kept."""
    node = reading.node
    name = master_name(node)
    address = next(iter(nodes_of(node.get("ADDRESS.LIST"))), {})
    return Godown(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=parent_key(node),
        is_external=is_yes(node, "ISEXTERNAL"),
        address_lines=tuple(texts_of(address.get("ADDRESS"))),
        extras=reading.extras(tags.GODOWN, "godown"),
    )


def translate_stock_group(reading: Reading) -> StockGroup:
    """A stock group, or a stock category (the second, independent classification)."""
    from connectors.tally.translate.items import tax_details  # noqa: PLC0415 - items needs master_name from here

    node = reading.node
    name = master_name(node)
    return StockGroup(
        source=reading.source,
        key=name_key(name),
        name=name,
        parent_key=parent_key(node),
        is_category=reading.source.stream == "stock_categories",
        tax_details=tax_details(node),
        extras=reading.extras(tags.STOCK_GROUP, "stock group"),
    )


def translate_cost_category(reading: Reading) -> CostCategory:
    """A dimension of cost centres."""
    node = reading.node
    name = master_name(node)
    return CostCategory(
        source=reading.source,
        key=name_key(name),
        name=name,
        allocates_revenue=get_text(node, "ALLOCATEREVENUE") != "No",
        allocates_non_revenue=is_yes(node, "ALLOCATENONREVENUE"),
        extras=reading.extras(tags.COST, "cost category"),
    )


def translate_cost_centre(reading: Reading) -> CostCentre:
    """A cost centre; employees are cost centres with FORPAYROLL."""
    node = reading.node
    name = master_name(node)
    return CostCentre(
        source=reading.source,
        key=name_key(name),
        name=name,
        category_key=name_key(get_text(node, "CATEGORY")),
        parent_key=parent_key(node),
        is_employee=is_yes(node, "FORPAYROLL"),
        is_employee_group=is_yes(node, "ISEMPLOYEEGROUP"),
        extras=reading.extras(tags.COST, "cost centre"),
    )
