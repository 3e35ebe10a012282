"""XML elements to staged rows: signs, empty tags and doubles of BUSY's exports, and nothing else.

Rules read off real exports: a posting's side is ``AmountType`` (1 debit, 2 credit) and its amount the magnitude of
``AmtMainCur``, whose sign differs between kinds of vouchers; a bill's ``Value1`` and a balance are negative for debit;
bill references are taken from ``PendingBillDetails``, where every kind of voucher has them, never from both places.
GST on item lines follows the vendor's examples of vouchers, not a real export.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.busy.staging import (
    MASTER_TYPES,
    AccountGroupRow,
    AccountRow,
    AddressRow,
    BillMethod,
    BillRow,
    CentreStock,
    CompanyRow,
    ItemLeg,
    ItemRow,
    LedgerLeg,
    NamedMaster,
    StagedRow,
    SundryRow,
    UnitRow,
    VoucherRow,
)
from connectors.busy.translate.node import (
    Node,
    amount,
    day,
    first_text,
    flag,
    nodes,
    number,
    quantity,
    required_amount,
    text,
)
from connectors.busy.translate.routes import RawObject, UnreadableField

NOT_SET = "---Others---"
"""What BUSY writes for a state or area that was not chosen."""
DEBIT, CREDIT = "1", "2"


def stage_xml(raw: RawObject) -> StagedRow | None:  # noqa: PLR0911 - one line per stream
    """Stage one element.

    Raises:
        UnreadableField: an amount, a side or the day of a voucher cannot be read.
    """
    match raw.stream:
        case "companies":
            return stage_company(raw)
        case "account_groups":
            return _group(raw.body)
        case "accounts":
            return stage_account(raw)
        case "units":
            return UnitRow(code=text(raw.body, "tmpCode"), name=text(raw.body, "Name"))
        case "items":
            return stage_item(raw)
        case "vouchers":
            return stage_voucher(raw)
        case _:
            return _named(raw)


def stage_company(raw: RawObject) -> CompanyRow:
    """Stage what the exports say of the books: years, version, settings."""
    config, version = raw.body.get("Config") or {}, raw.body.get("Version") or {}
    numbers = [text(version, tag) for tag in ("MajorVer", "MinorVer", "RevisionNo")]
    return CompanyRow(
        name=raw.company_name,
        year_from=raw.year_from,
        version=".".join(part for part in numbers if part),
        base_currency=text(config, "BaseCurrency"),
        extras={"Config": config} if config else {},
    )


def _group(node: Node) -> AccountGroupRow:
    return AccountGroupRow(
        code=text(node, "tmpCode"),
        name=text(node, "Name"),
        alias=text(node, "Alias"),
        parent_name=text(node, "ParentGroupName"),
        parent_code=text(node, "tmpParentGrpCode"),
        is_primary=flag(node, "PrimaryGroup"),
    )


def stage_account(raw: RawObject) -> AccountRow:
    """Stage an account; of an export with a day of its own the balance is that day's."""
    node, places = raw.body, raw.decimals
    balance = amount(node, "OPBal", places)
    net = -balance if balance is not None else None
    closing_as_of = raw.as_of
    return AccountRow(
        code=text(node, "tmpCode"),
        name=text(node, "Name"),
        alias=text(node, "Alias"),
        print_name=text(node, "PrintName"),
        group_name=text(node, "ParentGroup"),
        group_code=text(node, "tmpParentGrpCode"),
        opening=None if closing_as_of else net,
        closing=net if closing_as_of else None,
        closing_as_of=closing_as_of,
        is_bill_wise=flag(node, "BillByBillBalancing"),
        credit_days_sale=_whole(node, "CreditDaysForSale"),
        bills=tuple(
            _bill(one, places, text(node, "Name"), text(node, "tmpCode"))
            for one in nodes(node, "BillByBillDetail", "BillReference")
        ),
        address=_address(node),
        tax_category=text(node, "TaxCategoryName"),
        hsn=text(node, "HSNCode"),
        broker_name=text(node, "BrokerName"),
    )


def _whole(node: Node, tag: str) -> int | None:
    found = number(node, tag)
    return int(found) if found else None


def _address(node: Node) -> AddressRow:
    inner = next(nodes(node, "Address"), {})
    state = text(inner, "StateName")
    return AddressRow(
        lines=tuple(line for tag in _LINES if (line := text(inner, tag).strip())),
        city=text(inner, "CityName"),
        state="" if state == NOT_SET else state,
        country=text(inner, "CountryName"),
        pincode=text(inner, "PINCode"),
        phone=text(inner, "TelNo"),
        mobile=text(inner, "Mobile"),
        whatsapp=text(inner, "WhatsAppNo"),
        email=text(inner, "Email"),
        contact=text(inner, "Contact"),
        gstin=text(inner, "GSTNo"),
        pan=text(inner, "ITPAN"),
        dealer_type=text(node, "TypeOfDealerGST"),
        transport=text(inner, "Transport"),
        station=text(inner, "Station"),
    )


