"""Runs and what they leave: steps, issues, proofs, connections, bookmarks."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from decimal import Decimal

import pytest

from canonical.errors import NotFound
from canonical.issue import Issue, IssueLevel
from canonical.proof import ControlTotal, Proof, ProofStatus
from storage import TenantStore, open_store
from tests.storage.samples import LATER, NOW, raw, ref


def test_a_run_tells_what_it_did_and_how_far_it_is(books: TenantStore, company: int) -> None:
    run_id = books.runs.start("import", "tally", None, {"files": ["a.xml"]}, NOW)
    books.runs.progress(run_id, "extract", 10, at=NOW)
    books.runs.progress(run_id, "translate", 0, 40)
    books.runs.progress(run_id, "extract", 40, 40, status="succeeded", facts={"new": 40}, at=LATER)
    run = books.runs.get(run_id)
    assert (run.status, run.company_id, run.finished_at) == ("running", None, None)
    assert [(s.name, s.done, s.total, s.status) for s in run.steps] == [
        ("extract", 40, 40, "succeeded"),
        ("translate", 0, 40, "running"),
    ]
    assert (run.steps[0].facts, run.steps[0].updated_at) == ({"new": 40}, LATER)
    books.runs.finish(run_id, "succeeded", {"vouchers": 40}, LATER, company_id=company)
    done = books.runs.get(run_id)
    assert (done.status, done.summary, done.finished_at, done.company_id) == (
        "succeeded",
        {"vouchers": 40},
        LATER,
        company,
    )


def test_runs_are_listed_newest_first_and_paged(books: TenantStore, company: int) -> None:
    ids = [
        books.runs.start("import" if n % 2 else "sync", "tally", company, {}, NOW + timedelta(hours=n))
        for n in range(5)
    ]
    first = books.runs.list(limit=2)
    second = books.runs.list(limit=2, cursor=first.next_cursor)
    third = books.runs.list(limit=2, cursor=second.next_cursor)
    assert [run.run_id for page in (first, second, third) for run in page.items] == ids[::-1]
    assert third.next_cursor is None
    assert [run.run_id for run in books.runs.list(kind="import").items] == [ids[3], ids[1]]
    assert books.runs.list(status="failed").items == ()


def test_runs_of_several_programs_are_in_the_order_they_began(url: str) -> None:
    """A program that took a block of numbers long ago must not have its newest run sorted below older ones."""
    with closing(open_store(url)) as one, closing(open_store(url)) as other:
        turns = [one.tenant(), other.tenant(), one.tenant(), other.tenant()]
        turns[0].raw.append(turns[0].companies.ensure("tally", "x"), None, [raw("1")])  # takes a block
        began = [
            books.runs.start("import", "tally", None, {}, NOW + timedelta(hours=n)) for n, books in enumerate(turns)
        ]
        assert [run.run_id for run in turns[0].runs.list().items] == began[::-1]


def test_a_run_that_is_not_there(books: TenantStore) -> None:
    with pytest.raises(NotFound):
        books.runs.get(5)
    with pytest.raises(NotFound):
        books.runs.finish(5, "failed", {}, NOW)


def issue(code: str, level: IssueLevel = IssueLevel.WARNING, message: str = "something") -> Issue:
    return Issue(
        code=code,
        level=level,
        message=message,
        where="daybook.xml, Sales 1",
        hint="look",
        source=ref("vouchers", "V1"),
        facts={"amount": "1.50", "count": 2, "flag": True, "nothing": None},
    )


def test_issues_come_back_as_they_were(books: TenantStore, company: int) -> None:
    (raw_id,) = books.raw.append(company, 1, [raw("V1")]).raw_ids
    books.issues.replace(1, raw_id, company, [issue("a.b"), issue("a.c", IssueLevel.REJECTED, "zero \0 byte")])
    first, second = books.issues.page(company_id=company).items
    assert first.issue == issue("a.b")
    assert second.issue.message == "zero \ufffd byte"
    assert (first.run_id, first.raw_id, first.company_id) == (1, raw_id, company)
    assert books.issues.get(first.id) == first


def test_a_record_read_anew_has_only_its_new_issues(books: TenantStore, company: int) -> None:
    ids = books.raw.append(company, 1, [raw("V1"), raw("V2")]).raw_ids
    books.issues.replace_many(1, company, {ids[0]: [issue("old"), issue("old")], ids[1]: [issue("other")]})
    books.issues.replace(2, ids[0], company, [issue("new")])
    assert books.issues.counts(company_id=company) == {"new": 1, "other": 1}
    books.issues.replace_many(3, company, {ids[0]: [], ids[1]: []})
    assert books.issues.counts(company_id=company) == {}


def test_issues_about_the_file_give_way_to_those_of_the_next_run(books: TenantStore, company: int) -> None:
    books.issues.replace(1, None, company, [issue("file.one")])
    books.issues.replace(1, None, company, [issue("file.two")])
    assert books.issues.counts(company_id=company) == {"file.one": 1, "file.two": 1}
    books.issues.replace(2, None, company, [issue("file.three")])
    assert books.issues.counts(company_id=company) == {"file.three": 1}


def test_issues_are_counted_and_paged(books: TenantStore, company: int) -> None:
    raws = books.raw.append(company, 1, [raw(f"V{n}") for n in range(7)]).raw_ids
    levels = [IssueLevel.INFO, IssueLevel.REJECTED]
    books.issues.replace_many(1, company, {raw_id: [issue("a.b", levels[raw_id % 2])] for raw_id in raws})
    assert sum(books.issues.counts_by_level(company_id=company).values()) == 7
    first = books.issues.page(company_id=company, limit=5)
    rest = books.issues.page(company_id=company, limit=5, cursor=first.next_cursor)
    assert [item.raw_id for item in (*first.items, *rest.items)] == list(raws)
    rejected = books.issues.page(level=IssueLevel.REJECTED).items
    assert {item.raw_id for item in rejected} == {raw_id for raw_id in raws if raw_id % 2}


def test_the_newest_proof_is_the_one_that_counts(books: TenantStore, company: int) -> None:
    assert books.proofs.latest(company) is None
    books.proofs.save(1, company, Proof(totals=()), NOW)
    totals = (
        ControlTotal(name="vouchers", ours=Decimal(12), theirs=Decimal(12), oracle="the files"),
        ControlTotal(name="closing: Asha", ours=Decimal("1.50"), theirs=Decimal("1.51"), oracle="LEDGER"),
        ControlTotal(name="nobody says", ours=Decimal("0.0001")),
    )
    proof_id = books.proofs.save(2, company, Proof(totals=totals), LATER)
    latest = books.proofs.latest(company)
    assert latest is not None
    assert (latest.proof_id, latest.run_id, latest.known_at) == (proof_id, 2, LATER)
    assert latest.proof.totals == totals
    assert latest.proof.status is ProofStatus.DIFFERS


def test_connections_and_their_bookmarks(books: TenantStore, company: int) -> None:
    made = books.connections.save("tally-main", "tally", {"url": "http://127.0.0.1:9000"}, at=NOW)
    changed = books.connections.save("tally-main", "tally", {"url": "elsewhere"}, company_id=company, at=LATER)
    assert changed.connection_id == made.connection_id
    assert books.connections.get("tally-main") == changed
    assert books.connections.list() == (changed,)
    assert books.bookmarks.get(made.connection_id, "vouchers") is None
    books.bookmarks.commit(made.connection_id, "vouchers", {"alter_id": 5}, run_id=1, at=NOW)
    books.bookmarks.commit(made.connection_id, "vouchers", {"alter_id": 9})
    books.bookmarks.commit(made.connection_id, "ledgers", "2026-04-01")
    assert books.bookmarks.all(made.connection_id) == {"vouchers": {"alter_id": 9}, "ledgers": "2026-04-01"}
    books.connections.remove("tally-main")
    assert books.bookmarks.all(made.connection_id) == {}
    with pytest.raises(NotFound, match="tally-main"):
        books.connections.get("tally-main")


def test_a_bookmark_commits_with_its_rows_or_not_at_all(books: TenantStore, company: int) -> None:
    def cut_off() -> None:
        with books.transaction():
            books.raw.append(company, 1, [raw("V1")])
            books.bookmarks.commit(7, "vouchers", {"alter_id": 1})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()
    assert books.bookmarks.get(7, "vouchers") is None
    assert books.raw.count_pending(company) == {}


def test_companies_are_found_by_source_and_by_name(books: TenantStore, company: int) -> None:
    assert books.companies.ensure("tally", "co-1") == company
    assert books.companies.ensure("tally", "co-1", "Another name") == company
    assert books.companies.get(company).name == "Ashoka Traders"
    unnamed = books.companies.ensure("zoho", "co-1")
    assert unnamed != company
    assert books.companies.ensure("zoho", "co-1", "Zoho Books") == unnamed
    assert [item.name for item in books.companies.list()] == ["Ashoka Traders", "Zoho Books"]
    assert [item.company_id for item in books.companies.find_by_name("  ASHOKA   traders")] == [company]
    found = books.companies.find("zoho", "co-1")
    assert found is not None
    assert found.company_id == unnamed
