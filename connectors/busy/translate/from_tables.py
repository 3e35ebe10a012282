"""Rows of a company database, or of the web service, as staged rows. See ``connectors/busy/database/records.py``.

Signs end here: BUSY's tables write debits negative (``Tran2.Value1``, ``Tran3.Value1``, ``Folio1.D1``), goods going out
negative, and the value of opening stock as a debit. Numbers are binary fractions with their noise: amounts are rounded
to the decimals of the base currency, quantities and rates to six.

What a column means is known from written analyses of real databases and from readers of live ones; what they do not
agree on, or nobody proved, is left in the raw record: flags ``B1``…, most ``CM``, ``D`` and ``I`` columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from canonical.record import JsonValue
from connectors.busy.database.tables import ORDER, REFERENCE
from connectors.busy.identity import BUILT_IN_GROUPS
from connectors.busy.staging import (
    AccountGroupRow,
    AccountRow,
    AddressRow,
    BillMethod,
    BillRow,
    CompanyRow,
    DeletedRow,
    ItemLeg,
    ItemRow,
    LedgerLeg,
    MasterType,
    NamedMaster,
    StagedRow,
    SundryRow,
    TaxRow,
    UnitRow,
    VoucherRow,
)
from connectors.busy.streams import COMPANIES, DELETED, VOUCHERS
from connectors.busy.translate.routes import RawObject, UnreadableField
from connectors.busy.values import find_day

Row = Mapping[str, JsonValue]

_SIX = Decimal("0.000001")
_LEDGER, _ITEM, _SUNDRY = 1, 2, 3
"""``Tran2.RecType``."""
_ORIGINAL_KINDS = {3: "SlRt", 9: "Sale", 14: "Rcpt"}
"""Words BUSY ends an ``OriginalID`` with, those that were seen."""


def stage(raw: RawObject) -> StagedRow | None:
    """Stage one raw record of the database or service route.

    Raises:
        UnreadableField: a field that decides a figure cannot be read.
    """
    if raw.stream == COMPANIES:
        return CompanyRow(name=raw.company_name, year_from=_company_start(raw), extras={"years": raw.body["years"]})
    if raw.stream == VOUCHERS:
        return _Voucher(raw).stage()
    if raw.stream == DELETED:
        body = raw.body
        return DeletedRow(
            kind=_whole(body, "Type"),
            identity=_text(body, "Identity"),
            deleted_by=_text(body, "DeletedBy"),
            deleted_at=_text(body, "DeletionTime"),
        )
    return _master(raw)


def _company_start(raw: RawObject) -> date | None:
    years = raw.body.get("years") or []
    return date(min(int(year) for year in years), 4, 1) if years else raw.year_from


def _master(raw: RawObject) -> StagedRow:
    years: list[Mapping[str, Any]] = raw.body["years"]
    newest = _Master(raw, years[-1]["Master1"], years)  # whoever carried the year over may have renamed it since
    stages: dict[int, Callable[[], StagedRow]] = {
        MasterType.ACCOUNT_GROUP: newest.group,
        MasterType.ACCOUNT: newest.account,
        MasterType.ITEM: newest.item,
        MasterType.UNIT: newest.unit,
    }
    return stages.get(_whole(newest.row, "MasterType"), newest.named)()


@dataclass(frozen=True, slots=True)
class _Master:
    """A master by its newest year; its code, and what it began with, are the oldest year's, which the record is of."""

    raw: RawObject
    row: Row
    years: list[Mapping[str, Any]]

    @property
    def code(self) -> str:
        """Its code in the year of the record."""
        return _code(self.years[0]["Master1"], "Code")

    @property
    def codes(self) -> dict[str, JsonValue]:
        """Its code in every year."""
        return {"codes": {str(year["year"]): _code(year["Master1"], "Code") for year in self.years}}

    def group(self) -> AccountGroupRow:
        parent = _code(self.row, "ParentGrp")
        return AccountGroupRow(
            code=self.code,
            name=_name(self.row, "Name"),
            alias=_text(self.row, "Alias"),
            parent_name=self._named(MasterType.ACCOUNT_GROUP, parent),
            parent_code=self._of_the_record(parent),
            is_primary=not parent,
        )

    def account(self) -> AccountRow:
        group = _code(self.row, "ParentGrp")
        bills = tuple(self._opening_bills())
        return AccountRow(
            code=self.code,
            name=_name(self.row, "Name"),
            alias=_text(self.row, "Alias"),
            print_name=_name(self.row, "PrintName"),
            group_name=self._named(MasterType.ACCOUNT_GROUP, group),
            group_code=self._of_the_record(group),
            opening=self._opening_balance(),
            is_bill_wise=bool(self.raw.body.get("has_bills")) or bool(bills),
            bills=bills,
            address=self._address(),
            hsn=_text(self.row, "HSNCode"),
            is_active=not _flag(self.row, "DeactiveMaster"),
            extras=self.codes,
        )

    def item(self) -> ItemRow:
        unit, category = _code(self.row, "CM1"), _code(self.row, "CM8")
        balance = self._balance_row()
        value = _amount(balance, "D3", self.raw.decimals) if balance else None
        return ItemRow(
            code=self.code,
            name=_name(self.row, "Name"),
            alias=_text(self.row, "Alias"),
            print_name=_name(self.row, "PrintName"),
            group_name=self._named(MasterType.ITEM_GROUP, _code(self.row, "ParentGrp")),
            group_code=self._of_the_record(_code(self.row, "ParentGrp")),
            unit=self._named(MasterType.UNIT, unit),
            unit_code=self._of_the_record(unit),
            opening_quantity=_number(balance, "D1") if balance else None,
            opening_value=-value if value is not None else None,
            hsn=_text(self.row, "HSNCode"),
            tax_category=self._named(MasterType.TAX_CATEGORY, category),
            is_active=not _flag(self.row, "DeactiveMaster"),
            extras=self.codes,
        )

    def unit(self) -> UnitRow:
        return UnitRow(code=self.code, name=_name(self.row, "Name"), print_name=_name(self.row, "PrintName"))

    def named(self) -> NamedMaster:
        kind = _whole(self.row, "MasterType")
        parent = _code(self.row, "ParentGrp")
        names: Mapping[str, str] = self.raw.body["names"]
        return NamedMaster(
            master_type=kind,
            code=self.code,
            name=_name(self.row, "Name"),
            alias=_text(self.row, "Alias"),
            parent_name=next((name for key, name in names.items() if key.endswith(f":{parent}")), ""),
            parent_code=self._of_the_record(parent),
            extras=self.codes,
        )

    def _of_the_record(self, code: str) -> str:
        """A code of the newest year, where that is the record's own year or the code is built in; else nothing."""
        is_built_in = code.isdecimal() and int(code) in BUILT_IN_GROUPS
        return code if len(self.years) == 1 or is_built_in else ""

    def _named(self, kind: MasterType, code: str) -> str:
        return str(self.raw.body["names"].get(f"{int(kind)}:{code}", ""))

    def _balance_row(self) -> Row | None:
        """The opening is that of the year the master is first in: later ones are copies of what was pending."""
        return next(iter(self.years[0].get("Folio1", ())), None)

    def _opening_balance(self) -> Decimal | None:
        row = self._balance_row()
        return -_amount(row, "D1", self.raw.decimals) if row is not None else None

    def _opening_bills(self) -> Iterator[BillRow]:
        name, code = _name(self.row, "Name"), self.code
        for row in self.years[0].get("Tran3", ()):
            if _whole(row, "RecType") == REFERENCE:
                yield _bill(row, self.raw.decimals, name, code, {})

    def _address(self) -> AddressRow:
        row: Row = next(iter(self.years[-1].get("MasterAddressInfo", ())), {})
        names: Mapping[str, str] = self.raw.body["names"]
        return AddressRow(
            lines=_lines(row),
            state=names.get(f"56:{_code(row, 'StateCodeLong')}", ""),
            country=names.get(f"55:{_code(row, 'CountryCodeLong')}", ""),
            pincode=_text(row, "PINCode"),
            phone=_text(row, "TelNo"),
            mobile=_text(row, "Mobile"),
            whatsapp=_text(row, "WhatsAppNo"),
            email=_text(row, "Email"),
            contact=_text(row, "Contact"),
            gstin=_text(row, "GSTNo"),
            pan=_text(row, "ITPAN"),
            transport=_text(row, "Transport"),
            station=_text(row, "Station"),
        )


