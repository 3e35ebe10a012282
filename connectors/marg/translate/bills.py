"""A sale bill as a voucher: from the buyer's side a purchase, from the supplier's a sale.

The arithmetic of the format is checked line by line and in total (discounts one after the other, GST on what is left,
the net payable to the rupee). What the books stand on must hold; a line whose percentages do not lead to its own
amount is told and taken as it stands. Field 27 of a line is a third discount: two lines of real bills need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from canonical.bill import BillAllocation, BillRefKind
from canonical.identifiers import state as states
from canonical.issue import IssueLevel
from canonical.item import Item
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import ZERO, split_signed
from canonical.party import Address, Contact, Party, PartyRole
from canonical.record import JsonValue
from canonical.tax import DatedTaxDetail, GstRegistration, SupplyNature, TaxHead, TaxRate
from canonical.voucher import DocumentDetails, Voucher
from canonical.voucher_type import VoucherKind
from connectors.marg.streams import LEDGERS
from connectors.marg.translate.derived import Document, derive
from connectors.marg.translate.goods import Goods
from connectors.marg.translate.learned import state_of
from connectors.marg.translate.reading import Reading
from connectors.marg.translate.values import Json, UnreadableValue, parse_number, row_of, text_of

FIELDS: Final = {"H": 53, "T": 51, "F": 11}
SUPPLIER: Final = "supplier"
NO_EXPIRY: Final = "00000000"
PAISA: Final = Decimal("0.02")
"""What rounding of a line's product may leave; up to 0.01 in the bills seen."""
RUPEE: Final = Decimal("0.5")
HUNDRED: Final = Decimal(100)
Line = list[str]


def read_bill(content: Json, reading: Reading) -> Voucher:
    """Read a bill.

    Raises:
        UnreadableValue: fields are missing or shifted, or the bill does not add up.
    """
    header, lines, footer = _lines_of(content)
    number = header[2].strip()
    reading.label = f"bill {number or '(no number)'}"
    day = _day(header[3], "H[3] (date)")
    goods = [_goods(line, place, reading) for place, line in enumerate(lines, start=1)]
    total, tax = parse_number(footer[1].strip(), "F[1] (net payable)"), parse_number(footer[9].strip(), "F[9] (GST)")
    _check_totals(goods, lines, total, tax, parse_number(footer[2].strip(), "F[2] (discount)"))
    is_sale = text_of(content, "owner") == SUPPLIER
    supplier = row_of(content, SUPPLIER)
    party = _buyer(header, reading) if is_sale else _supplier(supplier, reading)
    place = header[13].strip()
    kind = VoucherKind.SALES if is_sale else VoucherKind.PURCHASE
    side, amount = split_signed(total if is_sale else -total)
    made = derive(
        Document(
            kind=kind,
            party=party,
            goods=goods,
            total=total,
            supplier_state=_supplier_state(supplier),
            place_of_supply=_state_code(place),
            bills=(BillAllocation(kind=BillRefKind.NEW, side=side, amount=amount, ref=number, bill_date=day),),
        ),
        reading,
    )
    return Voucher(
        source=reading.source,
        kind=kind,
        type_name="Sale bill" if is_sale else "Purchase bill",
        type_key=f"bill/{kind.value}",
        day=day,
        number=number,
        reference="" if is_sale else number,
        reference_date=None if is_sale else day,
        party_key=party.key,
        party_name=party.name,
        is_invoice=True,
        postings=made.postings,
        items=made.items,
        taxes=made.taxes,
        details=_details(header, supplier, place, is_sale=is_sale),
        extras={name: text for name, text in (("salesman", header[18].strip()), ("blob", header[33].strip())) if text},
    )


def _lines_of(content: Json) -> tuple[Line, list[Line], Line]:
    """The lines, once their number of fields is sure: a comma inside a name shifts every column after it."""
    header, footer = _fields(content.get("H")), _fields(content.get("F"))
    told = content.get("T")
    lines = [_fields(line) for line in told] if isinstance(told, list) else []
    for kind, place, fields in (
        ("H", 0, header),
        *(("T", n, line) for n, line in enumerate(lines, 1)),
        ("F", 0, footer),
    ):
        if len(fields) != FIELDS[kind]:
            where = f"line {kind}{f' {place}' if place else ''}"
            raise UnreadableValue(
                where,
                ",".join(fields)[:80],
                f"has {len(fields)} fields instead of {FIELDS[kind]}; nothing of the bill is taken.",
            )
    if not lines:
        raise UnreadableValue("T", "", "is missing: the bill has no goods.")
    return header, lines, footer


