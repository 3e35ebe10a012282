"""Real servers with the sandbox's tables, and whether the drivers that read them are here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sandbox.busy.columns import TABLES, Column
from tests.connectors.busy_db.hub import BASE, Databases
from tests.support.mariadb import find_driver, server_port, write

_TYPES = {"L": "INT", "I": "SMALLINT", "D": "DOUBLE", "B": "BIT(1)", "S": "DATETIME", "M": "TEXT"}


def need_driver(library: str, package: str) -> str:
    """Return a driver's library; skip without it. Its name would depend on files the driver manager may have read."""
    for found in sorted(Path("/usr").glob(f"lib/*/odbc/{library}")):
        return str(found)
    pytest.skip(f"no ODBC driver {library} on this machine (Debian: {package})")


def mdbtools() -> str:
    """The driver of Access files."""
    return need_driver("libmdbodbc.so", "odbc-mdbtools")


def freetds() -> str:
    """The driver of SQL Server."""
    return need_driver("libtdsodbc.so", "tdsodbc")


def mariadb_config(database: str, **more: Any) -> dict[str, Any]:
    """Settings that lead to the test's MariaDB."""
    place = {"kind": "mysql", "server": "127.0.0.1", "port": server_port(), "user": "khata", "database": database}
    return {"company": "Asha Traders", "database": {**place, "driver": str(find_driver()), **more}}


def fill(databases: Databases) -> None:
    """Write databases with BUSY's tables; those of other tests go."""
    statements: list[tuple[str, list[list[Any]]]] = [
        (f"DROP DATABASE IF EXISTS `{BASE}_db1{first}`", []) for first in (2025, 2026)
    ]
    for database, tables in databases.items():
        statements.append((f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4", []))
        for table, rows in tables.items():
            columns = ", ".join(f"`{one.name}` {_type(one)}" for one in TABLES[table])
            statements.append((f"CREATE TABLE `{database}`.`{table}` ({columns})", []))
            marks = ", ".join("?" for _ in TABLES[table])
            if rows:
                insert = f"INSERT INTO `{database}`.`{table}` VALUES ({marks})"
                statements.append((insert, [list(row.values()) for row in rows]))
    write(*statements)


def _type(column: Column) -> str:
    return f"VARCHAR({column.size})" if column.kind == "T" else _TYPES[column.kind]
