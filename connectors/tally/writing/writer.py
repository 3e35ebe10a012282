"""Carries one command out, or shows what it would do. The only place that sends anything that changes Tally.

Everything of one command happens while nobody else of ours talks to this Tally: is the right company open, was this
key used before, what is there now, does anything speak against it; then one object is sent, Tally's counters are
judged, and the object is read back. Counters alone prove nothing: Tally has counted an exception without a word, and
answered STATUS 1 with nothing done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from canonical.errors import SourceError
from canonical.ledger import name_key
from canonical.voucher import Voucher
from connectors.sdk.writing.audit import AuditEntry, AuditLog, Verdict
from connectors.sdk.writing.plan import Difference
from connectors.sdk.writing.policy import WritePolicy
from connectors.sdk.writing.procedure import Books, Outcome, Procedure, Work
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_companies, verify_company
from connectors.tally.gateway.profile import CapabilityProfile
from connectors.tally.tree import Node, text_of
from connectors.tally.writing.command import (
    AlterLedger,
    CancelVoucher,
    Command,
    CreateLedger,
    CreateVoucher,
    digest_of,
    remote_id,
)
from connectors.tally.writing.message import import_request
from connectors.tally.writing.plan import Plan, plan_alter_ledger, plan_cancel, plan_create_ledger, plan_create_voucher
from connectors.tally.writing.policy import TALLY
from connectors.tally.writing.reading_back import (
    closest,
    find_ledger,
    find_voucher,
    find_written,
    ledger_differences,
)
from connectors.tally.writing.result import ImportResult, parse_result
from connectors.tally.writing.target import LedgerNow, Target, promised_ledger, read_target


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What reading back brought.

    Attributes:
        node: the object.
        differences: where it is not as sent.
        is_ours: Tally named it, or it is known by name or GUID; else it only looks like what was sent.
        is_untouched: it is exactly as it was before.
    """

    node: Node
    differences: tuple[Difference, ...] = ()
    is_ours: bool = True
    is_untouched: bool = False


