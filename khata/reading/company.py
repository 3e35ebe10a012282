"""Which company was meant: by number, by name, or by the beginning of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canonical.errors import NotFound, RuleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storage import StoredCompany, TenantStore


class AmbiguousCompany(RuleError):
    """More than one company fits; the message lists them."""

    default_code = "company.ambiguous"


def pick_company(books: TenantStore, wanted: str | None) -> StoredCompany:
    """Return the company that was meant.

    Args:
        books: the tenant's.
        wanted: its number, the beginning of its name or its identity in the source; None if there is only one.

    Raises:
        NotFound: there is none, or none like that.
        AmbiguousCompany: several fit.
    """
    companies = books.companies.list()
    if not companies:
        raise NotFound("There is no company in these books yet; run 'khata import FILE' first.", code="company.none")
    if wanted is None:
        return _only(companies, "Several companies are in these books; say which with --company")
    matching = _matching(companies, wanted)
    if not matching:
        raise NotFound(
            f"No company is called {wanted!r}; there are {_listed(companies)}.", code="company.unknown", company=wanted
        )
    return _only(matching, f"Several companies fit {wanted!r}; say which by its number")


def _matching(companies: Sequence[StoredCompany], wanted: str) -> list[StoredCompany]:
    folded = " ".join(wanted.split()).casefold()
    tests = (
        lambda company: str(company.company_id) == wanted,
        lambda company: company.source_key == wanted,
        lambda company: " ".join(company.name.split()).casefold() == folded,
        lambda company: " ".join(company.name.split()).casefold().startswith(folded),
    )
    return next((found for test in tests if (found := [c for c in companies if test(c)])), [])


def _only(companies: Sequence[StoredCompany], sentence: str) -> StoredCompany:
    if len(companies) > 1:
        raise AmbiguousCompany(f"{sentence}: {_listed(companies)}.", companies=len(companies))
    return companies[0]


def _listed(companies: Sequence[StoredCompany]) -> str:
    shown = [f"{company.company_id} {company.name or company.source_key}" for company in companies[:10]]
    more = f" and {len(companies) - 10} more (khata companies)" if len(companies) > 10 else ""  # noqa: PLR2004 - a line's worth
    return "; ".join(shown) + more
