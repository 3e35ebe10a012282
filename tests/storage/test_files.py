"""Taken files and mappings: once per claim, found by content, versions added; tenants apart. On both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy.exc import IntegrityError

from canonical.errors import NotFound
from storage import Store
from storage.repositories.taken_files import FileStatus, TakenFile

AT = datetime(2026, 4, 1, tzinfo=UTC)


def taken(claim: str, content: bytes, status: FileStatus = FileStatus.IMPORTED) -> TakenFile:
    return TakenFile(
        claim=claim,
        folder="/inbox",
        name=f"{claim}.xml",
        digest=sha256(content).digest(),
        size=len(content),
        status=status,
        connector="tally",
        report="fine \0 बही",
        taken_at=AT,
        run_id=7,
    )


def test_files_are_found_by_claim_and_by_content(store: Store) -> None:
    files = store.tenant().taken_files
    first, again, refused = taken("a", b"1"), taken("b", b"1"), taken("c", b"2", FileStatus.REJECTED)
    files.save([first])
    files.save([again, refused])
    assert files.find_claims(["a", "c", "x"]).keys() == {"a", "c"}
    found = files.find_imported([first.digest, refused.digest])
    assert [one.claim for one in found.values()] == ["a"], "the first import; what was rejected may try again"
    assert found[first.digest].report == "fine \ufffd बही"
    assert [one.claim for one in files.list(limit=2)] == ["c", "b"]
    assert files.find_claims([]) == {}


def test_a_claim_is_decided_once(store: Store) -> None:
    files = store.tenant().taken_files
    files.save([taken("a", b"1")])
    with pytest.raises(IntegrityError):
        files.save([taken("b", b"2"), taken("a", b"3")])
    assert files.find_claims(["b"]) == {}, "all of them or none"


def test_mappings_get_versions(store: Store) -> None:
    mappings = store.tenant().mappings
    assert mappings.save("r", {"document": "register"}, AT).version == 1
    assert mappings.save("r", {"document": "register"}, AT).version == 1
    assert mappings.save("r", {"document": "ledger"}, AT).version == 2
    assert mappings.get("r", 1).mapping == {"document": "register"}
    assert [(one.name, one.version) for one in mappings.list()] == [("r", 2)]
    with pytest.raises(NotFound, match="there are: r"):
        mappings.get("x")


def test_tenants_do_not_see_each_others(store: Store) -> None:
    store.tenants.create("other", "Other")
    store.tenant().taken_files.save([taken("a", b"1")])
    store.tenant().mappings.save("r", {"document": "register"}, AT)
    other = store.tenant("other")
    assert other.taken_files.list() == ()
    assert other.taken_files.find_imported([sha256(b"1").digest()]) == {}
    assert other.mappings.find("r") is None
