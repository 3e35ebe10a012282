"""Companies: sets of books, found by what their source calls them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from canonical.errors import NotFound
from storage.repositories.base import Repository, insert_of
from storage.tables.company import company, company_moment

_JUST_AFTER = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCompany:
    """A company as the store knows it.

    Attributes:
        company_id: ours, unique in the tenant.
        connector: the source it comes from.
        source_key: the source's identity of the books.
        books_from: first day of the books, once the source said it.
    """

    company_id: int
    connector: str
    source_key: str
    name: str
    books_from: date | None = None


class Companies(Repository):
    """The tenant's companies."""

    def ensure(
        self, connector: str, source_company_key: str, name: str = "", *, created_at: datetime | None = None
    ) -> int:
        """Return the company's id, entering it first if it is new; a name given later fills an empty one."""
        found = self.find(connector, source_company_key)
        if found is not None and (found.name or not name):
            return found.company_id
        row = {
            "tenant_id": self._tenant_id,
            "id": self._ids.one(),
            "connector": connector,
            "source_key": source_company_key,
            "name": name,
            "created_at": created_at,
        }
        with self._write() as transaction:
            statement = insert_of(transaction, company).values(row)
            statement = statement.on_conflict_do_update(
                index_elements=["tenant_id", "connector", "source_key"],
                set_={"name": sa.func.coalesce(sa.func.nullif(statement.excluded.name, ""), company.c.name)},
            ).returning(company.c.id)
            return int(transaction.connection.execute(statement).scalar_one())

    def get(self, company_id: int) -> StoredCompany:
        """Return one company.

        Raises:
            NotFound: this tenant has no such company.
        """
        found = self._select(company.c.id == company_id)
        if not found:
            raise NotFound(f"There is no company {company_id} in this store.", company_id=company_id)
        return found[0]

    def find(self, connector: str, source_company_key: str) -> StoredCompany | None:
        """Find a company by what its source calls it."""
        found = self._select(company.c.connector == connector, company.c.source_key == source_company_key)
        return found[0] if found else None

    def find_by_name(self, name: str) -> tuple[StoredCompany, ...]:
        """Find companies by name, ignoring case and doubled blanks; several may share one."""
        wanted = " ".join(name.split()).casefold()
        return tuple(item for item in self.list() if " ".join(item.name.split()).casefold() == wanted)

    def list(self) -> tuple[StoredCompany, ...]:
        """All companies, by name."""
        return tuple(sorted(self._select(), key=lambda item: (item.name.casefold(), item.company_id)))

    def take_moment(self, company_id: int, run_id: int, started_at: datetime) -> datetime:
        """Return the moment from which what a run writes or proves of a company is known; ask in the company's turn.

        It is the run's start, unless another run has written or proved the company since: then it is just after that.
        A run keeps its moment until another one has taken a later one.

        Args:
            company_id: whose books.
            run_id: the run.
            started_at: when it started, UTC.
        """
        table, address = company_moment, {"tenant_id": self._tenant_id, "company_id": company_id}
        with self._write() as transaction:
            query = sa.select(table).where(self._mine(table), table.c.company_id == company_id)
            last = transaction.connection.execute(query).one_or_none()
            moment = started_at
            if last is not None:
                before: datetime = last.known_at
                if last.run_id == run_id:
                    return before
                moment = max(started_at, before + _JUST_AFTER)
            taken = {"run_id": run_id, "known_at": moment}
            statement = insert_of(transaction, table).values(address | taken)
            transaction.connection.execute(statement.on_conflict_do_update(index_elements=list(address), set_=taken))
        return moment

    def _select(self, *conditions: sa.ColumnElement[bool]) -> tuple[StoredCompany, ...]:
        columns = (company.c.id, company.c.connector, company.c.source_key, company.c.name, company.c.books_from)
        with self._read() as transaction:
            rows = transaction.connection.execute(sa.select(*columns).where(self._mine(company), *conditions)).all()
        return tuple(
            StoredCompany(
                company_id=row.id,
                connector=row.connector,
                source_key=row.source_key,
                name=row.name,
                books_from=row.books_from,
            )
            for row in rows
        )
