"""Reports that a request defines itself: REPORT, FORM, PART, LINE, FIELD, as popular loaders send them.

A part repeats its lines over a collection or over a list of the object it stands in; EXPLODE opens a further part
under every line. The XML form has a tag for every field and, if they ask for one, for lines, parts and forms; rows
stand side by side otherwise. There is no header and no STATUS. The comma-separated form leaves blank fields out, so
columns shift, as integrators found.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice

from sandbox.tally.books.tree import escape_native
from sandbox.tally.books.values import Amount
from sandbox.tally.gateway.answers import EMPTY_REPORT
from sandbox.tally.gateway.collection import Tally
from sandbox.tally.gateway.definitions import Definition, split_pair
from sandbox.tally.gateway.gather import gather_by_name
from sandbox.tally.gateway.rows import Row
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.types import LISTS
from sandbox.tally.gateway.tdl.values import Value, day_text, number, text, truth
from sandbox.tally.gateway.world import RequestWorld

_COMMA_FORMAT = "ascii (comma delimited)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A field ready to be written."""

    tag: str
    evaluate: Evaluate
    kind: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A line ready to be written: its fields, then the parts it opens under a condition."""

    tag: str
    columns: tuple[Column, ...]
    opens: tuple[tuple[Block, Evaluate | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A part ready to be written: lines, what they repeat over (by line), a tag."""

    tag: str
    bands: tuple[tuple[Band, str], ...]


class CustomReport:
    """One report of a request.

    Args:
        world: What it sees.
        report: Its REPORT definition.
        tally: Counts the objects of the outermost repetition.

    Raises:
        TdlError: A definition is missing or an expression is wrong.
    """

    def __init__(self, world: RequestWorld, report: Definition, tally: Tally) -> None:
        self._world = world
        self._tally = tally
        self._preparing: list[str] = []
        self._blocks = tuple(
            (form, tuple(self._block(name) for name in form.names("PART"))) for form in self._forms(report)
        )

    def _forms(self, report: Definition) -> list[Definition]:
        return [self._need("FORM", name) for name in report.names("FORM")]

    def _need(self, kind: str, name: str) -> Definition:
        found = self._world.definitions.find(kind, name)
        if found is None:
            raise TdlError(f"Could not find description! {kind.title()}: {name}")
        return found

    def _block(self, name: str) -> Block:
        if name in self._preparing:
            raise TdlError(f"Part {name} opens itself.")
        self._preparing.append(name)
        part = self._need("PART", name)
        repeats = dict(split_pair(one) for one in part.all("REPEAT"))
        folded = {line.casefold(): source for line, source in repeats.items()}
        bands = tuple((self._band(line), folded.get(line.casefold(), "")) for line in part.names("LINE"))
        inner = tuple((Band(tag="", columns=(), opens=((self._block(one), None),)), "") for one in part.names("PART"))
        self._preparing.pop()
        return Block(tag=_tag(part), bands=(*bands, *inner))

    def _band(self, name: str) -> Band:
        line = self._need("LINE", name)
        columns = tuple(self._column(one) for one in line.names("FIELD"))
        return Band(tag=_tag(line), columns=columns, opens=tuple(self._opened(one) for one in line.all("EXPLODE")))

    def _opened(self, written: str) -> tuple[Block, Evaluate | None]:
        name, condition = split_pair(written)
        return self._block(name), self._world.compile(condition).evaluate if condition else None

    def _column(self, name: str) -> Column:
        field = self._world.definitions.find("FIELD", name)
        if field is None:
            raise TdlError(f"Could not find description! Field: {name}")
        base = self._world.definitions.find("FIELD", field.one("USE")) if field.one("USE") else None
        source = field.one("SET") or (base.one("SET") if base is not None else "")
        return Column(
            tag=_tag(field) or name.replace(" ", "").upper(),
            evaluate=self._world.compile(source or '""').evaluate,
            kind=(field.one("TYPE") or (base.one("TYPE") if base is not None else "")).casefold(),
            form=field.one("FORMAT").casefold(),
        )

    def write(self) -> Iterator[str]:
        """The answer in pieces; the empty envelope if nothing was repeated."""
        comma = self._world.variable("svexportformat")
        if isinstance(comma, str) and comma.casefold() == _COMMA_FORMAT:
            yield from _Commas(self._world, self._tally).write(self._blocks)
            return
        pieces = _Xml(self._world, self._tally).write(self._blocks)
        first = next(pieces, None)
        if first is None:
            yield EMPTY_REPORT
            return
        yield "<ENVELOPE>\n"
        yield from chain((first,), pieces)
        if not self._tally.is_cut:
            yield "</ENVELOPE>\n"


def _tag(definition: Definition) -> str:
    return definition.one("XMLTAG").strip().strip("\"'").replace(" ", "").upper()


