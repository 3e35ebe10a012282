"""Carries one command out, whatever the product: allowed, not done before, planned, noted, sent, read back, noted.

What a product does itself (plan, send, read back, judge) comes in as functions. The intention is on disk before
anything is sent, so a crash leaves a trace, and the next attempt knows that the product may have the object already.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from canonical.errors import KhataError, RuleError
from connectors.sdk.writing.audit import AuditEntry, AuditLog, Verdict
from connectors.sdk.writing.plan import Plan
from connectors.sdk.writing.policy import Product, WriteCommand, WritePolicy

SETTLED = frozenset({Verdict.WRITTEN, Verdict.UNCHANGED})
OPEN = frozenset({Verdict.INTENDED, Verdict.UNCERTAIN, Verdict.DIFFERENT})
"""The product may have the object already."""

P = TypeVar("P", bound=Plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is written to: a company, and where it is.

    Attributes:
        guid: the product's identity of the company.
        name: of the company.
        endpoint: which program or server.
    """

    guid: str
    name: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a command: its plan, the last audit entry, and whether it had been carried out before."""

    plan: Plan | None
    entry: AuditEntry
    is_repeat: bool = False


class Ended(Exception):
    """A command that ended with an error of the source's: what is to be noted of it, then raised.

    Attributes:
        entry: the last audit entry.
        error: what whoever gave the command is told.
    """

    def __init__(self, entry: AuditEntry, error: KhataError) -> None:
        super().__init__()
        self.entry, self.error = entry, error


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[P]):
    """A product's part in carrying one command out.

    Attributes:
        digest: of what the command says.
        remote_id: identity that keeps it from being done twice, given the last entry; empty if there is none.
        plan: works it out against the books, given the last entry.
        send: sends and reads back; given the plan, the entry noted, and whether the product may have the object
            already; returns the last entry, or raises ``Ended``.
    """

    digest: str
    remote_id: Callable[[AuditEntry | None], str]
    plan: Callable[[AuditEntry | None], P]
    send: Callable[[P, AuditEntry, bool], AuditEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """The order in which commands are carried out.

    Attributes:
        product: what is written to.
        policy: what may be written.
        audit: keeps what was done.
        clock: UTC time.
        by: who gives the commands.
    """

    product: Product
    policy: WritePolicy
    audit: AuditLog
    clock: Callable[[], datetime]
    by: str

    def check_allowed(self, command: WriteCommand) -> None:
        """Refuse what the operator did not allow; nothing has been asked of the product.

        Raises:
            RuleError: it is not allowed.
        """
        if objection := self.policy.objection(command, self.product):
            raise RuleError(f"{command.key}: {objection}.", code=self.product.codes.not_allowed, key=command.key)

    def run(self, command: WriteCommand, books: Books, work: Work[P]) -> Outcome:
        """Carry a command out; one that was carried out before is not sent again.

        Returns:
            The outcome; look at ``entry.verdict``.

        Raises:
            RuleError: something speaks against it, or the key was used for another command; nothing was sent.
            KhataError: as the product's part raises; what happened was noted.
        """
        last = self.audit.last(books.guid, command.key)
        self._refuse_other_use(command, work.digest, last)
        if last is not None and last.verdict in SETTLED:
            return Outcome(plan=None, entry=last, is_repeat=True)
        plan = work.plan(last)
        if plan.objections:
            raise RuleError(
                f"{command.key} ({plan.title}): {'; '.join(plan.objections)}. Nothing was sent.",
                code=self.product.codes.refused,
                key=command.key,
            )
        entry = self._entry(plan, books, work.digest, work.remote_id(last))
        may_exist = last is not None and last.verdict in OPEN
        if plan.is_done_already:
            return self._conclude(plan, _done(entry, plan, may_exist=may_exist))
        self.audit.note(entry)
        try:
            return self._conclude(plan, work.send(plan, entry, may_exist))
        except Ended as ended:
            self._conclude(plan, ended.entry)
            raise ended.error from None

    def _refuse_other_use(self, command: WriteCommand, digest: str, last: AuditEntry | None) -> None:
        if last is not None and last.digest != digest and last.verdict is not Verdict.REFUSED:
            raise RuleError(
                f"The key {command.key!r} was used on {last.at:%Y-%m-%d %H:%M} for another command ({last.title}). "
                "Give the changed command a key of its own.",
                code=self.product.codes.key_reused,
                key=command.key,
            )

    def _entry(self, plan: Plan, books: Books, digest: str, remote_id: str) -> AuditEntry:
        return AuditEntry(
            key=plan.command.key,
            digest=digest,
            operation=plan.command.operation.value,
            company_guid=books.guid,
            company_name=books.name,
            endpoint=books.endpoint,
            by=self.by,
            at=self.clock(),
            verdict=Verdict.INTENDED,
            title=plan.title,
            remote_id=remote_id,
            request=plan.request,
            changes=tuple((item.field, item.before, item.after) for item in plan.changes),
            guid=plan.found_id,
            before=msgspec.to_builtins(plan.before),  # amounts as texts
        )

    def _conclude(self, plan: Plan, entry: AuditEntry) -> Outcome:
        entry = replace(entry, at=self.clock())
        self.audit.note(entry)
        return Outcome(plan=plan, entry=entry)


def _done(entry: AuditEntry, plan: Plan, *, may_exist: bool) -> AuditEntry:
    """Nothing is left to do: it was so, or an attempt that was cut off had done it."""
    entry = replace(entry, request="")
    if may_exist and plan.found_id:
        reason = "an earlier attempt that was cut off had written it; it was found, and not sent again"
        return replace(entry, verdict=Verdict.WRITTEN, reason=reason)
    return replace(entry, verdict=Verdict.UNCHANGED)
