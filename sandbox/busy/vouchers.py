"""Vouchers of the sandbox as rows: header, ledger legs, goods, references, billing, tax by line.

Signs are BUSY's: a debit is negative in ``Tran2.Value1`` and ``Tran3.Value1``, goods going out negative.
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from canonical.bill import BillRefKind
from canonical.tax import TaxHead
from sandbox.busy.chart import ORDERS, PARTYLESS, Master, short
from sandbox.world.masters import Masters
from sandbox.world.vouchers import BillMove, ItemMove, Voucher

if TYPE_CHECKING:
    from sandbox.busy.tables import Codes, YearTables

_INWARD = frozenset({2, 3, 4})
_RECEIVING_LINE = 1000
_SERIES = "Main"


def money(paise: int) -> float:
    """Rupees, as the engine's double holds them."""
    return paise / 100


def thousandths(quantity: int) -> float:
    """A quantity, likewise."""
    return quantity / 1000


def day(of: date) -> datetime:
    """A day as the engine's moment."""
    return datetime.combine(of, time.min)


class VoucherRows:
    """Writes vouchers into a year's tables."""

    def __init__(self, masters: Masters, tables: YearTables, codes: Codes) -> None:
        self._masters, self._tables, self._codes = masters, tables, codes
        self._refs: dict[tuple[int, str], int] = {}
        self._series: set[int] = set()
        self._interstate = {ledger.name for ledger in masters.ledgers if ledger.tax_head is TaxHead.IGST}

    def opening_bill(self, ledger: str, ref: str, paise: int, made: date, due: date) -> None:
        """Write a bill that was open before the year."""
        code = self._codes.of(Master.ACCOUNT, short(ledger))
        self._ref_row(code, ref, method=1, code=0, kind=1, paise=paise, made=made, due=due, number=1)

    def voucher(self, voucher: Voucher, kind: int) -> None:
        """Write one voucher."""
        self._header(voucher, kind)
        if voucher.is_cancelled:
            return
        self._legs(voucher, kind)
        if kind in ORDERS:
            self._ordered(voucher, kind)
        else:
            self._goods(voucher, kind)
        self._bills(voucher, kind)
        self._other(voucher)
        self._taxes(voucher, kind)

    def finish(self) -> None:
        """Write the series that were used, one per kind of voucher, all of one name."""
        opened = datetime(self._tables.first, 4, 1, 10, 15, 30)  # noqa: DTZ001 - a database's moment has no zone
        for code in sorted(self._series):
            self._tables.add("Master1", Code=code, MasterType=21, Name=_SERIES, CreationTime=opened)

    def _header(self, voucher: Voucher, kind: int) -> None:
        total = sum(paise for _, paise in voucher.postings if paise > 0)
        taxable = sum(item.paise for item in voucher.items)
        moment = datetime.combine(voucher.day, time(18, 0))
        self._series.add(self._series_code(kind))
        self._tables.add(
            "Tran1",
            **self._common(voucher, kind),
            StockUpdationDate=day(voucher.day),
            MasterCode1=self._account(voucher.party_ledger) if voucher.items or kind not in PARTYLESS else 0,
            MasterCode2=self._centre(voucher.items),
            Stamp=voucher.index,
            VchAmtBaseCur=money(total),
            OrgVchAmtBaseCur=money(total),
            VchSalePurcAmt=money(abs(taxable)),
            CreatedBy="a",
            CreationTime=moment,
            ModificationTime=moment,
            VchCancelled=voucher.is_cancelled,
            Cancelled=voucher.is_cancelled,
        )

    def _legs(self, voucher: Voucher, kind: int) -> None:
        if not voucher.kind.is_accounting:
            return
        sums: dict[str, int] = {}
        legs = [(entry.ledger, entry.paise) for entry in voucher.entries]
        for item in voucher.items:
            if item.ledger:
                sums[item.ledger] = sums.get(item.ledger, 0) + item.paise
        for number, (ledger, paise) in enumerate([*legs, *sums.items()], start=1):
            self._tables.add(
                "Tran2",
                **self._common(voucher, kind),
                RecType=1,
                MasterCode1=self._account(ledger),
                SrNo=number,
                Value1=-money(paise),
            )

    def _goods(self, voucher: Voucher, kind: int) -> None:
        moves = [*voucher.items, *(move for entry in voucher.entries for move in entry.items)]
        for number, move in enumerate(moves, start=1):
            is_inward = kind in _INWARD if voucher.kind.is_accounting or voucher.kind.is_challan else move.paise > 0
            self._good(voucher, kind, move, number, is_inward=is_inward)
        for number, move in enumerate(voucher.items_in, start=_RECEIVING_LINE):
            self._good(voucher, kind, move, number, is_inward=True)

    def _good(self, voucher: Voucher, kind: int, move: ItemMove, number: int, *, is_inward: bool) -> None:
        quantity = thousandths(move.actual if is_inward else -move.actual)
        self._tables.add(
            "Tran2",
            **self._common(voucher, kind),
            RecType=2,
            MasterCode1=self._codes.of(Master.ITEM, short(move.item.name)),
            MasterCode2=self._codes.known(Master.CENTRE, short(move.godown)),
            SrNo=number,
            Value1=quantity,
            Value2=quantity,
            Value3=money(abs(move.paise)),
            D4=money(move.item.mrp),
            D6=money(move.rate),
            D9=move.discount / 100,
            CM1=self._codes.of(Master.UNIT, short(move.item.unit.symbol)),
        )

    def _ordered(self, voucher: Voucher, kind: int) -> None:
        for number, move in enumerate(voucher.items, start=1):
            common = self._common(voucher, kind)
            self._tables.add(
                "Tran3",
                RefCode=self._ref_code(self._account(voucher.party_ledger), f"{voucher.number}/{number}"),
                RecType=4,
                Method=1,
                VchCode=common["VchCode"],
                VchType=kind,
                MasterCode1=self._account(voucher.party_ledger),
                MasterCode2=self._codes.of(Master.ITEM, short(move.item.name)),
                SrNo=number,
                Date=common["Date"],
                DueDate=common["Date"],
                No=voucher.number,
                Value1=thousandths(move.billed),
                Value3=money(move.rate),
                NewRefAmount=money(abs(move.paise)),
            )

    def _bills(self, voucher: Voucher, kind: int) -> None:
        number = 0
        for entry in voucher.entries:
            for move in entry.bills:
                if move.kind is not BillRefKind.ON_ACCOUNT and voucher.kind.is_accounting:
                    number += 1
                    self._bill(voucher, kind, entry.ledger, move, number)

    def _bill(self, voucher: Voucher, kind: int, ledger: str, move: BillMove, number: int) -> None:
        is_against = move.kind is BillRefKind.AGAINST
        made = move.bill_date or voucher.day
        self._ref_row(
            self._account(ledger),
            move.ref,
            method=2 if is_against else 1,
            code=voucher.index,
            kind=kind,
            paise=move.paise,
            made=voucher.day if is_against else made,
            due=move.due or made,
            number=number,
        )

    def _ref_row(
        self,
        account: int,
        ref: str,
        *,
        method: int,
        code: int,
        kind: int,
        paise: int,
        made: date,
        due: date,
        number: int,
    ) -> None:
        self._tables.add(
            "Tran3",
            RefCode=self._ref_code(account, ref),
            RecType=1,
            Method=method,
            VchCode=code,
            VchType=kind,
            MasterCode1=account,
            SrNo=number,
            Date=day(made),
            DueDate=day(due),
            No=ref,
            Status=1,
            Type=2,
            Value1=-money(paise),
            MfgDate=day(made),
        )

    def _other(self, voucher: Voucher) -> None:
        self._tables.add(
            "VchOtherInfo",
            VchCode=voucher.index,
            Narration1=voucher.narration or None,
            PurchaseBillNo=voucher.reference or None,
            PurchaseBillDate=f"{voucher.reference_date:%d-%m-%Y}" if voucher.reference_date else None,
            VehicleNo=voucher.transport.vehicle if voucher.transport else None,
        )
        if voucher.partner is not None and voucher.items:
            partner = voucher.partner
            self._tables.add("BillingDet", VchCode=voucher.index, PartyName=partner.name, GSTNo=partner.gstin or None)

    def _taxes(self, voucher: Voucher, kind: int) -> None:
        if not voucher.kind.is_accounting:
            return
        is_interstate = any(entry.ledger in self._interstate for entry in voucher.entries)
        for number, item in enumerate(voucher.items, start=1):
            if item.gst_rate:
                self._tax(voucher, kind, item, number, is_interstate=is_interstate)

    def _tax(self, voucher: Voucher, kind: int, item: ItemMove, number: int, *, is_interstate: bool) -> None:
        rate = item.gst_rate / 100
        taxable = abs(item.paise)
        first = rate if is_interstate else rate / 2
        tax = money(round(taxable * first / 100))
        state = int(voucher.partner.state_code) if voucher.partner else int(self._masters.company.state_code)
        self._tables.add(
            "VchGSTSumItemWise",
            VchCode=voucher.index,
            ItemSrNo=number,
            ItemCode=self._codes.of(Master.ITEM, short(item.item.name)),
            VchDate=day(voucher.day),
            VchNo=voucher.number,
            VchType=kind,
            HSNCode=item.item.hsn,
            TaxableAmt=money(taxable),
            TaxRate=first,
            TaxRate1=0.0 if is_interstate else first,
            TaxAmt=tax,
            TaxAmt1=0.0 if is_interstate else tax,
            POSStateTinDigit=state,
            PartyStateTinDigit=state,
        )

    def _common(self, voucher: Voucher, kind: int) -> dict[str, Any]:
        return {
            "VchCode": voucher.index,
            "VchType": kind,
            "Date": day(voucher.day),
            "VchNo": voucher.number or None,
            "VchSeriesCode": self._series_code(kind),
        }

    def _series_code(self, kind: int) -> int:
        return 249 + kind

    def _account(self, ledger: str) -> int:
        return self._codes.of(Master.ACCOUNT, short(ledger)) if ledger else 0

    def _centre(self, items: tuple[ItemMove, ...]) -> int:
        godown = next((item.godown for item in items), "")
        return self._codes.known(Master.CENTRE, short(godown)) if godown else 0

    def _ref_code(self, account: int, ref: str) -> int:
        """One code per bill of a party; case and doubled blanks do not make another."""
        key = (account, " ".join(ref.split()).casefold())
        return self._refs.setdefault(key, len(self._refs) + 1)
