"""Objects of a collection as XML: fetched fields with their TYPE, in Tally's order, then lists.

Captures show the order: dates, texts, logicals, numbers, amounts, quantities, rates, then what COMPUTE adds, then
lists; a master ends with its list of names. A voucher carries a fixed set of fields whatever was fetched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sandbox.tally.books.catalogue import MASTER_CLASSES, type_of
from sandbox.tally.books.objects import LiveObject
from sandbox.tally.books.tree import attribute_text, escape_native, render
from sandbox.tally.books.values import Amount, Scalar, Text
from sandbox.tally.books.voucher_objects import VoucherObject
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.fetching import Fetch
from sandbox.tally.gateway.rows import Overridden
from sandbox.tally.gateway.tdl.methods import read_children, read_method
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.types import LISTS
from sandbox.tally.gateway.tdl.values import scalar_of

_TYPE_ORDER = {
    name: place for place, name in enumerate(("Date", "String", "Logical", "Number", "Amount", "Quantity", "Rate"))
}
_UNPADDED = frozenset({"VOUCHERKEY", "VOUCHERRETAINKEY", "REUSEHOLEID"})
_DUE_DATES = frozenset({"BILLCREDITPERIOD", "ORDERDUEDATE"})
_INDENT = 4

VOUCHER_FIXED: tuple[tuple[str, bool, str], ...] = (
    ("DATE", True, ""),
    ("GUID", False, ""),
    ("REQUESTORRULE", False, ""),
    ("VOUCHERTYPENAME", False, ""),
    ("VOUCHERNUMBER", False, ""),
    ("SERIALMASTER", True, ""),
    ("ARESERIALMASTER", True, ""),
    ("NUMBERINGSTYLE", False, "Auto Retain"),
    ("PERSISTEDVIEW", False, ""),
    ("ISDELETED", False, "No"),
    ("ASORIGINAL", False, "No"),
    ("ISDEEMEDPOSITIVE", True, ""),
    ("ISCANCELLED", True, "No"),
    ("ISINVOICE", False, "No"),
    ("ASPAYSLIP", False, "No"),
    ("ISDELETEDVCHRETAINED", False, "No"),
    ("ISNEGISPOSSET", True, "Yes"),
    ("ALTERID", True, ""),
    ("MASTERID", True, ""),
    ("VOUCHERKEY", True, ""),
    ("VOUCHERRETAINKEY", True, ""),
    ("REUSEHOLEID", True, "0"),
    ("VOUCHERNUMBERSERIES", True, "Default"),
)
"""Sent for every voucher: tag, whether its TYPE is given, and what stands there if the books have no such value."""
BILL_FIXED: tuple[tuple[str, bool, str], ...] = (
    ("NAME", False, ""),
    ("BILLCREDITPERIOD", False, ""),
    ("BILLTYPE", False, ""),
    ("TDSDEDUCTEEISSPECIALRATE", False, "No"),
    ("TDSDEDUCTEESPECIALRATE", False, "0"),
    ("AMOUNT", False, ""),
)
"""Sent for every bill allocation reached by dotted paths."""
LEDGER_ENTRY_FIXED: tuple[tuple[str, bool, str], ...] = (
    ("LEDGERNAME", True, ""),
    ("ISDEEMEDPOSITIVE", True, ""),
    ("ISLASTDEEMEDPOSITIVE", True, ""),
    ("AMOUNT", True, ""),
)
GOODS_LINE_FIXED: tuple[tuple[str, bool, str], ...] = (
    ("STOCKITEMNAME", True, ""),
    ("ISDEEMEDPOSITIVE", True, ""),
    ("ISLASTDEEMEDPOSITIVE", True, ""),
    ("RATE", True, ""),
    ("DISCOUNT", True, "0"),
    ("AMOUNT", True, ""),
    ("ACTUALQTY", True, ""),
    ("BILLEDQTY", True, ""),
)
BATCH_FIXED: tuple[tuple[str, bool, str], ...] = (
    ("BATCHNAME", True, ""),
    ("ORDERNO", True, ""),
    ("TRACKINGNUMBER", True, ""),
    ("AMOUNT", True, ""),
    ("ACTUALQTY", True, ""),
    ("BILLEDQTY", True, ""),
)
"""Sent for every entry reached by dotted paths, whatever field of it was fetched, as captures show."""
_ACTION_IS_NOT_SENT = "ACTION"

Write = Callable[[Scope], str]
"""Writes one field or list of one object; empty if there is nothing to write."""


class Part(NamedTuple):
    """One field or list of the objects of a class.

    Attributes:
        write: Writes it.
        name: As asked for; empty for what is more than one field.
        absent: What an object without it shows.
    """

    write: Write
    name: str = ""
    absent: str = ""


class ObjectWriter:
    """Writes the objects of one collection; what to write is worked out once for each tag.

    Args:
        fetch: What is asked.
        computed: What COMPUTE defines.
        faults: Switches in force.
    """

    def __init__(self, fetch: Fetch, computed: Mapping[str, Evaluate], faults: Faults) -> None:
        self._fetch = fetch
        self._computed = computed
        self._faults = faults
        self._parts: dict[str, Sequence[Part]] = {}
        self._shapes: dict[tuple[str, ...], Sequence[Write | str]] = {}

    def write(self, scope: Scope) -> str:
        """One object with its tag."""
        tag = scope.obj.tag.removesuffix(".LIST")
        parts = self._parts.get(tag)
        if parts is None:
            parts = self._parts[tag] = self._prepare(tag)
        if type(scope.obj) is VoucherObject:
            pieces = self._of_shape(tuple(scope.obj.by_tag), parts)
            body = "".join([piece if isinstance(piece, str) else piece(scope) for piece in pieces])
        else:
            body = "".join([part.write(scope) for part in parts])
        return f"    <{tag}{_attributes(scope)}>\n{body}    </{tag}>\n"

    def _of_shape(self, stored: tuple[str, ...], parts: Sequence[Part]) -> Sequence[Write | str]:
        """What to write of vouchers that have these tags: most of what is asked for is absent, and always the same."""
        pieces = self._shapes.get(stored)
        if pieces is None:
            has, made = set(stored), list[Write | str]()
            for part in parts:
                tags = VoucherObject.tags_behind(part.name.upper()) if part.name else ()
                if not tags or has.intersection(tags):
                    made.append(part.write)
                elif made and isinstance(made[-1], str):
                    made[-1] += part.absent
                else:
                    made.append(part.absent)
            pieces = self._shapes[stored] = made
        return pieces

    def _prepare(self, tag: str) -> Sequence[Part]:
        if tag == "OBJECT":
            return [Part(_write_row)]
        fields = _FIXED.get(tag, ())
        parts = list(_field_parts(self._fetch, fields, tag, _INDENT + 1, self._faults))
        if self._fetch.everything or self._fetch.whole:
            named = set(self._fetch.names) | {name.casefold() for name, _, _ in fields}
            parts.insert(0, Part(_write_everything(named)))
        position = _first_list(self._fetch, parts)
        parts[position:position] = [Part(_computed_writer(name, one)) for name, one in self._computed.items()]
        if tag in MASTER_CLASSES and "languagename" not in self._fetch.names:
            parts.append(Part(_write_names))
        return parts


_FIXED = {
    "VOUCHER": VOUCHER_FIXED,
    "ALLLEDGERENTRIES": LEDGER_ENTRY_FIXED,
    "LEDGERENTRIES": LEDGER_ENTRY_FIXED,
    "ACCOUNTINGALLOCATIONS": LEDGER_ENTRY_FIXED,
    "ALLINVENTORYENTRIES": GOODS_LINE_FIXED,
    "INVENTORYENTRIES": GOODS_LINE_FIXED,
    "INVENTORYALLOCATIONS": GOODS_LINE_FIXED,
    "BATCHALLOCATIONS": BATCH_FIXED,
    "BILLALLOCATIONS": BILL_FIXED,
}


def _attributes(scope: Scope) -> str:
    found: Mapping[str, str] = getattr(scope.obj, "attributes", {})
    tag = scope.obj.tag
    if tag == "VOUCHER":
        return attribute_text({name: value for name, value in found.items() if name != _ACTION_IS_NOT_SENT})
    if tag == "COMPANY" or tag in MASTER_CLASSES:
        own = scope.obj.method("name")
        name = found.get("NAME") or (own.wire if own is not None else "")
        return attribute_text({"NAME": name, "RESERVEDNAME": found.get("RESERVEDNAME", "")})
    return attribute_text(found)


def _write_row(scope: Scope) -> str:
    """A row's values, those of COMPUTE after them."""
    values: dict[str, Scalar] = dict(getattr(scope.obj, "values", {}))
    values |= {name: scalar_of(evaluate(scope)) for name, evaluate in (scope.computed or {}).items()}
    return "".join(_line(name.upper(), value, 5) for name, value in values.items())


