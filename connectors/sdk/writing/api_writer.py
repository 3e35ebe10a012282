"""Writes to a product over its API, one command at a time: shown before, made once, read back.

The product's part (``ApiBooks``) knows addresses, bodies and refusals; this part knows what follows from them. An
answer that says *done* proves nothing, and one that never came means nothing: what was read back decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from canonical.errors import (
    ConcurrentUpdate,
    CredentialError,
    KhataError,
    RateLimited,
    RuleError,
    SourceError,
    SourceRejected,
)
from connectors.sdk.rest import OUTCOME_UNKNOWN
from connectors.sdk.writing.api_command import ApiCommand, digest_of
from connectors.sdk.writing.api_plan import ApiPlan, Fields, Step, differences_of
from connectors.sdk.writing.audit import AuditEntry, AuditLog, Verdict
from connectors.sdk.writing.plan import Difference
from connectors.sdk.writing.policy import Product, WritePolicy
from connectors.sdk.writing.procedure import Books, Ended, Outcome, Procedure, Work

CHANGED = "source.write.changed"
_REFUSALS = (SourceRejected, RuleError, RateLimited, CredentialError, ConcurrentUpdate)
"""Answers after which nothing was done by the call they answer."""
_RAISED = (RateLimited, CredentialError, ConcurrentUpdate)
"""Of those, what is told as an error of its own: waiting, connecting again or reading again mends it."""


def _is_refusal(error: KhataError) -> bool:
    """The product did nothing, in no try of the call."""
    return isinstance(error, _REFUSALS) and not error.facts.get(OUTCOME_UNKNOWN)


class ApiBooks(Protocol):
    """One company's books over its product's API."""

    @property
    def product(self) -> Product:
        """What is written to."""
        ...

    def open(self) -> Books:
        """Make sure whose books these are.

        Raises:
            KhataError: the product does not let us in, or not into this company.
        """
        ...

    def identity(self, command: ApiCommand, last: AuditEntry | None) -> str:
        """Our identity of a command, the same for every attempt that may have been done."""
        ...

    def plan(self, command: ApiCommand, last: AuditEntry | None) -> ApiPlan:
        """Work a command out against what is there now; nothing is changed."""
        ...

    def send(self, step: Step, object_id: str) -> str:
        """Make a call; returns the identifier of the object."""
        ...

    def read(self, plan: ApiPlan, object_id: str) -> Mapping[str, Any]:
        """Return the object as it is now; empty if there is none. Without an identifier it is looked for."""
        ...

    def fields(self, plan: ApiPlan, node: Mapping[str, Any]) -> Fields:
        """What an object says, in the words of the plan's ``wanted``; its identifier under the empty name."""
        ...

    def take_words(self) -> str:
        """Hand over what the product said of its last refusal, in its own words."""
        ...