def _fields(told: JsonValue) -> Line:
    return [str(one) for one in told] if isinstance(told, list) else []


def _goods(line: Line, place: int, reading: Reading) -> Goods:
    def number(index: int, word: str) -> Decimal:
        return parse_number(line[index].strip(), f"T {place}, field {index} ({word})")

    rate, quantity, taxable = number(14, "rate"), number(20, "quantity"), number(25, "taxable value")
    percent, tax = number(12, "GST rate"), number(26, "GST")
    discounts = [number(22, "first discount"), number(24, "second discount"), number(27, "third discount")]
    _check_line(place, rate * quantity, discounts, (taxable, percent, tax), reading)
    expiry = line[9].strip()
    item = _item(line, percent, reading)
    extras = {"company": line[2].strip(), "code": line[3].strip(), "marg_id": line[37].strip(), "pack": line[6].strip()}
    if sum(map(bool, discounts)) > 1:
        extras["discounts"] = " + ".join(f"{one:f} %" for one in discounts if one)
    return Goods(
        item_key=item.key,
        item_name=line[5].strip() or item.name,
        taxable=taxable,
        tax=tax,
        tax_percent=percent,
        quantity=quantity,
        free=number(21, "free quantity"),
        rate=rate,
        mrp=number(16, "MRP"),
        discount_percent=_as_one(discounts),
        hsn=line[38].strip(),
        batch=line[8].strip(),
        expires_on=_day(expiry, f"T {place}, field 9 (expiry)") if expiry not in ("", NO_EXPIRY) else None,
        expiry_text=expiry if expiry != NO_EXPIRY else "",
        extras={name: text for name, text in extras.items() if text},
    )


def _as_one(discounts: list[Decimal]) -> Decimal | None:
    """Discounts one after the other, as one percentage."""
    left = HUNDRED
    for one in discounts:
        left = left * (HUNDRED - one) / HUNDRED
    return HUNDRED - left if left != HUNDRED else None


def _check_line(
    place: int, gross: Decimal, discounts: list[Decimal], told: tuple[Decimal, Decimal, Decimal], reading: Reading
) -> None:
    """Percentages must lead to the amounts; where they do not, the amounts count."""
    taxable, percent, tax = told
    left = HUNDRED - (_as_one(discounts) or ZERO)
    wrong = []
    if abs(gross * left / HUNDRED - taxable) > PAISA:
        wrong.append(f"its discounts lead to {gross * left / HUNDRED:.2f} instead of {taxable}")
    if abs(taxable * percent / HUNDRED - tax) > PAISA:
        wrong.append(f"{percent} % GST is {taxable * percent / HUNDRED:.2f} instead of {tax}")
    if wrong:
        reading.note(
            "marg.bill.line_differs",
            IssueLevel.WARNING,
            f"{reading.label}, line {place}: {' and '.join(wrong)}. The amounts are taken as they stand.",
            hint="Compare the line with the printed bill.",
            line=place,
        )


def _check_totals(goods: list[Goods], lines: list[Line], total: Decimal, tax: Decimal, discount: Decimal) -> None:
    """The foot must be the sum of the lines, or nothing of the bill can be relied on."""
    taxable, taxes = sum((one.taxable for one in goods), ZERO), sum((one.tax for one in goods), ZERO)
    discounts = sum((parse_number(line[23].strip(), "T, field 23 (discount)") for line in lines), ZERO)
    for name, ours, theirs, slack in (
        ("F[9] (GST)", taxes, tax, PAISA),
        ("F[2] (discount)", discounts, discount, PAISA),
        ("F[1] (net payable)", taxable + taxes, total, RUPEE),
    ):
        if abs(ours - theirs) > slack:
            raise UnreadableValue(name, f"{theirs}", f"is {theirs}, and the lines come to {ours}.")


def _item(line: Line, percent: Decimal, reading: Reading) -> Item:
    """The item of a line: Marg's own number for it, which all its users share, else the supplier's code or the name."""
    code, name, marg = line[3].strip(), line[5].strip(), line[37].strip()
    key = name_key(marg or f"{reading.learned.company.name}/{code or name}")
    held = reading.learned.items.get(key)
    if held is not None:
        return held
    hsn = line[38].strip()
    detail = DatedTaxDetail(hsn=hsn, nature=SupplyNature.TAXABLE, rates=(TaxRate(TaxHead.IGST, percent),))
    made = Item(
        source=replace(reading.source, stream="items", key=key),
        key=key,
        name=name or code or marg,
        part_number=code,
        aliases=(marg,) if marg else (),
        is_batch_wise=True,
        tax_details=(detail,),
        extras={"pack": line[6].strip()} if line[6].strip() else {},
    )
    reading.learned.items[key] = made
    reading.introduced.append(made)
    return made