def _line(tag: str, value: Scalar, indent: int) -> str:
    written = escape_native(_padded(tag, value))
    kind = "" if isinstance(value, Text) else f' TYPE="{value.type_name}"'
    return f"{' ' * indent}<{tag}{kind}>{written}</{tag}>\n"


def _padded(tag: str, value: Scalar) -> str:
    wire = value.wire
    return f" {wire}" if value.type_name == "Number" and wire and tag not in _UNPADDED else wire


def _field_parts(
    fetch: Fetch, fixed: Sequence[tuple[str, bool, str]], root: str, indent: int, faults: Faults
) -> list[Part]:
    """The fields, then the lists."""
    always = {tag.casefold(): (typed, default) for tag, typed, default in fixed}
    wanted = [
        name for name in fetch.names if name not in LISTS and name not in always and not _is_names(name, root, indent)
    ]
    ordered = _merge([tag.casefold() for tag, _, _ in fixed], wanted, root)
    parts = [
        _fixed_part(name, root, indent, *always[name]) if name in always else _field_or_list_part(name, root, indent)
        for name in ordered
    ]
    return parts + [_list_part(name, fetch.inside[name], root, indent, faults) for name in fetch.names if name in LISTS]


def _is_names(name: str, root: str, indent: int) -> bool:
    """A master's NAME is sent as its list of names."""
    return name == "name" and root in MASTER_CLASSES and indent == _INDENT + 1