_LINES = ("Address1", "Address2", "Address3", "Address4")


def _bill(node: Node, places: int, account_name: str, account_code: str) -> BillRow:
    method = text(node, "Method")
    if method not in ("1", "2"):
        raise UnreadableField("BillRefs/Method", method, "1 (new) or 2 (adjust)")
    return BillRow(
        method=BillMethod(int(method)),
        amount=-required_amount(node, "Value1", places),
        ref=text(node, "RefNo"),
        code=text(node, "tmpRefCode"),
        day=day(node, "Date"),
        due=day(node, "DueDate"),
        account_name=account_name or text(node, "MasterName1"),
        account_code=account_code or text(node, "tmpMasterCode1"),
        voucher_code=text(node, "tmpVchCode"),
        broker_name=text(node, "tmpBrokerName"),
    )


def stage_item(raw: RawObject) -> ItemRow:
    """Stage an item; its opening value is negative for debit, as balances are."""
    node, places = raw.body, raw.decimals
    value = amount(node, "OPAmount", places)
    is_opening = raw.as_of is None
    return ItemRow(
        code=text(node, "tmpCode"),
        name=text(node, "Name"),
        alias=text(node, "Alias"),
        print_name=text(node, "PrintName"),
        group_name=text(node, "ParentGroup"),
        group_code=text(node, "tmpGroupCode"),
        unit=text(node, "MainUnit"),
        unit_code=text(node, "tmpMainUnitCode"),
        alternate_unit=text(node, "AltUnit"),
        alternate_unit_code=text(node, "tmpAltUnitCode"),
        conversion=number(node, "ConversionFactor"),
        opening_quantity=number(node, "OPStockInMainUnit") if is_opening else None,
        opening_alternate=number(node, "OPStockInAltUnit") if is_opening else None,
        opening_value=-value if value is not None and is_opening else None,
        openings=tuple(_centre_stock(one, places) for one in nodes(node, "OPStockDetails", "OPMCStockDetail"))
        if is_opening
        else (),
        hsn=text(node, "HSNCode"),
        tax_category=text(node, "TaxCategory"),
    )


def _centre_stock(node: Node, places: int) -> CentreStock:
    return CentreStock(
        centre=text(node, "MCName"),
        quantity=number(node, "OPStockMainUnit") or Decimal(0),
        value=-(amount(node, "Amount", places) or Decimal(0)),
    )


def _named(raw: RawObject) -> NamedMaster | None:
    node = raw.body
    if not text(node, "Name"):
        return None
    return NamedMaster(
        master_type=MASTER_TYPES.get(raw.element, 0),
        code=text(node, "tmpCode"),
        name=text(node, "Name"),
        alias=text(node, "Alias"),
        parent_name=first_text(node, "ParentGroup", "ParentGroupName", "ParentGrp"),
        parent_code=first_text(node, "tmpParentGrpCode", "tmpGroupCode"),
    )


def stage_voucher(raw: RawObject) -> VoucherRow:
    """Stage a voucher.

    Raises:
        UnreadableField: its type, its day, or an amount, side or method in it cannot be read.
    """
    node, places = raw.body, raw.decimals
    kind = text(node, "VchType")
    told = day(node, "Date")
    if not kind.isdecimal():
        raise UnreadableField("VchType", kind, "number of a voucher type")
    if told is None:
        raise UnreadableField("Date", text(node, "Date"), "day (dd-mm-yyyy)")
    legs = tuple(_leg(one, places) for one in nodes(node, "AccEntries", "AccDetail"))
    return VoucherRow(
        code=text(node, "tmpVchCode") or raw.key,
        voucher_type=int(kind),
        day=told,
        series=text(node, "VchSeriesName"),
        series_code=text(node, "tmpVchSeriesCode"),
        number=text(node, "VchNo").strip(),
        sale_type=text(node, "STPTName"),
        party_name=text(node, "MasterName1"),
        party_code=text(node, "tmpMasterCode1"),
        centre=text(node, "MasterName2"),
        centre_code=text(node, "tmpMasterCode2"),
        currency=text(node, "TranCurName"),
        is_cancelled="Cancelled" in node,
        original_id=text(node, "OriginalID"),
        total=amount(node, "tmpTotalAmt", places),
        billing=_billing(node),
        legs=legs,
        items=tuple(_item(one, places, place) for place, one in enumerate(_items(node), start=1)),
        sundries=tuple(_sundry(one, places) for one in nodes(node, "BillSundries", "BSDetail")),
        bills=tuple(_bills(node, places)),
        broker_name=text(node, "BrokerName"),
        irn=text(node, "IRN"),
        ack_day=day(node, "EInvAckDate"),
        **_other_info(node),
    )


