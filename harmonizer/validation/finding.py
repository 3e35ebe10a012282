"""A finding: what a check has found, before it becomes an issue with a place and a hint."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.record import SourceRef
from harmonizer.validation.advice import advise


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, without saying where.

    Attributes:
        code: ``gst.`` and what it is about.
        level: see ``IssueLevel``.
        message: the sentence that follows the document's name: ``IGST was charged, but ...``.
        field: the field of the document in words, for the place.
        facts: short values for programs.
    """

    code: str
    level: IssueLevel
    message: str
    field: str
    facts: Mapping[str, Fact] = dataclasses.field(default_factory=dict)


def to_issue(finding: Finding, label: str, source: SourceRef) -> Issue:
    """Turn a finding into an issue about one record.

    Args:
        finding: what is wrong.
        label: the record in words: ``Sales GST/17 of 2025-10-03``.
        source: its address.
    """
    return Issue(
        code=finding.code,
        level=finding.level,
        message=f"{label}: {finding.message}",
        where=f"{label}, {finding.field}",
        hint=advise(finding.code, source.connector, label),
        source=source,
        facts=finding.facts,
    )
