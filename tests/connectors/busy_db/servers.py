"""Real servers with the sandbox's tables, and whether the drivers that read them are here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sandbox.busy.columns import TABLES, Column
from tests.connectors.busy_db.hub import Databases
from tests.support.mariadb import find_driver, server_port

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


@contextmanager
def mariadb() -> Iterator[Any]:
    """A connection that may write, to fill tables with."""
    pyodbc = pytest.importorskip("pyodbc", exc_type=ImportError)
    text = f"DRIVER={{{find_driver()}}};SERVER=127.0.0.1;PORT={server_port()};UID=khata;CHARSET=utf8mb4"
    connection = pyodbc.connect(text, autocommit=True)
    try:
        yield connection.cursor()
    finally:
        connection.close()


def fill(cursor: Any, databases: Databases) -> None:
    """Write databases with BUSY's tables; what was there before goes."""
    for (name,) in cursor.execute("SHOW DATABASES LIKE 'busycomp%'").fetchall():
        cursor.execute(f"DROP DATABASE `{name}`")
    for database, tables in databases.items():
        cursor.execute(f"CREATE DATABASE `{database}` CHARACTER SET utf8mb4")
        for table, rows in tables.items():
            columns = ", ".join(f"`{one.name}` {_type(one)}" for one in TABLES[table])
            cursor.execute(f"CREATE TABLE `{database}`.`{table}` ({columns})")
            marks = ", ".join("?" for _ in TABLES[table])
            if rows:
                insert = f"INSERT INTO `{database}`.`{table}` VALUES ({marks})"
                cursor.executemany(insert, [tuple(row.values()) for row in rows])


def _type(column: Column) -> str:
    return f"VARCHAR({column.size})" if column.kind == "T" else _TYPES[column.kind]
