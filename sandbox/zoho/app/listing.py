"""Lists: filters as documented only, sorting, pages without a total, and the page context as recorded.

A filter a list does not document is ignored silently, also the modified-since one. The order of a filtered list is
kept until the books change, so that walking it page by page costs one sort.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox.web.message import Request
from sandbox.zoho.app.options import Options
from sandbox.zoho.app.render import Json, moment
from sandbox.zoho.books.company import INDIA, Books
from sandbox.zoho.books.errors import INVALID_VALUE, BooksRefused
from sandbox.zoho.books.ledger_records import Record

PAGE_MAX = 200
TEXT_ENDS = ("_startswith", "_contains")
NUMBER_ENDS = ("_less_than", "_less_equals", "_greater_than", "_greater_equals")
DATE_ENDS = ("_start", "_end", "_before", "_after")
KEPT = 64
"""How many orders are kept."""

Get = Callable[[Books, Any], Any]
Write = Callable[[Books, Any], Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSpec:
    """A list of the API.

    Attributes:
        path: below the API's root.
        key, singular: keys of the body for the list and for one record; ``noun`` is the record in a message.
        scope: module of the scopes.
        records: the records, unsorted.
        texts, numbers, dates: fields that may be filtered by, with how to get them (text, hundredths, day).
        choices: parameters that take one word; the function says whether a record is meant by it.
        filter_by: the same for ``filter_by``: prefix before the point, then a function as for choices.
        sorts: columns that may be sorted by; ``sort_column`` and ``sort_order`` are the default.
        modified: whether ``last_modified_time`` is documented.
        searched: fields ``search_text`` looks through.
        context: members of the page context that only this list has.
    """

    path: str
    key: str
    singular: str
    noun: str
    scope: str
    records: Callable[[Books], Iterable[Any]]
    row: Write
    report_name: str = ""
    applied_filter: str = "Status.All"
    sort_column: str = "created_time"
    sort_order: str = "D"
    texts: Mapping[str, Get] = field(default_factory=dict)
    numbers: Mapping[str, Get] = field(default_factory=dict)
    dates: Mapping[str, Get] = field(default_factory=dict)
    choices: Mapping[str, Callable[[Books, Any, str], bool]] = field(default_factory=dict)
    filter_by: Mapping[str, Callable[[Books, Any, str], bool]] = field(default_factory=dict)
    sorts: Mapping[str, Get] = field(default_factory=dict)
    modified: bool = False
    searched: tuple[str, ...] = ()
    per_page: int = PAGE_MAX
    ignores_order: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)
    has_custom_fields: bool = True


@dataclass(slots=True)
class Asked:
    """What a request asks of a list, and the criteria that were understood."""

    tests: list[Callable[[Any], bool]] = field(default_factory=list)
    criteria: list[Json] = field(default_factory=list)
    applied_filter: str = ""


class Lister:
    """Answers list requests."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._orders: dict[tuple[Any, ...], list[Any]] = {}

    def find(self, spec: ListSpec, books: Books, request: Request) -> tuple[list[Any], Asked]:
        """Return the records asked for, in order."""
        asked = self._read(spec, books, request)
        column, order = self.sorting(spec, request)
        pairs = tuple(sorted((name, value) for name, value in request.query if name not in {"page", "per_page"}))
        key = (books.facts.id, books.version, books.today(), spec.path, pairs)
        found = self._orders.get(key)
        if found is None:
            found = [one for one in spec.records(books) if all(test(one) for test in asked.tests)]
            get = spec.sorts.get(column)
            if get is not None:
                found.sort(key=lambda one: (get(books, one), one.id), reverse=order == "D")
            if len(self._orders) >= KEPT:
                self._orders.clear()
            self._orders[key] = found
        return found, asked

    def sorting(self, spec: ListSpec, request: Request) -> tuple[str, str]:
        """Return column and order in force; what the list does not know is ignored."""
        column = request.param("sort_column")
        column = column if column in spec.sorts else spec.sort_column
        order = request.param("sort_order")
        if order not in {"A", "D"} or (spec.ignores_order and self._options.orders_ignore_sort_order):
            order = spec.sort_order
        return column, order

    def page(self, spec: ListSpec, books: Books, request: Request) -> Json:
        """Answer one page, with its context."""
        found, asked = self.find(spec, books, request)
        number, size = page_asked(request, spec.per_page)
        first = (number - 1) * size
        rows = found[first : first + size]
        if number > 1 and not rows and self._options.refuses_beyond_end:
            raise invalid("page")
        column, order = self.sorting(spec, request)
        context: Json = {
            "page": number,
            "per_page": size,
            "has_more_page": first + size < len(found),
            "report_name": spec.report_name,
        }
        if spec.sort_column:
            context["applied_filter"] = asked.applied_filter or spec.applied_filter
            if spec.has_custom_fields:
                context["custom_fields"] = []
            context |= {**spec.context, "sort_column": column, "sort_order": order}
        if asked.criteria:
            context["search_criteria"] = asked.criteria
        return {spec.key: [spec.row(books, one) for one in rows], "page_context": context}

    def _read(self, spec: ListSpec, books: Books, request: Request) -> Asked:
        asked = Asked()
        for name, value in request.query:
            if value:
                self._read_one(spec, books, asked, name, value)
        if not asked.applied_filter and not spec.applied_filter.endswith(".All"):
            self._filter_by(spec, books, asked, spec.applied_filter)
        return asked

    def _read_one(self, spec: ListSpec, books: Books, asked: Asked, name: str, value: str) -> None:
        if name == "last_modified_time":
            if spec.modified or self._options.undocumented_modified:
                asked.tests.append(self._modified(spec, value))
            return
        if name == "filter_by":
            self._filter_by(spec, books, asked, value)
            return
        if name == "search_text":
            getters = [spec.texts[one] for one in spec.searched]
            asked.tests.append(lambda one: any(value.casefold() in str(get(books, one)).casefold() for get in getters))
            return
        if name in spec.choices:
            matches = spec.choices[name]
            asked.tests.append(lambda one: matches(books, one, value))
            return
        test = _text(spec, books, name, value) or _number(spec, books, name, value) or _day(spec, books, name, value)
        if test is not None:
            base, comparator = _split_end(name)
            asked.criteria.append({"column_name": base, "search_text": value, "comparator": comparator})
            asked.tests.append(test)

    def _modified(self, spec: ListSpec, value: str) -> Callable[[Any], bool]:
        since = parse_moment(value)
        if spec.path == "journals" and self._options.journals_equal:
            return lambda one: one.modified == since
        return lambda one: one.modified > since

    def _filter_by(self, spec: ListSpec, books: Books, asked: Asked, value: str) -> None:
        prefix, _, word = value.partition(".")
        matches = spec.filter_by.get(prefix)
        if matches is None:
            return
        asked.applied_filter = value
        if word != "All":
            asked.tests.append(lambda one: matches(books, one, word))


