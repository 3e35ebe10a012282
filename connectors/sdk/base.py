"""What a connector is: a Singer tap that says what the source said, and a translator that says what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.proof import SourceReport
from canonical.record import JsonValue, RawRecord
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay
from connectors.sdk.tokens import Breaker, Limits, Pace, TokenKeeper

if TYPE_CHECKING:
    from singer_sdk import Tap

    from connectors.sdk.oauth import OAuthProvider
    from connectors.sdk.recognition import FileHead, Recognition
    from connectors.sdk.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Translation:
    """What one raw record means: canonical records, and what a person should know about it."""

    records: tuple[CanonicalRecord, ...] = ()
    issues: tuple[Issue, ...] = ()


class Translator(Protocol):
    """Turns raw records of one company into canonical records; pure given what it has learned.

    Attributes:
        version: raised whenever the same raw record would translate differently.
        stream_order: masters before vouchers.
        folded_streams: streams whose records make one company record together, in their order. Of a live source they
            are all translated again, from nothing, when one of them changed: what went leaves no trace in it.
        document_streams: streams whose raw records are vouchers, one for one.
    """

    version: int
    stream_order: tuple[str, ...]
    folded_streams: tuple[str, ...]
    document_streams: tuple[str, ...]

    @property
    def outdated_streams(self) -> frozenset[str]:
        """Streams whose stored records would translate differently by the masters learned since.

        A master outdates streams after its own in ``stream_order`` only; those are read when it has been.
        """
        ...

    def remember(self, record: CanonicalRecord) -> None:
        """Learn a master that is already in the store (groups, voucher types, ledgers)."""

    def forget(self, record: CanonicalRecord) -> None:
        """Unlearn a master under the key it had before it was renamed; nothing has that key now."""

    def preflight(self, sample: Iterable[RawRecord]) -> tuple[Issue, ...]:
        """Look at vouchers before any is published; a rejected issue refuses the whole batch."""
        ...

    def translate(self, record: RawRecord) -> Translation:
        """Translate one raw record; bad data becomes issues, never an exception."""
        ...

    def report(self, record: RawRecord) -> SourceReport | None:
        """Read a record of the stream ``reports`` as an oracle; None if it cannot prove anything."""
        ...


def placeholder_name(identity: str) -> str:
    """Return what books are called that nobody named; a name known from elsewhere stays.

    Args:
        identity: of the books at their source.
    """
    return f"Company {identity[:8]}"


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far an extraction is: bytes (or records) done of a total; total 0 means unknown."""

    stage: str
    done: int
    total: int
    unit: str = "bytes"


class RecordSink(Protocol):
    """Takes what a tap extracts, in batches, and the bookmark after the records it stands for."""

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        """Store a batch; afterwards it must survive a power cut."""

    def bookmark(self, state: Mapping[str, Any]) -> None:
        """Keep the state; every record emitted before it has been accepted."""

    def take_census(self, census: Census) -> CensusVerdict:
        """Compare a census with what is held; retire what is gone, if it is corroborated."""
        ...

    def held_by_day(self, company: str, stream: str) -> Mapping[date, HeldDay]:
        """See ``HubMemory``."""
        ...

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        """See ``HubMemory``."""
        ...

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        """See ``HubMemory``."""
        ...

    def changes_allowed(self, company: str) -> int:
        """See ``HubMemory``."""
        ...

    def is_another_day(self, company: str) -> bool:
        """See ``HubMemory``."""
        ...


class Forgetful:
    """Base of sinks that hold nothing across runs: to them every member of a census is missing."""

    def take_census(self, census: Census) -> CensusVerdict:
        """Nothing is held."""
        return CensusVerdict(missing=tuple(member.key for member in census.members))

    def held_by_day(self, company: str, stream: str) -> Mapping[date, HeldDay]:  # noqa: ARG002 - signature of a sink
        """Nothing is held."""
        return {}

    def values_of(self, *_: object) -> frozenset[str]:
        """Nothing is held."""
        return frozenset()

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:  # noqa: ARG002 - signature of a sink
        """Nothing is held."""
        return ()

    def changes_allowed(self, company: str) -> int:  # noqa: ARG002 - signature of a sink
        """Nothing is proved."""
        return 0

    def is_another_day(self, company: str) -> bool:  # noqa: ARG002 - signature of a sink
        """There was no sync before."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a tap of a live source needs of the process it runs in, and must not take for itself.

    Attributes:
        work_directory: for answers while they are read, and locks between processes.
        clock: seconds that only go forward.
        sleep: waits that many seconds.
        tokens: keeper of the connection's tokens; None where nobody signs in, and from the shell (``shell.py`` has
            parts for that).
        pace: of the connection, shared by all its workers; None as above.
        breaker: of the connection, shared by all its workers; None as above.
        now: the time of day, UTC; None from the shell.
        connection: its name, for what errors tell a person to do; empty from the shell.
    """

    work_directory: Path
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    tokens: TokenKeeper | None = None
    pace: Pace | None = None
    breaker: Breaker | None = None
    now: Callable[[], datetime] | None = None
    connection: str = ""


@dataclass(frozen=True, slots=True)
class Connector:
    """One accounting product.

    Attributes:
        name: folder and code word: ``tally``.
        title: for people.
        tap: returns the Singer tap class (imported when asked).
        translator: returns a translator for one company.
        raw_version: raised when the same source would give other raw records; files read before are read again then.
        named_streams: streams whose records are referred to by name: a rename outdates what was read before it
            (docs/decisions/0011-what-a-rename-outdates.md).
        counters: asks a live source, cheaply, for numbers that move whenever its books change; equal answers mean
            that nothing moved. None: the connector has no live source. Given the settings of a connection; raises as
            the tap does.
        oauth: returns the product's authorisation server; None: nobody signs in.
        webhooks: returns what verifies the product's deliveries; None: it sends none.
        limits: what the product allows a connection with these settings; None: nothing is known.
        learned_types: masters its translator has to know besides company, accounts, units and parties.
        recognise: says whether a file is the product's, by its content; None: it reads no files.
        file_config: turns files that it recognised, and settings given beside them (``company``), into the tap's
            settings; None: ``{"files": [...]}`` and the settings.
        no_reports: why the source has no reports to be compared with, and what to do, as a part of a sentence;
            empty: its reports can be imported or asked for.
        counts_lists: a reading of changes compares the length of every list with what is held, and reads a list whole
            that differs; what then still differs in a count, a comparison of everything would not find either.
    """

    name: str
    title: str
    tap: Callable[[], type[Tap]]
    translator: Callable[[Company], Translator]
    raw_version: int = 1
    named_streams: frozenset[str] = frozenset()
    counters: Callable[[Mapping[str, JsonValue], Surroundings], JsonValue] | None = None
    oauth: Callable[[], OAuthProvider] | None = None
    webhooks: Callable[[], Webhooks] | None = None
    limits: Callable[[Mapping[str, JsonValue]], Limits] | None = None
    learned_types: tuple[type[CanonicalRecord], ...] = ()
    recognise: Callable[[FileHead], Recognition | None] | None = None
    file_config: Callable[[Sequence[Path], Mapping[str, JsonValue]], Mapping[str, JsonValue]] | None = None
    no_reports: str = ""
    counts_lists: bool = False

    def config_of(self, files: Sequence[Path], settings: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """Return the tap's settings for these files."""
        if self.file_config is not None:
            return dict(self.file_config(files, settings))
        return {"files": [str(path) for path in files], **settings}
