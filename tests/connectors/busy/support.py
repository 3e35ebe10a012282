"""Exports of BUSY written for a test, and what the tap and the translator make of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.issue import Issue
from canonical.ledger import Ledger
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from connectors.busy import CONNECTOR
from connectors.busy.translate.translator import BusyTranslator
from connectors.sdk.conformance import Collected, collect

NOW = datetime(2026, 4, 1, tzinfo=UTC)
COMPANY = "asha traders"
Node = dict[str, Any]


def export(*parts: str, year: str = "01-04-2025") -> bytes:
    """One export around sections."""
    head = f'<?xml version="1.0" encoding="iso8859-1"?><BusyData FinYear="{year}">'
    return (head + "".join(parts) + "</BusyData>").encode("latin-1")


def written(folder: Path, *parts: str, name: str = "TR.DAT", year: str = "01-04-2025") -> Path:
    path = folder / name
    path.write_bytes(export(*parts, year=year))
    return path


def account(name: str, code: int, group: tuple[str, int], more: str = "") -> str:
    told = f"<Name>{name}</Name><ParentGroup>{group[0]}</ParentGroup>{more}"
    return f"<Account>{told}<tmpCode>{code}</tmpCode><tmpParentGrpCode>{group[1]}</tmpParentGrpCode></Account>"


DEBTORS, SALE, CASH = ("Sundry Debtors", 116), ("Sale", 123), ("Cash-in-hand", 111)


def leg(name: str, code: int, side: int, amount: str, group: str = "Sundry Debtors") -> str:
    told = f"<AccountName>{name}</AccountName><AmountType>{side}</AmountType><AmtMainCur>{amount}</AmtMainCur>"
    return (
        f"<AccDetail>{told}<tmpGroupName>{group}</tmpGroupName><tmpAccCode>{code}</tmpAccCode><BillRefs /></AccDetail>"
    )


def bill(name: str, code: int, method: int, ref: str, value: str, ref_code: int) -> str:  # noqa: PLR0917 - as listed
    told = f"<Method>{method}</Method><RefNo>{ref}</RefNo><Date>02-04-2025</Date><DueDate>02-05-2025</DueDate>"
    more = f"<Value1>{value}</Value1><tmpRefCode>{ref_code}</tmpRefCode>"
    return (
        f"<BillDetail><MasterName1>{name}</MasterName1><tmpMasterCode1>{code}</tmpMasterCode1>"
        f"<BillRefs>{told}{more}</BillRefs></BillDetail>"
    )


def voucher(code: int, kind: int, *legs: str, bills: Iterable[str] = (), more: str = "", number: str = "1") -> str:
    told = f"<Date>02-04-2025</Date><VchType>{kind}</VchType>" + (f"<VchNo>{number}</VchNo>" if number else "")
    pending = "".join(bills)
    return (
        f"<Any>{told}{more}<AccEntries>{''.join(legs)}</AccEntries>"
        f"{f'<PendingBillDetails>{pending}</PendingBillDetails>' if pending else ''}"
        f"<tmpVchCode>{code}</tmpVchCode></Any>"
    )


def read(*paths: Path, company: str | None = "Asha Traders") -> Collected:
    """What the tap reads."""
    config: Node = {"files": [str(path) for path in paths], **({"company": company} if company else {})}
    return collect(CONNECTOR, config, NOW)


def raw(stream: str, key: str, node: Node, **more: Any) -> RawRecord:
    told = {"route": "xml", "year": "2025-04-01", "object": node, **more}
    return RawRecord(SourceRef("busy", COMPANY, stream, key), json.dumps(told).encode(), b"", NOW, "TR.DAT#Sale 1")


class Books:
    """A translator, and everything it made."""

    def __init__(self) -> None:
        company = Company(source=SourceRef("busy", COMPANY, "companies", COMPANY), name="?")
        self.translator = BusyTranslator(company)
        self.records: list[CanonicalRecord] = []
        self.issues: list[Issue] = []

    def take(self, records: Iterable[RawRecord]) -> list[CanonicalRecord]:
        order = {stream: place for place, stream in enumerate(self.translator.stream_order)}
        known = sorted((one for one in records if one.source.stream in order), key=lambda one: order[one.source.stream])
        made: list[CanonicalRecord] = []
        for record in known:
            done = self.translator.translate(record)
            made.extend(done.records)
            self.issues.extend(done.issues)
        self.records.extend(made)
        return made

    @property
    def vouchers(self) -> list[Voucher]:
        return [one for one in self.records if isinstance(one, Voucher)]

    @property
    def ledgers(self) -> dict[str, Ledger]:
        """The last word on each account."""
        return {one.name: one for one in self.records if isinstance(one, Ledger)}

    def codes(self) -> list[str]:
        return [issue.code for issue in self.issues]


def books(*paths: Path, company: str | None = "Asha Traders") -> Books:
    made = Books()
    made.take(read(*paths, company=company).records)
    return made


def nets(found: Voucher) -> dict[str, Decimal]:
    """Debit-positive sums by ledger name."""
    sums: dict[str, Decimal] = {}
    for posting in found.postings:
        sums[posting.ledger_name] = sums.get(posting.ledger_name, Decimal(0)) + posting.net
    return sums


def bills_of(found: Voucher) -> list[tuple[str, str, Decimal]]:
    """Kind, reference and debit-positive amount of every allocation."""
    return [(one.kind.value, one.ref, one.net) for posting in found.postings for one in posting.bills]
