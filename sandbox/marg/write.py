"""Writes the world's trade as sale bills: what we sold, from our side; what we bought, from our suppliers'.

Beside the files stands ``truth.json``: for every bill what it says, and what was left out because the format has no
place for it (services, counter sales, notes, everything that is no bill).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from canonical.voucher_type import VoucherKind
from sandbox.marg.documents import goods_of, number_of
from sandbox.marg.sale_bill import BillDraft, Buyer, net_payable, render_bill
from sandbox.world import WorldSpec, build_world
from sandbox.world.chart import Account
from sandbox.world.masters import CompanyMaster, PartyMaster
from sandbox.world.paise import half_up, render_paise
from sandbox.world.vouchers import Voucher

SOLD, BOUGHT = "sold", "bought"
"""Folders: bills of ours to our customers, bills of suppliers to us."""
_TAXES = frozenset(
    {Account.OUTPUT_CGST, Account.OUTPUT_SGST, Account.OUTPUT_IGST}
    | {Account.INPUT_CGST, Account.INPUT_SGST, Account.INPUT_IGST}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill that was written.

    Attributes:
        voucher: of the world.
        net: what the foot says, paise.
    """

    path: Path
    supplier: str
    voucher: Voucher
    net: int
    tax: int

    @property
    def number(self) -> str:
        """As printed."""
        return number_of(self.voucher)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written.

    Attributes:
        company: the business whose world it is.
        suppliers: setting ``suppliers`` that tells what the files do not: name and GSTIN or state by prefix.
    """

    company: CompanyMaster
    sold: tuple[Bill, ...]
    bought: tuple[Bill, ...]
    suppliers: dict[str, dict[str, str]]
    truth_path: Path


def write_bills(spec: WorldSpec, folder: Path) -> Written:
    """Write the bills of one company's world; a bill is skipped whose voucher holds what the format cannot say."""
    world = build_world(spec)
    company = world.masters.company
    made: dict[str, list[Bill]] = {SOLD: [], BOUGHT: []}
    left_out: Counter[str] = Counter()
    for voucher in world.vouchers():
        where = SOLD if voucher.kind is VoucherKind.SALES else BOUGHT
        if voucher.kind not in (VoucherKind.SALES, VoucherKind.PURCHASE) or not _is_bill(voucher):
            left_out[voucher.kind.value] += 1
            continue
        made[where].append(_write(voucher, company, folder / where))
    suppliers = _suppliers(company, [one.voucher.partner for one in made[BOUGHT] if one.voucher.partner])
    truth_path = folder / "truth.json"
    truth_path.write_text(
        json.dumps(_document(made, left_out, suppliers), indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    return Written(
        company=company,
        sold=tuple(made[SOLD]),
        bought=tuple(made[BOUGHT]),
        suppliers=suppliers,
        truth_path=truth_path,
    )


def _is_bill(voucher: Voucher) -> bool:
    """Goods between us and a party, with nothing on the document but goods, GST and rounding."""
    if voucher.is_cancelled or voucher.is_optional or voucher.partner is None or not goods_of(voucher):
        return False
    others = (one for one in voucher.entries if not one.is_party and not one.is_rounding and not one.items)
    return all(one.ledger in _TAXES for one in others)


def _write(voucher: Voucher, company: CompanyMaster, folder: Path) -> Bill:
    party = voucher.partner
    assert party is not None  # noqa: S101 - only such vouchers are bills
    is_sale = voucher.kind is VoucherKind.SALES
    supplier = company.name if is_sale else party.name
    draft = BillDraft(
        number=number_of(voucher),
        day=voucher.day,
        buyer=_customer(party) if is_sale else _ourselves(company),
        goods=goods_of(voucher),
        tax_by_rate=_tax_by_rate(voucher),
    )
    folder.mkdir(parents=True, exist_ok=True)
    token = re.sub(r"[^A-Za-z0-9]+", "-", draft.number)
    path = folder / f"{prefix_of(supplier)}_{voucher.day:%Y%m%d}_S_{token}.csv"
    path.write_bytes(render_bill(draft).encode("ascii"))
    tax = sum(draft.tax_by_rate.values())
    return Bill(path=path, supplier=supplier, voucher=voucher, net=net_payable(draft), tax=tax)


def prefix_of(name: str) -> str:
    """A firm's name as it begins the names of its files."""
    return re.sub(r"[^A-Z0-9]+", "_", name.upper().encode("ascii", "ignore").decode()).strip("_") or "FIRM"


def _tax_by_rate(voucher: Voucher) -> dict[int, int]:
    """GST by rate as the books have it: half of it, rounded, under each of two heads, or all under one."""
    sums: Counter[int] = Counter()
    for move in goods_of(voucher):
        sums[move.gst_rate] += abs(move.paise)
    heads = {entry.ledger for entry in voucher.entries} & _TAXES
    if len(heads) == 1:
        return {rate: half_up(value * rate, 10_000) for rate, value in sums.items()}
    return {rate: 2 * half_up(value * rate, 20_000) for rate, value in sums.items()}


def _customer(party: PartyMaster) -> Buyer:
    return Buyer(
        code=party.alias,
        name=party.name,
        gstin=party.gstin,
        phone=party.phone,
        address=(party.street, party.city),
        state_code=party.state_code,
        state=party.state,
    )


def _ourselves(company: CompanyMaster) -> Buyer:
    return Buyer(
        code="OURS",
        name=company.name,
        gstin=company.gstin,
        phone="",
        address=(company.city,),
        state_code=company.state_code,
        state=company.state,
    )


def _suppliers(company: CompanyMaster, partners: list[PartyMaster]) -> dict[str, dict[str, str]]:
    told = {prefix_of(company.name): {"name": company.name, "gstin": company.gstin, "state": company.state}}
    for party in partners:
        told[prefix_of(party.name)] = {"name": party.name, "gstin": party.gstin, "state": party.state}
    return told


def _document(
    made: dict[str, list[Bill]], left_out: Counter[str], suppliers: dict[str, dict[str, str]]
) -> dict[str, Any]:
    return {
        **{where: [_bill(one) for one in bills] for where, bills in made.items()},
        "suppliers": suppliers,
        "left_out": dict(sorted(left_out.items())),
    }


def _bill(one: Bill) -> dict[str, Any]:
    return {
        "file": one.path.name,
        "supplier": one.supplier,
        "number": one.number,
        "date": one.voucher.day.isoformat(),
        "net_payable": render_paise(one.net),
        "gst": render_paise(one.tax),
        "lines": len(goods_of(one.voucher)),
    }


def spec_of(*, seed: int, vouchers: int, company: int) -> WorldSpec:
    """The world of one company of a seed."""
    return replace(WorldSpec(seed=seed, vouchers=vouchers), company_index=company)
