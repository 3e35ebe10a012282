"""Writes Tally's XML for tests, with invented identities: what a test is about stays visible beside its assertion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from connectors.tally.export.limits import Limits
from connectors.tally.export.reader import Export, Reader
from connectors.tally.export.spool import Spool

COMPANY = "11111111-2222-4333-8444-555555555555"
OTHER_COMPANY = "99999999-8888-4777-8666-aaaaaaaaaaaa"
NAME = "Kaveri Traders"


def guid(number: int, company: str = COMPANY) -> str:
    """GUID of an object: the company's, then its number."""
    return f"{company}-{number:08x}"


def voucher(
    number: int, *, company: str = COMPANY, extra: str = "", attributes: str = "", amount: str = "118.00"
) -> str:
    """A sales voucher of two lines."""
    identity = guid(number, company)
    return (
        f'<VOUCHER REMOTEID="{identity}" VCHTYPE="Sales" ACTION="Create"{attributes}>'
        f"<DATE>20250401</DATE><GUID>{identity}</GUID><NARRATION>Sold to counter {number}</NARRATION>"
        f"<VOUCHERTYPENAME>Sales</VOUCHERTYPENAME><VOUCHERNUMBER>{number}</VOUCHERNUMBER>"
        f"<PARTYLEDGERNAME>Asha Stores</PARTYLEDGERNAME><ALTERID> {number}</ALTERID><MASTERID> {number}</MASTERID>"
        f"<ISCANCELLED>No</ISCANCELLED><ISOPTIONAL>No</ISOPTIONAL>{extra}"
        f"<ALLLEDGERENTRIES.LIST><LEDGERNAME>Asha Stores</LEDGERNAME><AMOUNT>-{amount}</AMOUNT>"
        f"<BANKALLOCATIONS.LIST>       </BANKALLOCATIONS.LIST></ALLLEDGERENTRIES.LIST>"
        f"<ALLLEDGERENTRIES.LIST><LEDGERNAME>Sales</LEDGERNAME><AMOUNT>{amount}</AMOUNT></ALLLEDGERENTRIES.LIST>"
        "</VOUCHER>"
    )


def bare_voucher(number: str, *, date: str = "20250401", party: str = "Asha Stores", amount: str = "118.00") -> str:
    """A voucher of a hand-made import file: no GUID, no REMOTEID."""
    return (
        f'<VOUCHER VCHTYPE="Sales"><DATE>{date}</DATE><VOUCHERTYPENAME>Sales</VOUCHERTYPENAME>'
        f"<VOUCHERNUMBER>{number}</VOUCHERNUMBER><PARTYLEDGERNAME>{escape(party)}</PARTYLEDGERNAME>"
        f"<LEDGERENTRIES.LIST><LEDGERNAME>{escape(party)}</LEDGERNAME><AMOUNT>-{amount}</AMOUNT></LEDGERENTRIES.LIST>"
        f"<LEDGERENTRIES.LIST><LEDGERNAME>Sales</LEDGERNAME><AMOUNT>{amount}</AMOUNT></LEDGERENTRIES.LIST></VOUCHER>"
    )


def master(tag: str, name: str, number: int | None = None, *, company: str = COMPANY, extra: str = "") -> str:
    """A master; without a number it has no GUID."""
    identity = "" if number is None else f"<GUID>{guid(number, company)}</GUID><ALTERID> {number}</ALTERID>"
    return f'<{tag} NAME={quoteattr(name)} RESERVEDNAME="">{identity}<PARENT>Current Assets</PARENT>{extra}</{tag}>'


def messages(objects: Iterable[str]) -> str:
    """Each object in a TALLYMESSAGE of its own, as Tally's exports have it."""
    return "".join(f'<TALLYMESSAGE xmlns:UDF="TallyUDF">\r\n{item}\r\n</TALLYMESSAGE>\r\n' for item in objects)


def export(*objects: str, name: str = NAME) -> str:
    """A file export (Alt+E)."""
    company = f"<SVCURRENTCOMPANY>{escape(name)}</SVCURRENTCOMPANY>" if name else ""
    return (
        "<ENVELOPE>\r\n <HEADER>\r\n  <TALLYREQUEST>Import Data</TALLYREQUEST>\r\n </HEADER>\r\n <BODY>\r\n"
        "<IMPORTDATA><REQUESTDESC><REPORTNAME>All Masters</REPORTNAME>"
        f"<STATICVARIABLES>{company}</STATICVARIABLES></REQUESTDESC>\r\n<REQUESTDATA>\r\n"
        f"{messages(objects)}</REQUESTDATA></IMPORTDATA>\r\n </BODY>\r\n</ENVELOPE>\r\n"
    )


def large_export(path: Path, megabytes: int, encoding: str = "ascii") -> int:
    """Write an export of about that many megabytes of text, without holding it; return its vouchers."""
    count = 0
    with path.open("wb") as file:
        for text in _pieces(megabytes * 1_000_000):
            file.write(text.encode(encoding))
            count += text.count("<VOUCHER ")
    return count


def _pieces(size: int) -> Iterator[str]:
    opening, closing = export("@").split(messages(["@"]))
    written, number = 0, 0
    yield opening
    while written < size:
        number += 1
        scaffolding = "".join(f"<TAG{i}.LIST>      </TAG{i}.LIST>" for i in range(40))
        text = messages([voucher(number, extra=f"<GSTCLASS>&#4; Not Applicable</GSTCLASS>{scaffolding}")])
        written += len(text)
        yield text
    yield closing


def read(*paths: Path, company: str = "", company_guid: str = "", limits: Limits | None = None) -> Export:
    """Read files as the tap does."""
    reader = Reader(limits or Limits(), Spool())
    reader.read(paths)
    return reader.finish(company, company_guid)


def read_text(folder: Path, text: str, encoding: str = "utf-8", name: str = "daybook.xml") -> Export:
    """Write a text to a file and read it."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read(path)


def keys(found: Export, stream: str = "vouchers") -> list[str]:
    """Keys of a stream's records, in order."""
    return [record["key"] for record in found.records(stream)]


def codes(found: Export) -> list[str]:
    """Codes of the reader's issues."""
    return [issue.code for issue in found.issues]
