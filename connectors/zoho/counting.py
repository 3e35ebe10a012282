"""Counting Zoho's lists without reading them: how long a list is shows on its last page.

No list says how many rows it has (the description has a count for invoices only, ``response_option``, without saying
where in the answer it stands); every page says whether another follows. So the page that should be the last is asked
for, with the filters of the whole list: one call if it is, a few more if it is not. Drafts, void and unapproved
documents stand in Zoho's lists and count on both sides; opening balances, which payments call invoices, stand in none.
"""

from __future__ import annotations

from canonical.errors import SourceRejected
from connectors.zoho.client import ZohoClient
from connectors.zoho.listing import whole_list
from connectors.zoho.streams import StreamSpec

PROBES_MAX = 40
"""Pages asked for at most; enough for any list that ``client.PAGES_MAX`` pages can hold, whatever was expected."""


def count_rows(client: ZohoClient, spec: StreamSpec, expected: int) -> int | None:
    """How many rows a list has.

    Args:
        client: of the organisation.
        spec: of the list.
        expected: how many are thought to be there; where the search begins.

    Returns:
        The number; None if the pages contradict each other, as they may while somebody works.

    Raises:
        KhataError: as ``ZohoClient.page``.
    """
    followed, beyond = 0, 0  # the last page known to be followed by another, the first known to have no rows
    page, stride = max(1, -(-expected // client.page_size)), 1
    for _ in range(PROBES_MAX):
        rows, has_more = _rows_on(client, spec, page)
        if rows and not has_more:
            return (page - 1) * client.page_size + rows
        if not has_more and page == 1:
            return 0
        followed, beyond = (page, beyond) if has_more else (followed, page)
        if beyond == followed + 1:
            return None
        if followed and beyond:
            page = (followed + beyond) // 2
        else:
            page, stride = followed + stride if followed else max(1, beyond - stride), stride * 2
    return None


def _rows_on(client: ZohoClient, spec: StreamSpec, page: int) -> tuple[int, bool]:
    """Rows of a page, and whether another follows; what a page beyond the end answers is not documented."""
    try:
        rows, has_more = client.page(spec.path, spec.rows, page, **whole_list(spec))
    except SourceRejected:
        if page == 1:
            raise
        return 0, False
    return len(rows), has_more