class ApiWriter:
    """Writes to one company."""

    def __init__(
        self, api: ApiBooks, *, policy: WritePolicy, audit: AuditLog, clock: Callable[[], datetime], by: str
    ) -> None:
        """Prepare; nothing is asked.

        Args:
            api: the company's books.
            policy: what may be written.
            audit: keeps what was done.
            clock: UTC time.
            by: who gives the commands.
        """
        self._api = api
        self._procedure = Procedure(product=api.product, policy=policy, audit=audit, clock=clock, by=by)
        self._audit = audit

    def plan(self, command: ApiCommand) -> ApiPlan:
        """Work out what a command would change; nothing is sent, and no permission is needed.

        Raises:
            KhataError: the product does not answer, or does not let us in.
        """
        books = self._api.open()
        return self._api.plan(command, self._audit.last(books.guid, command.key))

    def apply(self, command: ApiCommand) -> Outcome:
        """Carry a command out; one that was carried out before is not sent again.

        Returns:
            The outcome; look at ``entry.verdict``.

        Raises:
            RuleError: not allowed, something speaks against it, or the key was used for another command.
            ConcurrentUpdate: somebody else changed the object first; nothing was written.
            CredentialError: the sign-in, or its permission, does not reach so far; nothing was written.
            RateLimited: the product wants a pause; nothing was written.
            SourceError: the product does not answer; nothing was sent.
        """
        self._procedure.check_allowed(command)
        books = self._api.open()
        work = Work(
            digest=digest_of(command),
            remote_id=lambda last: self._api.identity(command, last),
            plan=lambda last: self._planned(command, last),
            send=self._carry_out,
        )
        return self._procedure.run(command, books, work)

    def _planned(self, command: ApiCommand, last: AuditEntry | None) -> ApiPlan:
        plan = self._api.plan(command, last)
        if plan.is_stale:
            raise ConcurrentUpdate(
                f"{command.key} ({plan.title}): somebody changed it in {self._api.product.title} after version "
                f"{command.version} was seen. Look at it again; nothing was sent.",
                code=CHANGED,
                key=command.key,
            )
        return plan

    def _carry_out(self, plan: ApiPlan, entry: AuditEntry, may_exist: bool) -> AuditEntry:  # noqa: ARG002 - see Work
        object_id, done, error = self._send(plan)
        entry = replace(entry, said=self._api.take_words(), guid=object_id)
        if error is not None and not done and _is_refusal(error):
            ended = replace(entry, verdict=Verdict.REFUSED, reason=self._reason(entry, error))
        else:
            ended = self._read_back(plan, entry, error)
        if isinstance(error, _RAISED) and ended.verdict is Verdict.REFUSED:
            raise Ended(ended, error)
        return ended

    def _send(self, plan: ApiPlan) -> tuple[str, int, KhataError | None]:
        """Make the calls up to the first that fails; whether that one took effect, reading back will tell."""
        object_id = plan.found_id
        for done, step in enumerate(plan.steps):
            try:
                object_id = self._api.send(step, object_id)
            except (SourceError, CredentialError, ConcurrentUpdate) as error:
                return object_id, done, error
        return object_id, len(plan.steps), None

    def _read_back(self, plan: ApiPlan, entry: AuditEntry, error: KhataError | None) -> AuditEntry:
        try:
            node = self._api.read(plan, entry.guid)
        except (SourceError, CredentialError) as failure:
            reason = f"{self._reason(entry, error) or 'It was taken'}, but it could not be read back: {failure.message}"
            return replace(entry, verdict=Verdict.UNCERTAIN, reason=reason)
        return self._judged(plan, entry, node, error)

    def _judged(
        self, plan: ApiPlan, entry: AuditEntry, node: Mapping[str, Any], error: KhataError | None
    ) -> AuditEntry:
        reason = self._reason(entry, error)
        is_refused = error is not None and _is_refusal(error)
        if not node:
            verdict = Verdict.REFUSED if is_refused else Verdict.UNCERTAIN
            return replace(entry, verdict=verdict, reason=reason or "it was taken, but it is not to be found")
        found = self._api.fields(plan, node)
        entry = replace(entry, guid=found.get("", entry.guid))
        differences = differences_of(plan.wanted, found)
        if not differences:
            return replace(entry, verdict=Verdict.WRITTEN, reason=reason)
        if error is not None and self._is_untouched(plan, differences):
            verdict = Verdict.REFUSED if is_refused else Verdict.UNCERTAIN
            return replace(entry, verdict=verdict, reason=reason)
        told = reason or "it was read back otherwise than sent"
        return replace(entry, verdict=Verdict.DIFFERENT, differences=differences, reason=told)

    def _reason(self, entry: AuditEntry, error: KhataError | None) -> str:
        """What went wrong in our words, and in the product's."""
        if error is None:
            return ""
        is_told = not entry.said or entry.said in error.message
        return error.message if is_told else f"{error.message} {self._api.product.title} said: {entry.said}"

    @staticmethod
    def _is_untouched(plan: ApiPlan, differences: tuple[Difference, ...]) -> bool:
        """Of an object that was there before: everything that was to change is as it was."""
        before = tuple((change.field, change.after, change.before) for change in plan.changes)
        return bool(plan.found_id) and before == differences