@dataclass(frozen=True, slots=True)
class _Voucher:
    """A voucher's rows."""

    raw: RawObject

    def stage(self) -> VoucherRow:
        head, other = self._head, self._first("VchOtherInfo")
        series = _code(head, "VchSeriesCode")
        party, centre = _code(head, "MasterCode1"), _code(head, "MasterCode2")
        return VoucherRow(
            code=_code(head, "VchCode"),
            voucher_type=_whole(head, "VchType"),
            day=self._day(),
            series=self._named(series, MasterType.VOUCHER_SERIES),
            series_code=series,
            number=_text(head, "VchNo"),
            sale_type=self._named(_code(head, "CM1"), MasterType.SALE_TYPE, MasterType.PURCHASE_TYPE),
            party_name=self._named(party, MasterType.ACCOUNT),
            party_code=party if self._named(party, MasterType.ACCOUNT) else "",
            centre=self._named(centre, MasterType.MATERIAL_CENTRE),
            centre_code=centre if self._named(centre, MasterType.MATERIAL_CENTRE) else "",
            narration=" ".join(part for part in (_text(other, "Narration1"), _text(other, "Narration2")) if part),
            reference=_text(other, "PurchaseBillNo"),
            reference_day=_day(other, "PurchaseBillDate"),
            is_cancelled=_flag(head, "VchCancelled") or _flag(head, "Cancelled"),
            original_id=self._original_id(),
            total=abs(_amount(head, "VchAmtBaseCur", self.raw.decimals)),
            billing=self._billing(),
            transport=_text(other, "Transport"),
            lr_number=_text(other, "GrNo"),
            lr_day=_day(other, "GrDate"),
            vehicle=_text(other, "VehicleNo"),
            station=_text(other, "Station"),
            legs=tuple(self._legs()),
            items=(*self._goods(), *self._ordered()),
            sundries=tuple(self._sundries()),
            bills=tuple(self._bills()),
            taxes=tuple(self._taxes()),
            entered_by=_text(head, "CreatedBy"),
            altered_by=_text(head, "ModifiedBy"),
            modified=_text(head, "ModificationTime"),
        )

    @property
    def _head(self) -> Row:
        head: Row = self.raw.body["Tran1"]
        return head

    def _rows(self, table: str) -> list[Row]:
        return self.raw.body.get(table) or []

    def _first(self, table: str) -> Row:
        return next(iter(self._rows(table)), {})

    def _day(self) -> date:
        found = _day(self._head, "Date")
        if found is None:
            raise UnreadableField("Tran1.Date", self._head.get("Date"), "day")
        return found

    def _named(self, code: str, *kinds: MasterType) -> str:
        names: Mapping[str, str] = self.raw.body["names"]
        return next((names[f"{int(kind)}:{code}"] for kind in kinds if f"{int(kind)}:{code}" in names), "")

    def _told(self, what: str, code: str) -> str:
        return str((self.raw.body.get(what) or {}).get(code, ""))

    def _original_id(self) -> str:
        kind = _ORIGINAL_KINDS.get(_whole(self._head, "VchType"))
        if kind is None:
            return ""
        series = self._named(_code(self._head, "VchSeriesCode"), MasterType.VOUCHER_SERIES)
        return f"{series};{self._day():%d-%m-%Y};{_text(self._head, 'VchNo')};{kind}"

    def _billing(self) -> AddressRow | None:
        row = self._first("BillingDet")
        if not row:
            return None
        return AddressRow(
            name=_name(row, "PartyName"),
            lines=_lines(row),
            mobile=_text(row, "MobileNo"),
            email=_text(row, "Email"),
            gstin=_text(row, "GSTNo"),
            pan=_text(row, "ITPAN"),
        )

    def _legs(self) -> Iterator[LedgerLeg]:
        for row in self._rows("Tran2"):
            if _whole(row, "RecType") == _LEDGER:
                code = _code(row, "MasterCode1")
                yield LedgerLeg(
                    account_name=self._named(code, MasterType.ACCOUNT),
                    account_code=code,
                    group_name=self._told("groups", code),
                    amount=-_amount(row, "Value1", self.raw.decimals),
                    narration=_text(row, "ShortNar"),
                    cleared_on=_day(row, "ClrDate"),
                )

    def _goods(self) -> Iterator[ItemLeg]:
        for row in self._rows("Tran2"):
            if _whole(row, "RecType") == _ITEM:
                quantity, alternate = _number(row, "Value1"), _number(row, "Value2")
                yield self._item_leg(
                    row,
                    code=_code(row, "MasterCode1"),
                    quantity=quantity,
                    alternate=alternate if alternate != quantity else None,
                    amount=_amount(row, "Value3", self.raw.decimals),
                    price=_number(row, "D6"),
                )

    def _ordered(self) -> Iterator[ItemLeg]:
        """Lines of orders stand among the references and nowhere else."""
        for row in self._rows("Tran3"):
            if _whole(row, "RecType") == ORDER:
                yield self._item_leg(
                    row,
                    code=_code(row, "MasterCode2"),
                    quantity=_number(row, "Value1"),
                    alternate=None,
                    amount=_amount(row, "NewRefAmount", self.raw.decimals),
                    price=_number(row, "Value3"),
                )

    def _item_leg(
        self,
        row: Row,
        *,
        code: str,
        quantity: Decimal,
        alternate: Decimal | None,
        amount: Decimal,
        price: Decimal,
    ) -> ItemLeg:
        unit, centre = _code(row, "CM1"), _code(row, "MasterCode2")
        discount, listed = _number(row, "D9"), _number(row, "D4")
        return ItemLeg(
            line=_whole(row, "SrNo"),
            item_name=self._named(code, MasterType.ITEM),
            item_code=code,
            unit=self._named(unit, MasterType.UNIT) or self._told("units", code),
            unit_code=unit if self._named(unit, MasterType.UNIT) else "",
            quantity=abs(quantity),
            alternate_quantity=abs(alternate) if alternate is not None else None,
            price=abs(price) or None,
            list_price=listed or None,
            amount=abs(amount),
            discount_percent=discount or None,
            centre=self._named(centre, MasterType.MATERIAL_CENTRE),
            centre_code=centre if self._named(centre, MasterType.MATERIAL_CENTRE) else "",
            is_inward=quantity > 0 if quantity else None,
            tax_category=self._told("categories", code),
        )

    def _sundries(self) -> Iterator[SundryRow]:
        for row in self._rows("Tran2"):
            if _whole(row, "RecType") == _SUNDRY:
                code = _code(row, "MasterCode1")
                amount = abs(_amount(row, "Value1", self.raw.decimals))
                yield SundryRow(name=self._named(code, MasterType.BILL_SUNDRY), code=code, amount=amount)

    def _bills(self) -> Iterator[BillRow]:
        made: Mapping[str, Row] = self.raw.body.get("refs") or {}
        for row in self._rows("Tran3"):
            if _whole(row, "RecType") == REFERENCE:
                code = _code(row, "MasterCode1")
                yield _bill(row, self.raw.decimals, self._named(code, MasterType.ACCOUNT), code, made)

    def _taxes(self) -> Iterator[TaxRow]:
        for row in self._rows("VchGSTSumItemWise"):
            state = _whole(row, "POSStateTinDigit")
            yield TaxRow(
                line=_whole(row, "ItemSrNo"),
                item_code=_code(row, "ItemCode"),
                hsn=_text(row, "HSNCode"),
                taxable=_amount(row, "TaxableAmt", self.raw.decimals),
                rate_first=_number(row, "TaxRate") or None,
                rate_second=_number(row, "TaxRate1") or None,
                tax_first=_amount(row, "TaxAmt", self.raw.decimals) or None,
                tax_second=_amount(row, "TaxAmt1", self.raw.decimals) or None,
                place_of_supply_code=f"{state:02d}" if state else "",
            )