def _split_end(name: str) -> tuple[str, str]:
    for end in (*TEXT_ENDS, *NUMBER_ENDS, *DATE_ENDS):
        if name.endswith(end):
            return name.removesuffix(end), end[1:]
    return name, "equal"


Test = Callable[[Any], bool] | None


def _text(spec: ListSpec, books: Books, name: str, value: str) -> Test:
    base, end = _split_end(name)
    get = spec.texts.get(base)
    folded = value.casefold()
    if get is None:
        return None
    match end:
        case "equal":
            return lambda one: str(get(books, one)).casefold() == folded
        case "startswith":
            return lambda one: str(get(books, one)).casefold().startswith(folded)
        case "contains":
            return lambda one: folded in str(get(books, one)).casefold()
        case _:
            return None


def _number(spec: ListSpec, books: Books, name: str, value: str) -> Test:  # noqa: PLR0911 - one per comparator
    base, end = _split_end(name)
    get = spec.numbers.get(base)
    if get is None:
        return None
    try:
        wanted = round(float(value) * 100)
    except ValueError as error:
        raise invalid(name) from error
    match end:
        case "equal":
            return lambda one: bool(get(books, one) == wanted)
        case "less_than":
            return lambda one: bool(get(books, one) < wanted)
        case "less_equals":
            return lambda one: bool(get(books, one) <= wanted)
        case "greater_than":
            return lambda one: bool(get(books, one) > wanted)
        case "greater_equals":
            return lambda one: bool(get(books, one) >= wanted)
        case _:
            return None


def _day(spec: ListSpec, books: Books, name: str, value: str) -> Test:  # noqa: PLR0911 - one per comparator
    base, end = _split_end(name)
    get = spec.dates.get(base)
    if get is None:
        return None
    wanted = parse_day(name, value)
    match end:
        case "equal":
            return lambda one: bool(get(books, one) == wanted)
        case "start":
            return lambda one: bool(get(books, one) >= wanted)
        case "end":
            return lambda one: bool(get(books, one) <= wanted)
        case "before":
            return lambda one: bool(get(books, one) < wanted)
        case "after":
            return lambda one: bool(get(books, one) > wanted)
        case _:
            return None


def invalid(name: str) -> BooksRefused:
    """Refuse a value."""
    return BooksRefused(f"Invalid value passed for {name}", zoho_code=INVALID_VALUE)


def parse_day(name: str, value: str) -> date:
    """Read a day.

    Raises:
        BooksRefused: it is none.
    """
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise invalid(name) from error


def parse_moment(value: str) -> datetime:
    """Read a moment with its zone; a ``+`` sent bare arrives as a blank and is refused.

    Raises:
        BooksRefused: it is none.
    """
    try:
        read = datetime.fromisoformat(value)
    except ValueError as error:
        raise invalid("last_modified_time") from error
    return read if read.tzinfo is not None else read.replace(tzinfo=INDIA)


def page_asked(request: Request, default: int) -> tuple[int, int]:
    """Return page and size asked for; more than the list gives is cut to what it gives.

    Raises:
        BooksRefused: one is no number.
    """
    try:
        page = int(request.param("page", "1") or 1)
        size = int(request.param("per_page", str(default)) or default)
    except ValueError as error:
        raise invalid("page") from error
    return max(1, page), max(1, min(size, max(PAGE_MAX, default)))


def by_modified(books: Books, record: Record) -> str:  # noqa: ARG001 - one of many getters
    """Return the modified time, for sorting."""
    return moment(record.modified)
