"""The floor an import is compared with: lxml reads the file and turns every voucher into a dict, nothing else.

``python -m bench.bare_lxml FILE [TAG...]`` prints the number of vouchers. It recovers from the characters that are
illegal in XML (we sanitise them; lxml drops them), clears what it has read, and keeps nothing.
"""

from __future__ import annotations

import sys
from typing import Any

from lxml import etree


def tree(element: Any) -> dict[str, Any]:
    """One pass over the children, generically."""
    node: dict[str, Any] = dict(element.attrib)
    for child in element:
        value = tree(child) if len(child) else child.text
        if child.tag in node:
            held = node[child.tag]
            if isinstance(held, list):
                held.append(value)
            else:
                node[child.tag] = [held, value]
        else:
            node[child.tag] = value
    return node


def main(path: str, *tags: str) -> int:
    """Count the vouchers of one file; Tally's, unless tags of others are given."""
    count = 0
    for _, element in etree.iterparse(path, tag=tags or ("VOUCHER",), recover=True, huge_tree=True):
        count += bool(tree(element))
        element.clear()
        parent = element.getparent()
        while parent is not None and parent.getprevious() is not None:
            del parent.getparent()[0]
    return count


if __name__ == "__main__":
    print(main(*sys.argv[1:]))
