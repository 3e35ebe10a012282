"""What Tally has now, as far as a command depends on it: groups, ledgers, voucher types, and the object at hand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from canonical.ledger import Ledger, ReservedGroup, name_key
from canonical.voucher_type import VoucherKind
from connectors.tally.gateway import refusal
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.gateway.requests import collection
from connectors.tally.translate.lexicon import RESERVED_GROUPS, VOUCHER_KINDS
from connectors.tally.translate.values import is_yes
from connectors.tally.tree import Node, nodes_of, text_of

_DEPTH_MAX = 50
_NEVER_EMPTY = frozenset({ObjectType.GROUP, ObjectType.LEDGER, ObjectType.VOUCHER_TYPE})
"""Every company has predefined ones, so an answer without any is no answer."""
Groups = dict[str, tuple[str, tuple[ReservedGroup, ...]]]
"""Name and predefined ancestors (itself included), by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerNow:
    """A ledger as it is.

    Attributes:
        reserved: every predefined group above it, nearest first.
    """

    name: str
    group: str
    reserved: tuple[ReservedGroup, ...] = ()
    is_bill_wise: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherTypeNow:
    """A voucher type as it is; ``kind`` by walking its parents."""

    name: str
    kind: VoucherKind = VoucherKind.OTHER
    is_numbered_by_tally: bool = True
    is_optional: bool = False
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The books a command is for; masters by ``name_key``."""

    company: LoadedCompany
    groups: Groups = field(default_factory=dict)
    ledgers: dict[str, LedgerNow] = field(default_factory=dict)
    voucher_types: dict[str, VoucherTypeNow] = field(default_factory=dict)
    items: frozenset[str] = frozenset()
    cost_centres: frozenset[str] = frozenset()

    def ledger(self, name: str) -> LedgerNow | None:
        """Find a ledger as Tally does."""
        return self.ledgers.get(name_key(name))

    def voucher_type(self, name: str) -> VoucherTypeNow | None:
        """Find a voucher type as Tally does."""
        return self.voucher_types.get(name_key(name))


def read_target(
    client: GatewayClient, company: LoadedCompany, *, with_items: bool = False, with_cost_centres: bool = False
) -> Target:
    """Read groups, ledgers and voucher types: names and what little is needed of them.

    Args:
        client: the Tally.
        company: whose.
        with_items: also the names of stock items.
        with_cost_centres: also those of cost centres.

    Raises:
        SourceError: as ``GatewayClient.send``.
    """
    groups = _groups(_objects(client, company, ObjectType.GROUP, ("Guid", "Name", "Parent", "ReservedName")))
    ledgers = _objects(client, company, ObjectType.LEDGER, ("Guid", "Name", "Parent", "IsBillWiseOn"))
    types = _objects(
        client,
        company,
        ObjectType.VOUCHER_TYPE,
        ("Guid", "Name", "Parent", "NumberingMethod", "IsOptional", "IsActive", "VoucherNumberSeries"),
    )
    return Target(
        company=company,
        groups=groups,
        ledgers={name_key(name_of(node)): _ledger(node, groups) for node in ledgers},
        voucher_types=_voucher_types(types),
        items=_names(client, company, ObjectType.STOCK_ITEM) if with_items else frozenset(),
        cost_centres=_names(client, company, ObjectType.COST_CENTRE) if with_cost_centres else frozenset(),
    )


def promised_ledger(ledger: Ledger, target: Target) -> LedgerNow:
    """A ledger as it will be once it is made."""
    reserved = target.groups.get(name_key(ledger.group_name), ("", ()))[1]
    return LedgerNow(name=ledger.name, group=ledger.group_name, reserved=reserved, is_bill_wise=ledger.is_bill_wise)


def _names(client: GatewayClient, company: LoadedCompany, kind: ObjectType) -> frozenset[str]:
    return frozenset(name_key(name_of(node)) for node in _objects(client, company, kind, ("Guid", "Name")))


def name_of(node: Node) -> str:
    """The name an object is known by."""
    return text_of(node.get("@NAME")) or text_of(node.get("NAME"))


def _objects(client: GatewayClient, company: LoadedCompany, kind: ObjectType, fetch: tuple[str, ...]) -> list[Node]:
    request = collection(kind, company=company.name, fetch=fetch, name=f"KhataTarget{kind.value}s")
    with client.send(request) as answer:
        found = list(answer.iter_objects(kind.tag, company_guid=company.guid))
    if not found and kind in _NEVER_EMPTY:
        raise refusal.empty(client.endpoint.url, request.name)
    return found


def _groups(nodes: Iterable[Node]) -> Groups:
    found = {name_key(name_of(node)): node for node in nodes}
    return {key: (name_of(node), _ancestors(key, found)) for key, node in found.items()}


def _ancestors(key: str, found: dict[str, Node]) -> tuple[ReservedGroup, ...]:
    reserved: list[ReservedGroup] = []
    for _ in range(_DEPTH_MAX):
        node = found.get(key)
        if node is None:
            break
        predefined = text_of(node.get("@RESERVEDNAME")) or text_of(node.get("RESERVEDNAME"))
        if group := RESERVED_GROUPS.get(name_key(predefined)):
            reserved.append(group)
        key = name_key(text_of(node.get("PARENT")))
    return tuple(reserved)


def _ledger(node: Node, groups: Groups) -> LedgerNow:
    group = text_of(node.get("PARENT"))
    return LedgerNow(
        name=name_of(node),
        group=group,
        reserved=groups.get(name_key(group), ("", ()))[1],
        is_bill_wise=is_yes(text_of(node.get("ISBILLWISEON"))),
    )


def _voucher_types(nodes: Iterable[Node]) -> dict[str, VoucherTypeNow]:
    found = {name_key(name_of(node)): node for node in nodes}
    return {
        key: VoucherTypeNow(
            name=name_of(node),
            kind=_kind(key, found),
            is_numbered_by_tally=_is_numbered_by_tally(node),
            is_optional=is_yes(text_of(node.get("ISOPTIONAL"))),
            is_active=text_of(node.get("ISACTIVE")).casefold() != "no",
        )
        for key, node in found.items()
    }


def _kind(key: str, found: dict[str, Node]) -> VoucherKind:
    for _ in range(_DEPTH_MAX):
        node = found.get(key)
        if node is None:
            break
        predefined = text_of(node.get("@RESERVEDNAME")) or key
        if kind := VOUCHER_KINDS.get(name_key(predefined)):
            return kind
        key = name_key(text_of(node.get("PARENT")))
    return VoucherKind.OTHER


def _is_numbered_by_tally(node: Node) -> bool:
    """The type's own field is a relic since release 3 (always None there); the series says it.

    With ``Automatic (Manual Override)`` nobody has measured whether a number that is sent is kept, so none is expected.
    """
    series = [text_of(item.get("NUMBERINGMETHOD")) for item in nodes_of(node.get("VOUCHERNUMBERSERIES.LIST"))]
    methods = [method for method in (*series, text_of(node.get("NUMBERINGMETHOD"))) if method and method != "None"]
    return not methods or methods[0].casefold() != "manual"
