"""Sale bills as the source of the tap: a company for whoever owns the files, a voucher for each bill."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec

from canonical.errors import ConfigurationError
from canonical.issue import Issue, IssueLevel
from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.marg.sale_bill.bill import BILL_DATE, BILL_NUMBER, BUYER_GSTIN, BUYER_NAME, Bill, load_bills
from connectors.marg.sale_bill.supplier import Supplier, supplier_of
from connectors.marg.settings import BUYER, SUPPLIER
from connectors.marg.source import Row, record
from connectors.marg.streams import COMPANIES, VOUCHERS
from connectors.sdk.census import Settlement


class BillSource:
    """Reads sale bills.

    Args:
        config: of the tap: ``files``, whose they are, who sent them.
    """

    def __init__(self, config: Mapping[str, JsonValue]) -> None:
        self._config = config
        self._owner = str(config.get("owner") or BUYER)
        self._companies: dict[str, Row] = {}
        self._vouchers: dict[tuple[str, str], Row] = {}
        self._issues: list[Issue] = []
        self._files: list[dict[str, JsonValue]] = []
        self._is_read = False
        self.settlement = Settlement.SETTLED

    @property
    def issues(self) -> tuple[Issue, ...]:
        """Facts about the files."""
        return tuple(self._issues)

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per file: name, bills, lines."""
        return self._files

    def close(self) -> None:
        """Nothing is held between readings."""

    def prepare(self) -> None:
        """Read all files; a file that is no sale bill refuses them all.

        Raises:
            ConfigurationError: a file is not there, or there is none.
            SourceMalformed: one is no sale bill.
        """
        if self._is_read:
            return
        paths = list(_paths(self._config.get("files") or ()))
        if not paths:
            raise ConfigurationError("There is no file to read.", code="marg.bill.no_files")
        for path in paths:
            self._read(path)
        self._is_read = True

    def records(self, stream: str) -> Iterator[Row]:
        """Yield a stream's records."""
        self.prepare()
        if stream == COMPANIES:
            yield from self._companies.values()
        elif stream == VOUCHERS:
            yield from self._vouchers.values()

    def _read(self, path: Path) -> None:
        bills = load_bills(path)
        supplier = supplier_of(path.name, self._config)
        for bill in bills:
            self._take(path.name, bill, supplier)
        lines = sum(len(bill.lines) for bill in bills)
        self._files.append({"file": path.name, "bills": len(bills), "lines": lines, "supplier": supplier.name})

    def _take(self, file: str, bill: Bill, supplier: Supplier) -> None:
        company = self._company(bill, supplier)
        self._companies.setdefault(company["company_id"], company)
        number, day = bill.header_field(BILL_NUMBER), bill.header_field(BILL_DATE)
        key = "/".join((supplier.key or "unknown", _iso(day) or day or "undated", number or f"line {bill.first_line}"))
        made = record(
            company["company_id"],
            key,
            {
                "owner": self._owner,
                "supplier": supplier.to_json(),
                "H": bill.header,
                "T": bill.lines,
                "F": bill.footer,
                **({"others": bill.others} if bill.others else {}),
            },
            number=number,
            date=_iso(day),
            place=f"{file}, bill {number or '(no number)'}",
        )
        self._keep(file, made)

    def _keep(self, file: str, made: Row) -> None:
        """The same bill twice is one bill; two that differ are told, and the later file counts."""
        address = (made["company_id"], made["key"])
        held = self._vouchers.get(address)
        if held is not None and _digest(held) != _digest(made):
            self._issues.append(
                Issue(
                    code="marg.bill.twice",
                    level=IssueLevel.WARNING,
                    message=f"Bill {made['number']} stands in two files with different content; {file} counts.",
                    where=f"{held['place']}; {made['place']}",
                    hint="Ask the supplier which of the two is right, and import only that one.",
                )
            )
        self._vouchers[address] = made

    def _company(self, bill: Bill, supplier: Supplier) -> Row:
        """Whose books: the buyer of the bill, or its supplier."""
        if self._owner == SUPPLIER:
            name, gstin = supplier.name, supplier.gstin
        else:
            name, gstin = bill.header_field(BUYER_NAME), bill.header_field(BUYER_GSTIN).upper()
        named = str(self._config.get("company") or "").strip()
        key = str(self._config.get("company_guid") or "") or name_key(named) or gstin or name_key(name) or "unnamed"
        told = {"name": named or name or "Unnamed firm", "gstin": gstin}
        return record(key, key, told, name=named or name, place="sale bills")


def _paths(told: object) -> Iterator[Path]:
    """Files, and the files of folders in the order of their names."""
    for one in told if isinstance(told, list | tuple) else ():
        path = Path(str(one))
        if path.is_dir():
            yield from sorted(inner for inner in path.iterdir() if inner.is_file())
        else:
            yield path


def _digest(made: Row) -> bytes:
    return hashlib.sha256(msgspec.json.encode(made["object"])).digest()


def _iso(text: str) -> str | None:
    """``01042025`` as ``2025-04-01``; None for what has no such form (the translation says what is wrong)."""
    try:
        return datetime.strptime(text, "%d%m%Y").date().isoformat()  # noqa: DTZ007 - a business date has no zone
    except ValueError:
        return None
