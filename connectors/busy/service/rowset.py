"""ADO's persisted recordsets: ``<z:row VchCode='1' …/>``, a schema before them. Rows are handed over as they come.

NULL is an attribute that is not there; odd characters of a column's name are written ``_x0020_``. Values stay the text
they are: their digits are BUSY's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import cast

from lxml import etree

from canonical.record import JsonValue

_ROW, _DATA = "{#RowsetSchema}row", "{urn:schemas-microsoft-com:rowset}data"
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class NotARowset(ValueError):
    """The answer is something else, or breaks off."""


def read_rows(chunks: Iterable[bytes]) -> Iterator[dict[str, JsonValue]]:
    """Yield the rows of an answer.

    Raises:
        NotARowset: it is not well-formed to its end, or no rowset. What was yielded before must not be used.
    """
    parser = etree.XMLPullParser(events=("end",), tag=(_ROW, _DATA), resolve_entities=False, no_network=True)
    names: dict[str, str] = {}
    is_whole = False
    try:
        for chunk in chunks:
            parser.feed(chunk)
            for _, found in parser.read_events():
                element = cast("etree._Element", found)  # noqa: SLF001 - its only name
                if element.tag == _DATA:
                    is_whole = True
                    continue
                yield {names.setdefault(str(name), _plain(str(name))): value for name, value in element.attrib.items()}
                element.clear()
                above = element.getparent()
                if above is not None:
                    above.remove(element)
        parser.close()
    except etree.XMLSyntaxError as error:
        raise NotARowset((error.msg or "not well-formed")[:200]) from error
    if not is_whole:
        raise NotARowset("there is no rs:data in it")


def _plain(name: str) -> str:
    """Undo the escaping of a column's name.

    >>> _plain("Item_x0020_Name")
    'Item Name'
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)