Blocks = tuple[tuple[Definition, tuple[Block, ...]], ...]


class _Repetition:
    """What repeats: the objects of a list around here, else of a collection, with the faults that lose objects."""

    def __init__(self, world: RequestWorld, tally: Tally) -> None:
        self._world = world
        self._tally = tally

    def over(self, source: str, scope: Scope) -> Iterator[Scope]:
        if not source:
            yield scope
            return
        name = source.partition(":")[0].strip()
        folded = name.replace(" ", "").casefold()
        outermost = scope.obj.tag == _ROOT_TAG
        if not outermost and self._world.definitions.find("COLLECTION", name) is None and _is_list(scope, folded):
            yield from (Scope(scope.world, child, scope) for child in scope.obj.children(folded))
            return
        scopes = gather_by_name(self._world, name)
        yield from (
            self._faulty(scopes) if outermost else (Scope(one.world, one.obj, scope, one.computed) for one in scopes)
        )

    def _faulty(self, scopes: Iterator[Scope]) -> Iterator[Scope]:
        faults = self._world.faults
        if faults.empty:
            return
        for scope in islice(scopes, faults.lose_objects_after if faults.lose_objects_after >= 0 else None):
            if self._tally.objects == faults.truncate_after_objects:
                self._tally.is_cut = True
                return
            self._tally.objects += 1
            yield scope
            if faults.duplicate_object and self._tally.objects == 1:
                yield scope


_ROOT_TAG = "REPORT"


class _Root(Row):
    """What a report stands in: no object at all."""

    tag = _ROOT_TAG


def _is_list(scope: Scope, name: str) -> bool:
    return name in LISTS or bool(scope.obj.children(name))


class _Xml(_Repetition):
    """The XML form."""

    def write(self, forms: Blocks) -> Iterator[str]:
        root = Scope(self._world, _Root({}))
        for form, blocks in forms:
            yield from _wrapped(_tag(form), 1, chain.from_iterable(self._block(block, root, 1) for block in blocks))

    def _block(self, block: Block, scope: Scope, depth: int) -> Iterator[str]:
        inside = chain.from_iterable(self._band(band, source, scope, depth) for band, source in block.bands)
        yield from _wrapped(block.tag, depth, inside)

    def _band(self, band: Band, source: str, scope: Scope, depth: int) -> Iterator[str]:
        for here in self.over(source, scope):
            inner = depth + 1 if band.tag else depth
            pad = " " * inner
            if band.tag:
                yield f"{' ' * depth}<{band.tag}>\n"
            yield "".join(
                [f"{pad}<{one.tag}>{escape_native(written(one, here))}</{one.tag}>\n" for one in band.columns]
            )
            for block, condition in band.opens:
                if condition is None or truth(condition(here)):
                    yield from self._block(block, here, inner)
            if band.tag:
                yield f"{' ' * (depth - 1)}</{band.tag}>\n"


def _wrapped(tag: str, depth: int, inside: Iterator[str]) -> Iterator[str]:
    """A tag around what is inside; nothing at all around nothing."""
    if not tag:
        yield from inside
        return
    first = next(inside, None)
    if first is None:
        return
    yield f"{' ' * depth}<{tag}>\n"
    yield first
    yield from inside
    yield f"{' ' * (depth - 1)}</{tag}>\n"


class _Commas(_Repetition):
    """The comma-separated form: a line of quoted values, blank ones left out."""

    def write(self, forms: Blocks) -> Iterator[str]:
        root = Scope(self._world, _Root({}))
        for _, blocks in forms:
            for block in blocks:
                yield from self._block(block, root)

    def _block(self, block: Block, scope: Scope) -> Iterator[str]:
        for band, source in block.bands:
            for here in self.over(source, scope):
                values = [value for one in band.columns if (value := written(one, here))]
                if values:
                    yield "".join(f'"{value}",' for value in values) + "\n"
                for opened, condition in band.opens:
                    if condition is None or truth(condition(here)):
                        yield from self._block(opened, here)


def written(column: Column, scope: Scope) -> str:
    """A field's value as text: by its TYPE, else as Tally prints a value into a text."""
    value = column.evaluate(scope)
    match column.kind.partition(":")[0].strip():
        case "amount":
            return _signed_amount(value)
        case "number":
            return f"{number(value):f}" if value is not None else ""
        case "logical":
            return "Yes" if truth(value) else "No"
        case "date" if isinstance(value, date):
            return f"{value:%Y%m%d}" if "universal" in column.form else day_text(value)
        case _:
            return text(value)


def _signed_amount(value: Value) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    amount = value.value if isinstance(value, Amount) else number(value)
    return f"{amount.quantize(Decimal('0.01')):f}"
