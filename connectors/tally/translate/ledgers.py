"""Ledgers and the parties behind them: scalars of ERP 9 and Prime 1-2, dated lists of 3.0 and later."""

from __future__ import annotations

from datetime import date

from canonical.bill import OpeningBill
from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.money import split_signed
from canonical.party import Address, AddressKind, BankDetails, Contact, Party, PartyRole
from canonical.record import SourceRef
from canonical.tax import GstRegistration, TaxHead
from connectors.tally.translate import tags
from connectors.tally.translate.context import Reading
from connectors.tally.translate.items import tax_details
from connectors.tally.translate.masters import aliases, master_name, parent_key
from connectors.tally.translate.values import (
    debit_positive,
    get_text,
    is_yes,
    parse_credit,
    parse_date,
    parse_number,
)
from connectors.tally.tree import Node, nodes_of, texts_of

DUTY_HEADS: dict[str, TaxHead] = {
    "cgst": TaxHead.CGST,
    "central tax": TaxHead.CGST,
    "sgst/utgst": TaxHead.SGST,
    "sgst": TaxHead.SGST,
    "utgst": TaxHead.SGST,
    "state tax": TaxHead.SGST,
    "ut tax": TaxHead.SGST,
    "igst": TaxHead.IGST,
    "integrated tax": TaxHead.IGST,
    "cess": TaxHead.CESS,
    "state cess": TaxHead.STATE_CESS,
}
"""Duty heads by folded name: renamed in 3.0 (Central Tax became CGST), both spellings occur."""
_TAX_TYPES = {"tds": TaxHead.TDS, "tcs": TaxHead.TCS, "vat": TaxHead.VAT}
_ROLE_OF_GROUP = {
    ReservedGroup.SUNDRY_DEBTORS: PartyRole.CUSTOMER,
    ReservedGroup.SUNDRY_CREDITORS: PartyRole.SUPPLIER,
}


def translate_ledger(reading: Reading) -> Ledger:
    """An account. Balances are in our sign: debit positive."""
    node, masters = reading.node, reading.masters
    name = master_name(node)
    group = parent_key(node)
    limit = reading.money(node, "CREDITLIMIT")
    return Ledger(
        source=reading.source,
        key=name_key(name),
        name=name,
        group_key=group,
        group_name=get_text(node, "PARENT"),
        reserved=masters.reserved_group(group) if group else None,
        opening=debit_positive(get_text(node, "OPENINGBALANCE")),
        closing=debit_positive(get_text(node, "CLOSINGBALANCE")),
        currency=get_text(node, "CURRENCYNAME"),
        is_revenue=None if not get_text(node, "ISREVENUE") else is_yes(node, "ISREVENUE"),
        is_bill_wise=is_yes(node, "ISBILLWISEON"),
        is_cost_centre_on=is_yes(node, "ISCOSTCENTRESON"),
        credit_period=parse_credit(node.get("BILLCREDITPERIOD")).period,
        credit_limit=limit or None,
        check_credit_days=is_yes(node, "ISCREDITDAYSCHKON"),
        opening_bills=_opening_bills(node),
        tax_head=_tax_head(node),
        tax_rate=parse_number(get_text(node, "RATEOFTAXCALCULATION")) or None,
        tax_details=tax_details(node),
        bank=_own_bank(node),
        aliases=aliases(node, name),
        notes=get_text(node, "NARRATION"),
        extras=reading.extras(tags.LEDGER, "ledger"),
    )


def _opening_bills(node: Node) -> tuple[OpeningBill, ...]:
    """Opening bills carry OPENINGBALANCE instead of AMOUNT, and no bill type."""
    bills = []
    for row in nodes_of(node.get("BILLALLOCATIONS.LIST")):
        net = debit_positive(get_text(row, "OPENINGBALANCE") or get_text(row, "AMOUNT"))
        if net is None:
            continue
        side, amount = split_signed(net)
        day = parse_date(get_text(row, "BILLDATE"))
        terms = parse_credit(row.get("BILLCREDITPERIOD"))
        bills.append(
            OpeningBill(
                ref=get_text(row, "NAME"),
                side=side,
                amount=amount,
                bill_date=day,
                due_date=terms.due_date(day) if day else terms.due,
                credit_period=terms.period,
                is_advance=is_yes(row, "ISADVANCE"),
            )
        )
    return tuple(bills)


def _tax_head(node: Node) -> TaxHead | None:
    kind = get_text(node, "TAXTYPE").casefold()
    if kind == "gst":
        return DUTY_HEADS.get(get_text(node, "GSTDUTYHEAD").casefold(), TaxHead.OTHER)
    return _TAX_TYPES.get(kind)


def _own_bank(node: Node) -> BankDetails | None:
    account, ifsc = get_text(node, "BANKDETAILS"), get_text(node, "IFSCODE")
    if not account and not ifsc:
        return None
    return BankDetails(
        holder=get_text(node, "BANKACCHOLDERNAME"),
        account_number=account,
        ifsc=ifsc,
        swift=get_text(node, "SWIFTCODE"),
        bank=get_text(node, "BANKINGCONFIGBANK"),
        branch=get_text(node, "BANKBRANCHNAME") or get_text(node, "BRANCHNAME"),
    )


