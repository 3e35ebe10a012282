"""Where a live source was read up to: kept while reading, committed once the books were reconciled.

A tap's state has two parts. Its ``companies`` are watermarks: up to where everything is in the books. They move only
when the run that reached them has been translated and proved. The rest says how far a reading has come that may yet be
interrupted; it is kept as soon as the records before it are stored, so that after a kill the next run goes on there.

A state reached by reading changes only, whose proof then differs beyond the tolerance, is dropped instead: something
was missed, and the next sync compares everything the source has with what is held. If the proof differs after such a
comparison too, reading again cannot help; then the state is committed, and the figures stay held back. What differs
then is remembered: a later reading of changes that leaves exactly that is no reason to compare everything once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from canonical.publication import PublicationState
from canonical.record import JsonValue
from connectors.sdk.census import Settlement
from storage.repositories.runs import Run
from storage.store import TenantStore
from workflows.run_facts import step_facts

COMMITTED = "state"
READING = "reading"
"""The newest state of a run under way, or of the last one."""
DIFFERING = "differs"
"""What differed when a state was committed although its figures are held back, as digests."""
DOUBTED = "doubted"
"""What of that a comparison of everything may mend (``doubt.py``)."""
COUNTERS = "counters"
"""What the source's counters were before the last reconciled reading."""
WATERMARKS = "companies"
"""The part of a tap's state that waits for reconciliation; the next run starts with the rest of an unfinished one's."""


@dataclass(frozen=True, slots=True)
class Start:
    """What a reading starts from.

    Attributes:
        state: for the tap.
        committed_by: the run that committed it; None if nothing was committed.
    """

    state: dict[str, Any]
    committed_by: int | None


def load_start(store: TenantStore, connection_id: int, *, is_thorough: bool = False) -> Start:
    """Read what was committed, and how far an unfinished reading had come.

    Args:
        store: the tenant's.
        connection_id: whose bookmarks.
        is_thorough: start without watermarks, so that everything the source has is compared with what is held.
    """
    held = store.bookmarks.all(connection_id)
    committed: dict[str, Any] = dict(held.get(COMMITTED, {}).get("state", {}))
    if is_thorough:
        committed.pop(WATERMARKS, None)
    reading: dict[str, Any] = held.get(READING, {}).get("state", {})
    unfinished = {name: value for name, value in reading.items() if name != WATERMARKS}
    return Start({**committed, **unfinished}, held.get(COMMITTED, {}).get("run"))


def keep_reading(store: TenantStore, connection_id: int, run_id: int, state: JsonValue, at: datetime) -> None:
    """Keep a state of a run under way; every record before it is stored."""
    _write(store, connection_id, READING, {"run": run_id, "state": state}, at)


def commit_reading(store: TenantStore, run: Run, at: datetime) -> bool:
    """Commit what a successful run has reached, or drop what it started from; False if there was nothing to do.

    A run that was overtaken by another one leaves the other's state alone.
    """
    facts = step_facts(run, "extract")
    if run.connection_id is None or "started_from" not in facts:
        return False
    held = store.bookmarks.all(run.connection_id)
    reading = held.get(READING, {})
    if reading.get("run") != run.run_id or held.get(COMMITTED, {}).get("run") != facts["started_from"]:
        return False
    reached: dict[str, Any] = reading["state"]
    if is_doubtful(store, run):
        doubted = {name: value for name, value in reached.items() if name != WATERMARKS}
        _write(store, run.connection_id, COMMITTED, {"run": run.run_id, "state": doubted}, at)
        return True
    # Where there is more to read, at once or again, no counters are kept: the next look finds that something moved.
    counters = facts.get("counters") if facts.get("settlement") == Settlement.SETTLED.value else None
    with store.transaction():
        left = _left(held.get(COMMITTED, {}), run)
        _write(store, run.connection_id, COMMITTED, {"run": run.run_id, "state": reached, DIFFERING: left}, at)
        _write(store, run.connection_id, COUNTERS, {"run": run.run_id, "state": counters}, at)
    return True


def is_doubtful(store: TenantStore, run: Run) -> bool:
    """Say whether a run that read changes only has led to books that differ from the source's own figures.

    Not if a comparison of everything has left all of these differences before, or would not mend any.
    """
    differing, doubted = _differing(run), step_facts(run, "prove").get(DOUBTED)
    if not differing or not step_facts(run, "extract").get("had_state"):
        return False
    return not has_nothing_to_find(store, run.connection_id, differing, differing if doubted is None else doubted)


def has_nothing_to_find(
    store: TenantStore, connection_id: int | None, differing: Sequence[str], doubted: Sequence[str]
) -> bool:
    """Say whether a comparison of everything would be in vain.

    Args:
        store: the tenant's.
        connection_id: whose books.
        differing: everything that differs.
        doubted: what of that such a comparison may mend.
    """
    return not doubted or any(is_left_before(store, connection_id, one) for one in (doubted, differing))


def is_left_before(store: TenantStore, connection_id: int | None, differing: Sequence[str]) -> bool:
    """Say whether a comparison of everything has left these differences; a sync of changes may compare fewer."""
    if connection_id is None or not differing:
        return False
    held: Mapping[str, Any] = store.bookmarks.all(connection_id).get(COMMITTED, {})
    return set(differing) <= set(held.get(DIFFERING) or ())


def _left(committed: Mapping[str, Any], run: Run) -> list[str]:
    """What is known to be left after a comparison of everything; a sync of changes may have compared less of it."""
    differing = _differing(run)
    is_delta = bool(step_facts(run, "extract").get("had_state"))
    return sorted({*differing, *(committed.get(DIFFERING) or ())}) if differing and is_delta else differing


def _differing(run: Run) -> list[str]:
    """What differs in the books that a run left, if that holds them back."""
    found = step_facts(run, "prove")
    is_held = found.get("publication") == PublicationState.HELD.value
    return list(found.get(DIFFERING) or ["unknown"]) if is_held else []


def counters_then(store: TenantStore, connection_id: int) -> JsonValue:
    """The counters before the last reconciled reading; None if the next one has to look at everything."""
    held = store.bookmarks.all(connection_id)
    has_watermarks = bool(held.get(COMMITTED, {}).get("state", {}).get(WATERMARKS))
    return held.get(COUNTERS, {}).get("state") if has_watermarks else None


def _write(store: TenantStore, connection_id: int, name: str, body: Mapping[str, JsonValue], at: datetime) -> None:
    store.bookmarks.commit(connection_id, name, body, run_id=body["run"], at=at)
