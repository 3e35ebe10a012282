"""All pages of one branch, as one set of rows: pages overlap, so of one number the last row counts."""

from __future__ import annotations

from collections.abc import Callable

from canonical.errors import SourceMalformed
from connectors.marg.assembly import Rows
from connectors.marg.ede.client import EdeClient

STILL_MAX = 2
"""Pages in a row that may bring nothing and move nothing."""
SUCCESSIVE = {"Details": "Dis"}
"""Some versions call the lines so."""


def pull_branch(client: EdeClient, branch: str, *, since: str, on_page: Callable[[int], None]) -> Rows:
    """Read a branch to its end.

    Args:
        client: of the company.
        branch: its number (CompanyID).
        since: changes since then, in India; empty for everything.
        on_page: called with the rows held after each page.

    Raises:
        KhataError: as ``EdeClient.rows``; and if the pages go on without moving.
    """
    rows = Rows(branch=branch, is_whole=not since)
    moment, index, still = since, "0", 0
    while True:
        page = client.rows(branch, moment=moment, index=index)
        rows.masters = page.masters or rows.masters
        before = rows.count
        for name, some in page.rows.items():
            rows.add(SUCCESSIVE.get(name, name), some)
        on_page(rows.count)
        has_moved = (page.index, page.moment) != (index, moment)
        moment, index = page.moment, page.index
        if page.is_last:
            rows.moment = moment
            return rows
        still = 0 if has_moved or rows.count > before else still + 1
        if not has_moved or still >= STILL_MAX:
            raise SourceMalformed(
                f"Marg's EDE says that more rows follow and gives the same place again (index {index[:20]}): nothing "
                "of this pull is taken. Try again; if it stays, Marg's support has to look at the company.",
                code="marg.ede.no_progress",
            )
