"""Branch, ledgers with their parties, items; stock rows teach when batches expire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from canonical.bill import bill_key
from canonical.codec import CanonicalRecord
from canonical.company import Branch
from canonical.dates import CreditPeriod
from canonical.identifiers import pincode
from canonical.item import Item
from canonical.ledger import Ledger, ReservedGroup
from canonical.party import Address, Contact, Party, PartyRole
from canonical.tax import DatedTaxDetail, GstRegistration, SupplyNature, TaxHead, TaxRate
from connectors.marg.translate.chart import REVENUE, group_key
from connectors.marg.translate.learned import CODES, OPENINGS, PARTY_GROUPS, READING, state_of
from connectors.marg.translate.reading import Reading
from connectors.marg.translate.values import Json, UnreadableValue, amount_of, key_of, parse_number, row_of, text_of

KEPT_CODES = ("COMMCD", "AREA", "ROUT", "MR")
"""Code lists that items and parties refer to: HSN, area, route, salesman."""
HEADS = {"igst": TaxHead.IGST, "cgst": TaxHead.CGST, "sgst": TaxHead.SGST, "utgst": TaxHead.SGST, "tds": TaxHead.TDS}
_ROLES = {
    ReservedGroup.SUNDRY_DEBTORS: PartyRole.CUSTOMER,
    ReservedGroup.SUNDRY_CREDITORS: PartyRole.SUPPLIER,
}
_PARTY_EXTRAS = ("SCode", "MargCode", "CRBills", "CRStatus", "AddField", "Lat", "Lng")
_ITEM_EXTRAS = ("Pack", "GCode", "GCode3", "GCode5", "GCode6", "AddField")


def read_company(content: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read a branch, or the firm whose sale bills these are."""
    learned, branch = reading.learned, row_of(content, "Masters")
    told = content.get(READING)
    how: Mapping[str, object] = told if isinstance(told, Mapping) else {"gstin": text_of(content, "gstin")}
    learned.learn_reading(how)
    gstin = str(how.get("gstin") or "")
    branch_name = text_of(branch, "Branch")
    name = " - ".join(dict.fromkeys(filter(None, (text_of(branch, "Name"), branch_name)))) or text_of(content, "name")
    reading.label = f"branch {name}"
    kept = {word: text_of(branch, word) for word in ("CompanyID", "Code", "StoreID", "Licence", "Branch")}
    company = replace(
        learned.company,
        source=reading.source,
        name=name or learned.company.name,
        registrations=(GstRegistration(gstin=gstin, state_code=state_of(gstin)),) if gstin else (),
        branches=(Branch(name=branch_name, gstin=gstin),) if branch_name else (),
        product="Marg ERP 9+",
        extras={**learned.company.extras, READING: dict(how), **{key: text for key, text in kept.items() if text}},
    )
    learned.company, learned.is_company_stored = company, True
    return [company]


def read_openings(content: Json, reading: Reading) -> list[CanonicalRecord]:
    """Keep opening balances with the company; a ledger takes its own from there."""
    told = row_of(content, "balances")
    return _with_part(reading, OPENINGS, {key_of(code): str(amount) for code, amount in told.items()})


def read_code(row: Json, reading: Reading) -> list[CanonicalRecord]:
    """Keep a code that items or parties refer to with the company."""
    kind = text_of(row, "SGCode").upper()
    if kind not in KEPT_CODES:
        return []
    held = reading.learned.company.extras.get(CODES)
    codes = dict(held) if isinstance(held, Mapping) else {}
    codes[kind] = {**codes.get(kind, {}), key_of(text_of(row, "SCode")): text_of(row, "Name")}
    return _with_part(reading, CODES, codes)


def _with_part(reading: Reading, part: str, told: dict[str, object]) -> list[CanonicalRecord]:
    """A company that is not stored yet is written by its own record, which comes later in the run."""
    learned = reading.learned
    if part == OPENINGS and learned.company.extras.get(part) not in (None, told):
        learned.outdated.add("ledgers")
    learned.company = replace(learned.company, extras={**learned.company.extras, part: told})
    return [learned.company] if learned.is_company_stored else []


def read_stock(row: Json, reading: Reading) -> list[CanonicalRecord]:
    """Learn when a batch expires; the stock itself moves with every sale and stays in the raw record."""
    expiry = text_of(row, "Expiry")[:10]
    if expiry:
        batch = (key_of(text_of(row, "PID")), key_of(text_of(row, "Batch")))
        reading.learned.expiries[batch] = expiry
    return []


def read_terms(content: Json, reading: Reading) -> list[CanonicalRecord]:
    """Learn the credit days that open bills have of their own."""
    for party, bills in row_of(content, "days").items():
        for bill, days in bills.items() if isinstance(bills, Mapping) else ():
            reading.learned.days[key_of(party), bill_key(bill)] = int(parse_number(str(days), "Days"))
    return []


