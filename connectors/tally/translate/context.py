"""What a translation has learned and what it has to say: masters by name, notes per record, tags seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from canonical.company import Company
from canonical.issue import Issue, IssueLevel
from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.party import PartyRole
from canonical.record import JsonValue, RawRecord, SourceRef
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind
from connectors.tally.translate.values import Amount, ValueUnreadable, get_text, parse_amount
from connectors.tally.tree import Node, nodes_of, text_of

RESERVED_GROUPS = {name_key(group.value): group for group in ReservedGroup}
PREDEFINED_KINDS: dict[str, VoucherKind] = {
    "attendance": VoucherKind.ATTENDANCE,
    "contra": VoucherKind.CONTRA,
    "credit note": VoucherKind.CREDIT_NOTE,
    "debit note": VoucherKind.DEBIT_NOTE,
    "delivery note": VoucherKind.DELIVERY_NOTE,
    "job work in order": VoucherKind.JOB_WORK_IN_ORDER,
    "job work out order": VoucherKind.JOB_WORK_OUT_ORDER,
    "journal": VoucherKind.JOURNAL,
    "material in": VoucherKind.MATERIAL_IN,
    "material out": VoucherKind.MATERIAL_OUT,
    "memorandum": VoucherKind.MEMORANDUM,
    "payment": VoucherKind.PAYMENT,
    "payroll": VoucherKind.PAYROLL,
    "physical stock": VoucherKind.PHYSICAL_STOCK,
    "purchase": VoucherKind.PURCHASE,
    "purchase order": VoucherKind.PURCHASE_ORDER,
    "receipt": VoucherKind.RECEIPT,
    "receipt note": VoucherKind.RECEIPT_NOTE,
    "rejections in": VoucherKind.REJECTIONS_IN,
    "rejections out": VoucherKind.REJECTIONS_OUT,
    "reversing journal": VoucherKind.REVERSING_JOURNAL,
    "sales": VoucherKind.SALES,
    "sales order": VoucherKind.SALES_ORDER,
    "stock journal": VoucherKind.STOCK_JOURNAL,
}
"""Tally's 24 predefined voucher types by folded name."""
_DEPTH_MAX = 64
"""Longest parent chain followed; a cycle in a damaged export ends here."""


@dataclass(slots=True)
class Masters:
    """Masters by folded name, as far as they are known."""

    company: Company
    groups: dict[str, AccountGroup] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    type_parents: dict[str, str] = field(default_factory=dict)
    type_kinds: dict[str, VoucherKind] = field(default_factory=dict)
    party_roles: dict[str, frozenset[PartyRole]] = field(default_factory=dict)
    known_parties: set[str] = field(default_factory=set)
    reported_tags: set[str] = field(default_factory=set)
    reported_types: set[str] = field(default_factory=set)

    def reserved_group(self, key: str) -> ReservedGroup | None:
        """Nearest reserved group at or above a group, found by reserved name, never by what it is called today."""
        for _ in range(_DEPTH_MAX):
            group = self.groups.get(key)
            if group is None:
                return RESERVED_GROUPS.get(key)
            if group.reserved:
                return group.reserved
            key = group.parent_key
        return None

    def kind_of(self, type_name: str) -> VoucherKind:
        """Kind of a voucher type: walk the parents to a predefined type."""
        key = name_key(type_name)
        for _ in range(_DEPTH_MAX):
            kind = self.type_kinds.get(key)
            if kind is not None:
                return kind
            parent = self.type_parents.get(key, "")
            if not parent or parent == key:
                break
            key = parent
        return PREDEFINED_KINDS.get(key, VoucherKind.OTHER)

    def tax_head(self, ledger_key: str) -> TaxHead | None:
        """Tax head of a ledger, from its master; never guessed from its name."""
        ledger = self.ledgers.get(ledger_key)
        return ledger.tax_head if ledger else None


@dataclass(slots=True)
class Reading:
    """One raw record being translated: its tree, its address, and the issues found on the way."""

    raw: RawRecord
    node: Node
    masters: Masters
    label: str
    issues: list[Issue] = field(default_factory=list)

    @property
    def source(self) -> SourceRef:
        """Address of the record."""
        return self.raw.source

    def note(
        self, code: str, level: IssueLevel, message: str, *, field_name: str = "", hint: str = "", **facts: str | int
    ) -> None:
        """Add an issue about this record."""
        where = ", ".join(part for part in (self.raw.origin, self.label, field_name) if part)
        self.issues.append(
            Issue(code=code, level=level, message=message, where=where, hint=hint, source=self.raw.source, facts=facts)
        )

    def amount(self, node: Node, tag: str) -> Amount | None:
        """Read an amount field, noting excess precision.

        Raises:
            ValueUnreadable: naming the field.
        """
        text = get_text(node, tag)
        if not text:
            return None
        try:
            amount = parse_amount(text)
        except ValueUnreadable as error:
            raise ValueUnreadable(f"{tag}: {error.message}", field=tag) from error
        if amount is not None and amount.rounded:
            self.note(
                "tally.amount.excess_precision",
                IssueLevel.INFO,
                f"{tag} {text} of {self.label} has more than four decimals; {amount.net} was taken.",
                field_name=tag,
                hint="Amounts in Tally end at the paisa; the file was written by another program.",
            )
        return amount

    def money(self, node: Node, tag: str) -> Decimal | None:
        """Read an amount without its sign's meaning (prices, limits)."""
        amount = self.amount(node, tag)
        return None if amount is None else amount.magnitude

    def extras(self, known: Collection[str], kind: str) -> dict[str, JsonValue]:
        """Collect what the model does not know: user-defined fields and unknown tags; one issue per tag and run."""
        found: dict[str, JsonValue] = {}
        for tag, value in self.node.items():
            if tag in known or tag[0] == "@":
                continue
            if tag.startswith("UDF_"):
                found[_udf_name(tag, value)] = _udf_value(value)
                continue
            found[tag] = value
            if tag not in self.masters.reported_tags:
                self.masters.reported_tags.add(tag)
                self.note(
                    "tally.tag.unknown",
                    IssueLevel.INFO,
                    f"{tag} of a {kind} is not known to this version; it is kept as it came.",
                    field_name=tag,
                    tag=tag,
                )
        return found


def _udf_name(tag: str, value: JsonValue) -> str:
    """User-defined fields are named by their description, which Tally writes in backquotes."""
    first = nodes_of(value)[:1]
    described = str(first[0].get("@DESC") or "").strip("` ") if first else ""
    return f"udf:{described or tag.removeprefix('UDF_').removesuffix('.LIST')}"


def _udf_value(value: JsonValue) -> JsonValue:
    texts = [
        text
        for node in nodes_of(value)
        for tag, child in node.items()
        if tag.startswith("UDF_")
        for text in ([text_of(item) for item in child] if isinstance(child, list) else [text_of(child)])
        if text
    ]
    if not texts:
        return value
    return texts[0] if len(texts) == 1 else texts
