"""One company in one sync: what to read of it, and what the state says afterwards."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from canonical.errors import SourceError
from canonical.record import JsonValue
from connectors.sdk.census import Census, HubMemory
from connectors.tally.gateway.refusal import TOO_HEAVY
from connectors.tally.live import notes
from connectors.tally.live.absence import Absence
from connectors.tally.live.book import Book, Whole
from connectors.tally.live.counting import Counted
from connectors.tally.live.delta import Delta, count_changed, read_changed
from connectors.tally.live.full import FullRead, Progress
from connectors.tally.live.masters import MasterRead
from connectors.tally.live.numbering import is_renumbered
from connectors.tally.live.wanted import MASTER_CLASSES
from connectors.tally.live.watermark import Watermark
from connectors.tally.tree import Node

VOUCHER_TYPES = "voucher_types"
LETTERS_CAME_BACK = "letters were lost when it was read, and Tally sends all of them now"
NOTHING_READ = "nothing was read before"
READ_UNCOUNTED_MAX = 200
"""Change numbers given since the last sync, up to which the vouchers behind them are held in memory at once."""
ROUNDS_MAX = 3
"""Rounds of changes read in one sync while somebody goes on working; the next sync takes what follows."""


class Plan(StrEnum):
    """What a sync does with a company."""

    NOTHING = "nothing"
    """Its counters are where the last sync left them."""
    CHANGES = "changes"
    EVERYTHING = "everything"


class Mode(StrEnum):
    """What the operator asked for."""

    AUTO = "auto"
    FULL = "full"
    INCREMENTAL = "incremental"


@dataclass(slots=True)
class CompanyRun:
    """Reads one company.

    Attributes:
        book: the company.
        mode: as configured.
        memory: the hub's; None from the shell.
        mark: of the last finished sync, None if there is none.
        progress: of a full read that was not finished, None if there is none.
        emit: takes a census where there is no hub.
    """

    book: Book
    mode: Mode
    memory: HubMemory | None
    mark: Watermark | None
    progress: Progress | None
    emit: Callable[[Census], None]
    plan: Plan = Plan.EVERYTHING
    is_settled: bool = False
    is_unsure: bool = False
    is_light: bool = False
    """So little changed that Tally is asked for little; see ``_is_light``."""
    _changed: Sequence[Counted] = ()
    _read: Sequence[Whole] | None = None
    _renumbered: set[str] = field(default_factory=set)
    _types_read: bool = False
    _is_thorough: bool = False
    _looks_again: bool = False
    """A day has passed: what was changed last is read again, as a backup may have been restored unseen."""

    def prepare(self) -> None:
        """Decide what to read.

        Raises:
            SourceError: Tally does not answer, or only changes were asked for and there is nothing to compare with.
        """
        if self.mode is Mode.AUTO and self.mark is not None and self.memory is not None:
            self._looks_again = self.memory.is_another_day(self.book.guid)
        reason = self._reason_for_everything()
        # In an older state that was restored, change numbers are given a second time: what has a number that is held
        # already may say something else, so the numbers do not tell what is known.
        self._is_thorough = reason not in ("", NOTHING_READ)
        if self.mark is None or reason:
            if self.mode is Mode.INCREMENTAL:
                raise notes.no_state(self.book.company.name)
            if self.mark is not None and self.mode is not Mode.FULL:
                self.book.notes.started_anew(self.book.company.name, reason)
            self.is_light, self._read = False, None
            self._plan_everything()
            return
        company = self.book.company
        same = (self.mark.alter_master_id, self.mark.alter_voucher_id, self.mark.name)
        is_same = same == (company.alter_master_id, company.alter_voucher_id, company.name)
        if self._looks_again:
            self.mark, is_same = self.mark.looked_back(), False
        self.plan = Plan.NOTHING if is_same else Plan.CHANGES
        self.is_settled = is_same

    def _is_light(self, mark: Watermark) -> bool:
        """Say whether so little changed that Tally need not be asked for everything.

        Then the vouchers changed are read without being counted first, the hub's own sums by day being the check;
        voucher numbers are listed of the types alone that were touched, and the trial balance is the only report. What
        moves without any change number (numbers given anew by hand, those of optional vouchers) and all the other
        reports wait for the first sync of another day.
        """
        if self.memory is None or self.mode is not Mode.AUTO or self._looks_again:
            return False
        if mark.name != self.book.company.name:
            return False
        if mark.alter_master_id != self.book.company.alter_master_id:
            return False
        changes = self.book.company.alter_voucher_id - mark.alter_voucher_id
        return changes <= self.memory.changes_allowed(self.book.guid)

    def masters(self, stream: str) -> Iterator[Whole]:
        """Yield the masters of one stream that have to be handed over."""
        mark = self.mark
        is_delta = self.plan is Plan.CHANGES and mark is not None
        if is_delta and mark is not None and mark.alter_master_id == self.book.company.alter_master_id:
            return
        if self.plan is Plan.NOTHING:
            return
        after = mark.alter_master_id if is_delta and mark is not None else 0
        # A full read must learn how every voucher type is numbered, though the hub may hold the types already.
        is_thorough = self._is_thorough or (stream == VOUCHER_TYPES and not is_delta)
        again = after if self._looks_again and is_delta else None
        reader = MasterRead(self.book, self.memory, self.emit, after, is_thorough, again)
        yield from reader.records(stream)

    def stale_masters(self) -> Iterator[tuple[str, Whole]]:
        """Yield masters, with their streams, that name another one which was found renamed after they were read."""
        if self.memory is None or self.plan is Plan.NOTHING:
            return
        for stream in dict.fromkeys(kind.stream for kind in MASTER_CLASSES):
            if self.memory.outdated(self.book.guid, stream):
                reader = MasterRead(self.book, self.memory, self.emit)
                yield from ((stream, whole) for whole in reader.records(stream))

    def note_type(self, name: str, node: Node) -> None:
        """Learn from a voucher type how its vouchers are numbered."""
        self._types_read = True
        (self._renumbered.add if is_renumbered(node) else self._renumbered.discard)(name)

    def vouchers(self, save: Callable[[Progress | None, Watermark | None], None]) -> Iterator[Whole]:
        """Yield the vouchers that have to be handed over.

        Args:
            save: takes what the state should say: a full read under way, or the mark of a finished one.
        """
        absence = Absence(self.book, self.memory, self.emit)
        match self.plan:
            case Plan.NOTHING:
                return
            case Plan.EVERYTHING:
                mark = yield from self._everything(absence, save)
            case Plan.CHANGES:
                assert self.mark is not None  # noqa: S101 - the plan follows from it
                read, self._read = self._read, None  # not held in memory until the run ends
                mark = yield from self._round(absence, self._with_types(self.mark), self._changed, read)
        if not absence.is_unsettled:
            mark = yield from self._settle(absence, mark)
        self.is_unsure = absence.is_unsettled
        is_whole = not absence.is_unsettled or self.plan is Plan.CHANGES
        save(None, self._with_letters(mark) if is_whole else None)

    def _everything(
        self, absence: Absence, save: Callable[[Progress | None, Watermark | None], None]
    ) -> Generator[Whole, None, Watermark]:
        progress = self.progress or Progress(Watermark.of(self.book.company))
        progress.mark = self._with_types(progress.mark)

        def save_progress() -> None:
            progress.mark = self._with_letters(progress.mark)
            save(progress, None)

        yield from FullRead(self.book, absence, self.memory, progress, save_progress, self._is_thorough).records()
        return progress.mark

    def _settle(self, absence: Absence, mark: Watermark) -> Generator[Whole, None, Watermark]:
        """Read what was changed meanwhile, as long as it is not without end."""
        for _ in range(ROUNDS_MAX):
            self.book.company = self.book.refresh()
            company = self.book.company
            if (mark.alter_master_id, mark.alter_voucher_id) == company.counters:
                self.is_settled = True
                return mark
            if mark.alter_master_id != company.alter_master_id:
                break  # masters come first: the next sync reads them, and what follows from them
            mark = yield from self._round(absence, mark, count_changed(self.book, mark))
        self.book.notes.books_moved(self.book.company.name)
        return mark

    def _round(
        self,
        absence: Absence,
        mark: Watermark,
        counted: Sequence[Counted],
        read: Sequence[Whole] | None = None,
    ) -> Generator[Whole, None, Watermark]:
        delta = Delta(self.book, absence, self.memory, mark, counted, read, self.is_light)
        yield from delta.records()
        return delta.mark

    def _with_types(self, mark: Watermark) -> Watermark:
        if not self._types_read:
            return mark
        return replace(
            mark, renumbered=(mark.renumbered | self._renumbered) if self.mark else frozenset(self._renumbered)
        )

    def _with_letters(self, mark: Watermark) -> Watermark:
        """Keep whether letters were lost: of this reading, and of earlier ones that this one only adds to."""
        earlier = self.mark is not None and self.mark.letters_lost and not self._is_thorough
        return replace(mark, letters_lost=mark.letters_lost or self.book.letters_lost or earlier)

    def _plan_everything(self) -> None:
        self.plan = Plan.EVERYTHING
        progress = self.progress
        if progress is not None and (not progress.mark.is_of(self.book.company) or self._is_behind(progress.mark)):
            self.progress = None

    def _is_behind(self, mark: Watermark) -> bool:
        return mark.has_passed(self.book.company)

    def _reason_for_everything(self) -> str:
        """Say why the last sync's state does not do; empty if it does."""
        mark, company = self.mark, self.book.company
        if mark is None:
            return NOTHING_READ
        if self.mode is Mode.FULL:
            return "everything was asked for"
        if not mark.is_of(company):
            return "its number or the first day of its books is another than before"
        if mark.has_passed(company):
            return "its change counters went back, so an older state of the data is open"
        return self._reason_in_records(mark)

    def _reason_in_records(self, mark: Watermark) -> str:
        """The same, of books that are the same and whose counters went on."""
        company = self.book.company
        if mark.letters_lost and self.book.is_lossless:
            return LETTERS_CAME_BACK
        if mark.alter_voucher_id != company.alter_voucher_id or self._looks_again:
            self.is_light = self._is_light(mark)
            self._look_at_changes(mark)
            if mark.contradicts(self._changed):
                return "vouchers known from before carry other change numbers, so an older state was restored"
        return ""

    def _look_at_changes(self, mark: Watermark) -> None:
        """Read a few changed vouchers at once; count them first where they are many, or the answer was too large."""
        changes = self.book.company.alter_voucher_id - mark.alter_voucher_id
        if self.is_light and self.book.can_ask_by_change and changes <= READ_UNCOUNTED_MAX:
            try:
                found = read_changed(self.book, mark)
            except SourceError as error:
                if error.code not in TOO_HEAVY:
                    raise
            else:
                self._changed = [row for row, _ in found]
                self._read = [whole for _, whole in found]  # the sample, too: what is known already changes nothing
                return
        self._changed = count_changed(self.book, mark)

    def facts(self) -> dict[str, JsonValue]:
        """What the sync of this company cost, for summaries."""
        return {
            "company": self.book.guid,
            "plan": self.plan.value,
            "requests": self.book.requests,
            "bytes": self.book.byte_count,
        }
