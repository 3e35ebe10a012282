"""One organisation as the source of the tap: walks its lists, plans the calls, reads in full what is new or differs.

Order of a sync: the organisation and its chart (with balances), every list, what webhooks named and no list shows, how
long the lists are, the plan, the documents, what has gone, the balances once more. Lists that cannot say what changed
are walked whole every time, which also tells what has gone from them; the others in a sweep (``sweep_hours``), and when
their length shows that something went. What is missing from a whole list is asked for by its id before it is called
deleted, because rows slip from page to page while somebody works.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import msgspec

from canonical.errors import ConfigurationError
from canonical.issue import Issue
from canonical.record import JsonValue
from connectors.sdk.announcements import Announcements
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import CENSUS, HubMemory, Settlement, census_record
from connectors.sdk.notebook import Portion
from connectors.sdk.source import Emission
from connectors.zoho.announced import Named
from connectors.zoho.choosing import PORTION
from connectors.zoho.client import Row, ZohoClient, rows_of
from connectors.zoho.fetching import Fetching
from connectors.zoho.listing import Listed, Listing, listed_of, moments_of, walk
from connectors.zoho.lists import Lists
from connectors.zoho.open_documents import Seen
from connectors.zoho.quota import Plan, make_plan, postponed
from connectors.zoho.reports import BALANCES, DOCUMENTS, MASTERS, NATURAL, OPEN_PAYABLE, OPEN_RECEIVABLE, account_row
from connectors.zoho.streams import DOCUMENTS_COUNTED, MASTERS_COUNTED, REPORTS, STREAMS
from connectors.zoho.translate.node import text_of
from connectors.zoho.watermark import Watermark

Record = dict[str, Any]
COMPANIES, ACCOUNTS, TAXES = "companies", "chartofaccounts", "taxes"
READ_TOLD = 10
"""Documents between two words to whoever waits: each of them is a call."""
CONFIRMED_MAX = 500
"""Candidates of deletion that one sync asks for; the rest waits for the next."""
SWEEP_HOURS = 24


class ZohoSource:
    """Reads one organisation.

    Args:
        settings: of the tap.
        emission: the tap.
        surroundings: of this process.
        selected: streams to be read.
        memory: what the hub holds; None from the shell, where the bookmarks decide.
        announcements: what Zoho's webhooks named since the last sync; None from the shell.
    """

    def __init__(
        self,
        settings: Mapping[str, JsonValue],
        emission: Emission,
        surroundings: Surroundings,
        selected: frozenset[str],
        memory: HubMemory | None = None,
        *,
        announcements: Announcements | None = None,
    ) -> None:
        self._settings, self._emission, self._memory = settings, emission, memory
        self._directory = surroundings.work_directory
        self._client = ZohoClient(settings, surroundings)
        self._selected = selected
        self._plan: Plan | None = None
        self._mark = Watermark()
        self._reached: dict[str, datetime] = {}
        self._began: datetime | None = None
        self._has_moved = self._is_partial = self._is_sweep = False
        self._seen = Seen("")
        self._fetching = Fetching(self._client, self._seen)
        self._named = Named(announcements, memory, self._fetching)
        self._lists = self._open_lists()
        self._organisation: Row = {}
        self._accounts: list[dict[str, Any]] = []
        self._notes: list[Issue] = []

    @property
    def settlement(self) -> Settlement:
        """Whether there is more to read at once, or later."""
        if self._lacks:
            return Settlement.UNSURE
        return Settlement.MOVED if self._moved else Settlement.SETTLED

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noticed about the organisation and the connection."""
        return (*self._lists.issues, *self._notes, *self._fetching.issues, *self._named.issues)

    @property
    def _moved(self) -> bool:
        """Somebody worked while the books were read."""
        return self._has_moved or self._lists.has_moved or self._fetching.has_missed

    @property
    def _lacks(self) -> bool:
        """Not everything that was wanted was read."""
        return self._is_partial or bool(self._fetching.refused or self._lists.refused)

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The plan, and what was used, for summaries."""
        if self._plan is None:
            return []
        used: dict[str, JsonValue] = {"organization": self._client.organization_id, "calls_used": self._client.calls}
        return [{**used, "is_sweep": self._is_sweep, "plan": self._plan.to_json()}]

    def close(self) -> None:
        """End the connections to Zoho."""
        self._client.close()

    def prepare(self) -> None:
        """Walk the lists and make the plan; nothing is read in full before.

        Raises:
            KhataError: the sign-in, the organisation or a list that must be there is refused; nothing is emitted.
        """
        if self._plan is not None:
            return
        self._client.watch(self._tell_call)
        self._began = self._client.now()
        self._choose_organisation()
        key = self._client.organization_id
        held = self._emission.whole_state.get(COMPANIES, {}).get(key)
        self._mark = Watermark.from_state(held) if held else Watermark()
        self._is_sweep = self._must_sweep(self._began)
        self._seen = Seen(text_of(self._organisation, "currency_code"))
        self._fetching.seen = self._seen
        self._lists = self._open_lists()
        listed = [stream for stream in STREAMS if stream in self._selected - {COMPANIES}]
        for done, stream in enumerate(listed, start=1):
            self._lists.read(stream, is_whole=self._named.wants_whole(stream))
            if self._emission.progress:
                self._emission.progress(ProgressEvent("list", done, len(listed), "lists"))
        if ACCOUNTS in self._lists.found:
            self._accounts = [account_row(row) for row in self._lists.found[ACCOUNTS].whole.values()]
        if TAXES in self._lists.found:
            self._fetching.complete_taxes(self._lists.found[TAXES].whole, self._mark.tax_groups)
        self._decide()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield a stream's records; then what has gone from it is settled, and how far it was read is kept."""
        self.prepare()
        if stream == REPORTS:
            yield from self._reports()
            self._finish()
        elif stream == COMPANIES:
            yield self._record(COMPANIES, self._organisation, _listed(COMPANIES, self._organisation))
        elif stream in self._lists.found:
            yield from self._stream(stream, self._lists.found[stream])
            yield from self._looked_for(stream, self._lists.found[stream])
            self._settle(stream, self._lists.found[stream])

    def _tell_call(self, calls: int) -> None:
        """Whoever waits sees the calls, the costly part of a sync; how many there will be is known with the plan."""
        if self._emission.progress:
            planned = max(self._plan.allowed_calls, calls) if self._plan else 0
            self._emission.progress(ProgressEvent("ask", calls, planned, "calls"))

    # -- before the first record ------------------------------------------------------------------------------------

    def _open_lists(self) -> Lists:
        return Lists(
            self._client,
            self._settings,
            self._mark,
            self._seen,
            memory=self._memory,
            directory=self._directory,
            is_sweep=self._is_sweep,
        )

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

    def _decide(self) -> None:
        lists, listed = self._lists, self._client.calls
        lists.choose()
        named = self._ask_named()
        lists.count()
        self._plan = make_plan(
            listed=listed,
            named=named,
            counted=self._client.calls - listed - named,
            details=lists.choosing.details,
            checks={name: min(count, CONFIRMED_MAX) for name, count in lists.choosing.gone.items() if count},
            left=self._client.pace.left_today(),
            order=tuple(STREAMS),
        )
        if not self._plan.is_whole:
            self._is_partial = True
            self._notes.append(postponed(self._plan))

    def _ask_named(self) -> int:
        """Ask for what webhooks named and no list shows, before the lists are counted; return the calls it took.

        An announced deletion makes a list shorter than expected; unasked, the whole list would be walked for it.
        """
        before, lists, company = self._client.calls, self._lists, self._client.organization_id
        self._named.refuse_unlisted(lists.found)
        for stream, listing in lists.found.items():
            answered = self._named.ask(company, stream, listing, self._client.pace.left_today)
            lists.choosing.reckon(stream, listing, found=answered.found, gone=answered.gone)
        return self._client.calls - before

    # -- the records ------------------------------------------------------------------------------------------------

    def _stream(self, stream: str, listing: Listing) -> Iterator[Record]:
        spec = STREAMS[stream]
        wanted = self._lists.choosing.wanted[stream]
        if not spec.detail:
            yield from self._rows(stream, listing)
            return
        allowed = self._plan.allowed.get(stream, 0) if self._plan else 0
        for done, one in enumerate(islice(wanted, allowed), start=1):
            detail = self._named.answer(stream, one.key) or self._fetching.document(stream, one.key)
            if detail is not None:
                self._named.see_record(stream, one.key)
                yield self._record(stream, detail, one)
            if self._emission.progress and done % READ_TOLD == 0:
                self._emission.progress(ProgressEvent("read", done, min(allowed, len(wanted)), stream))

    def _looked_for(self, stream: str, listing: Listing) -> Iterator[Record]:
        """Records that webhooks named and no list showed; those that are gone are retired."""
        left, organization = self._client.pace.left_today, self._client.organization_id
        for row in self._named.look(organization, stream, listing, left):
            yield self._record(stream, row, listed_of(row, STREAMS[stream]))

    def _rows(self, stream: str, listing: Listing) -> Iterator[Record]:
        """Records of a list that has no detail: its rows."""
        spec = STREAMS[stream]
        if spec.is_document:
            for one in self._lists.choosing.wanted[stream] if self._memory is None else listing.rows:
                yield self._record(stream, self._whole(one), one)
            return
        wanted = {one.key for one in self._lists.choosing.wanted[stream]}
        for key, row in listing.whole.items():
            if self._memory is not None or key in wanted:
                yield self._record(stream, row, listed_of(row, spec))

    def _whole(self, listed: Listed) -> Any:
        """A row of a list in full; the hub takes it encoded, because nobody looks inside it on the way."""
        return listed.row if self._memory is not None else msgspec.json.decode(listed.row)

    def _record(self, stream: str, node: Row, listed: Listed) -> Record:
        return {
            "organization_id": self._client.organization_id,
            "key": listed.key,
            "name": text_of(node, "name") if stream == COMPANIES else listed.number,
            "number": listed.number,
            **moments_of(STREAMS.get(stream), listed),
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
        if self._memory is None:
            self._save()

    def _take_census(self, stream: str, listing: Listing) -> None:
        if self._memory is None:
            everything = Portion(tuple(listing.rows), None)
            self._emission.emit_aside(CENSUS, census_record(self._lists.choosing.census(stream, everything)))
            return
        choosing = self._lists.choosing
        if not choosing.gone[stream]:  # nothing was missed when the plan was made, nothing has left the hub since
            return
        room = CONFIRMED_MAX
        for portion in listing.rows.portions(PORTION):
            told = choosing.compare(stream, portion).gone
            left = self._client.pace.left_today()
            asked = told[: room if left is None else min(room, left)]
            room -= len(asked)
            there = tuple(key for key in asked if self._named.answer(stream, key) or self._fetching.exists(stream, key))
            if there:
                self._has_moved = True
            if asked:
                choosing.compare(stream, portion, (*there, *told[len(asked) :]), is_sure=True)

    def _reports(self) -> Iterator[Record]:
        if ACCOUNTS in self._lists.found:
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
        for title, streams in ((DOCUMENTS, DOCUMENTS_COUNTED), (MASTERS, MASTERS_COUNTED)):
            counts = {stream: count for stream, count in self._lists.counts.items() if stream in streams}
            yield self._report(title, day=self._client.now().date().isoformat(), counts=counts)

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
        self._save()

    def _save(self) -> None:
        """Keep how far the organisation was read; from the shell stream by stream."""
        if self._memory is None:
            self._mark.modified |= self._reached
        kept = self._emission.whole_state.setdefault(COMPANIES, {})
        kept[self._client.organization_id] = self._mark.to_state()
        self._emission.checkpoint(COMPANIES)


def _listed(stream: str, row: Row) -> Listed:
    return Listed(text_of(row, STREAMS[stream].key), 0, "", None, None)
