"""One organisation as the source of the tap: walks its lists, plans the calls, reads in full what is new or differs.

Order of a sync: the organisation and its chart (with balances), every list, the plan, the documents, what has gone,
the balances once more. Lists that cannot say what changed are walked whole every time, which also tells what has gone
from them; the others only in a sweep (``sweep_hours``). What is missing from a whole list is asked for by its id before
it is called deleted, because rows slip from page to page while somebody works.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import msgspec

from canonical.errors import ConfigurationError, CredentialError, KhataError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import CENSUS, Census, CensusMember, CensusVerdict, Settlement, census_record
from connectors.sdk.notebook import Notebook, Portion
from connectors.zoho.client import Row, ZohoClient, rows_of
from connectors.zoho.fetching import Fetching
from connectors.zoho.listing import Listed, Listing, listed_of, newest_first, walk
from connectors.zoho.open_documents import Seen
from connectors.zoho.quota import Plan, make_plan
from connectors.zoho.refusals import SCOPE_REFUSED
from connectors.zoho.reports import BALANCES, MASTERS, NATURAL, OPEN_PAYABLE, OPEN_RECEIVABLE, account_row
from connectors.zoho.streams import REPORTS, STREAMS
from connectors.zoho.translate.node import text_of
from connectors.zoho.watermark import Watermark

Record = dict[str, Any]
Compare = Callable[[Census], CensusVerdict]
COMPANIES, ACCOUNTS, TAXES = "companies", "chartofaccounts", "taxes"
PORTION = 5000
"""Rows of a list that are compared with what the hub holds at a time."""
CONFIRMED_MAX = 500
"""Candidates of deletion that one sync asks for; the rest waits for the next."""
OVERLAP_MINUTES, SWEEP_HOURS = 10, 24


class Emission(Protocol):
    """What the source asks of the tap."""

    progress: Callable[[ProgressEvent], None] | None

    @property
    def whole_state(self) -> dict[str, Any]:
        """The tap's state; changes are kept."""
        ...

    def checkpoint(self, stream: str) -> None:
        """Emit the state: every record yielded so far has been emitted."""

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        """Emit a record of another stream."""


