"""The two hundred empty elements a real Tally writes around the few that say something, added while rendering.

Off unless a company is built with full scaffolding: they cost a reader what they cost against a real Tally (about
20 kB a voucher) and say nothing. The names are the file writers'.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from sandbox.tally.books.tree import Element
from sandbox.tally.options import Scaffolding
from sandbox.tally.scaffold import build_scaffold

_FULL = build_scaffold(Scaffolding.FULL)
_ENTRY = _FULL.entry_flags + _FULL.entry_lists
_GOODS = _FULL.item_flags + _FULL.item_lists
_BLOCKS = {
    "VOUCHER": _FULL.voucher_flags + _FULL.voucher_lists,
    "ALLLEDGERENTRIES.LIST": _ENTRY,
    "LEDGERENTRIES.LIST": _ENTRY,
    "ACCOUNTINGALLOCATIONS.LIST": _ENTRY,
    "ALLINVENTORYENTRIES.LIST": _GOODS,
    "INVENTORYENTRIES.LIST": _GOODS,
    "INVENTORYALLOCATIONS.LIST": _GOODS,
    "INVENTORYENTRIESIN.LIST": _GOODS,
    "INVENTORYENTRIESOUT.LIST": _GOODS,
}


def empties_of(tag: str, present: Iterable[Element], pad: str) -> str:
    """Return the empty elements that follow what an element holds.

    Args:
        tag: of the element.
        present: what it holds; nothing is written twice.
        pad: blanks before each line.
    """
    if tag not in _BLOCKS:
        return ""
    known = _tags(tag)
    return _text(tag, pad, frozenset(child.tag for child in present if child.tag in known))


@cache
def _tags(tag: str) -> frozenset[str]:
    return frozenset(_tag_of(line) for line in _BLOCKS[tag].splitlines())


def _tag_of(line: str) -> str:
    return line.strip()[1:].partition(">")[0]


@cache
def _text(tag: str, pad: str, without: frozenset[str]) -> str:
    lines = _BLOCKS[tag].splitlines()
    return "".join(f"{pad}{line.strip()}\n" for line in lines if _tag_of(line) not in without)