def _bill(row: Row, decimals: int, account: str, account_code: str, made: Mapping[str, Row]) -> BillRow:
    """A reference; an adjusting one is called, and falls due, as where the bill was made."""
    code = _code(row, "RefCode")
    original = made.get(code, {})
    method = _whole(row, "Method")
    if method not in tuple(BillMethod):
        raise UnreadableField("Tran3.Method", row.get("Method"), "way to refer to a bill (1 new, 2 adjusting)")
    return BillRow(
        method=BillMethod(method),
        amount=-_amount(row, "Value1", decimals),
        ref=_text(original, "No") or _text(row, "No"),
        code=code,
        day=_day(row, "Date"),
        due=_day(original, "DueDate") or _day(row, "DueDate"),
        account_name=account,
        account_code=account_code,
        voucher_code=_code(row, "VchCode"),
    )


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value).strip()


def _name(row: Row, column: str) -> str:
    """A name keeps its blanks: they are part of it."""
    return str(row.get(column) or "")


def _code(row: Row, column: str) -> str:
    """A code as text; 0 is none."""
    number = _whole(row, column)
    return str(number) if number else ""


def _whole(row: Row, column: str) -> int:
    value = row.get(column)
    if value is None or value == "":
        return 0
    try:
        return int(Decimal(str(int(value) if isinstance(value, bool) else value)))
    except (InvalidOperation, ValueError, OverflowError):
        raise UnreadableField(column, value, "whole number") from None


def _flag(row: Row, column: str) -> bool:
    """Yes is true, -1 or 1, whatever the driver makes of it."""
    return _text(row, column).casefold() in ("true", "1", "-1", "yes", "y")


def _decimal(row: Row, column: str) -> Decimal:
    value = row.get(column)
    if value is None or value == "":
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise UnreadableField(column, value, "number") from None
    if not found.is_finite():
        raise UnreadableField(column, value, "number")
    return found


def _amount(row: Row, column: str, decimals: int) -> Decimal:
    """An amount without the noise of a binary fraction."""
    return round(_decimal(row, column), decimals) + 0


def _number(row: Row, column: str) -> Decimal:
    """A quantity, rate or percentage."""
    return _decimal(row, column).quantize(_SIX).normalize() + 0


def _day(row: Row, column: str) -> date | None:
    """A day; the engine's null day is none. Text dates are as BUSY writes them, day first."""
    return find_day(_text(row, column))


def _lines(row: Row) -> tuple[str, ...]:
    return tuple(line for line in (_text(row, f"Address{number}") for number in range(1, 5)) if line)