def _items(node: Node) -> Iterator[Node]:
    return nodes(node, "ItemEntries", "ItemDetail")


def _other_info(node: Node) -> dict[str, Any]:
    info = next(nodes(node, "VchOtherInfoDetails"), {})
    original = next(nodes(node, "OrgSalePurcDet"), {})
    found: dict[str, Any] = {
        "narration": "\n".join(line for tag in ("Narration1", "Narration2") if (line := text(info, tag).strip())),
        "reference": text(info, "PurchaseBillNo"),
        "reference_day": day(info, "PurchaseBillDate"),
        "transport": text(info, "Transport"),
        "lr_number": text(info, "GRNo"),
        "lr_day": day(info, "GrDate"),
        "vehicle": text(info, "VehicleNo"),
        "station": text(info, "Station"),
        "original_number": first_text(original, "VchNo"),
        "original_day": day(original, "VchDate"),
    }
    fields = next(nodes(info, "OFInfo"), {})
    told = {tag: value for tag, value in fields.items() if isinstance(value, str)}
    return {**found, "extras": {"OFInfo": told} if told else {}}


def _billing(node: Node) -> AddressRow | None:
    inner = next(nodes(node, "BillingDetails"), None)
    if inner is None:
        return None
    return AddressRow(
        name=text(inner, "PartyName"),
        lines=tuple(line for tag in _LINES if (line := text(inner, tag).strip())),
        state=text(inner, "StateName"),
        pincode=text(inner, "PINCode"),
        mobile=text(inner, "MobileNo"),
        gstin=text(inner, "GSTNo"),
        pan=text(inner, "ITPAN"),
        dealer_type=text(inner, "TypeOfDealer"),
    )


def _leg(node: Node, places: int) -> LedgerLeg:
    side = text(node, "AmountType")
    if side not in (DEBIT, CREDIT):
        raise UnreadableField("AccDetail/AmountType", side, "1 (debit) or 2 (credit)")
    magnitude = abs(required_amount(node, "AmtMainCur", places))
    return LedgerLeg(
        account_name=text(node, "AccountName"),
        account_code=text(node, "tmpAccCode"),
        group_name=text(node, "tmpGroupName"),
        amount=magnitude if side == DEBIT else -magnitude,
        narration=text(node, "ShortNar"),
    )


def _item(node: Node, places: int, place: int) -> ItemLeg:
    tax = amount(node, "STAmount", places)
    net = amount(node, "NettAmount", places)
    gross = amount(node, "Amt", places)
    if net is None:
        net = (gross or Decimal(0)) - (tax or Decimal(0))
    return ItemLeg(
        line=place,
        item_name=text(node, "ItemName"),
        item_code=text(node, "tmpItemCode"),
        unit=text(node, "UnitName"),
        quantity=abs(quantity(node, "Qty")),
        alternate_unit=text(node, "AltUnitName"),
        alternate_quantity=number(node, "QtyAltUnit"),
        price=number(node, "Price"),
        list_price=number(node, "ListPrice"),
        mrp=number(node, "ItemMRP"),
        amount=abs(net),
        discount_percent=number(node, "DiscountPercent"),
        centre=text(node, "MC"),
        centre_code=text(node, "tmpMCCode"),
        is_inward=None if not text(node, "Qty").startswith("-") else False,
        tax_category=text(node, "ItemTaxCategory"),
        hsn=text(node, "HSNCode"),
        rate_first=number(node, "STPercent"),
        rate_second=number(node, "STPercent1"),
        tax_first=amount(node, "TaxBeforeSurcharge", places) if text(node, "TaxBeforeSurcharge") else tax,
        tax_second=amount(node, "TaxBeforeSurcharge1", places),
        is_exempt=flag(node, "Exempted"),
        description="\n".join(
            value for info in nodes(node, "ItemDescInfo") for value in info.values() if isinstance(value, str)
        ),
    )


def _sundry(node: Node, places: int) -> SundryRow:
    return SundryRow(
        name=text(node, "BSName"),
        code=text(node, "tmpBSCode"),
        amount=amount(node, "Amt", places) or Decimal(0),
        percent=number(node, "PercentVal"),
        percent_of=number(node, "PercentOperatedOn"),
    )


def _bills(node: Node, places: int) -> Iterator[BillRow]:
    """References stand twice in receipts; where nothing is pending listed, the copies under the postings count."""
    if "PendingBillDetails" in node:
        for detail in nodes(node, "PendingBillDetails", "BillDetail"):
            name, code = text(detail, "MasterName1"), text(detail, "tmpMasterCode1")
            for one in nodes(detail, "BillRefs"):
                yield _bill(one, places, name, code)
        return
    for leg in nodes(node, "AccEntries", "AccDetail"):
        for one in nodes(leg, "BillRefs", "BillDetails"):
            yield _bill(one, places, text(leg, "AccountName"), text(leg, "tmpAccCode"))
