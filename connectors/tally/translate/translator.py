"""Routes raw records of one company by stream and learns the masters as they pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.errors import RuleError
from canonical.issue import Issue, IssueLevel
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party, PartyRole
from canonical.proof import SourceReport
from canonical.record import RawRecord, SourceRef
from canonical.voucher import UnbalancedVoucher, Voucher
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.sdk.base import Translation
from connectors.tally.reports import parse_report
from connectors.tally.translate import masters as objects
from connectors.tally.translate.context import Masters, Reading
from connectors.tally.translate.items import translate_item
from connectors.tally.translate.ledgers import translate_ledger, translate_party
from connectors.tally.translate.signs import check_signs
from connectors.tally.translate.values import get_text
from connectors.tally.translate.vouchers import note_unbalanced, translate_voucher

_ROLE_OF_KIND = {
    VoucherKind.SALES: PartyRole.CUSTOMER,
    VoucherKind.RECEIPT: PartyRole.CUSTOMER,
    VoucherKind.CREDIT_NOTE: PartyRole.CUSTOMER,
    VoucherKind.PURCHASE: PartyRole.SUPPLIER,
    VoucherKind.PAYMENT: PartyRole.SUPPLIER,
    VoucherKind.DEBIT_NOTE: PartyRole.SUPPLIER,
}
_DECODER = msgspec.json.Decoder()


class TallyTranslator:
    """Turns Tally's raw records of one company into canonical ones."""

    version: int = 1
    stream_order: tuple[str, ...] = (
        "tax_units",
        "companies",
        "currencies",
        "units",
        "groups",
        "voucher_types",
        "cost_categories",
        "cost_centres",
        "stock_groups",
        "stock_categories",
        "godowns",
        "stock_items",
        "ledgers",
        "other_masters",
        "vouchers",
    )
    _simple: ClassVar[dict[str, Callable[[Reading], CanonicalRecord]]] = {
        "units": objects.translate_unit,
        "godowns": objects.translate_godown,
        "stock_groups": objects.translate_stock_group,
        "stock_categories": objects.translate_stock_group,
        "stock_items": translate_item,
        "cost_categories": objects.translate_cost_category,
        "cost_centres": objects.translate_cost_centre,
        "voucher_types": objects.translate_voucher_type,
    }

    def __init__(self, company: Company) -> None:
        """Start with what is known of the company."""
        self.masters = Masters(company)
        self._company_known = False

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store."""
        masters = self.masters
        match record:
            case Company():
                masters.company = record
                self._company_known = True
            case AccountGroup():
                masters.groups[record.key] = record
            case Ledger():
                masters.ledgers[record.key] = record
            case VoucherType():
                masters.type_parents[record.key] = record.parent_key
                if record.kind is not VoucherKind.OTHER:
                    masters.type_kinds[record.key] = record.kind
            case Party():
                masters.party_roles[record.key] = record.roles
                if not record.roles_inferred:
                    masters.known_parties.add(record.key)
            case _:
                pass

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:
        """Check the sign of the file; see ``signs.py``."""
        return check_signs(sample, self.masters)

    def translate(self, record: RawRecord) -> Translation:
        """Translate one record; what cannot be read becomes a rejected issue."""
        body = _DECODER.decode(record.payload)
        label = f"{str(body.get('element', 'object')).lower()} {body.get('name') or body.get('guid') or ''}".strip()
        reading = Reading(record, body.get("object") or {}, self.masters, label)
        try:
            records = self._records(reading)
        except UnbalancedVoucher as error:
            note_unbalanced(reading, error)
            records = ()
        except (RuleError, ValueError) as error:
            _note_unreadable(reading, error)
            records = ()
        return Translation(records, tuple(reading.issues))

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read one of Tally's own reports; see ``connectors.tally.reports``."""
        body = _DECODER.decode(record.payload)
        rows = [(str(tag), tree) for tag, tree in body["object"]["rows"]]
        return parse_report(rows, str(body["guid"]))

    def _records(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        stream = reading.source.stream
        simple = self._simple.get(stream)
        if simple is not None:
            return (simple(reading),)
        learning = self._learning.get(stream)
        return learning(self, reading) if learning is not None else ()

    def _group(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        group = objects.translate_group(reading)
        self.masters.groups[group.key] = group
        return (group,)

    def _company(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        company = objects.translate_company(reading)
        self.masters.company = company
        self._company_known = True
        return (company,)

    def _tax_unit(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        company = self.masters.company
        given = objects.translate_tax_unit(reading)
        names = {registration.name for registration in given}
        kept = [registration for registration in company.registrations if registration.name not in names]
        merged = tuple(sorted((*kept, *given), key=lambda r: (r.name, str(r.applicable_from or ""))))
        self.masters.company = replace(company, registrations=merged)
        return (self.masters.company,) if self._company_known else ()

    def _ledger(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        ledger = translate_ledger(reading)
        self.masters.ledgers[ledger.key] = ledger
        party = translate_party(reading, ledger)
        if party is None:
            return (ledger,)
        self.masters.known_parties.add(ledger.key)
        return ledger, party

    def _voucher(self, reading: Reading) -> tuple[CanonicalRecord, ...]:
        voucher = translate_voucher(reading)
        newcomers = self._newcomers(voucher, reading.source)
        return (voucher, *newcomers) if newcomers else (voucher,)

    def _newcomers(self, voucher: Voucher, source: SourceRef) -> list[CanonicalRecord]:
        """Placeholders for ledgers whose masters have not been read, and parties inferred from vouchers."""
        found: list[CanonicalRecord] = []
        masters = self.masters
        for posting in voucher.postings:
            key = posting.ledger_key
            ledger = masters.ledgers.get(key)
            if ledger is None:
                ledger = Ledger(
                    source=SourceRef(source.connector, source.company, "ledgers", f"name:{key}"),
                    key=key,
                    name=posting.ledger_name,
                    is_placeholder=True,
                )
                masters.ledgers[key] = ledger
                found.append(ledger)
            if ledger.is_placeholder and (posting.bills or posting.is_party or key == voucher.party_key):
                found.extend(self._inferred_party(voucher, ledger, posting.bills != ()))
        return found

    def _inferred_party(self, voucher: Voucher, ledger: Ledger, has_bills: bool) -> list[CanonicalRecord]:
        role = _ROLE_OF_KIND.get(voucher.kind)
        known = self.masters.party_roles.get(ledger.key)
        if ledger.key in self.masters.known_parties or (known is not None and (role is None or role in known)):
            return []
        if not has_bills and voucher.kind in {VoucherKind.PAYMENT, VoucherKind.RECEIPT, VoucherKind.CONTRA}:
            return []  # there PARTYLEDGERNAME is often the bank
        roles = (known or frozenset()) | ({role} if role else set())
        self.masters.party_roles[ledger.key] = roles
        details = voucher.details
        gstin = details.buyer_gstin if details and ledger.key == voucher.party_key else ""
        return [
            Party(
                source=SourceRef(ledger.source.connector, ledger.source.company, "parties", ledger.source.key),
                key=ledger.key,
                name=ledger.name,
                ledger_key=ledger.key,
                roles=roles,
                roles_inferred=True,
                pan=gstin[2:12] if len(gstin) == 15 else "",  # noqa: PLR2004 - a GSTIN
            )
        ]

    _learning: ClassVar[dict[str, Callable[[TallyTranslator, Reading], tuple[CanonicalRecord, ...]]]] = {
        "groups": _group,
        "companies": _company,
        "tax_units": _tax_unit,
        "ledgers": _ledger,
        "vouchers": _voucher,
    }


def _note_unreadable(reading: Reading, error: Exception) -> None:
    facts = getattr(error, "facts", {})
    field_name = str(facts.get("field") or "")
    reading.note(
        str(getattr(error, "code", "tally.value.unreadable")),
        IssueLevel.REJECTED,
        f"{reading.label} cannot be read: {error}",
        field_name=field_name,
        hint="Open it in Tally, correct the field, and export again; the raw record is kept.",
        voucher_type=get_text(reading.node, "VOUCHERTYPENAME"),
    )
