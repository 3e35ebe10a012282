"""The composition root: settings in, working parts out.

The clock lives here, and nowhere else: every part below the roof takes ``as_of``, ``known_at`` or a clock as an
argument. Where next: ``cli/session.py`` for commands, ``api/app.py`` for the HTTP interface.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from canonical.errors import ConfigurationError, MigrationNeeded
from khata.logs import configure_logging
from khata.settings import Settings

if TYPE_CHECKING:
    from connectors.sdk.base import Surroundings
    from storage import Store, TenantStore

BUSINESS_ZONE = ZoneInfo("Asia/Kolkata")
"""Business dates are Indian dates: a bill of 1 April is not of 31 March because a server stands in another zone."""

WORK_DIRECTORY = "work"
"""Folder below the data folder: answers of live sources while they are read, and the locks of their endpoints."""

Clock = Callable[[], datetime]


def spare_cores() -> int:
    """Processors this process may use besides its own: an affinity (``taskset``, a container's cpuset) counts."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return usable - 1


def utc_now() -> datetime:
    """Return the time, UTC with zone."""
    return datetime.now(tz=UTC)


def business_day(moment: datetime) -> date:
    """Return the date in India at a moment."""
    return moment.astimezone(BUSINESS_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The working parts of one process."""

    settings: Settings
    store: Store
    clock: Clock

    @property
    def today(self) -> date:
        """Today in India."""
        return business_day(self.clock())

    def tenant(self, tenant_id: str | None = None) -> TenantStore:
        """Return one tenant's books; the command line's tenant if none is named."""
        return self.store.tenant(tenant_id or self.settings.cli.tenant)


@contextmanager
def open_hub(settings: Settings, *, clock: Clock = utc_now, migrate: bool | None = None) -> Iterator[Hub]:
    """Open the store the settings name, and close it afterwards.

    Args:
        settings: of this process.
        clock: where "now" comes from; tests give their own.
        migrate: True brings the schema up to date, False leaves even an empty database alone; by default an empty
            database is set up and an SQLite one brought up to date, if the settings allow it.

    Raises:
        MigrationNeeded: the database is older or newer than the program and may not be migrated unasked.
        ConfigurationError: the URL is not one of ours, or its driver is not installed.
    """
    from storage import open_store  # noqa: PLC0415 - the database layer loads when a store is needed, not for --help

    configure_logging(settings.log.level)
    set_up = settings.database.auto_migrate and migrate is not False
    if migrate is None:
        migrate = settings.database.auto_migrate and settings.database_url.startswith("sqlite")
    if not settings.database.url:
        _make_data_folder(settings)
    try:
        store = open_store(settings.database_url, migrate=migrate, set_up_empty=set_up)
    except MigrationNeeded as error:
        raise MigrationNeeded(
            f"{error.message} The command is 'khata db migrate'.", code=error.code, **error.facts
        ) from error
    try:
        yield Hub(settings=settings, store=store, clock=clock)
    finally:
        store.close()


def surroundings_of(settings: Settings) -> Surroundings:
    """What a tap of a live source takes from this process: a clock, sleep, and a folder under the data folder.

    Every process on one data folder gets the same work directory, so that their locks are the same.
    """
    from connectors.sdk.base import Surroundings  # noqa: PLC0415 - connectors load when one is needed

    return Surroundings(work_directory=settings.data.folder / WORK_DIRECTORY, clock=time.monotonic, sleep=time.sleep)


def _make_data_folder(settings: Settings) -> None:
    try:
        settings.data.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(
            f"The data folder {settings.data.folder} cannot be made: {error.strerror}; set data.folder to another one.",
            setting="data.folder",
        ) from error
