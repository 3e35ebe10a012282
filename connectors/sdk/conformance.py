"""What every connector must keep to, as checks that name each breach; run over the registry by ``tests/conformance``.

A check takes a connector, or what an in-process run of it extracted, and returns sentences; none means it conforms.
They need no test framework, so whoever writes a connector elsewhere can call ``breaches`` from theirs.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from singer_sdk.exceptions import ConfigValidationError

from canonical.company import Company
from canonical.errors import KhataError
from canonical.record import JsonValue, RawRecord, SourceRef
from connectors.sdk.base import Connector
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay, values_in
from connectors.sdk.run import Extracted, run_tap

README_HEADINGS = (
    "What it reads",
    "What it cannot read",
    "Set-up",
    "Permissions",
    "Limits",
    "Quirks",
    "Unknown",
)
"""Every connector's README answers these, in this order."""
COMPANIES = "companies"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
BOOKMARKS_TRIED = 4
"""Bookmarks that a run is resumed from, spread over the run."""
_WRONG_TYPE: Mapping[str, JsonValue] = {
    "string": {"not": "a text"},
    "array": "not a list",
    "object": "not an object",
    "integer": "not a number",
    "number": "not a number",
    "boolean": "not yes or no",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What a connector's ``example.py`` gives the suite: settings that extract something without a network.

    Attributes:
        config: the settings.
        secrets: secret values inside them; they must appear nowhere.
    """

    config: Mapping[str, JsonValue]
    secrets: tuple[str, ...] = ()


@dataclass(slots=True)
class Collected:
    """A sink that keeps everything: batches in order, and how many records each bookmark stood behind."""

    streams: list[tuple[str, list[RawRecord]]] = field(default_factory=list)
    bookmarks: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    extracted: Extracted = field(default_factory=Extracted)
    log: str = ""
    censuses: list[Census] = field(default_factory=list)
    before: list[RawRecord] = field(default_factory=list)
    """What an earlier run handed over, for a run that is resumed."""

    def accept(self, stream: str, records: list[RawRecord]) -> None:
        """Keep a batch."""
        self.streams.append((stream, list(records)))

    def bookmark(self, state: Mapping[str, Any]) -> None:
        """Keep a bookmark."""
        self.bookmarks.append((sum(len(batch) for _, batch in self.streams), state))

    def take_census(self, census: Census) -> CensusVerdict:
        """Keep a census; what was not handed over yet is missing, as for a hub that holds nothing else."""
        self.censuses.append(census)
        held = {record.source.key for record in self._held(census.company, census.stream)}
        return CensusVerdict(missing=tuple(member.key for member in census.members if member.key not in held))

    def held_by_day(self, company: str, stream: str) -> Mapping[date, HeldDay]:
        """Count what was handed over."""
        days: dict[date, HeldDay] = {}
        for record in self._held(company, stream):
            if record.day is not None:
                before = days.get(record.day, HeldDay(0, 0))
                days[record.day] = HeldDay(before.records + 1, before.versions + (record.version or 0))
        return days

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        """Look into what was handed over."""
        said = [record for record in (*self.before, *self.records) if record.source.key in keys]
        mine = [record for record in said if (record.source.company, record.source.stream) == (company, stream)]
        return values_in((record.payload for record in mine), field)

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:  # noqa: ARG002 - nothing is renamed here
        """Nothing: no run came before."""
        return ()

    def changes_allowed(self, company: str) -> int:  # noqa: ARG002 - nothing is proved here
        """None: everything is to be read."""
        return 0

    def is_another_day(self, company: str) -> bool:  # noqa: ARG002 - no time passes here
        """No."""
        return False

    def _held(self, company: str, stream: str) -> Iterable[RawRecord]:
        known = [*self.before, *self.records]
        held = {r.source.key: r for r in known if (r.source.company, r.source.stream) == (company, stream)}
        return held.values()

    @property
    def records(self) -> list[RawRecord]:
        """Every record, in the order handed over."""
        return [record for _, batch in self.streams for record in batch]


def collect(
    connector: Connector,
    config: Mapping[str, JsonValue],
    now: datetime,
    state: Mapping[str, JsonValue] | None = None,
    before: Sequence[RawRecord] = (),
) -> Collected:
    """Run a connector's tap in process and keep all it said, its log included.

    Raises:
        KhataError: as the tap raises.
    """
    collected = Collected(before=list(before))
    with _log_of(collected):
        collected.extracted = run_tap(connector.tap(), config, collected, now=now, state=state)
    return collected


def breaches(
    connector: Connector, folder: Path, config: Mapping[str, JsonValue], secrets: tuple[str, ...], now: datetime
) -> list[str]:
    """Run every check.

    Args:
        connector: the connector.
        folder: its folder, for the README.
        config: settings that make it extract something without a network.
        secrets: secret values inside ``config``; they must appear nowhere.
        now: time to stamp records with.
    """
    first, second = collect(connector, config, now), collect(connector, config, now)
    resumed = collect(connector, config, now, first.extracted.state)
    checks: tuple[Callable[[], Iterator[str]], ...] = (
        lambda: check_description(connector, config),
        lambda: check_settings(connector, config, now),
        lambda: check_discovery(connector, config),
        lambda: check_readme(folder),
        lambda: check_records(connector, first),
        lambda: check_schemas(connector, config, first),
        lambda: check_repeatable(first, second),
        lambda: check_bookmarks(first),
        lambda: check_resumed(first, resumed),
        lambda: check_any_resume(connector, config, first, now),
        lambda: check_secrets(first, secrets),
        lambda: check_translation(connector, first),
    )
    return [breach for check in checks for breach in check()]


def check_description(connector: Connector, config: Mapping[str, JsonValue]) -> Iterator[str]:
    """Names agree, every stream has a key, masters come before vouchers."""
    tap = connector.tap()(config=dict(config), validate_config=True)
    if tap.name != f"tap-{connector.name}" and not tap.name.startswith(f"tap-{connector.name}-"):
        yield f"The tap of {connector.name} calls itself {tap.name}."
    if not connector.title:
        yield f"{connector.name} has no title for people."
    yield from (f"Stream {name} has no primary key." for name, stream in tap.streams.items() if not stream.primary_keys)
    if COMPANIES not in tap.streams:
        yield f"{connector.name} has no stream {COMPANIES!r}."
    order = connector.translator(_somebody(connector)).stream_order
    yield from (f"{name} is translated but is no stream." for name in order if name not in tap.streams)
    if len(set(order)) != len(order):
        yield "stream_order names a stream twice."


def check_settings(connector: Connector, config: Mapping[str, JsonValue], now: datetime) -> Iterator[str]:
    """Every setting is described; one of a wrong type, and none at all, are refused rather than overlooked."""
    tap_class = connector.tap()
    declared = tap_class.config_jsonschema.get("properties", {})
    yield from (
        f"The setting {name} is not described." for name, told in declared.items() if not told.get("description")
    )
    for name in declared.keys() & config.keys():
        wrong = _wrong_value(declared[name])
        taken = partial(tap_class, config={**config, name: wrong}, validate_config=True)
        if wrong is not None and not _is_refused(taken):
            yield f"The setting {name} takes {wrong!r}."
    if not _is_refused(lambda: collect(connector, {}, now)):
        yield "Without any settings the tap extracts, or says nothing of what it lacks."


def check_discovery(connector: Connector, config: Mapping[str, JsonValue]) -> Iterator[str]:
    """The streams are known without settings, so without credentials too."""
    tap_class = connector.tap()
    configured = list(tap_class(config=dict(config), validate_config=True).streams)
    try:
        found = list(tap_class(config={}, validate_config=False).streams)
    except (KhataError, ConfigValidationError, KeyError) as error:
        yield f"Streams cannot be discovered without settings: {error}."
        return
    if found != configured:
        yield f"Without settings the streams are {found}, with them {configured}."


def check_readme(folder: Path) -> Iterator[str]:
    """The README has the standard headings, in order."""
    path = folder / "README.md"
    if not path.is_file():
        yield f"{folder.name} has no README.md."
        return
    headings = [
        line.lstrip("#").strip() for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("## ")
    ]
    if [heading for heading in headings if heading in README_HEADINGS] != list(README_HEADINGS):
        yield f"{folder.name}/README.md has the headings {headings}, expected {list(README_HEADINGS)} among them."


def check_records(connector: Connector, collected: Collected) -> Iterator[str]:
    """Every record has a whole address of its own, a true digest and an origin that shows no machine's folders."""
    seen: set[tuple[str, str, str, bytes]] = set()
    if not collected.records:
        yield "Nothing was extracted; give settings that extract something."
    for record in collected.records:
        source = record.source
        if source.connector != connector.name or not all((source.company, source.stream, source.key)):
            yield f"{source} is not a whole address."
        if record.digest != hashlib.sha256(record.payload).digest():
            yield f"{source}: the digest is not that of the payload."
        if not record.origin or record.origin.startswith(("/", "\\")) or record.origin[1:3] == ":\\":
            yield f"{source}: the origin {record.origin!r} is empty or an absolute path."
        address = (source.company, source.stream, source.key, record.digest)
        if address in seen:
            yield f"{source} was handed over twice with the same content."
        seen.add(address)
    yield from _check_companies(collected)


def check_schemas(connector: Connector, config: Mapping[str, JsonValue], collected: Collected) -> Iterator[str]:
    """No record has a field its stream does not declare: targets drop such fields without a word."""
    streams = connector.tap()(config=dict(config), validate_config=True).streams
    for record in collected.records:
        declared = streams[record.source.stream].schema["properties"]
        undeclared = msgspec.json.decode(record.payload).keys() - declared.keys()
        if undeclared:
            yield f"{record.source} has undeclared fields: {sorted(undeclared)}."


def check_repeatable(first: Collected, second: Collected) -> Iterator[str]:
    """Extracting twice gives the same records in the same order, to the byte."""
    if [(r.source, r.digest) for r in first.records] != [(r.source, r.digest) for r in second.records]:
        yield "Extracting twice gave different records."
    if first.extracted.issues != second.extracted.issues:
        yield "Extracting twice gave different issues."


def check_bookmarks(collected: Collected) -> Iterator[str]:
    """The last bookmark stands behind every record, and the run returns it."""
    if not collected.bookmarks:
        yield "No bookmark was handed over."
        return
    behind, state = collected.bookmarks[-1]
    for (earlier, before), (later, after) in pairwise(collected.bookmarks):
        if later < earlier or _goes_back(before, after):
            yield f"The bookmark after {later} records goes back behind the one after {earlier}."
    if behind != len(collected.records):
        yield f"The last bookmark stands for {behind} of {len(collected.records)} records."
    if state != collected.extracted.state:
        yield "The run's state is not its last bookmark."


def check_resumed(first: Collected, resumed: Collected) -> Iterator[str]:
    """A run from the final state brings nothing that the first did not."""
    known = {(record.source, record.digest) for record in first.records}
    yield from (
        f"A second run brought {record.source} anew."
        for record in resumed.records
        if (record.source, record.digest) not in known
    )


def check_any_resume(
    connector: Connector, config: Mapping[str, JsonValue], first: Collected, now: datetime
) -> Iterator[str]:
    """A run from any bookmark brings everything that came after it, and nothing that was not there.

    What came before may come again: a source that cannot be asked for the rest is read from the start.
    """
    known = {(record.source, record.digest) for record in first.records}
    step = max(1, len(first.bookmarks) // BOOKMARKS_TRIED)
    for behind, state in first.bookmarks[::step]:
        earlier = first.records[:behind]
        resumed = {(one.source, one.digest) for one in collect(connector, config, now, state, earlier).records}
        held = {(one.source, one.digest) for one in earlier}
        missing = known - held - resumed
        if missing and behind != len(first.records):
            yield f"A run from the bookmark after {behind} records does not bring {len(missing)} of the rest."
        if resumed - known:
            yield f"A run from the bookmark after {behind} records brings {len(resumed - known)} that are not there."


def check_secrets(collected: Collected, secrets: tuple[str, ...]) -> Iterator[str]:
    """Secrets are neither stored nor logged nor told."""
    told = " ".join(
        [collected.log, str(collected.extracted), *(f"{record.origin} {record.source}" for record in collected.records)]
    )
    for number, secret in enumerate(secrets, start=1):
        if secret in told or any(secret.encode() in record.payload for record in collected.records):
            yield f"Secret {number} of the settings appears in a record, an issue, the state or the log."


def check_translation(connector: Connector, collected: Collected) -> Iterator[str]:
    """Translating twice gives equal records and issues, and every issue has a dotted code."""
    for company in dict.fromkeys(record.source.company for record in collected.records):
        records = [record for record in collected.records if record.source.company == company]
        once, again = (_translated(connector, records) for _ in range(2))
        if once != again:
            yield f"Translating the records of {company} twice gave different results."
        for _, issues in once:
            yield from (f"Issue code {issue.code!r} is not dotted." for issue in issues if issue.code.count(".") < 1)


def _goes_back(before: JsonValue, after: JsonValue) -> bool:
    """Whether a day or a counter in a state is smaller, under the same names, than in an earlier state."""
    match before, after:
        case dict(), dict():
            return any(_goes_back(before[name], after[name]) for name in before.keys() & after.keys())
        case bool(), _:
            return False
        case int(), int():
            return after < before
        case str(), str() if _DAY.match(before) and _DAY.match(after):
            return after < before
        case _:
            return False


def _wrong_value(told: Mapping[str, Any]) -> JsonValue | None:
    """A value that a setting's schema does not allow; None if it allows anything."""
    said = told.get("type")
    kinds = {said} if isinstance(said, str) else set(said or ())
    wrong = [value for kind, value in _WRONG_TYPE.items() if kind in kinds]
    return wrong[0] if len(kinds - {"null"}) == 1 and wrong else None


def _is_refused(work: Callable[[], object]) -> bool:
    try:
        work()
    except (KhataError, ConfigValidationError):
        return True
    return False


def _check_companies(collected: Collected) -> Iterator[str]:
    streams = [record.source.stream for record in collected.records]
    companies = [record.source.company for record in collected.records if record.source.stream == COMPANIES]
    others = {record.source.company for record in collected.records}
    if len(set(companies)) != len(companies) or set(companies) != others:
        yield f"Companies {companies} were announced, records belong to {sorted(others)}."
    if COMPANIES in streams and streams[: len(companies)] != [COMPANIES] * len(companies):
        yield "Companies do not come before everything else."


def _translated(connector: Connector, records: list[RawRecord]) -> list[tuple[Any, Any]]:
    translator = connector.translator(_somebody(connector, records[0].source.company))
    order = {stream: place for place, stream in enumerate(translator.stream_order)}
    known = sorted((r for r in records if r.source.stream in order), key=lambda r: order[r.source.stream])
    return [(done.records, done.issues) for done in map(translator.translate, known)]


def _somebody(connector: Connector, key: str = "somebody") -> Company:
    return Company(source=SourceRef(connector.name, key, COMPANIES, key), name="Somebody")


@contextmanager
def _log_of(collected: Collected) -> Iterator[None]:
    lines: list[str] = []

    class _Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    handler, root = _Keep(logging.DEBUG), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        collected.log = "\n".join(lines)