class ZohoSource:
    """Reads one organisation.

    Args:
        settings: of the tap.
        emission: the tap.
        surroundings: of this process.
        selected: streams to be read.
        compare: what the hub holds; None from the shell, where the bookmarks decide.
    """

    def __init__(
        self,
        settings: Mapping[str, JsonValue],
        emission: Emission,
        surroundings: Surroundings,
        selected: frozenset[str],
        compare: Compare | None = None,
    ) -> None:
        self._settings, self._emission, self._compare = settings, emission, compare
        self._directory = surroundings.work_directory
        self._client = ZohoClient(settings, surroundings)
        self._selected = selected
        self._listings: dict[str, Listing] = {}
        self._wanted: dict[str, Notebook[Listed]] = {}
        self._gone: Counter[str] = Counter()
        self._plan: Plan | None = None
        self._mark = Watermark()
        self._reached: dict[str, datetime] = {}
        self._began: datetime | None = None
        self._seen = Seen("")
        self._fetching = Fetching(self._client, self._seen)
        self._organisation: Row = {}
        self._accounts: list[dict[str, Any]] = []
        self._has_moved = self._is_partial = self._is_sweep = False
        self._notes: list[Issue] = []
        self._refused: list[str] = []

    @property
    def settlement(self) -> Settlement:
        """Whether there is more to read at once, or later."""
        if self._lacks:
            return Settlement.UNSURE
        return Settlement.MOVED if self._moved else Settlement.SETTLED

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noticed about the organisation and the connection."""
        return (*self._notes, *self._fetching.issues)

    @property
    def _moved(self) -> bool:
        """Somebody worked while the books were read."""
        return self._has_moved or self._fetching.has_missed

    @property
    def _lacks(self) -> bool:
        """Not everything that was wanted was read."""
        return self._is_partial or bool(self._fetching.refused or self._refused)

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The plan, and what was used, for summaries."""
        if self._plan is None:
            return []
        used: dict[str, JsonValue] = {"organization": self._client.organization_id, "calls_used": self._client.calls}
        return [{**used, "is_sweep": self._is_sweep, "plan": self._plan.to_json()}]

    def close(self) -> None:
        """Nothing is held between requests."""

    def prepare(self) -> None:
        """Walk the lists and make the plan; nothing is read in full before.

        Raises:
            KhataError: the sign-in, the organisation or a list that must be there is refused; nothing is emitted.
        """
        if self._plan is not None:
            return
        self._began = self._client.now()
        self._choose_organisation()
        key = self._client.organization_id
        held = self._emission.whole_state.get(COMPANIES, {}).get(key)
        self._mark = Watermark.from_state(held) if held else Watermark()
        self._is_sweep = self._must_sweep(self._began)
        self._seen = Seen(text_of(self._organisation, "currency_code"))
        self._fetching.seen = self._seen
        for stream in STREAMS:
            if stream in self._selected and stream != COMPANIES:
                self._list(stream)
        if TAXES in self._listings:
            self._fetching.complete_taxes(self._listings[TAXES].whole, self._mark.tax_groups)
        self._decide()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records; then what has gone from it is settled, and how far it was read is kept."""
        self.prepare()
        if stream == REPORTS:
            yield from self._reports()
            self._finish()
        elif stream == COMPANIES:
            yield self._record(COMPANIES, self._organisation, _listed(COMPANIES, self._organisation))
        elif stream in self._listings:
            yield from self._stream(stream, self._listings[stream])
            self._settle(stream, self._listings[stream])

    # -- before the first record ------------------------------------------------------------------------------------

    def _choose_organisation(self) -> None:
        rows = rows_of(self._client.get("organizations"), ("organizations",), "organizations")
        wanted = self._client.organization_id
        found = next((row for row in rows if text_of(row, "organization_id") == wanted), None)
        if found is None and not wanted and len(rows) == 1:
            found = rows[0]
        if found is None:
            known = ", ".join(f"{text_of(row, 'organization_id')} ({text_of(row, 'name')})" for row in rows)
            raise ConfigurationError(
                f"Set organization_id to one of the organisations this sign-in opens: {known or 'none'}.",
                code="zoho.organization",
            )
        self._client.organization_id = text_of(found, "organization_id")
        self._organisation = found

    def _must_sweep(self, now: datetime) -> bool:
        how = str(self._settings.get("sweep") or "auto")
        swept = self._mark.swept_at
        hours = timedelta(hours=float(self._settings.get("sweep_hours") or SWEEP_HOURS))
        return how == "always" or swept is None or (how == "auto" and now - swept >= hours)

    def _list(self, stream: str) -> None:
        spec = STREAMS[stream]
        since = None if self._is_sweep else self._mark.modified.get(stream)
        overlap = timedelta(minutes=float(self._settings.get("overlap_minutes") or OVERLAP_MINUTES))
        try:
            listing = self._walk(stream, since - overlap if since else None)
        except SourceRejected as refused:
            if not spec.is_optional:
                raise
            self._leave_out(stream, refused)
            return
        except CredentialError as refused:
            if refused.code != SCOPE_REFUSED or spec.is_base:
                raise
            if spec.is_optional and not spec.is_booked:
                self._leave_out(stream, refused)
            else:
                self._do_without(stream, refused)
            return
        if listing.is_filter_ignored:
            self._note(
                "zoho.filter.ignored",
                IssueLevel.INFO,
                f"Zoho Books does not filter {stream} by the modified time; the whole list was walked.",
            )
        self._listings[stream] = listing
        if stream == ACCOUNTS:
            self._accounts = [account_row(row) for row in listing.whole.values()]
        if self._emission.progress:
            self._emission.progress(ProgressEvent("list", len(self._listings), len(STREAMS), "lists"))

    def _leave_out(self, stream: str, refused: KhataError) -> None:
        """The books are whole without it."""
        self._note(
            "zoho.stream.left_out",
            IssueLevel.INFO,
            f"Zoho Books does not show {stream.replace('_', ' ')}: {_why(refused)}",
            hint=f"If they are wanted, sign in again and agree to every permission: {self._client.sign_in_again(())}",
        )

    def _do_without(self, stream: str, refused: KhataError) -> None:
        """The books are not whole without it: the rest is read, and its figures are held back."""
        self._refused.append(stream)
        self._note(
            "zoho.stream.refused",
            IssueLevel.ACTION_REQUIRED,
            f"{stream.replace('_', ' ').capitalize()} are not in the books: {_why(refused)}",
            hint="The other lists were read; figures are held back until a sync has read this one too. Sign in again "
            f"and agree to every permission: {self._client.sign_in_again(())}",
        )

    def _walk(self, stream: str, since: datetime | None) -> Listing:
        return walk(self._client, stream, STREAMS[stream], since, see=self._seen.see, directory=self._directory)

    def _decide(self) -> None:
        for stream, listing in self._listings.items():
            self._wanted[stream] = Notebook(Listed, newest_first, self._directory)
            for portion in listing.rows.portions(PORTION):
                for one in self._chosen(stream, listing, portion):
                    self._wanted[stream].add(one)
        details = {name: len(rows) for name, rows in self._wanted.items() if STREAMS[name].detail}
        self._plan = make_plan(
            listed=self._client.calls,
            details=details,
            checks={name: min(count, CONFIRMED_MAX) for name, count in self._gone.items() if count},
            left=self._client.pace.left_today(),
            order=tuple(STREAMS),
        )
        if not self._plan.is_whole:
            self._is_partial = True
            self._note(
                "zoho.quota.postponed",
                IssueLevel.WARNING,
                f"{self._plan.postponed} documents wait for another day: the sync needs {self._plan.calls} calls, and "
                f"{self._plan.left} are left of today's.",
                hint="Nothing is lost; the next sync goes on. A larger plan of Zoho Books allows more calls a day.",
            )

    def _chosen(self, stream: str, listing: Listing, portion: Portion[Listed]) -> Iterator[Listed]:
        """What is to be read of a portion of a list: what the hub lacks, or by the bookmark where nobody compares.

        To the hub a list that says everything is handed over whole; nothing of it has to be chosen.
        """
        if self._compare is None:
            since = self._mark.modified.get(stream)
            yield from (one for one in portion.rows if not (since and one.modified and one.modified < since))
            return
        verdict = self._compare(self._census(stream, portion, (), is_sure=False))
        if STREAMS[stream].detail:
            wanted = set(verdict.wanted)
            yield from (one for one in portion.rows if one.key in wanted)
        if listing.is_whole:
            self._gone[stream] += len(verdict.gone)

    def _census(self, stream: str, portion: Portion[Listed], also: tuple[str, ...], *, is_sure: bool) -> Census:
        members = (*(one.member for one in portion.rows), *(CensusMember(key=key) for key in also))
        return Census(self._client.organization_id, stream, None, members, is_sure, portion.keys)

    # -- the records ------------------------------------------------------------------------------------------------

    def _stream(self, stream: str, listing: Listing) -> Iterator[Record]:
        spec = STREAMS[stream]
        wanted = self._wanted[stream]
        if not spec.detail:
            yield from self._rows(stream, listing)
            return
        allowed = self._plan.allowed.get(stream, 0) if self._plan else 0
        for done, one in enumerate(islice(wanted, allowed), start=1):
            detail = self._fetching.document(stream, one.key)
            if detail is not None:
                yield self._record(stream, detail, one)
            if self._emission.progress and done % 100 == 0:
                self._emission.progress(ProgressEvent("read", done, min(allowed, len(wanted)), stream))

    def _rows(self, stream: str, listing: Listing) -> Iterator[Record]:
        """Records of a list that has no detail: its rows."""
        spec = STREAMS[stream]
        if spec.is_document:
            for one in self._wanted[stream] if self._compare is None else listing.rows:
                yield self._record(stream, self._whole(one), one)
            return
        wanted = {one.key for one in self._wanted[stream]}
        for key, row in listing.whole.items():
            if self._compare is not None or key in wanted:
                yield self._record(stream, row, listed_of(row, spec))

    def _whole(self, listed: Listed) -> Any:
        """A row of a list in full; the hub takes it encoded, because nobody looks inside it on the way."""
        return listed.row if self._compare is not None else msgspec.json.decode(listed.row)

    def _record(self, stream: str, node: Row, listed: Listed) -> Record:
        return {
            "organization_id": self._client.organization_id,
            "key": listed.key,
            "name": text_of(node, "name") if stream == COMPANIES else listed.number,
            "number": listed.number,
            **_moments(stream, listed),
            "version": listed.version,
            "object": node,
            "rates": self._fetching.rates(stream, node),
        }

    # -- after a stream ---------------------------------------------------------------------------------------------

    def _settle(self, stream: str, listing: Listing) -> None:
        newest = max(filter(None, (listing.newest, self._mark.modified.get(stream))), default=None)
        if newest:
            self._reached[stream] = newest
        if listing.is_whole:
            self._take_census(stream, listing)
        if self._compare is None:
            self._save()

    def _take_census(self, stream: str, listing: Listing) -> None:
        if self._compare is None:
            everything = Portion(tuple(listing.rows), None)
            self._emission.emit_aside(CENSUS, census_record(self._census(stream, everything, (), is_sure=False)))
            return
        if not self._gone[stream]:  # nothing was missed when the plan was made, and nothing has left the hub since
            return
        room = CONFIRMED_MAX
        for portion in listing.rows.portions(PORTION):
            told = self._compare(self._census(stream, portion, (), is_sure=False)).gone
            left = self._client.pace.left_today()
            asked = told[: room if left is None else min(room, left)]
            room -= len(asked)
            there = tuple(key for key in asked if self._fetching.exists(stream, key))
            if there:
                self._has_moved = True
            if asked:
                self._compare(self._census(stream, portion, (*there, *told[len(asked) :]), is_sure=True))

    def _reports(self) -> Iterator[Record]:
        if ACCOUNTS in self._listings:
            again = walk(self._client, ACCOUNTS, STREAMS[ACCOUNTS], None).whole
            accounts = [account_row(row) for row in again.values()]
            self._has_moved |= accounts != self._accounts
            yield self._report(
                BALANCES,
                sign=str(self._settings.get("balance_sign") or NATURAL),
                accounts=accounts,
                contacts=list(self._seen.contacts.values()),
            )
        if self._is_sweep:
            for title, side in ((OPEN_RECEIVABLE, 1), (OPEN_PAYABLE, -1)):
                yield self._report(title, documents=self._seen.open_on(side))
        if "items" in self._listings:
            yield self._report(MASTERS, counts={"stock items": sum(1 for _ in self._listings["items"].rows)})

    def _report(self, title: str, **told: Any) -> Record:
        lacks = {"lacks": True} if self._lacks else {}
        node = {"report": title, "moved": self._moved, **lacks, **told}
        return self._record(REPORTS, node, Listed(title, 0, title, None, None))

    def _finish(self) -> None:
        if self._lacks:
            return
        self._mark.modified |= self._reached
        if self._is_sweep:
            self._mark.swept_at = self._began
        self._mark.calls = self._client.calls
        self._save()

    def _save(self) -> None:
        """Keep how far the organisation was read; from the shell stream by stream."""
        if self._compare is None:
            self._mark.modified |= self._reached
        kept = self._emission.whole_state.setdefault(COMPANIES, {})
        kept[self._client.organization_id] = self._mark.to_state()
        self._emission.checkpoint(COMPANIES)

    def _note(self, code: str, level: IssueLevel, message: str, *, hint: str = "") -> None:
        self._notes.append(Issue(code=code, level=level, message=message, where="Zoho Books", hint=hint))


def _why(refused: KhataError) -> str:
    scope = refused.facts.get("scope")
    if not scope:
        return refused.message
    return f"the sign-in lacks the scope {scope}, or the role of whoever agreed does not see them."


def _moments(stream: str, listed: Listed) -> dict[str, str | None]:
    """Date and modification, of streams that have them."""
    spec = STREAMS.get(stream)
    found: dict[str, str | None] = {}
    if spec and spec.day:
        found["date"] = listed.day.isoformat() if listed.day else None
    if spec and spec.modified:
        found["modified"] = listed.modified.isoformat() if listed.modified else None
    return found


def _listed(stream: str, row: Row) -> Listed:
    return Listed(text_of(row, STREAMS[stream].key), 0, "", None, None)
