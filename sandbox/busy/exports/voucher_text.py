"""Vouchers as BUSY exports them, with its traps: signs, references listed twice, numbers left out.

Seen in real exports: sale, sale return, receipt. The other accounting vouchers follow them, under the element names a
public importer expects. Of orders, challans and stock vouchers no export was seen: their element names are assumed, and
so is that they carry goods without postings. GST on lines follows the vendor's examples of item-wise sale types.
"""

from __future__ import annotations

from collections.abc import Iterator

from canonical.bill import BillRefKind
from sandbox.busy.chart import PARTYLESS, Master, short
from sandbox.busy.exports.codes import ExportCodes
from sandbox.busy.exports.text import PART, ROW, dmy, element, leaf, leaves, plain, thousandths
from sandbox.world.masters import Masters
from sandbox.world.paise import half_up, render_paise
from sandbox.world.vouchers import BillMove, Entry, ItemMove, Voucher

CONTAINERS: dict[int, tuple[str, str, str]] = {
    2: ("Purc", "Purchase", "Purc"),
    3: ("SlRts", "SaleReturn", "SlRt"),
    4: ("MatRcpts", "MaterialReceipt", "MtRc"),
    8: ("StkJrnls", "StockJournal", "StJr"),
    9: ("Sales", "Sale", "Sale"),
    10: ("PrRts", "PurchaseReturn", "PrRt"),
    11: ("MatIssues", "MaterialIssue", "MtIs"),
    12: ("SlOrds", "SaleOrder", "SlOr"),
    13: ("PrOrds", "PurchaseOrder", "PrOr"),
    14: ("Rcpts", "Receipt", "Rcpt"),
    15: ("Contras", "Contra", "Cntr"),
    16: ("Jrnls", "Journal", "Jrnl"),
    17: ("DrNotes", "DbNote", "DrNt"),
    18: ("CrNotes", "CrNote", "CrNt"),
    19: ("Pymts", "Payment", "Pymt"),
    61: ("PhyStks", "PhysicalStock", "PhSt"),
}
"""Container, record and the last word of ``OriginalID``, by voucher type."""
UNNUMBERED = frozenset({14, 19})
"""Vouchers whose automatic numbering is off: they have no ``VchNo`` at all."""
SIGNED = frozenset({2, 3, 9, 10})
"""Vouchers with goods write postings with a sign, the others without."""
SERIES = "Main"


