"""Which drivers there are, and what to do: the sentences of ``khata doctor tally``."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pytest

from connectors.tally.odbc.drivers import (
    DriverState,
    Registered,
    ThisMachine,
    choose_address,
    diagnose,
    registry_lists,
)


@dataclass
class Pc:
    """A computer with lists."""

    registered: tuple[Registered, ...] = ()
    bits: int = 64
    platform: str = "win32"
    problem: str = ""

    def pyodbc_problem(self) -> str:
        return self.problem

    def lists(self) -> tuple[Registered, ...]:
        return self.registered


def listed(bits: int, *drivers: str, **sources: str) -> Registered:
    return Registered(bits=bits, drivers=drivers, data_sources=sources)


GOOD = listed(64, "SQL Server", "Tally ODBC Driver64", TallyODBC64_9000="Tally ODBC Driver64", Excel="SQL Server")
OLD = listed(32, "Tally ODBC Driver", TallyODBC_9000="Tally ODBC Driver")


def test_a_driver_with_its_data_source_is_usable() -> None:
    (found,) = diagnose(Pc((GOOD, listed(32, "SQL Server"))))
    assert (found.name, found.bits, found.state, found.remedy) == ("Tally ODBC Driver64", 64, DriverState.USABLE, "")
    assert [(source.name, source.port) for source in found.data_sources] == [("TallyODBC64_9000", 9000)]
    address = choose_address((found,))
    assert address is not None
    assert address.connection_text() == "DSN=TallyODBC64_9000;"


def test_a_driver_of_the_other_bits_is_said_plainly() -> None:
    (found,) = diagnose(Pc((listed(64), OLD)))
    assert found.state is DriverState.OTHER_BITS
    assert found.sentence == (
        "Tally ODBC Driver (32 bits) is installed, but this program has 64 bits and cannot load it."
    )
    assert "64-bit Tally with 64-bit Python" in found.remedy
    assert choose_address((found,)) is None


def test_both_are_listed_and_the_usable_one_is_chosen() -> None:
    found = diagnose(Pc((GOOD, OLD)))
    assert [driver.state for driver in found] == [DriverState.USABLE, DriverState.OTHER_BITS]
    found = diagnose(Pc((OLD, GOOD), bits=32))
    assert [driver.state for driver in found] == [DriverState.USABLE, DriverState.OTHER_BITS]
    address = choose_address(found)
    assert address is not None
    assert address.data_source == "TallyODBC_9000"


def test_a_driver_without_data_source_can_be_named() -> None:
    (found,) = diagnose(Pc((listed(64, "Tally ODBC Driver64"),)))
    assert found.state is DriverState.NO_DATA_SOURCE
    assert "TallyODBC64_9000" in found.sentence
    assert "Enable ODBC" in found.remedy
    address = choose_address((found,), 9001)
    assert address is not None
    assert address.connection_text() == "DRIVER={Tally ODBC Driver64};SERVER=(local);PORT=9001;"


def test_the_data_source_of_the_port_is_chosen() -> None:
    sources = {"TallyODBC64_9000": "Tally ODBC Driver64", "TallyODBC64_9001": "Tally ODBC Driver64"}
    found = diagnose(Pc((listed(64, "Tally ODBC Driver64", **sources),)))
    address = choose_address(found, 9001)
    assert address is not None
    assert address.data_source == "TallyODBC64_9001"


def test_no_driver_is_a_finding_too() -> None:
    (windows,) = diagnose(Pc((listed(64, "SQL Server"),)))
    assert windows.state is DriverState.NOT_INSTALLED
    assert "administrator" in windows.remedy
    (linux,) = diagnose(Pc((Registered(bits=None, drivers=("MariaDB",), data_sources={}),), platform="linux"))
    assert linux.state is DriverState.NOT_INSTALLED
    assert "Windows only" in linux.sentence


def test_no_pyodbc_is_a_finding_too() -> None:
    (found,) = diagnose(Pc(problem="No module named 'pyodbc'"))
    assert found.state is DriverState.NO_PYODBC
    assert "khata-hub[agent]" in found.remedy
    (elsewhere,) = diagnose(Pc(problem="libodbc.so.2: cannot open shared object file", platform="linux"))
    assert elsewhere.state is DriverState.NOT_INSTALLED, "installing it would help nobody there"


def test_this_machine_answers() -> None:
    pytest.importorskip("pyodbc", reason="pyodbc cannot be loaded here", exc_type=ImportError)
    assert diagnose()
    assert diagnose(ThisMachine())[0].sentence


@dataclass
class Key:
    """An open key of the registry, closed by ``with``."""

    values: list[tuple[str, str, int]]
    closed: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed = True


@dataclass
class Registry:
    """The part of ``winreg`` that is used, over a dictionary; keys that are not in it are missing."""

    keys: dict[tuple[str, str, int], list[str]]
    opened: list[Key] = field(default_factory=list)
    KEY_READ: int = 0x20019
    KEY_WOW64_64KEY: int = 0x100
    KEY_WOW64_32KEY: int = 0x200
    HKEY_LOCAL_MACHINE: str = "machine"
    HKEY_CURRENT_USER: str = "user"

    def OpenKey(self, root: str, path: str, reserved: int, access: int) -> Key:  # noqa: N802 - winreg's own name
        assert reserved == 0
        view = 64 if access & self.KEY_WOW64_64KEY else 32
        name = path.rpartition("\\")[2]
        if (root, name, view) not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        pairs = [text.partition("=") for text in self.keys[root, name, view]]
        key = Key([(name, value, 1) for name, _, value in pairs])
        self.opened.append(key)
        return key

    def QueryInfoKey(self, key: Key) -> tuple[int, int, int]:  # noqa: N802 - same
        return 0, len(key.values), 0

    def EnumValue(self, key: Key, index: int) -> tuple[str, str, int]:  # noqa: N802 - same
        return key.values[index]


@pytest.mark.parametrize(("bits", "first"), [(64, "Tally ODBC Driver64"), (32, "Tally ODBC Driver")])
def test_both_halves_of_the_registry_are_read_ours_first(bits: int, first: str) -> None:
    registry = Registry(
        {
            ("machine", "ODBC Drivers", 64): ["Tally ODBC Driver64=Installed"],
            ("machine", "ODBC Drivers", 32): ["Tally ODBC Driver=Installed"],
            ("user", "ODBC Data Sources", 64): [
                "TallyODBC64_9000=Tally ODBC Driver64",
                "TallyODBC_9000=Tally ODBC Driver",
            ],
            ("user", "ODBC Data Sources", 32): [
                "TallyODBC64_9000=Tally ODBC Driver64",
                "TallyODBC_9000=Tally ODBC Driver",
            ],
        }
    )
    lists = registry_lists(registry, bits)
    assert lists[0].bits == bits
    assert lists[0].drivers == (first,)
    found = diagnose(Pc(lists, bits=bits))
    assert found[0].state is DriverState.USABLE
    assert found[1].state is DriverState.OTHER_BITS
    assert all(key.closed for key in registry.opened)


def test_a_registry_without_odbc_is_empty_not_an_error() -> None:
    lists = registry_lists(Registry({}), 64)
    assert [(registered.drivers, registered.data_sources) for registered in lists] == [((), {}), ((), {})]
