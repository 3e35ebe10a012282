"""Which Tally drivers and data sources this computer has, and in plain words what is wrong with them.

``diagnose`` is what ``khata doctor tally`` shows. Windows keeps two lists, one for programs of 64 bits and one for
those of 32, and a program can only load what is in its own; so both are read, and a driver of the other list is named
as such: the commonest reason why "the driver is installed and yet not found".
"""

from __future__ import annotations

import importlib
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import Any, Protocol

from connectors.tally.odbc.address import PORT_DEFAULT, OdbcAddress, data_source_names
from connectors.tally.odbc.failure import INSTALL_PYODBC, OTHER_BITS, REGISTER, SWITCH_ON

_IS_TALLY = re.compile(r"tally", re.IGNORECASE)
_DATA_SOURCE = re.compile(r"TallyODBC(64)?_(\d{1,5})\Z", re.IGNORECASE)
_NAME_64 = re.compile(r"64\Z|64-bit", re.IGNORECASE)


class DriverState(StrEnum):
    """What can be done with a driver."""

    USABLE = "usable"
    NO_DATA_SOURCE = "no_data_source"
    OTHER_BITS = "other_bits"
    NOT_INSTALLED = "not_installed"
    NO_PYODBC = "no_pyodbc"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A DSN that leads to Tally.

    Attributes:
        port: by its name, None if that does not say.
    """

    name: str
    driver: str
    bits: int | None
    port: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverFound:
    """One driver, or why there is none.

    Attributes:
        name: as registered; empty if there is none.
        bits: 32, 64, or None if unknown.
        state: what can be done with it.
        data_sources: DSNs that use it.
        sentence: the finding for a person.
        remedy: what to do; empty if nothing.
    """

    name: str
    bits: int | None
    state: DriverState
    data_sources: tuple[DataSource, ...] = ()
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What one list of the machine holds.

    Attributes:
        bits: of the programs this list is for, None if the system keeps one list for all.
        drivers: names.
        data_sources: driver by DSN.
    """

    bits: int | None
    drivers: tuple[str, ...]
    data_sources: Mapping[str, str]


class Machine(Protocol):
    """The computer, as far as ODBC is concerned; tests bring their own."""

    bits: int
    platform: str

    def pyodbc_problem(self) -> str:
        """Say why pyodbc cannot be used, empty if it can."""
        ...

    def lists(self) -> tuple[Registered, ...]:
        """Return the lists of drivers and data sources, ours first."""
        ...


def diagnose(machine: Machine | None = None) -> tuple[DriverFound, ...]:
    """Return every Tally driver with what can be done with it; if there is none, one entry that says so."""
    machine = machine or ThisMachine()
    problem = machine.pyodbc_problem()
    if problem:  # elsewhere than on Windows there is nothing that pyodbc could load
        return (_no_pyodbc(problem) if machine.platform == "win32" else _not_installed(machine),)
    found = tuple(_drivers(machine))
    return found or (_not_installed(machine),)


def choose_address(found: tuple[DriverFound, ...], port: int = PORT_DEFAULT) -> OdbcAddress | None:
    """Return how to reach Tally on a port with what was found, None if it cannot be reached.

    A data source whose name carries the port is best, then a usable driver.
    """
    usable = [driver for driver in found if driver.state in (DriverState.USABLE, DriverState.NO_DATA_SOURCE)]
    sources = [source for driver in usable for source in driver.data_sources if source.port == port]
    if sources:
        return OdbcAddress(data_source=sources[0].name, port=port)
    return OdbcAddress(driver=usable[0].name, port=port) if usable else None


def _drivers(machine: Machine) -> Iterator[DriverFound]:
    seen: set[tuple[str, int | None]] = set()
    for registered in machine.lists():
        for name in registered.drivers:
            bits = registered.bits or (64 if _NAME_64.search(name) else machine.bits)
            if _IS_TALLY.search(name) and (name, bits) not in seen:
                seen.add((name, bits))
                yield _describe(machine, registered, name, bits)


