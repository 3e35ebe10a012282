"""Tenants and their API keys: the two tables that are read before a tenant is known."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from canonical.errors import NotFound, RuleError
from storage.engine import NO_TENANT, Database
from storage.tables.control import api_key, tenant

DEFAULT_TENANT = "default"
SECRET_BYTES = 32
SECRET_PREFIX = "khata_"  # noqa: S105 - a prefix by which leaked keys are recognised, not a secret


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer of ours: ``slug`` in addresses and settings, ``id`` in the tables."""

    id: int
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it can be listed: the secret itself is not stored."""

    name: str
    hint: str
    created_at: datetime | None
    revoked_at: datetime | None


class Tenants:
    """All tenants of the store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, slug: str, name: str = "", *, created_at: datetime | None = None) -> Tenant:
        """Enter a tenant.

        Raises:
            RuleError: there is one of this name.
        """
        try:
            with self._database.write(NO_TENANT) as transaction:
                top = transaction.connection.execute(sa.select(sa.func.max(tenant.c.id))).scalar() or 0
                row = {"id": top + 1, "slug": slug, "name": name or slug, "created_at": created_at}
                transaction.connection.execute(sa.insert(tenant).values(row))
        except sa.exc.IntegrityError as error:
            raise RuleError(f"There is a tenant named {slug!r} already.", code="storage.tenant_exists") from error
        return Tenant(top + 1, slug, name or slug)

    def get(self, slug: str) -> Tenant:
        """Return a tenant.

        Raises:
            NotFound: there is none of this name.
        """
        found = next((item for item in self.list() if item.slug == slug), None)
        if found is None:
            raise NotFound(f"There is no tenant named {slug!r}.", tenant=slug)
        return found

    def list(self) -> tuple[Tenant, ...]:
        """All tenants, oldest first."""
        with self._database.read(NO_TENANT) as transaction:
            rows = transaction.connection.execute(sa.select(tenant).order_by(tenant.c.id)).all()
        return tuple(Tenant(row.id, row.slug, row.name) for row in rows)


class ApiKeys:
    """Keys by which programs say whose they are; stored as SHA-256 (of random text, so it needs no salt)."""

    def __init__(self, database: Database, tenants: Tenants) -> None:
        self._database = database
        self._tenants = tenants

    def create(self, slug: str, name: str = "", *, created_at: datetime | None = None) -> str:
        """Make a key for a tenant and return its secret: the only time anybody sees it."""
        secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        row = {
            "secret_hash": _hash(secret),
            "tenant_id": self._tenants.get(slug).id,
            "name": name,
            "hint": secret[-4:],
            "created_at": created_at,
        }
        with self._database.write(NO_TENANT) as transaction:
            transaction.connection.execute(sa.insert(api_key).values(row))
        return secret

    def find_tenant(self, secret: str) -> Tenant | None:
        """Find whose key this is; None if it is nobody's or revoked."""
        query = (
            sa.select(tenant)
            .join(api_key, api_key.c.tenant_id == tenant.c.id)
            .where(api_key.c.secret_hash == _hash(secret), api_key.c.revoked_at.is_(None))
        )
        with self._database.read(NO_TENANT) as transaction:
            row = transaction.connection.execute(query).one_or_none()
        return None if row is None else Tenant(row.id, row.slug, row.name)

    def list(self, slug: str) -> tuple[ApiKey, ...]:
        """A tenant's keys, without their secrets."""
        query = sa.select(api_key).where(api_key.c.tenant_id == self._tenants.get(slug).id).order_by(api_key.c.name)
        with self._database.read(NO_TENANT) as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(ApiKey(row.name, row.hint, row.created_at, row.revoked_at) for row in rows)

    def revoke(self, slug: str, hint: str, *, revoked_at: datetime) -> int:
        """Revoke the tenant's keys that end in ``hint``; returns how many."""
        query = (
            sa.update(api_key)
            .where(api_key.c.tenant_id == self._tenants.get(slug).id, api_key.c.hint == hint)
            .values(revoked_at=revoked_at)
        )
        with self._database.write(NO_TENANT) as transaction:
            return transaction.connection.execute(query).rowcount


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
