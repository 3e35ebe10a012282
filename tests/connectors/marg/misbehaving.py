"""A driver with Marg's table of branches that misbehaves as it is told, in the child process that holds drivers.

Run as ``misbehaving.py FAULT``: ``sign_in`` never signs in, ``repeats`` repeats the connection text when it refuses,
``hang`` never answers for the table ``Dis``, ``crash`` ends the process there, ``row`` cannot hand over its second row;
without one everything is answered.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from connectors.sdk.odbc import child  # noqa: E402 - the path above is for the child process

BRANCH = 9001
HANGS_S = 3600


class Error(Exception):
    """As pyodbc's: SQLSTATE and text."""


class Misbehaving:
    """What ``child`` needs of a driver; its connection and cursor too."""

    errors: tuple[type[Exception], ...] = (Error,)

    def __init__(self, fault: str) -> None:
        self.fault = fault
        self.description: list[tuple[Any, ...]] = []
        self.rows: list[tuple[Any, ...]] = []
        self.given = 0
        self.is_dis = False

    def connect(self, text: str, login_timeout_s: int, options: Mapping[str, Any]) -> Misbehaving:
        if self.fault == "sign_in":
            time.sleep(HANGS_S)
        if self.fault == "repeats":
            raise Error("HY000", f"cannot connect with {text}")
        return self

    def cursor(self) -> Misbehaving:
        return self

    def execute(self, sql: str, *_parameters: object) -> None:
        self.given, self.is_dis = 0, sql.startswith("SELECT * FROM Dis")
        if self.is_dis and self.fault == "hang":
            time.sleep(HANGS_S)
        if self.is_dis and self.fault == "crash":
            os._exit(139)
        if "COUNT(*)" in sql:
            self.description, self.rows = [("n", int)], [(3 if " Dis" in sql else 0,)]
        elif self.is_dis:
            self.description = [("ID", int), ("CompanyID", int), ("Amount", Decimal)]
            self.rows = [(number, BRANCH, Decimal("0E-8")) for number in (1, 2, 3)]
        else:
            is_masters = sql == "SELECT * FROM Masters"
            self.description, self.rows = [("CompanyID", int)], [(BRANCH,)] if is_masters else []

    def fetchone(self) -> tuple[Any, ...] | None:
        self.given += 1
        if self.is_dis and self.fault == "row" and self.given == 2:
            raise Error("22003", "numeric value out of range")
        return self.rows[self.given - 1] if self.given <= len(self.rows) else None

    def close(self) -> None:
        pass


def command(fault: str = "") -> tuple[str, ...]:
    """Return the command of a child process with such a driver."""
    return sys.executable, str(Path(__file__)), fault


if __name__ == "__main__":
    child.main(lambda: Misbehaving(sys.argv[1]))
