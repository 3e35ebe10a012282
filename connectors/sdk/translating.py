"""What the translators of all connectors share: the record at hand, and what becomes of one that cannot be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from canonical.proof import SourceReport
from canonical.record import RawRecord, SourceRef
from canonical.voucher import UnbalancedVoucher
from connectors.sdk.base import Translation

VOUCHERS = "vouchers"


class Knowledge(Protocol):
    """What every translator has learned.

    Attributes:
        company: as far as it is known.
        is_company_stored: the store has it; before, its own record writes it.
        outdated: streams whose stored records would translate differently by what this run taught.
    """

    company: Company
    is_company_stored: bool
    outdated: set[str]


K = TypeVar("K", bound=Knowledge)


@dataclass(slots=True)
class RecordReading(Generic[K]):
    """The record at hand; one per raw record, mutable and short-lived.

    Attributes:
        learned: what is known from the records before it.
        label: the record for people, set by its reader as soon as it knows.
        issues: found in it so far.
        introduced: masters that it is the first to name and no record of their own says.
    """

    record: RawRecord
    learned: K
    label: str = ""
    issues: list[Issue] = field(default_factory=list)
    introduced: list[CanonicalRecord] = field(default_factory=list)

    @property
    def source(self) -> SourceRef:
        """Address of the raw record."""
        return self.record.source

    def where(self, field: str = "") -> str:
        """Say where it was found: origin, record, field."""
        return ", ".join(part for part in (self.record.origin, self.label, field) if part)

    def note(
        self, code: str, level: IssueLevel, message: str, *, field: str = "", hint: str = "", **facts: Fact
    ) -> None:
        """Raise an issue about this record."""
        self.issues.append(
            Issue(
                code=code,
                level=level,
                message=message,
                where=self.where(field),
                hint=hint,
                source=self.source,
                facts=facts,
            )
        )

    def if_stored(self, company: Company) -> list[CanonicalRecord]:
        """A company that is not in the store yet is written by its own record, which comes later in the run."""
        return [company] if self.learned.is_company_stored else []


R = TypeVar("R", bound=RecordReading)  # type: ignore[type-arg]  # of whatever a connector learns


class BooksTranslator(ABC, Generic[K, R]):
    """A translator (see ``connectors.sdk.base.Translator``) but for what is its own: how a record is read.

    Attributes:
        document_streams: streams whose records are vouchers.
        unreadable: what its readers raise where a value that the books stand on is missing or cannot be read.
        learned: by this run, and told from the store.
    """

    document_streams: tuple[str, ...] = (VOUCHERS,)
    unreadable: ClassVar[tuple[type[Exception], ...]]
    learned: K

    @property
    def outdated_streams(self) -> frozenset[str]:
        """Streams whose records in the store would translate differently with the masters of this run.

        The runner sets their raw records pending: masters often arrive a file later than the vouchers naming them.
        """
        return frozenset(self.learned.outdated)

    def forget(self, record: CanonicalRecord) -> None:
        """Unlearn a master under the key it had before; nothing where keys are ids or codes, which no name changes."""

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:  # noqa: ARG002 - some look at it
        """Nothing is suspected of all vouchers at once."""
        return ()

    def report(self, record: RawRecord) -> SourceReport | None:  # noqa: ARG002 - some read it
        """The source brings no report of its own to be proved against."""
        return None

    def translate(self, record: RawRecord) -> Translation:
        """Translate one raw record; whatever is wrong with it becomes an issue, and it stays in the raw store."""
        reading = self.begin(record)
        records: Sequence[CanonicalRecord] = ()
        try:
            records = self.read(reading)
        except self._refused as error:
            reading.issues.append(self.refusal(error, reading))
        return Translation(records=(*reading.introduced, *records), issues=tuple(reading.issues))

    @property
    def _refused(self) -> tuple[type[Exception], ...]:
        return (*self.unreadable, UnbalancedVoucher, msgspec.ValidationError)

    @abstractmethod
    def begin(self, record: RawRecord) -> R:
        """Take a record in hand."""

    @abstractmethod
    def read(self, reading: R) -> Sequence[CanonicalRecord]:
        """Say what a record means; nothing if it is only kept.

        Raises:
            UnbalancedVoucher: its debits and credits differ.
            msgspec.ValidationError: it is not what this connector's tap writes.
        """

    @abstractmethod
    def refusal(self, error: Exception, reading: R) -> Issue:
        """Say why a record was rejected: an issue of the level REJECTED."""