def translate_party(reading: Reading, ledger: Ledger) -> Party | None:
    """The party behind a ledger: under debtors or creditors, registered for GST, or bill-wise with an unknown group."""
    node = reading.node
    registrations = _registrations(node)
    role = _ROLE_OF_GROUP.get(ledger.reserved) if ledger.reserved else None
    if not role and not any(r.gstin for r in registrations) and not (ledger.is_bill_wise and not ledger.reserved):
        return None
    gstin = next((r.gstin for r in reversed(registrations) if r.gstin), "")
    return Party(
        source=SourceRef(ledger.source.connector, ledger.source.company, "parties", ledger.source.key),
        key=ledger.key,
        name=ledger.name,
        ledger_key=ledger.key,
        legal_name=_mailing_name(node),
        roles=frozenset({role}) if role else reading.masters.party_roles.get(ledger.key, frozenset()),
        roles_inferred=not role,
        group_name=ledger.group_name,
        pan=get_text(node, "INCOMETAXNUMBER").upper() or _pan_of(gstin),
        registrations=registrations,
        addresses=_addresses(node),
        contacts=_contacts(node),
        banks=_banks(node),
        credit_period=ledger.credit_period,
        credit_limit=ledger.credit_limit,
        currency=ledger.currency,
        price_level=get_text(node, "PRICELEVEL"),
        is_related=is_yes(node, "ISRELATEDPARTY"),
        aliases=ledger.aliases,
    )


def _pan_of(gstin: str) -> str:
    return gstin[2:12] if len(gstin) == 15 and gstin[2:7].isalpha() and gstin[7:11].isdecimal() else ""  # noqa: PLR2004 - layout of a GSTIN


def _registrations(node: Node) -> tuple[GstRegistration, ...]:
    rows = [
        _registration(row, get_text(row, "GSTIN"), get_text(row, "STATE") or get_text(row, "PLACEOFSUPPLY"))
        for row in nodes_of(node.get("LEDGSTREGDETAILS.LIST"))
    ]
    scalar = get_text(node, "PARTYGSTIN")
    if scalar and not any(row.gstin == scalar.upper() for row in rows):
        state = get_text(node, "LEDSTATENAME") or get_text(node, "PRIORSTATENAME")
        rows.insert(0, _registration(node, scalar, state))
    if not rows and get_text(node, "GSTREGISTRATIONTYPE"):
        rows.append(_registration(node, "", get_text(node, "LEDSTATENAME") or get_text(node, "PRIORSTATENAME")))
    return tuple(sorted(rows, key=lambda row: row.applicable_from or date.min))


def _registration(row: Node, gstin: str, state: str) -> GstRegistration:
    return GstRegistration(
        gstin=gstin.upper(),
        category=get_text(row, "GSTREGISTRATIONTYPE"),
        state=state,
        state_code=gstin[:2] if gstin[:2].isdecimal() else "",
        place_of_supply=get_text(row, "PLACEOFSUPPLY"),
        applicable_from=parse_date(get_text(row, "APPLICABLEFROM")),
        is_transporter=is_yes(row, "ISTRANSPORTER"),
        transporter_id=get_text(row, "TRANSPORTERID"),
    )


def _mailing_name(node: Node) -> str:
    for row in reversed(nodes_of(node.get("LEDMAILINGDETAILS.LIST"))):
        if name := get_text(row, "MAILINGNAME"):
            return name
    names = nodes_of(node.get("MAILINGNAME.LIST"))
    return next((text for row in names for text in texts_of(row.get("MAILINGNAME"))), "")


def _addresses(node: Node) -> tuple[Address, ...]:
    dated = [
        _address(row, AddressKind.BILLING, "STATE", "COUNTRY") for row in nodes_of(node.get("LEDMAILINGDETAILS.LIST"))
    ]
    more = [
        _address(row, AddressKind.BRANCH, "LEDSTATENAME", "COUNTRYNAME")
        for row in nodes_of(node.get("LEDMULTIADDRESSLIST.LIST"))
    ]
    if not dated:
        plain = _address(node, AddressKind.BILLING, "LEDSTATENAME", "COUNTRYOFRESIDENCE")
        dated = [plain] if plain.lines or plain.state or plain.pincode else []
    return (*dated, *more)


def _address(row: Node, kind: AddressKind, state_tag: str, country_tag: str) -> Address:
    lines = [text for block in nodes_of(row.get("ADDRESS.LIST")) for text in texts_of(block.get("ADDRESS"))]
    return Address(
        kind=kind,
        name=get_text(row, "MAILINGNAME"),
        lines=tuple(lines),
        state=get_text(row, state_tag) or get_text(row, "PRIORSTATENAME"),
        pincode=get_text(row, "PINCODE"),
        country=get_text(row, country_tag) or get_text(row, "COUNTRYNAME"),
        applicable_from=parse_date(get_text(row, "APPLICABLEFROM")),
    )


def _contacts(node: Node) -> tuple[Contact, ...]:
    found = [
        Contact(
            name=get_text(row, "NAME"),
            mobile=get_text(row, "PHONENUMBER"),
            is_default_whatsapp=is_yes(row, "ISDEFAULTWHATSAPPNUM"),
        )
        for row in nodes_of(node.get("CONTACTDETAILS.LIST"))
    ]
    main = Contact(
        name=get_text(node, "LEDGERCONTACT"),
        phone=get_text(node, "LEDGERPHONE"),
        mobile=get_text(node, "LEDGERMOBILE"),
        email=get_text(node, "EMAIL"),
    )
    return (main, *found) if main != Contact() else tuple(found)


def _banks(node: Node) -> tuple[BankDetails, ...]:
    return tuple(
        BankDetails(
            holder=get_text(row, "PAYMENTFAVOURING"),
            account_number=get_text(row, "ACCOUNTNUMBER"),
            ifsc=get_text(row, "IFSCODE"),
            bank=get_text(row, "BANKNAME"),
        )
        for row in nodes_of(node.get("PAYMENTDETAILS.LIST"))
        if get_text(row, "ACCOUNTNUMBER") or get_text(row, "IFSCODE")
    )