class Writer:
    """Writes to one company in one Tally."""

    def __init__(
        self,
        client: GatewayClient,
        company: LoadedCompany,
        profile: CapabilityProfile,
        *,
        policy: WritePolicy,
        audit: AuditLog,
        clock: Callable[[], datetime],
        by: str,
    ) -> None:
        """Prepare; nothing is sent.

        Args:
            client: the Tally.
            company: as connected; checked again before every command.
            profile: how this Tally behaves.
            policy: what may be written.
            audit: keeps what was done.
            clock: UTC time.
            by: who gives the commands.
        """
        self._client = client
        self._company = company
        self._profile = profile
        self._procedure = Procedure(product=TALLY, policy=policy, audit=audit, clock=clock, by=by)
        self._target: Target | None = None
        self._promised: dict[str, LedgerNow] = {}

    def plan(self, command: Command) -> Plan:
        """Work out what a command would change; nothing is sent, and no permission is needed.

        Commands are planned in the order they would be carried out in: a ledger that one makes, the next may use.

        Raises:
            SourceError: Tally does not answer, or has another company open.
        """
        with self._client.exclusive():
            company = verify_company(self._client, self._company)
            target = self._target_of(command, company)
            plan = self._plan(command, replace(target, ledgers={**self._promised, **target.ledgers}))
        if isinstance(command, CreateLedger) and not plan.objections:
            self._promised[name_key(command.ledger.name)] = promised_ledger(command.ledger, target)
        return plan

    def apply(self, command: Command) -> Outcome:
        """Carry a command out.

        A command of a key that was carried out before is not sent again; its first outcome is returned.

        Returns:
            The outcome; look at ``entry.verdict``.

        Raises:
            RuleError: not allowed, something speaks against it, or the key was used for another command.
            SourceError: Tally does not answer, or has another company open; nothing was written.
        """
        self._procedure.check_allowed(command)
        self._client.begin_run()
        with self._client.exclusive():
            before = verify_company(self._client, self._company)
            books = Books(guid=before.guid, name=before.name, endpoint=self._client.endpoint.url)
            return self._procedure.run(command, books, self._work(command, before))

    def _work(self, command: Command, before: LoadedCompany) -> Work[Plan]:
        identity = remote_id(before.guid, command.key) if isinstance(command, CreateVoucher) else ""
        return Work(
            digest=digest_of(command),
            remote_id=lambda _: identity,
            plan=lambda _: self._plan(command, self._target_of(command, before)),
            send=lambda plan, entry, may_exist: self._carry_out(plan, entry, before, may_exist=may_exist),
        )

    def _carry_out(self, plan: Plan, entry: AuditEntry, before: LoadedCompany, *, may_exist: bool) -> AuditEntry:
        result, trouble = self._send(plan, before)
        entry = replace(entry, counters=dict(result.counters), said=result.said)
        objection = trouble or result.objection(plan.command.operation, may_exist=may_exist)
        try:
            found = self._read_back(plan, before, result)
        except SourceError as error:
            reason = f"{objection or 'Tally counted it'}, but it could not be read back: {error.message}"
            return replace(entry, verdict=Verdict.UNCERTAIN, reason=reason)
        return _judged(entry, found, objection)

    def _send(self, plan: Plan, before: LoadedCompany) -> tuple[ImportResult, str]:
        request = import_request(
            plan.xml,
            company=before.name,
            name=f"Khata{plan.command.operation.value.title().replace('_', '')}",
            is_old_form=self._is_erp9,
        )
        try:
            with self._client.send(request) as answer:
                return parse_result(answer.read_text()), ""
        except SourceError as error:  # it may have been written all the same; reading back will tell
            return ImportResult(), error.message

    def _read_back(self, plan: Plan, before: LoadedCompany, result: ImportResult) -> _Found | None:
        match plan.command:
            case CreateLedger() | AlterLedger():
                node = find_ledger(self._client, before, plan.command.ledger.name)
                if not node:
                    return None
                is_untouched = bool(plan.before) and node.get("ALTERID") == plan.before.get("ALTERID")
                differences = ledger_differences(node, plan.wanted)
                return _Found(node=node, differences=differences, is_untouched=is_untouched)
            case CancelVoucher():
                return self._read_cancelled(plan, before)
            case CreateVoucher():
                return self._read_voucher(plan.command.voucher, plan.target, before, result)

    def _read_voucher(
        self, voucher: Voucher, target: Target, before: LoadedCompany, result: ImportResult
    ) -> _Found | None:
        nodes = find_written(
            self._client, before, self._profile, voucher, after=before.alter_voucher_id, master_id=result.master_id
        )
        kind = target.voucher_type(voucher.type_name)
        found = closest(nodes, voucher, keeps_number=kind is not None and not kind.is_numbered_by_tally)
        return _Found(node=found[0], differences=found[1], is_ours=result.master_id > 0) if found else None

    def _read_cancelled(self, plan: Plan, before: LoadedCompany) -> _Found | None:
        guid = text_of(plan.before.get("GUID"))
        node = find_voucher(self._client, before, guid)
        if not node or text_of(node.get("ISCANCELLED")) != "Yes":
            return None
        after = next((item for item in list_companies(self._client) if item.guid == before.guid), before)
        moved = after.alter_voucher_id - before.alter_voucher_id
        extra = (("change counter", "1", str(moved)),) if moved > 1 else ()
        return _Found(node=node, differences=extra)

    def _plan(self, command: Command, target: Target) -> Plan:
        company = target.company
        is_dated = not self._is_erp9
        match command:
            case CreateLedger():
                existing = find_ledger(self._client, company, command.ledger.name)
                return plan_create_ledger(command, target, existing, is_dated=is_dated)
            case AlterLedger():
                existing = find_ledger(self._client, company, command.ledger.name)
                return plan_alter_ledger(command, target, existing, is_dated=is_dated)
            case CreateVoucher():
                identity = remote_id(company.guid, command.key)
                return plan_create_voucher(command, target, identity, self._profile.edition)
            case CancelVoucher():
                return plan_cancel(command, target, find_voucher(self._client, company, command.guid))

    def _target_of(self, command: Command, company: LoadedCompany) -> Target:
        """Masters as they are now; read again only if one has changed since, or more is needed of them."""
        voucher = command.voucher if isinstance(command, CreateVoucher) else None
        needs_items = voucher is not None and bool(voucher.items)
        needs_centres = voucher is not None and any(posting.costs for posting in voucher.postings)
        known = self._target
        if (
            known is None
            or known.company.alter_master_id != company.alter_master_id
            or (needs_items and not known.items)
            or (needs_centres and not known.cost_centres)
        ):
            known = read_target(self._client, company, with_items=needs_items, with_cost_centres=needs_centres)
        self._target = replace(known, company=company)
        return self._target

    @property
    def _is_erp9(self) -> bool:
        """Addresses without dates, and the older form of an import."""
        return "ERP" in self._profile.product.upper()


def _judged(entry: AuditEntry, found: _Found | None, objection: str) -> AuditEntry:
    """All clauses hold: written. It is there but not as sent, or counted wrongly: different. Not there: refused."""
    if found is None or (objection and found.is_untouched):
        return _missing(entry, objection)
    if found.differences and not found.is_ours:
        verdict = Verdict.UNCERTAIN if _is_lost_answer(entry) or not objection else Verdict.REFUSED
        reason = f"{objection or 'Tally did not say which voucher it wrote'}; others were entered meanwhile"
        return replace(entry, verdict=verdict, reason=reason)
    guid = text_of(found.node.get("GUID"))
    if found.differences:
        reason = objection or "it was read back otherwise than sent"
        return replace(entry, verdict=Verdict.DIFFERENT, guid=guid, differences=found.differences, reason=reason)
    verdict = Verdict.DIFFERENT if objection and not _is_lost_answer(entry) else Verdict.WRITTEN
    return replace(entry, verdict=verdict, guid=guid, reason=objection)


def _missing(entry: AuditEntry, objection: str) -> AuditEntry:
    """Not to be found: refused if Tally counted nothing; if it counted something, that is somewhere else."""
    has_counted = any(entry.counters.get(name) for name in ("created", "altered", "cancelled", "deleted", "combined"))
    if objection and not has_counted:
        return replace(entry, verdict=Verdict.REFUSED, reason=objection)
    reason = f"{objection or 'Tally counted it'}, but it is not to be found as sent; look for what it did instead"
    return replace(entry, verdict=Verdict.UNCERTAIN, reason=reason)


def _is_lost_answer(entry: AuditEntry) -> bool:
    """Tally's answer never came: the object that was read back equal is the proof."""
    return not entry.counters and not entry.said
