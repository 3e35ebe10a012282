"""Import of vouchers: what each action does, which is not always what its name says.

Measured: a Create with a REMOTEID that was used before alters (entries replaced, scalars left out stay); an Alter that
names its voucher by GUID, REMOTEID or MASTERID creates a second one where the type numbers itself; TAGNAME and TAGVALUE
address one; a Cancel without them and without entries creates a cancelled voucher; a deleted voucher comes back under
a new GUID. Not measured, and so decided here: an Alter by REMOTEID of a manually numbered type alters; a Cancel by
TAGNAME counts as CANCELLED, one with the full body as ALTERED (the latter is measured).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.importing.masters import without_udf
from sandbox.tally.books.importing.result import ImportResult
from sandbox.tally.books.importing.rewriting import rewrite_voucher
from sandbox.tally.books.moves import ENTRY_LISTS, GOODS_LISTS, IN_LIST, OUT_LIST, parse_print_day
from sandbox.tally.books.numbering import is_automatic
from sandbox.tally.books.packing import unpack
from sandbox.tally.books.records import Voucher
from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import parse_day
from sandbox.tally.books.voucher_objects import HEADER_TAGS

if TYPE_CHECKING:
    from sandbox.tally.books.live import LiveCompany

LINE_LISTS = frozenset({*ENTRY_LISTS, *GOODS_LISTS, IN_LIST, OUT_LIST})


class VoucherImporter:
    """Takes the vouchers of one request in."""

    def __init__(self, company: LiveCompany, result: ImportResult) -> None:
        self._company = company
        self._result = result

    def take(self, element: Element) -> None:
        """Write one voucher.

        Raises:
            BooksRefused: as Tally would.
        """
        match fold(element.attributes.get("ACTION", "Create")):
            case "delete":
                self._delete(element)
            case "cancel":
                self._cancel(element)
            case "alter":
                self._alter(element)
            case _:
                self._create(element)

    def _create(self, element: Element) -> None:
        remote_id = element.attributes.get("REMOTEID", "")
        number = self._company.state.remote_ids.get(remote_id)
        if number is not None and number in self._company.state.vouchers:
            self._overwrite(self._company.state.vouchers[number], element)
            return
        voucher = self._company.edit_vouchers.create(self._prepared(element))
        if remote_id:
            self._company.state.remote_ids[remote_id] = voucher.master_id
        self._count("created", voucher)

    def _alter(self, element: Element) -> None:
        found = self._by_tag(element)
        if found is None and not self._is_automatic(element):
            found = self._by_identity(element)
        if found is None:
            if "TAGNAME" in element.attributes:
                raise BooksRefused("Voucher does not exist!")
            self._count("created", self._company.edit_vouchers.create(self._prepared(element)))
            return
        self._overwrite(found, element)

    def _overwrite(self, old: Voucher, element: Element) -> None:
        merged = _merged(unpack(old.body), self._prepared(_with_header(element, old, self._type_name(old))))
        self._count("altered", self._company.edit_vouchers.alter(old.master_id, merged))

    def _cancel(self, element: Element) -> None:
        found = self._by_tag(element)
        if found is not None:
            self._count("cancelled", self._company.edit_vouchers.cancel(found.master_id))
            return
        if "TAGNAME" in element.attributes:
            raise BooksRefused("Voucher does not exist!")
        found = self._by_identity(element) if _has_lines(element) else None
        if found is not None:
            self._count("altered", self._company.edit_vouchers.cancel(found.master_id))
            return
        voucher = self._company.edit_vouchers.create_cancelled(self._prepared(element))
        self._count("created", voucher)

    def _delete(self, element: Element) -> None:
        if not {"TAGNAME", "REMOTEID"} & element.attributes.keys() and not element.value("GUID"):
            raise BooksRefused("Cannot delete unnamed object: VOUCHER!")
        found = self._by_tag(element) or self._by_identity(element)
        if found is None:
            raise BooksRefused("Voucher does not exist!")
        self._company.edit_vouchers.delete(found.master_id)
        self._result.deleted += 1

    def _by_tag(self, element: Element) -> Voucher | None:
        """Find by TAGNAME: master number, or number of a type (on DATE, if that is given)."""
        value = element.attributes.get("TAGVALUE", "").strip()
        match fold(element.attributes.get("TAGNAME", "")).replace(" ", ""):
            case "masterid" if value.isdecimal():
                return self._company.state.vouchers.get(int(value))
            case "vouchernumber":
                return self._find(lambda row: row.number == value and self._fits(row, element))
            case _:
                return None

    def _fits(self, row: Voucher, element: Element) -> bool:
        type_name = element.attributes.get("VCHTYPE") or element.value("VOUCHERTYPENAME")
        day = element.attributes.get("DATE", "").strip()
        if type_name and fold(self._type_name(row)) != fold(type_name):
            return False
        return not day or _is_day(row, day)

    def _by_identity(self, element: Element) -> Voucher | None:
        """Find by a client's REMOTEID, Tally's own (the GUID), GUID or MASTERID."""
        remote_id = element.attributes.get("REMOTEID", "")
        number = self._company.state.remote_ids.get(remote_id)
        for guid in (remote_id, element.value("GUID")):
            if number is None and guid.startswith(f"{self._company.guid}-"):
                number = int(guid[-8:], 16)
        if number is None and element.value("MASTERID").isdecimal():
            number = int(element.value("MASTERID"))
        return self._company.state.vouchers.get(number) if number is not None else None

    def _find(self, wanted: Callable[[Voucher], bool]) -> Voucher | None:
        return next((row for row in self._company.vouchers() if wanted(row)), None)

    def _is_automatic(self, element: Element) -> bool:
        name = element.value("VOUCHERTYPENAME") or element.attributes.get("VCHTYPE", "")
        voucher_type = self._company.masters.find("VOUCHERTYPE", name)
        return voucher_type is not None and is_automatic(voucher_type)

    def _type_name(self, row: Voucher) -> str:
        return self._company.masters.by_id[row.type_id].name

    def _prepared(self, element: Element) -> Element:
        return rewrite_voucher(self._company, without_udf(element))

    def _count(self, counter: str, voucher: Voucher) -> None:
        setattr(self._result, counter, getattr(self._result, counter) + 1)
        self._result.lastvchid = voucher.master_id


def _is_day(row: Voucher, text: str) -> bool:
    """Clients write the attribute either way: 20250610 or 10-Jun-2025."""
    try:
        return row.day == (parse_print_day(text) if "-" in text else parse_day(text))
    except (ValueError, KeyError):
        return False


def _has_lines(element: Element) -> bool:
    return any(child.tag in LINE_LISTS for child in element.children)


def _with_header(element: Element, old: Voucher, type_name: str) -> Element:
    """Fill in date and type where an alteration leaves them out."""
    missing = [
        Element(tag, text)
        for tag, text in (("DATE", f"{old.day:%Y%m%d}"), ("VOUCHERTYPENAME", type_name))
        if not element.value(tag)
    ]
    return element._replace(children=(*missing, *element.children))


def _merged(old: Element, new: Element) -> Element:
    """Replace the lines, keep scalars and other lists that the new one does not mention."""
    given = {child.tag for child in new.children}
    replaces_lines = bool(given & LINE_LISTS)
    kept = [
        child
        for child in old.children
        if child.tag not in given and child.tag not in HEADER_TAGS and not (replaces_lines and child.tag in LINE_LISTS)
    ]
    view = new.attributes.get("OBJVIEW") or old.attributes.get("OBJVIEW", "")
    attributes = {**new.attributes, "OBJVIEW": view}
    return new._replace(attributes=attributes, children=(*new.children, *kept))