def _first_list(fetch: Fetch, parts: Sequence[Part]) -> int:
    return len(parts) - sum(1 for name in fetch.names if name in LISTS)


def _merge(fixed: Sequence[str], wanted: Sequence[str], root: str) -> list[str]:
    """Put fetched fields among the fixed ones: each behind the last one of its type or of an earlier type."""
    merged = list(fixed)
    for name in sorted(wanted, key=lambda one: _rank(one, root)):
        rank = _rank(name, root)
        at = max((place + 1 for place, other in enumerate(merged) if _rank(other, root) <= rank), default=0)
        merged.insert(at, name)
    return merged


def _rank(name: str, root: str) -> int:
    return _TYPE_ORDER.get(_type(name.upper(), root), 1)


def _type(tag: str, root: str) -> str:
    """The type a field is sent with; credit periods and due dates have one of their own."""
    return "Due Date" if tag in _DUE_DATES else type_of(tag, root)


def _field_or_list_part(name: str, root: str, indent: int) -> Part:
    """A fetched name is a field, unless the object has a list called so."""
    field, absent = _field_text(name, root, indent, typed=True, default="")
    listed = _list_part(name, _WHOLE, root, indent, _NO_FAULTS).write

    def write(scope: Scope) -> str:
        value = read_method(scope.obj, name)
        is_list = value is None and read_children(scope.obj, name)
        return listed(scope) if is_list else field(scope, value)

    return Part(write, name, absent)


def _fixed_part(name: str, root: str, indent: int, typed: bool, default: str) -> Part:
    field, absent = _field_text(name, root, indent, typed=typed, default=default)
    return Part(lambda scope: field(scope, read_method(scope.obj, name)), name, absent)


def _field_text(
    name: str, root: str, indent: int, typed: bool, default: str
) -> tuple[Callable[[Scope, Scalar | None], str], str]:
    """What writes a field whose value has been looked up (None if there is none), and what it shows without one."""
    tag = name.upper()
    type_name = _type(tag, root)
    pad = " " * indent
    kind = f' TYPE="{type_name}"' if typed else ""
    empty = f"{pad}<{tag}{kind}>{default}</{tag}>\n" if typed or default else f"{pad}<{tag}/>\n"
    padded = " " if type_name == "Number" and tag not in _UNPADDED else ""
    fits_any = not typed or type_name == "Due Date"

    def write(scope: Scope, value: Scalar | None) -> str:
        if value is None:
            return _derived(scope, name, empty)
        wire = value.wire
        if not wire:
            return empty
        kept = value.type_name
        own = kind if fits_any or kept == type_name else f' TYPE="{kept}"'
        return f"{pad}<{tag}{own}>{padded if kept == 'Number' else ''}{escape_native(wire)}</{tag}>\n"

    return write, empty


def _derived(scope: Scope, name: str, empty: str) -> str:
    """A fixed value the books do not store: a voucher is deemed positive if its first line is a debit."""
    if name != "isdeemedpositive" or scope.obj.tag != "VOUCHER":
        return empty
    amount = scope.obj.method("amount")
    says = "Yes" if isinstance(amount, Amount) and amount.value < 0 else "No"
    return empty.replace("></", f">{says}</")


def _computed_writer(name: str, evaluate: Evaluate) -> Write:
    tag = name.upper()

    def write(scope: Scope) -> str:
        value = scalar_of(evaluate(scope))
        return f'     <{tag} TYPE="{value.type_name}">{escape_native(_padded(tag, value))}</{tag}>\n'

    return write