def _describe(machine: Machine, registered: Registered, name: str, bits: int) -> DriverFound:
    sources = tuple(
        DataSource(name=dsn, driver=driver, bits=bits, port=_port_of(dsn))
        for dsn, driver in sorted(registered.data_sources.items())
        if driver.casefold() == name.casefold()
    )
    title = f"{name} ({bits} bits)"
    if bits != machine.bits:
        sentence = f"{title} is installed, but this program has {machine.bits} bits and cannot load it."
        state, remedy = DriverState.OTHER_BITS, OTHER_BITS
    elif not sources:
        wanted = data_source_names(PORT_DEFAULT)[0 if bits == 64 else 1]  # noqa: PLR2004 - bits
        sentence = f"{title} is installed, but there is no data source such as {wanted}; Tally makes it when it starts."
        state, remedy = DriverState.NO_DATA_SOURCE, SWITCH_ON
    else:
        sentence = f"{title} is installed with the data source {', '.join(source.name for source in sources)}."
        state, remedy = DriverState.USABLE, ""
    return DriverFound(name=name, bits=bits, state=state, data_sources=sources, sentence=sentence, remedy=remedy)


def _port_of(data_source: str) -> int | None:
    match = _DATA_SOURCE.match(data_source)
    return int(match.group(2)) if match else None


def _no_pyodbc(problem: str) -> DriverFound:
    sentence = f"ODBC cannot be used: the Python package pyodbc cannot be loaded ({problem})."
    return DriverFound(name="", bits=None, state=DriverState.NO_PYODBC, sentence=sentence, remedy=INSTALL_PYODBC)


def _not_installed(machine: Machine) -> DriverFound:
    if machine.platform == "win32":
        sentence, remedy = "No Tally ODBC driver is registered on this computer.", f"{REGISTER} {SWITCH_ON}"
    else:
        sentence = "No Tally ODBC driver is registered here; Tally's driver exists for Windows only."
        remedy = "Nothing to do for the XML gateway and for exports; for ODBC run Khata's agent on the PC with Tally."
    return DriverFound(name="", bits=None, state=DriverState.NOT_INSTALLED, sentence=sentence, remedy=remedy)


class ThisMachine:
    """The computer we run on: pyodbc's view of our own list and, on Windows, the registry's view of both."""

    def __init__(self) -> None:
        self.bits = struct.calcsize("P") * 8
        self.platform = sys.platform

    def pyodbc_problem(self) -> str:
        """Try to import it; the wheel needs a driver manager on some systems."""
        try:
            importlib.import_module("pyodbc")
        except ImportError as error:
            return str(error)
        return ""

    def lists(self) -> tuple[Registered, ...]:
        """Return the registry's two lists on Windows, pyodbc's one elsewhere."""
        if self.platform == "win32":
            return registry_lists(importlib.import_module("winreg"), self.bits)
        pyodbc = importlib.import_module("pyodbc")
        return (Registered(bits=None, drivers=tuple(pyodbc.drivers()), data_sources=dict(pyodbc.dataSources())),)


_DRIVERS_KEY = r"SOFTWARE\ODBC\ODBCINST.INI\ODBC Drivers"
_SOURCES_KEY = r"SOFTWARE\ODBC\ODBC.INI\ODBC Data Sources"


def registry_lists(winreg: ModuleType | Any, our_bits: int) -> tuple[Registered, ...]:
    """Read both halves of the Windows registry, ours first.

    Data sources of the user are shared by both halves; those of the computer are not.

    Args:
        winreg: the standard library's module of this name.
        our_bits: of this program.
    """
    views = {64: winreg.KEY_WOW64_64KEY, 32: winreg.KEY_WOW64_32KEY}
    lists = []
    for bits in sorted(views, key=lambda view: view != our_bits):
        drivers = _values(winreg, winreg.HKEY_LOCAL_MACHINE, _DRIVERS_KEY, views[bits])
        sources = {
            **_values(winreg, winreg.HKEY_LOCAL_MACHINE, _SOURCES_KEY, views[bits]),
            **_values(winreg, winreg.HKEY_CURRENT_USER, _SOURCES_KEY, views[bits]),
        }
        lists.append(Registered(bits=bits, drivers=tuple(drivers), data_sources=sources))
    return tuple(lists)


def _values(winreg: ModuleType | Any, root: Any, path: str, view: int) -> dict[str, str]:
    """Return the names and texts of a key, nothing if the key is not there."""
    try:
        key = winreg.OpenKey(root, path, 0, winreg.KEY_READ | view)
    except OSError:
        return {}
    with key:
        found = (winreg.EnumValue(key, index) for index in range(winreg.QueryInfoKey(key)[1]))
        return {str(name): str(value) for name, value, _ in found}
