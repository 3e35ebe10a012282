"""Issues: facts about data that a person may want to act on. They travel beside the data and never stop a sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from canonical.errors import Fact
from canonical.record import SourceRef


class IssueLevel(StrEnum):
    """How much an issue matters, least first."""

    INFO = "info"
    WARNING = "warning"
    ACTION_REQUIRED = "action_required"
    REJECTED = "rejected"
    """The record is not in the books; its raw record is kept and listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One fact about one record.

    Attributes:
        code: dotted and stable: ``tally.voucher.unbalanced``.
        level: see ``IssueLevel``.
        message: one sentence for a person, naming the record and the field.
        where: file, record and field for people: ``daybook.xml, Sales voucher 17 of 2025-04-02, AMOUNT``.
        hint: what to do about it; empty if nothing.
        source: the record's address, if it has one.
        facts: short values for programs.
    """

    code: str
    level: IssueLevel
    message: str
    where: str = ""
    hint: str = ""
    source: SourceRef | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
