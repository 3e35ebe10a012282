"""Plans of what is sent to an API: calls in their order, each safe to repeat, and the fields to be found afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.sdk.writing.api_command import ApiCommand
from connectors.sdk.writing.audit import AuditEntry
from connectors.sdk.writing.drafts import NAMED_BY_ID
from connectors.sdk.writing.plan import Change, Difference, Plan
from connectors.sdk.writing.procedure import OPEN

Fields = Mapping[str, str]
"""What an object says, by names for people, each as text in one way of writing it."""
WRITTEN_ID = "{id}"
"""In a path: the identifier the product gave to what an earlier step made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One call that changes something; made twice it changes it once.

    Attributes:
        method, path, params, headers, body: of the call; no header that signs.
    """

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, Any]:
        """As the audit keeps it."""
        members = {"params": self.params, "headers": self.headers, "body": self.body}
        return {"call": f"{self.method} {self.path}"} | {name: one for name, one in members.items() if one}


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiPlan(Plan):
    """A command, worked out against what the product has now.

    Attributes:
        command: what is wanted.
        steps: calls, one after the other.
        wanted: fields to be found when it is read back.
        near: what a search for the object can name.
        is_stale: somebody changed the object after whoever gives the command saw it.
    """

    command: ApiCommand
    steps: tuple[Step, ...] = ()
    wanted: Fields = field(default_factory=dict)
    near: Mapping[str, str] = field(default_factory=dict)
    is_stale: bool = False

    @property
    def request(self) -> str:
        """The calls as they would be made."""
        return json.dumps([step.shown() for step in self.steps], ensure_ascii=False, default=str)


@dataclass(slots=True, kw_only=True)
class Wish:
    """A draft in the product's words: what is sent, what is to be found, and what speaks against it.

    Attributes:
        title: the object, for people.
        wanted: fields to be found afterwards.
        body: of the call that writes it.
        params: of the same call.
        near: what a search for it can name, so that few objects have to be looked at.
        objections, notes: see ``Plan``.
    """

    title: str
    wanted: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    objections: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def say(self, name: str, text: str, member: str = "", value: Any = None) -> None:
        """Want a field, if the draft says something of it; ``value`` is sent instead of the text if it is given."""
        if text:
            self.wanted[name] = text
            if member:
                self.body[member] = text if value is None else value


def plan_again(command: ApiCommand, wish: Wish, ours: Mapping[str, Any], found: Fields, title: str) -> ApiPlan:
    """An earlier attempt of a command made the object: nothing is left to do, unless somebody changed it since.

    Args:
        command: repeated.
        wish: what it wants.
        ours: the object.
        found: what that says.
        title: of the product.
    """
    changes = changes_to(wish.wanted, found)
    named = ", ".join(sorted(change.field for change in changes))
    objection = f"{title} has it from this command already ({found['']}), and it is different now: {named}"
    return ApiPlan(
        command=command,
        title=wish.title,
        changes=changes,
        objections=(objection,) if changes else (),
        wanted=wish.wanted,
        before=ours,
        found_id=found[""],
    )


def which_of(command: ApiCommand, last: AuditEntry | None) -> str:
    """The object to be changed: an attempt that was cut off may have given it another name."""
    if last is not None and last.verdict in OPEN and last.guid:
        return f"{NAMED_BY_ID}{last.guid}"
    return command.which


def changes_to(wanted: Fields, found: Fields) -> tuple[Change, ...]:
    """What would change of an object."""
    return tuple(
        Change(name, found.get(name, ""), text) for name, text in wanted.items() if found.get(name, "") != text
    )


def differences_of(wanted: Fields, found: Fields) -> tuple[Difference, ...]:
    """What is not as wanted."""
    return tuple((change.field, change.after, change.before) for change in changes_to(wanted, found))
