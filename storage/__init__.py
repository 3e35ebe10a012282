"""Memory: the only package that speaks SQL for our own database.

May import: ``canonical``.
Start at: ``store.py``.
"""

from storage.census import Comparison
from storage.raw_append import AppendResult
from storage.raw_store import StoredRaw
from storage.repositories.base import CursorInvalid, Page
from storage.repositories.companies import StoredCompany
from storage.repositories.connections import Connection
from storage.repositories.issues import StoredIssue
from storage.repositories.proofs import AcceptedDifference, ProofHead, StoredProof
from storage.repositories.records import Stored
from storage.repositories.runs import Run, RunStep
from storage.retirement import Tombstone
from storage.store import Store, TenantStore, open_store
from storage.tenants import DEFAULT_TENANT, ApiKey, Tenant
from storage.upsert.plan import UpsertResult

__all__ = [
    "DEFAULT_TENANT",
    "AcceptedDifference",
    "ApiKey",
    "AppendResult",
    "Comparison",
    "Connection",
    "CursorInvalid",
    "Page",
    "ProofHead",
    "Run",
    "RunStep",
    "Store",
    "Stored",
    "StoredCompany",
    "StoredIssue",
    "StoredProof",
    "StoredRaw",
    "Tenant",
    "TenantStore",
    "Tombstone",
    "UpsertResult",
    "open_store",
]