def _supplier(told: Json, reading: Reading) -> Ledger:
    """The supplier as a party of the buyer's books.

    Raises:
        UnreadableValue: nothing says who it is.
    """
    name, gstin = text_of(told, "name"), text_of(told, "gstin")
    if not name:
        raise UnreadableValue(
            "supplier",
            "",
            "is not known: it stands only in the name of the file, and this one has another form.",
            remedy="Give the file the name back that it came with (SUPPLIER_20250401_S_...csv) and import it again.",
        )
    state = _supplier_state(told)
    return _party(reading, name, GstRegistration(gstin=gstin, state_code=state), ReservedGroup.SUNDRY_CREDITORS)


def _buyer(header: Line, reading: Reading) -> Ledger:
    name, gstin = header[30].strip(), header[32].strip().upper()
    if not name:
        raise UnreadableValue("H[30] (buyer)", "", "is missing.")
    lines = tuple(line for place in (37, 38, 39) if (line := header[place].strip()))
    code = _state_code(header[13].strip())
    return _party(
        reading,
        name,
        GstRegistration(gstin=gstin, state_code=state_of(gstin) or code),
        ReservedGroup.SUNDRY_DEBTORS,
        Party(
            source=reading.source,
            key="",
            name=name,
            addresses=(Address(lines=lines, state_code=code),) if lines else (),
            contacts=(Contact(phone=phone),) if (phone := header[31].strip()) else (),
            salesman=header[18].strip(),
        ),
    )


def _party(
    reading: Reading,
    name: str,
    registration: GstRegistration,
    reserved: ReservedGroup,
    told: Party | None = None,
) -> Ledger:
    """A party that bills introduce: known by its GSTIN, else by its name."""
    key = name_key(registration.gstin or name)
    held = reading.learned.ledgers.get(key)
    if held is not None:
        return held
    source = replace(reading.source, stream=LEDGERS, key=f"bill:{key}")
    ledger = Ledger(source=source, key=key, name=name, reserved=reserved, is_revenue=False, is_bill_wise=True)
    role = PartyRole.CUSTOMER if reserved is ReservedGroup.SUNDRY_DEBTORS else PartyRole.SUPPLIER
    party = replace(
        told or Party(source=source, key=key, name=name),
        source=source,
        key=key,
        ledger_key=key,
        roles=frozenset({role}),
        pan=registration.gstin[2:12],
        registrations=(registration,) if registration.gstin or registration.state_code else (),
    )
    reading.learned.ledgers[key], reading.learned.parties[key] = ledger, party
    reading.introduced += [ledger, party]
    return ledger


def _supplier_state(told: Mapping[str, JsonValue]) -> str:
    return state_of(text_of(told, "gstin")) or _state_code(text_of(told, "state"))


def _state_code(place: str) -> str:
    """``06-HARYANA``, ``06`` or ``Haryana`` as ``06``; empty if it is no state."""
    code, _, name = place.partition("-")
    if code.strip().isdecimal():
        return code.strip().zfill(2) if states.is_valid(code.strip().zfill(2)) else ""
    return states.find_code(place) or states.find_code(name) or "" if place else ""


def _details(header: Line, supplier: Json, place: str, *, is_sale: bool) -> DocumentDetails:
    buyer_name, buyer_gstin = header[30].strip(), header[32].strip().upper()
    name, gstin = text_of(supplier, "name"), text_of(supplier, "gstin")
    if is_sale:
        return DocumentDetails(
            buyer_name=buyer_name, buyer_gstin=buyer_gstin, company_gstin=gstin, place_of_supply=place
        )
    return DocumentDetails(supplier_name=name, supplier_gstin=gstin, company_gstin=buyer_gstin, place_of_supply=place)


def _day(text: str, field: str) -> date:
    try:
        return datetime.strptime(text.strip(), "%d%m%Y").date()  # noqa: DTZ007 - a business date has no zone
    except ValueError as error:
        raise UnreadableValue(field, text, "is no date (ddmmyyyy).") from error
