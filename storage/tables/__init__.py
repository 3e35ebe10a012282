"""The tables, declared once for both databases.

Every table but ``tenant`` and ``api_key`` starts with ``tenant_id``, first in its key and in every index; PostgreSQL
adds row-level security to all of them (``TENANT_TABLES``). Versioned tables carry ``known_from`` and ``known_to`` (UTC;
null = current). Start at ``voucher.py``; migrations in ``storage/migrations`` build the same schema and a test holds
the two together.
"""

from storage.tables import company, control, crosswalk, files, master, proof, raw, run, sign_in, tax_document, voucher
from storage.tables.base import metadata

CONTROL_TABLES = frozenset({"tenant", "api_key"})
"""Read before the tenant is known, by the connecting role only; the application role has no rights on them."""
TENANT_TABLES = tuple(name for name in metadata.tables if name not in CONTROL_TABLES)

__all__ = [
    "CONTROL_TABLES",
    "TENANT_TABLES",
    "company",
    "control",
    "crosswalk",
    "files",
    "master",
    "metadata",
    "proof",
    "raw",
    "run",
    "sign_in",
    "tax_document",
    "voucher",
]
