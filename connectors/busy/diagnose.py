"""How a company's databases, or BUSY's web service, can be read from here: what is found, or what is the matter.

Used before a connection is saved and by ``khata doctor busy``: signs in, joins the years and counts; emits nothing.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from canonical.errors import KhataError
from canonical.record import JsonValue
from connectors.busy.database.failure import INSTALL_DRIVER, INSTALL_PYODBC
from connectors.busy.database.source import database_source
from connectors.busy.service.source import service_source
from connectors.sdk.base import Surroundings

WANTED = {
    "MDBTools": "company files (.bds) on Linux",
    "Microsoft Access Driver (*.mdb, *.accdb)": "company files (.bds) on Windows",
    "FreeTDS": "BUSY on SQL Server",
    "ODBC Driver 18 for SQL Server": "BUSY on SQL Server, with Microsoft's driver",
    "MariaDB Unicode": "tables kept in MySQL or MariaDB",
}
"""Drivers that are used, and what for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFound:
    """One year's database.

    Attributes:
        label: file or database.
        year: ``2025-26``.
    """

    label: str
    year: str
    vouchers: int
    masters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found.

    Attributes:
        years: oldest first.
        notes: what a person should know about the files.
        failure: why nothing can be read; None if it can.
    """

    years: tuple[YearFound, ...] = ()
    notes: tuple[str, ...] = ()
    failure: KhataError | None = None


@dataclass(slots=True)
class _Nobody:
    """A tap that takes nothing."""

    progress: None = None
    whole_state: dict[str, Any] = field(default_factory=dict)


def look(config: Mapping[str, JsonValue], surroundings: Surroundings) -> Looked:
    """Open what a connection's settings name, count what is there, and close it again."""
    open_ = database_source if config.get("database") else service_source
    try:
        source = open_(config, _Nobody(), surroundings, None)
    except KhataError as error:
        return Looked(failure=error)
    try:
        source.prepare()
        years = tuple(
            YearFound(label=fact["file"], year=fact["year"], vouchers=fact["vouchers"], masters=fact["masters"])
            for fact in source.file_facts()
        )
        return Looked(years=years, notes=tuple(issue.message for issue in source.issues))
    except KhataError as error:
        return Looked(failure=error)
    finally:
        source.close()


def drivers() -> tuple[str, ...]:
    """Return the installed drivers that can read BUSY's databases, or one sentence that says why there are none."""
    try:
        installed = set(importlib.import_module("pyodbc").drivers())
    except ImportError as error:
        return (f"No ODBC: the Python package pyodbc cannot be loaded ({error}). {INSTALL_PYODBC}",)
    found = tuple(f"{name}: {use}." for name, use in WANTED.items() if name in installed)
    return found or (f"No ODBC driver for BUSY's databases is installed. {INSTALL_DRIVER}",)
