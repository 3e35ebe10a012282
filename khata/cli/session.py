"""What a command works with: settings read, store opened, the tenant's books, the company that was meant."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError
from khata.configuration import load_settings
from khata.settings import Settings
from khata.wiring import Clock, Hub, open_hub, utc_now

if TYPE_CHECKING:
    import typer

    from khata.reading.publication import View
    from storage import StoredCompany, TenantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What was said before the command's name: it holds for every command."""

    config_file: Path | None = None
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One command's working parts."""

    hub: Hub
    books: TenantStore

    def published(self, company: StoredCompany, known_at: datetime | None = None, *, unproven: bool = False) -> View:
        """Choose which state of a company's books a report shows; see ``khata.reading.publication``."""
        from khata.reading.publication import view_published

        tolerance = self.hub.settings.proof.tolerance
        return view_published(self.books, company, tolerance, known_at, unproven=unproven)

    @property
    def today(self) -> date:
        """Today in India."""
        return self.hub.today


def read_settings(ctx: typer.Context, **arguments: object) -> Settings:
    """Read the settings of this invocation; double underscores in argument names stand for the dot."""
    invocation: Invocation = ctx.obj or Invocation()
    named = {name.replace("__", "."): value for name, value in arguments.items()}
    return load_settings(arguments=named, config_file=invocation.config_file)


@contextmanager
def open_session(ctx: typer.Context, db: str | None = None, tenant: str | None = None) -> Iterator[Session]:
    """Open the books this command works on."""
    invocation: Invocation = ctx.obj or Invocation()
    settings = read_settings(ctx, database__url=db, cli__tenant=tenant)
    with open_hub(settings, clock=invocation.clock) as hub:
        yield Session(hub=hub, books=hub.tenant())


def need_extra(package: str, extra: str, *, what: str) -> ConfigurationError:
    """Build the error for a package of an extra that is not installed."""
    return ConfigurationError(
        f"{what} needs the package {package}, which is not installed; install khata-hub[{extra}].",
        code="khata.configuration.extra_missing",
        extra=extra,
    )
