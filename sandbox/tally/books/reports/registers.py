"""Reports that hold whole objects: day book, registers, list of accounts; and the vouchers of one ledger.

The day book and the list of accounts answer in the form that can be imported again; the voucher register in the form
captured live, which ends with an object naming the company.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from canonical.voucher_type import VoucherKind
from sandbox.tally.books.catalogue import CLASSES, class_of
from sandbox.tally.books.errors import UnknownKind
from sandbox.tally.books.master_objects import MasterObject
from sandbox.tally.books.objects import LiveObject, Scope
from sandbox.tally.books.records import Voucher
from sandbox.tally.books.references import fold
from sandbox.tally.books.reports.blocks import Block, print_day, tally_amount
from sandbox.tally.books.reports.request import ReportRequest
from sandbox.tally.books.tree import escape_native
from sandbox.tally.books.voucher_objects import VoucherObject

_MASTER_ORDER = (
    *("CURRENCY", "GROUP", "TAXUNIT", "COSTCATEGORY", "COSTCENTRE", "LEDGER", "UNIT", "GODOWN", "STOCKGROUP"),
    *("STOCKCATEGORY", "STOCKITEM", "VOUCHERTYPE"),
)
ALL_MASTERS = "all masters"


def day_book(request: ReportRequest) -> Iterator[str]:
    """Write the vouchers of the period in the form of a file export."""
    yield _import_head(request)
    yield from map(_message, _vouchers(request, lambda _: True))
    yield "   </REQUESTDATA>\n  </IMPORTDATA>\n </BODY>\n</ENVELOPE>\n"


def list_of_accounts(request: ReportRequest) -> Iterator[str]:
    """Write masters: all, or the class ``ACCOUNTTYPE`` names (``Ledgers``, ``Groups``)."""
    wanted = request.static("ACCOUNTTYPE") or ALL_MASTERS
    kinds = _MASTER_ORDER if fold(wanted) == ALL_MASTERS else _class_called(wanted)
    scope = Scope(request.company, request.period)
    yield _import_head(request)
    for kind in kinds:
        rows = sorted(request.company.masters.of_kind(kind), key=lambda row: row.master_id)
        yield from (_message(MasterObject(scope, row)) for row in rows)
    yield "   </REQUESTDATA>\n  </IMPORTDATA>\n </BODY>\n</ENVELOPE>\n"


def _class_called(word: str) -> tuple[str, ...]:
    """Find the class a plural or singular names; nothing for a word that is none."""
    for name in (word, word.removesuffix("s"), f"{word.removesuffix('ies')}y"):
        try:
            found = class_of(name)
        except UnknownKind:
            continue
        return (found,) if found in CLASSES else ()
    return ()


def register_of(kinds: frozenset[VoucherKind]) -> Callable[[ReportRequest], Iterator[str]]:
    """Return the writer of a register of some kinds of vouchers; of all kinds where none are given."""

    def write(request: ReportRequest) -> Iterator[str]:
        named = request.static("VOUCHERTYPENAME")
        voucher_type = request.company.masters.find("VOUCHERTYPE", named) if named else None

        def belongs(row: Voucher) -> bool:
            if named and (voucher_type is None or row.type_id != voucher_type.master_id):
                return False
            return not kinds or request.company.kind_of(row.type_id) in kinds

        yield _register_head(request)
        yield from map(_message, _vouchers(request, belongs))
        yield _register_tail(request)

    return write


def _vouchers(request: ReportRequest, belongs: Callable[[Voucher], bool]) -> Iterator[LiveObject]:
    scope = Scope(request.company, request.period)
    rows = request.company.vouchers_between(request.period)
    return (VoucherObject(scope, row) for row in rows if belongs(row))


def _message(live: LiveObject) -> str:
    return f'    <TALLYMESSAGE xmlns:UDF="TallyUDF">\n{live.to_xml(5)}    </TALLYMESSAGE>\n'


def _import_head(request: ReportRequest) -> str:
    return (
        "<ENVELOPE>\n <HEADER>\n  <TALLYREQUEST>Import Data</TALLYREQUEST>\n </HEADER>\n <BODY>\n  <IMPORTDATA>\n"
        "   <REQUESTDESC>\n    <REPORTNAME>All Masters</REPORTNAME>\n    <STATICVARIABLES>\n"
        f"     <SVCURRENTCOMPANY>{escape_native(request.company.name)}</SVCURRENTCOMPANY>\n    </STATICVARIABLES>\n"
        "   </REQUESTDESC>\n   <REQUESTDATA>\n"
    )


def _register_head(request: ReportRequest) -> str:
    return (
        "<ENVELOPE>\n <HEADER>\n  <VERSION>1</VERSION>\n  <STATUS>1</STATUS>\n </HEADER>\n <BODY>\n  <DESC>\n"
        "   <STATICVARIABLES>\n"
        f"    <SVCURRENTCOMPANY>{escape_native(request.company.name)}</SVCURRENTCOMPANY>\n"
        "   </STATICVARIABLES>\n  </DESC>\n  <DATA>\n"
    )


def _register_tail(request: ReportRequest) -> str:
    company = request.company
    return (
        '   <TALLYMESSAGE xmlns:UDF="TallyUDF">\n    <COMPANY>\n     <REMOTECMPINFO.LIST MERGE="Yes">\n'
        f"      <NAME>{company.guid}</NAME>\n      <REMOTECMPNAME>{escape_native(company.name)}</REMOTECMPNAME>\n"
        f"      <REMOTECMPSTATE>{company.facts.state}</REMOTECMPSTATE>\n     </REMOTECMPINFO.LIST>\n"
        "    </COMPANY>\n   </TALLYMESSAGE>\n  </DATA>\n </BODY>\n</ENVELOPE>\n"
    )


def ledger_vouchers(request: ReportRequest) -> Iterator[Block]:
    """Write the vouchers of the ledger ``LEDGERNAME``: one row per posting, with the first ledger on the other side.

    ``DSPVCHTYPE`` prints the type's name; a real company prints its abbreviation where the type has one.
    """
    company = request.company
    ledger = company.masters.find("LEDGER", request.static("LEDGERNAME"))
    if ledger is None:
        return
    counting = company.counting_types()
    for row in company.vouchers_between(request.period):
        if row.type_id in counting and not row.is_cancelled and not row.is_optional:
            for at in range(0, len(row.postings), 2):
                if row.postings[at] == ledger.master_id:
                    yield from _ledger_row(request, row, row.postings[at + 1])


def _ledger_row(request: ReportRequest, row: Voucher, paise: int) -> Iterator[Block]:
    names = request.company.masters.by_id
    sides = [(row.postings[at], row.postings[at + 1]) for at in range(0, len(row.postings), 2)]
    other = next((number for number, amount in sides if amount * paise < 0), row.postings[0])
    yield ("DSPVCHDATE", print_day(row.day))
    yield ("DSPVCHLEDACCOUNT", names[other].name)
    yield ("NAMEFIELD", "")
    yield ("INFOFIELD", "")
    yield ("DSPVCHTYPE", names[row.type_id].name)
    yield ("DSPVCHDRAMT", tally_amount(paise) if paise > 0 else "")
    yield ("DSPVCHCRAMT", tally_amount(paise) if paise < 0 else "")
