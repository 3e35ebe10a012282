"""A running Tally as the source of the tap: which companies, in which order, and what the state keeps.

State of the tap: ``profiles`` remembers how this Tally behaves where the settings do not say; ``companies`` holds a
watermark per company, written when everything of it has been handed over; ``bookmarks.vouchers.progress`` says how far
a full read has come, so that one that was killed goes on at its month.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import CENSUS, Census, HubMemory, Settlement, census_record
from connectors.sdk.source import Emission, Record
from connectors.tally.export.streams import REPORTS
from connectors.tally.gateway import refusal
from connectors.tally.gateway.calibrate import calibrate
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_books, same_name
from connectors.tally.gateway.endpoint import parse_endpoint
from connectors.tally.gateway.profile import CapabilityProfile, parse_profile
from connectors.tally.live.book import Book, Whole
from connectors.tally.live.company_run import CompanyRun, Mode, Plan
from connectors.tally.live.counting import Summed
from connectors.tally.live.full import Progress
from connectors.tally.live.notes import Notes
from connectors.tally.live.oracles import read_reports
from connectors.tally.live.watermark import Watermark

COMPANIES, VOUCHERS, VOUCHER_TYPES = "companies", "vouchers", "voucher_types"
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.decode


class GatewaySource:
    """Reads the companies that are open in one Tally.

    Args:
        config: the tap's settings; ``gateway`` among them.
        emission: the tap.
        surroundings: clock, sleep and work directory of this process.
        memory: the hub's, None from the shell.
    """

    def __init__(
        self,
        config: Mapping[str, JsonValue],
        emission: Emission,
        surroundings: Surroundings,
        memory: HubMemory | None = None,
    ) -> None:
        self._config = config
        self._emission = emission
        self._memory = memory
        self._notes = Notes()
        self._client = GatewayClient(
            parse_endpoint(config["gateway"]),
            work_directory=surroundings.work_directory,
            clock=surroundings.clock,
            sleep=surroundings.sleep,
        )
        self._runs: list[CompanyRun] | None = None
        self._told: dict[str, LoadedCompany] = {}

    def prepare(self) -> None:
        """Choose the companies and decide what to read of each.

        Raises:
            SourceError: Tally does not answer, or a company asked for is not open.
        """
        self._prepared()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records of every company; the state is up to date after the last one."""
        if stream == CENSUS:
            return
        for run in self._prepared():
            if stream == COMPANIES:
                yield from self._company(run)
            elif stream == VOUCHERS:
                yield from self._vouchers(run)
            elif stream == REPORTS:
                yield from self._reports(run)
            else:
                yield from self._masters(run, stream)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noticed about Tally and the books as a whole."""
        return self._notes.issues

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per company: plan, requests and bytes."""
        return [run.facts() for run in self._runs or ()]

    @property
    def settlement(self) -> Settlement:
        """The least settled of the companies."""
        runs = self._runs or ()
        if any(run.is_unsure for run in runs):
            return Settlement.UNSURE
        return Settlement.SETTLED if all(run.is_settled for run in runs) else Settlement.MOVED

    def close(self) -> None:
        """Nothing is held between requests."""

    def _prepared(self) -> list[CompanyRun]:
        if self._runs is None:
            runs = [self._run(company) for company in self._chosen(list_books(self._client))]
            for run in runs:
                run.prepare()
            self._runs = runs
        return self._runs

    def _chosen(self, loaded: tuple[LoadedCompany, ...]) -> list[LoadedCompany]:
        books = list(loaded)
        guids = [str(guid) for guid in self._config.get("companies") or ()]
        if self._config.get("company_guid"):
            guids.append(str(self._config["company_guid"]))
        name = str(self._config.get("company") or "")
        for guid in guids:
            if not any(company.guid == guid for company in books):
                raise refusal.company_not_loaded(self._client.endpoint.url, name or guid)
        if guids:
            books = [company for company in books if company.guid in guids]
        named = [company for company in books if not name or same_name(company.name, name)]
        if named or guids:
            return named or books
        raise refusal.company_not_loaded(self._client.endpoint.url, name)

    def _run(self, company: LoadedCompany) -> CompanyRun:
        mark = self._emission.whole_state.get("companies", {}).get(company.guid)
        progress = self._progress().get(company.guid)
        summed = Summed.MASTERS if self._memory is None else Summed.VERSIONS
        return CompanyRun(
            book=Book(self._client, company, self._profile(company), self._notes, summed),
            mode=Mode(self._config.get("mode") or Mode.AUTO),
            memory=self._memory,
            mark=Watermark.from_state(mark) if mark else None,
            progress=Progress.from_state(progress) if progress else None,
            emit=self._emit_census,
        )

    def _profile(self, company: LoadedCompany) -> CapabilityProfile:
        """How this Tally behaves: as configured, as remembered in the state, else measured now."""
        if self._config.get("profile"):
            return parse_profile(self._config["profile"])
        held: dict[str, Any] = self._emission.whole_state.setdefault("profiles", {})
        if company.guid not in held:
            held[company.guid] = calibrate(self._client, company).to_json()
        return parse_profile(held[company.guid])

    def _company(self, run: CompanyRun) -> Iterator[Record]:
        if run.plan is not Plan.NOTHING:
            yield self._company_record(run.book)

    def _company_record(self, book: Book) -> Record:
        self._told[book.guid] = book.company
        return {
            "company_guid": book.guid,
            "company_name": book.company.name,
            "key": book.guid,
            "guid": book.guid,
            "name": book.company.name,
            "element": "COMPANY",
            "object": book.company_object(),
            "file": book.where,
            "position": 1,
        }

    def _masters(self, run: CompanyRun, stream: str) -> Iterator[Record]:
        for whole in run.masters(stream):
            if stream == VOUCHER_TYPES:
                run.note_type(str(whole.item.columns["name"]), _decode(whole.tree))
            yield self._record(run.book, whole)

    def _vouchers(self, run: CompanyRun) -> Iterator[Record]:
        total = run.book.company.alter_voucher_id

        def save(progress: Progress | None, mark: Watermark | None) -> None:
            told = self._told.get(run.book.guid)
            if mark is not None and told is not None and told.counters != run.book.company.counters:
                self._emission.emit_aside(COMPANIES, self._company_record(run.book))  # it says its last voucher's day
            self._save(run.book.guid, progress, mark)

        for stream, whole in run.stale_masters():
            if stream == VOUCHER_TYPES:
                run.note_type(str(whole.item.columns["name"]), _decode(whole.tree))
            self._emission.emit_aside(stream, self._record(run.book, whole))
        for done, whole in enumerate(run.vouchers(save), start=1):
            if self._emission.progress and done % 100 == 0:
                self._emission.progress(ProgressEvent("read", done, max(total, done), "vouchers"))
            yield self._record(run.book, whole)

    def _reports(self, run: CompanyRun) -> Iterator[Record]:
        if run.plan is Plan.NOTHING:
            return
        book = run.book
        for report in read_reports(book, is_light=run.is_light):
            title = report.title
            yield {
                "company_guid": book.guid,
                "company_name": book.company.name,
                "key": title,
                "guid": title,
                "name": title,
                "element": "REPORT",
                "object": report.to_object(book.company, is_settled=run.is_settled),
                "file": book.where,
                "position": 1,
            }

    def _record(self, book: Book, whole: Whole) -> Record:
        return {
            "company_guid": book.guid,
            "company_name": book.company.name,
            **whole.item.columns,
            "object": msgspec.Raw(whole.tree) if self._emission.embedded else _decode(whole.tree),
            "file": book.where,
            "position": whole.item.columns["master_id"] or 0,
        }

    def _emit_census(self, census: Census) -> None:
        self._emission.emit_aside(CENSUS, census_record(census))

    def _save(self, guid: str, progress: Progress | None, mark: Watermark | None) -> None:
        held: dict[str, Any] = self._progress()
        if progress is not None:
            held[guid] = progress.to_state()
        else:
            held.pop(guid, None)
        if mark is not None:
            self._emission.whole_state.setdefault("companies", {})[guid] = mark.to_state()
        self._emission.checkpoint(VOUCHERS)

    def _progress(self) -> dict[str, Any]:
        held: dict[str, Any] = self._emission.bookmark_of(VOUCHERS).setdefault("progress", {})
        return held