def read_item(row: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read a row of ``Product``.

    Raises:
        UnreadableValue: it has no number.
    """
    code, name = text_of(row, "PID"), text_of(row, "Name")
    if not code:
        raise UnreadableValue("PID", "", "is missing.")
    reading.label = f"product {name}"
    told = text_of(row, "GST")
    item = Item(
        source=reading.source,
        key=key_of(code),
        name=name or code,
        part_number=text_of(row, "Code"),
        aliases=(alias,) if (alias := text_of(row, "MargCode")) else (),
        base_unit=text_of(row, "Unit"),
        is_batch_wise=True,
        tax_details=_tax_details(_hsn(row, reading), parse_number(told, "GST") if told else None),
        extras={field: text for field in _ITEM_EXTRAS if (text := text_of(row, field))},
    )
    reading.learned.items[item.key] = item
    return [item]


def _hsn(row: Json, reading: Reading) -> str:
    """The HSN behind ``GCode6``: a code of the list COMMCD, or the number itself."""
    code = text_of(row, "GCode6")
    return reading.learned.code("COMMCD", code) or (code if code.isdecimal() else "")


def _tax_details(hsn: str, rate: Decimal | None) -> tuple[DatedTaxDetail, ...]:
    if not hsn and rate is None:
        return ()
    rates = (TaxRate(TaxHead.IGST, rate),) if rate is not None else ()
    return (DatedTaxDetail(hsn=hsn, nature=SupplyNature.TAXABLE if rate else SupplyNature.UNKNOWN, rates=rates),)


def read_ledger(row: Json, reading: Reading) -> list[CanonicalRecord]:
    """Read a row of ``Party``: every ledger has one; only those of debtors' and creditors' groups are parties.

    Raises:
        UnreadableValue: it has no code.
    """
    code = text_of(row, "CID")
    if not code:
        raise UnreadableValue("CID", "", "is missing.")
    reading.label = f"ledger {text_of(row, 'ParNam') or code}"
    ledger = _ledger(row, key_of(code), reading)
    reading.learned.learn_ledger(ledger)
    if ledger.reserved not in PARTY_GROUPS:
        return [ledger]
    party = _party(row, ledger, reading)
    reading.learned.learn_party(party)
    return [ledger, party]


def _ledger(row: Json, key: str, reading: Reading) -> Ledger:
    learned, scode = reading.learned, text_of(row, "SCode")
    chain = learned.group_chain(group_key(scode))
    reserved = next((one.reserved for one in chain if one.reserved), None)
    if reserved is None and scode[:1].upper() in ("D", "C") and not chain:
        reserved = ReservedGroup.SUNDRY_DEBTORS if scode[:1].upper() == "D" else ReservedGroup.SUNDRY_CREDITORS
    name, opening = text_of(row, "ParNam"), learned.opening(key)
    head = next((head for word, head in HEADS.items() if word in name.casefold()), None)
    days = amount_of(row, "CRDays")
    return Ledger(
        source=reading.source,
        key=key,
        name=name or text_of(row, "CID"),
        group_key=chain[0].key if chain else "",
        group_name=chain[0].name if chain else "",
        reserved=reserved,
        opening=-parse_number(opening, "Opening") if opening is not None else None,
        is_revenue=reserved in REVENUE if reserved else None,
        is_bill_wise=reserved in PARTY_GROUPS,
        credit_period=CreditPeriod(int(days)) if days > 0 else None,
        credit_limit=amount_of(row, "Credit") or None,
        tax_head=head if reserved is ReservedGroup.DUTIES_TAXES or reserved is None else None,
        is_active=not is_deleted(row),
        extras={"scode": scode} if scode else {},
    )


def is_deleted(row: Json) -> bool:
    """Whether a master was deleted; its documents stay."""
    return text_of(row, "Is_Deleted") in ("1", "True", "true")


def _party(row: Json, ledger: Ledger, reading: Reading) -> Party:
    learned, gstin = reading.learned, text_of(row, "GSTNo").upper()
    state = state_of(gstin)
    route = text_of(row, "Rout")
    area, salesman = text_of(row, "Area"), text_of(row, "MR")
    return Party(
        source=reading.source,
        key=ledger.key,
        name=ledger.name,
        ledger_key=ledger.key,
        roles=frozenset({_ROLES[ledger.reserved]} if ledger.reserved in _ROLES else ()),
        group_name=ledger.group_name,
        pan=gstin[2:12] if state else "",
        registrations=(GstRegistration(gstin=gstin, state_code=state),) if gstin else (),
        addresses=_addresses(row, state),
        contacts=tuple(Contact(phone=phone) for n in range(1, 5) if (phone := text_of(row, f"Phone{n}"))),
        credit_period=ledger.credit_period,
        credit_limit=ledger.credit_limit,
        price_level=text_of(row, "Rate"),
        drug_licences=tuple(one.strip() for one in text_of(row, "DlNo").split(",") if one.strip()),
        salesman=learned.code("MR", salesman) or salesman,
        route=learned.code("ROUT", route) or route or learned.code("AREA", area) or area,
        is_active=ledger.is_active,
        extras={field: text for field in _PARTY_EXTRAS if (text := text_of(row, field))},
    )


def _addresses(row: Json, state: str) -> tuple[Address, ...]:
    lines = tuple(line for name in ("PARADD", "ParAdd1", "ParAdd2") if (line := text_of(row, name)))
    pin = text_of(row, "Pin")
    if not lines and not pin:
        return ()
    return (Address(lines=lines, pincode=pin if pincode.is_valid(pin) else "", state_code=state),)
