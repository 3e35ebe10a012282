"""Which companies are open in Tally, and how to be sure that one of them is the one we mean.

A company is connected by its GUID, found by its name. The GUID alone is not enough: a split company and a restored
backup carry the same one. So identity is GUID, company number and start of the books together; a change of name alone
is a rename.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from connectors.tally.gateway import refusal
from connectors.tally.gateway.allowed import FormulaFunction, ObjectType, SystemFormula, SystemVariable
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.formula import Formula, call, method, system, variable
from connectors.tally.gateway.requests import Request, collection
from connectors.tally.translate.values import UnreadableValue, is_yes, parse_date, parse_integer
from connectors.tally.tree import Node, text_of

FIELDS = (
    "Name",
    "Guid",
    "CompanyNumber",
    "StartingFrom",
    "EndingAt",
    "BooksFrom",
    "LastVoucherDate",
    "AltMstId",
    "AltVchId",
    "IsAggregate",
    "ProductName",
    "EduMode",
    "Silver",
    "Gold",
    "NumLedgers",
    "NumGroups",
    "NumStockItems",
)
_COUNTS = {"ledgers": "NUMLEDGERS", "groups": "NUMGROUPS", "stock_items": "NUMSTOCKITEMS"}
_IS_ACTIVE = call(FormulaFunction.IS_EQUAL, method("Name"), variable(SystemVariable.CURRENT_COMPANY))


class Edition(StrEnum):
    """Licence of a Tally."""

    EDUCATION = "education"
    """Only the 1st, 2nd and 31st of a month may be used as dates."""
    SILVER = "silver"
    GOLD = "gold"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedCompany:
    """A company that is open in Tally.

    Attributes:
        name: as Tally has it now; what requests name it by.
        guid: kept by a rename, a split and a backup alike.
        number: folder of its data; empty if not said.
        books_from: first day of its books.
        starting_from: first day of the financial year on screen.
        ending_at: last day with data that Tally shows, not the end of the year.
        last_voucher_date: day of the last voucher.
        alter_master_id: change counter of masters.
        alter_voucher_id: change counter of vouchers; 0 if there never was one (Tally leaves the field out).
        is_aggregate: a group company, which has no books of its own and must not be asked for any.
        is_active: the one on screen.
        product: as Tally names itself.
        edition: licence.
        release: as Tally spells it; only filled in by ``list_companies(..., with_release=True)``.
        counts: masters Tally says there are: ``ledgers``, ``groups``, ``stock_items``; an oracle.
        node: the answer, verbatim.
    """

    name: str
    guid: str
    number: str = ""
    books_from: date | None = None
    starting_from: date | None = None
    ending_at: date | None = None
    last_voucher_date: date | None = None
    alter_master_id: int = 0
    alter_voucher_id: int = 0
    is_aggregate: bool = False
    is_active: bool = False
    product: str = ""
    edition: Edition = Edition.UNKNOWN
    release: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    node: Node = field(default_factory=dict, repr=False)

    @property
    def counters(self) -> tuple[int, int]:
        """The change counters, of masters and of vouchers: while they stand still, so do the books."""
        return self.alter_master_id, self.alter_voucher_id


def company_list(*, with_release: bool = False, timeout_s: float | None = None) -> Request:
    """The list of open companies; also the honest test whether Tally answers, because a bare ping can be a lie."""
    compute: dict[str, Formula] = {"IsActiveCompany": _IS_ACTIVE}
    if with_release:
        compute["KhataRelease"] = system(SystemFormula.RELEASE)
    return collection(ObjectType.COMPANY, fetch=FIELDS, compute=compute, timeout_s=timeout_s)


def list_companies(
    client: GatewayClient, *, with_release: bool = False, timeout_s: float | None = None
) -> tuple[LoadedCompany, ...]:
    """Ask which companies are open.

    Raises:
        SourceRejected: ``tally.gateway.no_company_open``.
        SourceError: as ``GatewayClient.send``.
    """
    with client.send(company_list(with_release=with_release, timeout_s=timeout_s)) as answer:
        found = {
            (company.guid, company.number, company.name): company
            for company in map(read_company, answer.iter_objects("COMPANY"))
        }
    if not found:
        raise refusal.no_company_open(client.endpoint.url)
    return tuple(found.values())


def list_books(
    client: GatewayClient, *, with_release: bool = False, timeout_s: float | None = None
) -> tuple[LoadedCompany, ...]:
    """Ask which companies with books of their own are open: group companies must not be asked for anything.

    Raises:
        SourceRejected: ``tally.gateway.no_company_open``, ``tally.gateway.only_groups_open``.
        SourceError: as ``GatewayClient.send``.
    """
    loaded = list_companies(client, with_release=with_release, timeout_s=timeout_s)
    books = tuple(company for company in loaded if not company.is_aggregate)
    if not books:
        raise refusal.only_groups_open(client.endpoint.url, ", ".join(company.name for company in loaded))
    return books


def find_company(client: GatewayClient, guid: str, *, name: str = "") -> LoadedCompany:
    """Return the open company with this GUID; if several carry it, the one with this name.

    Raises:
        SourceRejected: none is open, or not this one, or several carry the GUID and none the name.
    """
    loaded = list_companies(client)
    own = [item for item in loaded if item.guid == guid]
    chosen = own[0] if len(own) == 1 else next((item for item in own if same_name(item.name, name)), None)
    if chosen is not None:
        return chosen
    raise _missing(client.endpoint.url, own, loaded, name or guid)


def verify_company(client: GatewayClient, known: LoadedCompany) -> LoadedCompany:
    """Return the company as it is open now, checked to be the same set of books as before.

    Args:
        client: the Tally.
        known: as it was when it was connected; its name may have changed since.

    Raises:
        SourceRejected: as ``find_company``; or ``tally.gateway.company_mismatch``: same GUID, but another number or
            start of books (a split company or a copy).
    """
    now = find_company(client, known.guid, name=known.name)
    if known.number and now.number and now.number != known.number:
        raise refusal.company_mismatch(
            client.endpoint.url, now.name, f"its number is {now.number}, the connected one has {known.number}"
        )
    if known.books_from and now.books_from and now.books_from != known.books_from:
        raise refusal.company_mismatch(
            client.endpoint.url,
            now.name,
            f"its books begin on {now.books_from}, those of the connected one on {known.books_from}",
        )
    return now


def same_name(one: str, other: str) -> bool:
    """Tally finds a company whatever the case and outer blanks of its name."""
    return one.strip().casefold() == other.strip().casefold()


def read_company(node: Node) -> LoadedCompany:
    """Turn an object of the company list into a value; what Tally left out stays empty."""
    counts = {name: parse_integer(text_of(node.get(tag))) for name, tag in _COUNTS.items()}
    return LoadedCompany(
        name=text_of(node.get("NAME")) or text_of(node.get("@NAME")),
        guid=text_of(node.get("GUID")),
        number=text_of(node.get("COMPANYNUMBER")),
        books_from=_day(node, "BOOKSFROM"),
        starting_from=_day(node, "STARTINGFROM"),
        ending_at=_day(node, "ENDINGAT"),
        last_voucher_date=_day(node, "LASTVOUCHERDATE"),
        alter_master_id=parse_integer(text_of(node.get("ALTMSTID"))) or 0,
        alter_voucher_id=parse_integer(text_of(node.get("ALTVCHID"))) or 0,
        is_aggregate=is_yes(text_of(node.get("ISAGGREGATE"))),
        is_active=is_yes(text_of(node.get("ISACTIVECOMPANY"))),
        product=text_of(node.get("PRODUCTNAME")),
        edition=_edition(node),
        release=text_of(node.get("KHATARELEASE")),
        counts={name: count for name, count in counts.items() if count is not None},
        node=node,
    )


def _missing(url: str, own: list[LoadedCompany], loaded: Iterable[LoadedCompany], wanted: str) -> Exception:
    if own:
        names = ", ".join(sorted(item.name for item in own))
        return refusal.company_mismatch(url, wanted, f"several open companies carry its GUID ({names})")
    same = [item for item in loaded if same_name(item.name, wanted)]
    if same:
        return refusal.company_mismatch(url, wanted, "it has the name but another GUID; it was created anew")
    return refusal.company_not_loaded(url, wanted)


def _edition(node: Node) -> Edition:
    for tag, edition in (("EDUMODE", Edition.EDUCATION), ("GOLD", Edition.GOLD), ("SILVER", Edition.SILVER)):
        if is_yes(text_of(node.get(tag))):
            return edition
    return Edition.UNKNOWN


def _day(node: Node, tag: str) -> date | None:
    try:
        return parse_date(text_of(node.get(tag)))
    except UnreadableValue:
        return None