def _write_everything(named: set[str]) -> Write:
    """What ``*`` sends: every field as an export writes it, without TYPE, and every list but a voucher's entries.

    Fields asked for by name come later, with their TYPE; a master's list of names comes last.
    """

    def write(scope: Scope) -> str:
        obj = scope.obj.inner if isinstance(scope.obj, Overridden) else scope.obj
        if not isinstance(obj, LiveObject):
            return ""
        chosen = [
            one
            for one in obj.elements()
            if one.tag not in _NOT_IN_EVERYTHING and one.tag.casefold().removesuffix(".list") not in named
        ]
        return render(chosen, _INDENT + 1, obj.spell)

    return write


_NOT_IN_EVERYTHING = frozenset(
    {
        *("ALLLEDGERENTRIES.LIST", "LEDGERENTRIES.LIST", "ALLINVENTORYENTRIES.LIST", "INVENTORYENTRIES.LIST"),
        *("INVENTORYENTRIESIN.LIST", "INVENTORYENTRIESOUT.LIST", "CATEGORYENTRY.LIST", "ATTENDANCEENTRIES.LIST"),
        "LANGUAGENAME.LIST",
    }
)


def _list_part(name: str, fetch: Fetch, root: str, indent: int, faults: Faults) -> Part:
    tag = f"{name.upper()}.LIST"
    pad = " " * indent
    placeholder = f"{pad}<{tag}>{pad}</{tag}>\n"
    inner = [] if fetch.whole else _entry_writers(name, fetch, root, indent + 1, faults)
    bills = name == "billallocations" and not fetch.whole and faults.curated_bills_corrupted

    def write(scope: Scope) -> str:
        entries = read_children(scope.obj, name)
        if not entries:
            return placeholder
        if entries[0].tag.upper() == name.upper():
            return _simple_list(name.upper(), [_own_text(entry, name) for entry in entries], pad)
        if fetch.whole:
            return "".join([entry.to_xml(indent) for entry in entries])  # type: ignore[attr-defined]  # of the books
        lines = ["".join([one(Scope(scope.world, entry, scope)) for one in inner]) for entry in entries]
        lines = [_corrupt(line) for line in lines] if bills else lines
        return "".join([f"{pad}<{tag}>\n{line}{pad}</{tag}>\n" for line in lines])

    return Part(write, name, placeholder)


def _entry_writers(name: str, fetch: Fetch, root: str, indent: int, faults: Faults) -> list[Write]:
    fixed = _FIXED.get(name.upper(), ()) if root == "VOUCHER" else ()
    return [part.write for part in _field_parts(fetch, fixed, root, indent, faults)]


def _own_text(entry: object, name: str) -> str:
    value = entry.method(name)  # type: ignore[attr-defined]  # of the books
    return value.wire if value is not None else ""


def _simple_list(tag: str, texts: Sequence[str], pad: str) -> str:
    """A list of plain values: ``<ADDRESS.LIST TYPE="String">`` around one element each."""
    rows = "".join(f"{pad} <{tag}>{escape_native(one)}</{tag}>\n" for one in texts)
    return f'{pad}<{tag}.LIST TYPE="String">\n{rows}{pad}</{tag}.LIST>\n'


def _corrupt(lines: str) -> str:
    """What some installations make of bill fields fetched by dotted paths: On Account, without a name."""
    out = []
    for line in lines.splitlines(keepends=True):
        start = line.lstrip()
        pad = line[: len(line) - len(start)]
        if start.startswith("<NAME"):
            line = f"{pad}<NAME/>\n"
        elif start.startswith("<BILLTYPE"):
            line = f'{pad}<BILLTYPE TYPE="String">On Account</BILLTYPE>\n'
        out.append(line)
    return "".join(out)


def _write_names(scope: Scope) -> str:
    """LANGUAGENAME.LIST: the name and the aliases."""
    listed = scope.obj.children("languagename")
    names = [text for block in listed for row in block.children("name") if (text := _own_text(row, "name"))]
    if not names:
        own = scope.obj.method("name")
        names = [own.wire] if own is not None else []
    rows = "".join(f"       <NAME>{escape_native(name)}</NAME>\n" for name in names)
    return (
        f'     <LANGUAGENAME.LIST>\n      <NAME.LIST TYPE="String">\n{rows}      </NAME.LIST>\n'
        f'      <LANGUAGEID TYPE="Number"> 1033</LANGUAGEID>\n     </LANGUAGENAME.LIST>\n'
    )


_WHOLE = Fetch(whole=True)
_NO_FAULTS = Faults()
