"""The questions Tally is asked, built from closed lists; a caller gives names, periods and formulae, never XML.

Every request names the company (without it Tally takes whichever is on screen), and a request for vouchers carries the
period both as variables and as a filter with literal dates, because each alone was found ignored somewhere. Callers
still check what came back by its own dates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from canonical.dates import Period
from canonical.errors import InvariantError
from connectors.tally.gateway.allowed import Aggregate, ObjectType, ReportId, SystemFunction, Variable
from connectors.tally.gateway.envelope import element, envelope, static_variables, wrap
from connectors.tally.gateway.formula import Formula, checked_fetch, checked_name, in_period, text


class RequestKind(StrEnum):
    """Whether Tally is only read."""

    EXPORT = "export"
    IMPORT = "import"
    """Built by ``connectors.tally.writing`` alone."""


class Expected(StrEnum):
    """What a good answer to a request looks like."""

    COLLECTION = "collection"
    OBJECT = "object"
    REPORT = "report"
    FUNCTION = "function"
    IMPORT = "import"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One question.

    Attributes:
        name: for messages and logs; never a party's or a company's name.
        body: the document, as text.
        kind: reading or writing.
        expects: shape of a good answer.
        company: as asked for, for messages.
        timeout_s: for this request; None: the endpoint's.
        bytes_max: for this request; None: the endpoint's.
        headers: HTTP headers in place of the XML ones (JSON transport).
        is_light: costs Tally next to nothing, so if it expires, Tally was busy otherwise, and it may be put again.
    """

    name: str
    body: str
    kind: RequestKind = RequestKind.EXPORT
    expects: Expected = Expected.COLLECTION
    company: str = ""
    timeout_s: float | None = None
    bytes_max: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    is_light: bool = False

    def within(self, *, timeout_s: float | None = None, bytes_max: int | None = None) -> Request:
        """The same question with other limits."""
        return replace(self, timeout_s=timeout_s or self.timeout_s, bytes_max=bytes_max or self.bytes_max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """One computed column of a group-by: ``SUM`` of ``$Amount``, or a count (``SUM`` of 1)."""

    of: Formula
    aggregate: Aggregate = Aggregate.SUM


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupBy:
    """Summarise instead of listing; rows come as ``OBJECT``.

    Attributes:
        by: columns that make a group.
        totals: columns computed per group.
        walk: sub-lists to go down into first, for example ``("AllLedgerEntries", "BillAllocations")``.
    """

    by: Mapping[str, Formula]
    totals: Mapping[str, Total] = field(default_factory=dict)
    walk: Sequence[str] = ()


def collection(
    kind: ObjectType,
    *,
    company: str = "",
    fetch: Sequence[str] = (),
    native: Sequence[str] = (),
    compute: Mapping[str, Formula] | None = None,
    period: Period | None = None,
    is_period_filtered: bool = True,
    filters: Sequence[Formula] = (),
    child_of: str = "",
    with_descendants: bool = True,
    group_by: GroupBy | None = None,
    sort: Sequence[str] = (),
    rows_max: int | None = None,
    name: str = "",
    timeout_s: float | None = None,
    bytes_max: int | None = None,
) -> Request:
    """Ask for objects of one kind.

    Args:
        kind: which.
        company: its name as Tally's company list gives it; empty only for the company list itself.
        fetch: fields; sub-lists un-dotted (``AllLedgerEntries``) or with ``.*``.
        native: methods beyond the stored fields (``NATIVEMETHOD``).
        compute: further columns by formula; evaluated per row, so never for constants.
        period: sent as variables and, for vouchers, as a filter of literal dates.
        is_period_filtered: False leaves the filter out; only calibration wants that.
        filters: further conditions, all of which must hold.
        child_of: only what hangs under this master.
        with_descendants: also what hangs under its children.
        group_by: summarise.
        sort: fields to sort by, each optionally preceded by ``-``.
        rows_max: at most so many.
        name: of the collection; ``Khata`` and the kind by default.
        timeout_s: see ``Request``.
        bytes_max: see ``Request``.
    """
    name = checked_name(name or f"Khata{kind.value}s")
    is_dated = period is not None and kind is ObjectType.VOUCHER and is_period_filtered
    conditions = [in_period(period), *filters] if period and is_dated else list(filters)
    formulae = {f"{name}Filter{index}": condition for index, condition in enumerate(conditions, 1)}
    listing = _listing(kind, fetch, native, compute or {}, tuple(formulae))
    if child_of:
        listing[1:1] = [element("CHILDOF", text(child_of).code), element("BELONGSTO", _yes(with_descendants))]
    definitions = _definitions(name, listing, _ending(sort, rows_max), group_by)
    definitions += [element("SYSTEM", code.code, TYPE="Formulae", NAME=key) for key, code in formulae.items()]
    description = wrap("DESC", _variables(company, period), wrap("TDL", wrap("TDLMESSAGE", *definitions)))
    return Request(
        name=name,
        body=envelope("Export", "Collection", name, description),
        company=company,
        is_light=kind is ObjectType.COMPANY,
        timeout_s=timeout_s,
        bytes_max=bytes_max,
    )


def report(
    which: ReportId,
    *,
    company: str,
    period: Period | None = None,
    variables: Mapping[Variable, str] | None = None,
    timeout_s: float | None = None,
    bytes_max: int | None = None,
) -> Request:
    """Ask for one of Tally's own reports.

    Args:
        which: see ``ReportId``.
        company: its name.
        period: first and last day; statements are "as of" its last day.
        variables: switches such as ``ISLEDGERWISE``.
        timeout_s: see ``Request``.
        bytes_max: see ``Request``.
    """
    others = [(key.value, value) for key, value in (variables or {}).items()]
    switches = _variables(company, period, others)
    return Request(
        name=which.value.replace(" ", ""),
        body=envelope("Export", "Data", which.value, wrap("DESC", switches)),
        expects=Expected.REPORT,
        company=company,
        timeout_s=timeout_s,
        bytes_max=bytes_max,
    )


def object_(
    kind: ObjectType, name: str, *, company: str, fetch: Sequence[str], timeout_s: float | None = None
) -> Request:
    """Ask for one master, whole, by its name.

    Args:
        kind: which; not a voucher, which has no name.
        name: of the object.
        company: its company's name.
        fetch: fields, or ``*`` for all scalars.
        timeout_s: see ``Request``.
    """
    if kind is ObjectType.VOUCHER:
        raise InvariantError("Vouchers are asked for as a collection.", code="tally.gateway.request")
    wanted = wrap("FETCHLIST", *(element("FETCH", checked_fetch(item)) for item in fetch))
    return Request(
        name=f"Khata{kind.value}",
        body=envelope(
            "Export",
            "Object",
            name,
            wrap("DESC", static_variables(company=company), wanted),
            subtype=kind.value,
            name_type="Name",
        ),
        expects=Expected.OBJECT,
        company=company,
        timeout_s=timeout_s,
    )


def function(which: SystemFunction, *, timeout_s: float | None = None) -> Request:
    """Ask for the value of one of Tally's functions."""
    return Request(
        name=which.name.lower(),
        body=envelope("Export", "Function", which.value),
        expects=Expected.FUNCTION,
        timeout_s=timeout_s,
        is_light=True,
    )


def _variables(company: str, period: Period | None, others: Sequence[tuple[str, str]] = ()) -> str:
    start, end = (period.start, period.end) if period else (None, None)
    return static_variables(company=company, start=start, end=end, others=others)


def _listing(
    kind: ObjectType,
    fetch: Sequence[str],
    native: Sequence[str],
    compute: Mapping[str, Formula],
    filters: Sequence[str],
) -> list[str]:
    return [
        element("TYPE", kind.value),
        element("FETCH", ",".join(map(checked_fetch, fetch))) if fetch else "",
        *(element("NATIVEMETHOD", checked_fetch(item)) for item in native),
        *(element("COMPUTE", f"{checked_name(column)} : {code}") for column, code in compute.items()),
        element("FILTERS", ",".join(filters)) if filters else "",
    ]


def _ending(sort: Sequence[str], rows_max: int | None) -> list[str]:
    return [
        element("SORT", f"Default : {','.join(map(_sort_key, sort))}") if sort else "",
        element("MAX", str(int(rows_max))) if rows_max is not None else "",
    ]


def _definitions(name: str, listing: Sequence[str], last: Sequence[str], group_by: GroupBy | None) -> list[str]:
    if group_by is None:
        return [_definition(name, *listing, *last)]
    source = f"{name}Source"
    summary = [
        element("SOURCECOLLECTION", source),
        element("WALK", ", ".join(map(checked_fetch, group_by.walk))) if group_by.walk else "",
        *(element("BY", f"{checked_name(column)} : {code}") for column, code in group_by.by.items()),
        *(
            element("AGGRCOMPUTE", f"{checked_name(column)} : {total.aggregate.value} : {total.of}")
            for column, total in group_by.totals.items()
        ),
    ]
    return [_definition(source, *listing), _definition(name, *summary, *last)]


def _definition(name: str, *inner: str) -> str:
    flags = dict.fromkeys(("ISMODIFY", "ISFIXED", "ISINITIALIZE", "ISOPTION", "ISINTERNAL"), "No")
    return wrap("COLLECTION", *inner, NAME=name, **flags)


def _sort_key(name: str) -> str:
    descending = name.startswith("-")
    return f"{'-' if descending else ''}${checked_fetch(name.removeprefix('-'))}"


def _yes(value: bool) -> str:
    return "Yes" if value else "No"