class VoucherWriter:
    """Renders vouchers of one company."""

    def __init__(self, masters: Masters, codes: ExportCodes) -> None:
        self._codes = codes
        self._groups = {ledger.name: ledger.group for ledger in masters.ledgers}
        self._groups |= {party.name: party.group for party in masters.parties}

    def render(self, voucher: Voucher, kind: int) -> str:
        """Write one voucher."""
        record = CONTAINERS[kind][1]
        if voucher.is_cancelled:
            return element(record, self._head(voucher, kind) + leaf("Cancelled", True) + self._tail(voucher, kind, 0))
        moves = [*voucher.items, *(move for entry in voucher.entries for move in entry.items)]
        outgoing = [self._item(voucher, kind, move, number) for number, move in enumerate(moves, start=1)]
        incoming = [self._item(voucher, kind, move, number) for number, move in enumerate(voucher.items_in, 1000)]
        total = abs(next((e.paise for e in voucher.entries if e.is_party), 0)) or _debit(voucher)
        legs = list(_legs(voucher)) if voucher.kind.is_accounting else []
        parts = (
            self._head(voucher, kind),
            self._billing(voucher),
            _other_info(voucher),
            element("ItemEntries", [*outgoing, *incoming]) if moves or incoming else "",
            self._sundries(voucher, kind, moves, total),
            element("AccEntries", [self._leg(voucher, kind, leg, number) for number, leg in enumerate(legs, 1)])
            if legs
            else "",
            self._pending(voucher, kind, legs),
            self._original(voucher),
            self._tail(voucher, kind, total),
        )
        return element(record, parts)

    def _number(self, voucher: Voucher, kind: int) -> str:
        return "" if kind in UNNUMBERED else voucher.number

    def _head(self, voucher: Voucher, kind: int) -> str:
        day, number = dmy(voucher.day), self._number(voucher, kind)
        party = voucher.party_ledger if voucher.items or kind not in PARTYLESS else ""
        centre = next((move.godown for move in voucher.items), "")
        return leaves(
            VchSeriesName=SERIES,
            Date=day,
            VchType=kind,
            StockUpdationDate=day if voucher.items else None,
            VchNo=number,
            AutoVchNo=voucher.index if number else None,
            STPTName=self._sale_type(voucher),
            MasterName1=short(party),
            MasterName2=centre,
            TranCurName="Rs.",
            OriginalID=";".join((SERIES, day, number, CONTAINERS[kind][2])),
            InputType=1 if voucher.items else None,
        )

    def _sale_type(self, voucher: Voucher) -> str:
        if not any(move.gst_rate for move in voucher.items):
            return ""
        return f"{'I' if self._is_interstate(voucher) else 'L'}/GST-ItemWise"

    def _is_interstate(self, voucher: Voucher) -> bool:
        return any(entry.ledger.endswith("IGST") for entry in voucher.entries)

    def _billing(self, voucher: Voucher) -> str:
        party = voucher.partner
        if party is None or not voucher.items:
            return ""
        told = leaves(PartyName=short(party.name), Address1=party.street, MobileNo=party.phone)
        more = leaves(ITPAN=party.pan, GSTNo=party.gstin, tmpVchCode=voucher.index, tmpFound=True)
        return element("BillingDetails", told + more)

    def _item(self, voucher: Voucher, kind: int, move: ItemMove, number: int) -> str:
        value = abs(move.paise)
        first, second = self._taxes(voucher, move)
        quantity = thousandths(move.billed)
        day = dmy(voucher.day)
        name, unit = short(move.item.name), move.item.unit.symbol
        return element(
            "ItemDetail",
            (
                leaves(Date=day, VchType=kind, VchNo=self._number(voucher, kind), SrNo=number, ItemName=name),
                leaves(UnitName=unit, AltUnitName=unit, ConFactor=1, Qty=quantity, QtyMainUnit=quantity),
                element("ItemDescInfo", ""),
                leaves(Price=plain(move.rate), ListPrice=plain(move.rate), Amt=plain(value + first + second)),
                leaves(NettAmount=plain(value), DiscountPercent=plain(move.discount) if move.discount else None),
                self._tax(voucher, move, first, second),
                leaves(ItemMRP=plain(move.item.mrp) if move.item.mrp else None, Exempted=move.item.is_exempt),
                leaves(tmpVchCode=voucher.index, MC=move.godown, tmpGroupName=move.item.group, tmpMainUnitName=unit),
                element("ItemSerialNoEntries", "") + element("ParamStockEntries", "") + element("BatchEntries", ""),
                leaves(tmpItemCode=self._codes.of(Master.ITEM, move.item.name), RecType=2),
            ),
        )

    def _taxes(self, voucher: Voucher, move: ItemMove) -> tuple[int, int]:
        """Tax of a line as BUSY's item-wise types have it: two halves within the state, one whole across."""
        if not move.gst_rate or not voucher.kind.is_accounting:
            return 0, 0
        if self._is_interstate(voucher):
            return half_up(abs(move.paise) * move.gst_rate, 10_000), 0
        half = half_up(abs(move.paise) * move.gst_rate, 20_000)
        return half, half

    def _tax(self, voucher: Voucher, move: ItemMove, first: int, second: int) -> str:
        if not first:
            return ""
        share = 1 if self._is_interstate(voucher) else 2
        rate = plain(move.gst_rate // share)
        return leaves(
            ItemTaxCategory=f"GST {move.gst_rate // 100}%",
            STAmount=plain(first + second),
            STPercent=rate,
            STPercent1=rate if second else None,
            TaxBeforeSurcharge=plain(first),
            TaxBeforeSurcharge1=plain(second) if second else None,
        )

    def _sundries(self, voucher: Voucher, kind: int, moves: list[ItemMove], total: int) -> str:
        """What lies between the lines with their tax and the total; never negative, the name tells the sign."""
        if not moves or not voucher.kind.is_accounting:
            return ""
        gross = sum(abs(move.paise) + sum(self._taxes(voucher, move)) for move in moves)
        difference = total - gross
        if not difference:
            return ""
        name = "Rounded Off (+)" if difference > 0 else "Rounded Off (-)"
        told = leaves(SrNo=1, BSName=name, Amt=plain(abs(difference)), Date=dmy(voucher.day))
        more = leaves(VchNo=self._number(voucher, kind), VchType=kind, tmpVchCode=voucher.index)
        return element("BillSundries", element("BSDetail", told + more))

    def _leg(self, voucher: Voucher, kind: int, leg: Entry, number: int) -> str:
        _, group = self._codes.group(self._groups[leg.ledger])
        code = self._codes.of(Master.ACCOUNT, leg.ledger)
        amount = -leg.paise if kind in SIGNED else abs(leg.paise)
        refs = "" if kind in SIGNED else self._refs(voucher, kind, leg, "BillDetails")
        told = leaves(Date=dmy(voucher.day), VchType=kind, VchNo=self._number(voucher, kind), SrNo=number)
        more = leaves(AccountName=short(leg.ledger), AmountType=1 if leg.paise > 0 else 2, AmtMainCur=plain(amount))
        return element(
            "AccDetail",
            told
            + more
            + leaves(tmpVchCode=voucher.index, tmpGroupName=group, tmpAccCode=code)
            + element("BillRefs", refs),
        )

    def _refs(self, voucher: Voucher, kind: int, leg: Entry, tag: str) -> str:
        moves = [move for move in leg.bills if move.kind is not BillRefKind.ON_ACCOUNT]
        return "".join(
            element(tag, self._ref(voucher, kind, leg.ledger, move, number)) for number, move in enumerate(moves, 1)
        )

    def _ref(self, voucher: Voucher, kind: int, ledger: str, move: BillMove, number: int) -> str:
        is_against = move.kind is BillRefKind.AGAINST
        made = move.bill_date or voucher.day
        return (
            leaves(Method=2 if is_against else 1, SrNo=number, RefNo=move.ref)
            + leaves(Date=dmy(voucher.day if is_against else made), DueDate=dmy(move.due or made))
            + leaves(Value1=plain(-move.paise), VchType=kind, MfgDate=dmy(voucher.day))
            + leaves(tmpRefCode=self._codes.bill(ledger, move.ref), tmpRecType=1, tmpVchCode=voucher.index)
            + leaf("tmpMasterCode1", self._codes.of(Master.ACCOUNT, ledger))
        )

    def _pending(self, voucher: Voucher, kind: int, legs: list[Entry]) -> str:
        details = []
        for leg in legs:
            refs = self._refs(voucher, kind, leg, "BillRefs")
            if refs:
                code = self._codes.of(Master.ACCOUNT, leg.ledger)
                details.append(element("BillDetail", leaves(MasterName1=short(leg.ledger), tmpMasterCode1=code) + refs))
        return element("PendingBillDetails", details) if details else ""

    def _original(self, voucher: Voucher) -> str:
        if not voucher.original_date:
            return ""
        told = leaves(VchDate=dmy(voucher.original_date), tmpVchCode=voucher.index, tmpFound=True)
        return leaf("OrgSalePurcDetProvided", True) + element("OrgSalePurcDet", told)

    def _tail(self, voucher: Voucher, kind: int, total: int) -> str:
        number, day = self._number(voucher, kind), dmy(voucher.day)
        party = self._codes.of(Master.ACCOUNT, voucher.party_ledger) if voucher.party_ledger else 0
        has_party = bool(voucher.items) or kind not in PARTYLESS
        identity = PART.join((str(kind), SERIES, day, number, str(party or ""), "", number, day))
        return leaves(
            tmpVchCode=voucher.index,
            tmpVchSeriesCode=249 + kind,
            tmpMasterCode1=party if has_party and party else None,
            tmpTotalAmt=plain(total),
            OldIdentity=ROW.join((identity, identity)) if voucher.items else None,
            IRN=voucher.irn,
        )


def _legs(voucher: Voucher) -> Iterator[Entry]:
    """Postings as BUSY lists them: the party first, goods by account, then the rest."""
    sums: dict[str, int] = {}
    for item in voucher.items:
        if item.ledger:
            sums[item.ledger] = sums.get(item.ledger, 0) + item.paise
    entries = sorted(voucher.entries, key=lambda entry: not entry.is_party)
    yield from entries[:1]
    yield from (Entry(ledger=ledger, paise=paise) for ledger, paise in sums.items())
    yield from entries[1:]


def _debit(voucher: Voucher) -> int:
    return sum(paise for _, paise in voucher.postings if paise > 0)


def _other_info(voucher: Voucher) -> str:
    lines = voucher.narration.splitlines()
    moved = sum(move.billed for move in voucher.items)
    told = leaves(
        VehicleNo=voucher.transport.vehicle if voucher.transport else None,
        TotalQty=f"{render_paise(moved // 10):>14} {voucher.items[0].item.unit.symbol}" if voucher.items else None,
        PurchaseBillNo=voucher.reference,
        PurchaseBillDate=dmy(voucher.reference_date) if voucher.reference_date else None,
        Narration1=next(iter(lines), ""),
        Narration2=" ".join(lines[1:]),
    )
    return element("VchOtherInfoDetails", element("OFInfo", leaf("OF1", voucher.trip)) + told) if told else ""
