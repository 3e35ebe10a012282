"""The query language, as documented and no more: one entity, conditions joined by AND, order, and a page.

``SELECT * | count(*) | names FROM Entity [WHERE name op value [AND ...]] [ORDERBY name [ASC|DESC]] [STARTPOSITION n]
[MAXRESULTS n]``. No OR, NOT, joins or nesting; apostrophes are escaped by a backslash; the two words of paging may
come in either order (recorded).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sandbox.quickbooks.refusals import Refusal

ROWS_USUAL = 100
ROWS_MAX = 1000
_TOKEN = re.compile(r"\s*(?:'((?:\\.|[^'\\])*)'|(<=|>=|[=<>(),*])|([\w.%:+-]+))", re.ASCII)
_OPERATORS = frozenset({"=", "<", ">", "<=", ">="})


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One comparison; ``IN`` has several values, the others one."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Query:
    """A parsed query.

    Attributes:
        names: properties asked for; empty for all.
        order: names to sort by, with True for descending.
        start: position of the first row, from 1.
    """

    entity: str
    names: tuple[str, ...] = ()
    is_count: bool = False
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    start: int = 1
    limit: int = ROWS_USUAL


@dataclass(slots=True)
class _Reader:
    """Walks over the words; a quoted text is kept apart from a word of the language."""

    tokens: list[tuple[str, bool]]
    position: int = 0
    query: Query = field(default_factory=lambda: Query(entity=""))

    def peek(self) -> str:
        if self.position >= len(self.tokens):
            return ""
        text, is_quoted = self.tokens[self.position]
        return "" if is_quoted else text.upper()

    def take(self) -> str:
        if self.position >= len(self.tokens):
            raise Refusal.unparsed("Encountered end of query.")
        self.position += 1
        return self.tokens[self.position - 1][0]

    def accept(self, *words: str) -> bool:
        if self.peek() in words:
            self.position += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            shown = self.tokens[self.position][0] if self.position < len(self.tokens) else "end of query"
            raise Refusal.unparsed(f"Encountered {shown!r} where {word} was expected.")


def parse_query(text: str) -> Query:
    """Parse a query.

    Raises:
        Refusal: it cannot be parsed (4000), or asks for a page out of bounds (4001).

    >>> parse_query("select Id from Invoice where Balance > '0' orderby Id startposition 1 maxresults 5").limit
    5
    """
    reader = _Reader(_tokens(text))
    query = reader.query
    reader.expect("SELECT")
    _read_names(reader)
    reader.expect("FROM")
    query.entity = reader.take()
    if reader.accept("WHERE"):
        query.conditions = tuple(_read_conditions(reader))
    _read_order(reader)
    _read_page(reader)
    if reader.position < len(reader.tokens):
        raise Refusal.unparsed(f"Encountered {reader.take()!r}.")
    return query


def _tokens(text: str) -> list[tuple[str, bool]]:
    tokens = []
    position = 0
    text = text.strip().rstrip(";")
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise Refusal.unparsed(f"Invalid content. Lexical error at line 1, column {position + 1}.")
        quoted, sign, word = found.groups()
        tokens.append((re.sub(r"\\(.)", r"\1", quoted), True) if quoted is not None else (sign or word, False))
        position = found.end()
    return tokens


def _read_names(reader: _Reader) -> None:
    if reader.accept("COUNT"):
        for sign in "(*)":
            reader.expect(sign)
        reader.query.is_count = True
        return
    names = [reader.take()]
    while reader.accept(","):
        names.append(reader.take())
    # A public client asks for "*, Sku" of items and gets everything.
    reader.query.names = () if "*" in names else tuple(names)


def _read_conditions(reader: _Reader) -> list[Condition]:
    conditions = [_read_condition(reader)]
    while reader.accept("AND"):
        conditions.append(_read_condition(reader))
    return conditions


def _read_condition(reader: _Reader) -> Condition:
    name = reader.take()
    if reader.accept("IN"):
        reader.expect("(")
        values = [reader.take()]
        while reader.accept(","):
            values.append(reader.take())
        reader.expect(")")
        return Condition(name=name, operator="IN", values=tuple(values))
    if reader.accept("LIKE"):
        return Condition(name=name, operator="LIKE", values=(reader.take(),))
    operator = reader.take()
    if operator not in _OPERATORS:
        raise Refusal.unparsed(f"Encountered {operator!r} where an operator was expected.")
    return Condition(name=name, operator=operator, values=(reader.take(),))


def _read_order(reader: _Reader) -> None:
    if reader.accept("ORDER"):
        reader.expect("BY")
    elif not reader.accept("ORDERBY"):
        return
    order = [_read_order_name(reader)]
    while reader.accept(","):
        order.append(_read_order_name(reader))
    reader.query.order = tuple(order)


def _read_order_name(reader: _Reader) -> tuple[str, bool]:
    name = reader.take()
    if reader.accept("DESC"):
        return name, True
    reader.accept("ASC")
    return name, False


def _read_page(reader: _Reader) -> None:
    while reader.peek() in {"STARTPOSITION", "MAXRESULTS"}:
        word = reader.take().upper()
        number = reader.take()
        if not number.lstrip("-").isdigit():
            raise Refusal.unparsed(f"Encountered {number!r} where a number was expected.")
        if word == "STARTPOSITION":
            # Whether 0 is too small here is not known: a widely used client has sent it for years.
            reader.query.start = max(1, int(number))
        else:
            reader.query.limit = _checked_limit(int(number))


def _checked_limit(number: int) -> int:
    if number < 1:
        raise Refusal.invalid_query(f"value {number} is too small. Min allowed value is 1")
    if number > ROWS_MAX:
        raise Refusal.invalid_query(f"value {number} is too large. Max allowed value is {ROWS_MAX}")
    return number
