"""Masters as BUSY exports them: groups, accounts with opening bills, items, summary, settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from canonical.dates import CreditUnit
from sandbox.busy.chart import GROUPS, Master, short
from sandbox.busy.exports.codes import ExportCodes
from sandbox.busy.exports.text import dmy, element, leaf, leaves, plain, thousandths
from sandbox.world.masters import ItemMaster, LedgerMaster, Masters, PartyMaster, due_day
from sandbox.world.truth import Truth


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingBill:
    """A bill open at the day of the balance."""

    ref: str
    paise: int
    made: date
    due: date


class MasterWriter:
    """Writes masters.

    Args:
        masters: the world's.
        codes: shared with the vouchers.
        closing: where given, balances and bills are those of its day instead of the openings.
    """

    def __init__(self, masters: Masters, codes: ExportCodes, closing: Truth | None = None) -> None:
        self._masters, self._codes, self._closing = masters, codes, closing
        self._items = {item.name: item for item in masters.items}
        self._parties = {party.name: party for party in masters.parties}
        self._ledgers = {ledger.name: ledger for ledger in masters.ledgers}

    def groups(self) -> str:
        """All groups: the built-in chart and the company's own."""
        built_in = [
            element(
                "AccountGroup",
                leaf("Name", name)
                + (
                    leaves(ParentGroupName=GROUPS[parent][0], tmpCode=code, tmpParentGrpCode=parent)
                    if parent
                    else leaves(PrimaryGroup=True, tmpCode=code)
                ),
            )
            for code, (name, parent) in GROUPS.items()
        ]
        return element("AccountGroups", [*built_in, *self._own_groups()])

    def _own_groups(self) -> Iterator[str]:
        for group in self._masters.groups:
            if not group.reserved:
                code, name = self._codes.group(group.name)
                parent_code, parent = self._codes.group(group.parent)
                told = leaves(Name=name, ParentGroupName=parent, tmpCode=code, tmpParentGrpCode=parent_code)
                yield element("AccountGroup", told)

    @property
    def account_count(self) -> int:
        """Number of accounts."""
        return len(self._ledgers) + len(self._parties)

    def accounts(self, only: Iterable[str] | None = None, *, with_bills: bool = True) -> str:
        """All accounts, or those named; exports of vouchers repeat the masters they use, without pending bills."""
        names = only if only is not None else [*self._ledgers, *self._parties]
        return element("Accounts", [self._account(name, with_bills=with_bills) for name in names])

    def _account(self, name: str, *, with_bills: bool) -> str:
        ledger: LedgerMaster | PartyMaster = self._ledgers.get(name) or self._parties[name]
        party = self._parties.get(name)
        group_code, group = self._codes.group(ledger.group)
        balance = self._closing.trial_balance[name].closing if self._closing else ledger.opening
        own = short(name)
        return element(
            "Account",
            (
                leaves(Name=own, PrintName=own, ParentGroup=group, OPBal=plain(-balance) if balance else None),
                leaves(PYBal=plain(-ledger.opening) if ledger.opening else None),
                leaf("BillByBillBalancing", party is not None and party.is_bill_wise),
                leaf("CreditDaysForSale", _days(party) if party else None),
                self._pending(party) if party and with_bills else "",
                _address(party, self._codes.of(Master.ACCOUNT, name)),
                leaves(SupplierType=1, PriceLevel="@", PriceLevelForPurc="@", TaxType="Others"),
                leaf("TypeOfDealerGST", "Registered" if party and party.gstin else "Un-Registered"),
                leaves(tmpCode=self._codes.of(Master.ACCOUNT, name), tmpParentGrpCode=group_code),
                leaves(ReverseChargeType="Not Applicable", InputType="Section 17(5)-ITC None"),
            ),
        )

    def _pending(self, party: PartyMaster) -> str:
        bills = list(self._bills(party))
        if not bills:
            return ""
        code = self._codes.of(Master.ACCOUNT, party.name)
        rows = [
            leaves(Method=1, SrNo=number, RefNo=bill.ref, Date=dmy(bill.made), DueDate=dmy(bill.due))
            + leaves(Value1=plain(-bill.paise), VchType=1, MfgDate=dmy(bill.made))
            + leaves(tmpRefCode=self._codes.bill(party.name, bill.ref), tmpRecType=1, tmpMasterCode1=code)
            for number, bill in enumerate(bills, start=1)
        ]
        return element("BillByBillDetail", [element("BillReference", row) for row in rows])

    def _bills(self, party: PartyMaster) -> Iterator[PendingBill]:
        if self._closing is not None:
            for bill in self._closing.parties[party.name].bills:
                yield PendingBill(ref=bill.ref, paise=bill.paise, made=bill.bill_date, due=bill.due_date)
            return
        for row in party.opening_bills:
            due = row.bill_date if row.is_advance else due_day(row.bill_date, row.terms, party.terms)
            yield PendingBill(ref=row.ref, paise=row.paise, made=row.bill_date, due=due)

    def items(self, only: Iterable[str] | None = None) -> str:
        """All items, or those named."""
        chosen = self._masters.items if only is None else [self._items[name] for name in only]
        return element("Items", [self._item(item) for item in chosen])

    def _item(self, item: ItemMaster) -> str:
        unit_code = self._codes.of(Master.UNIT, item.unit.symbol)
        own = short(item.name)
        stock = thousandths(item.opening_quantity)
        return element(
            "Item",
            (
                leaves(Name=own, PrintName=own, ParentGroup=item.group, MainUnit=item.unit.symbol),
                leaves(OPStockInMainUnit=stock, OPAmount=plain(-item.opening_value)),
                leaves(AltUnitReq=bool(item.alternate_unit), AltUnit=item.alternate_unit or item.unit.symbol),
                leaves(ConversionFactor=item.conversion or 1, ConFactorType=1, StockValMethod=5, ItemSrNoType=1),
                self._centre_stocks(item),
                element("Address", "<OF />" + leaf("TmpMasterCode", self._codes.of(Master.ITEM, item.name))),
                leaves(HSNCode=item.hsn, TaxCategory=f"GST {item.rates[0].rate // 100}%"),
                leaves(tmpCode=self._codes.of(Master.ITEM, item.name), tmpMainUnitCode=unit_code),
                leaf("tmpGroupCode", self._codes.of(Master.ITEM_GROUP, item.group)),
            ),
        )

    def _centre_stocks(self, item: ItemMaster) -> str:
        rows = [
            leaves(SrNo=number, MCName=batch.godown, OPStockMainUnit=thousandths(batch.quantity))
            + leaf("Amount", plain(-batch.value))
            for number, batch in enumerate(item.opening_batches, start=1)
        ]
        return element("OPStockDetails", [element("OPMCStockDetail", row) for row in rows]) if rows else ""

    def trailer(self) -> str:
        """Summary and settings, which only exports of all masters carry."""
        counts = (
            (Master.ACCOUNT, self.account_count),
            (Master.GROUP, len(GROUPS) + sum(not group.reserved for group in self._masters.groups)),
            (Master.ITEM, len(self._masters.items)),
        )
        rows = [element("MastersDet", leaves(MasterType=int(kind), NoOfMasters=count)) for kind, count in counts]
        config = leaves(CurDecimal=2, BillByBill=True, QtyDecimal=3, BaseCurrency="Rs.", ApplicableGSTIndia=True)
        return element("MastersSummary", rows) + element("Config", config)


def version() -> str:
    """The last element of every export."""
    return element("Version", leaves(MajorVer=21, MinorVer="0", RevisionNo="14.8") + "<SubRevisionNo></SubRevisionNo>")


def _days(party: PartyMaster) -> int | None:
    terms = party.terms
    return terms.number if terms is not None and terms.unit is CreditUnit.DAYS and terms.number else None


def _address(party: PartyMaster | None, code: int) -> str:
    if party is None:
        return element("Address", "<OF />" + leaves(CountryName="India", AreaName="---Others---", TmpMasterCode=code))
    told = leaves(
        Address1=party.street,
        Address4=party.city,
        Email=party.email,
        Mobile=party.phone,
        Contact=party.contact,
        ITPAN=party.pan,
        GSTNo=party.gstin,
    )
    place = leaves(CountryName="India", StateName=party.state, CityName=party.city, AreaName="---Others---")
    return element("Address", told + "<OF />" + place + leaves(PINCode=party.pincode, TmpMasterCode=code))
