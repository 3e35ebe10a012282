"""Every kind of record can be walked back to what the source said, by its id and by its address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canonical.voucher import Voucher
from khata.configuration import load_settings
from khata.reading.record_id import RECORD_WORDS, RecordIdInvalid, bill_id, parse_id, render_id
from khata.reading.trace import trace_record
from khata.rendering.trace import trace_document, trace_lines
from khata.wiring import Hub, open_hub, utc_now
from sandbox.tally import write
from sandbox.world.spec import WorldSpec
from storage import Page, Stored, TenantStore
from tests.khata.running import run
from workflows.local import import_files


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("trace")
    written = write(WorldSpec(vouchers=120), folder)
    settings = load_settings(arguments={"database.url": f"sqlite:///{folder / 'k.db'}"}, environ={})
    with open_hub(settings) as opened:
        import_files(opened.tenant(), list(written.paths), clock=utc_now)
        yield opened


@pytest.fixture
def books(hub: Hub) -> TenantStore:
    return hub.tenant()


@pytest.mark.parametrize("word", sorted(RECORD_WORDS))
def test_every_kind_of_record_leads_to_its_payload(books: TenantStore, word: str) -> None:
    (company,) = books.companies.list()
    page: Page[Stored[Any]] = books.records.page(company.company_id, RECORD_WORDS[word], limit=3)
    assert page.items, f"the sandbox writes no {word}"
    for stored in page.items:
        by_id = trace_record(books, render_id(RECORD_WORDS[word], stored.id))
        assert by_id.steps[0].raw is not None
        assert by_id.steps[0].raw.payload
        by_address = trace_record(books, str(by_id.steps[0].raw.source))
        assert by_id.steps[0].id in {step.id for step in by_address.steps}
        assert list(trace_lines(by_address))
        assert trace_document(by_id)["steps"][0]["raw"]["payload"]


def test_a_posting_shows_its_voucher_and_its_amount(books: TenantStore) -> None:
    (company,) = books.companies.list()
    stored = next(s for s in books.records.iter_stored(company.company_id, Voucher) if s.record.postings)
    trace = trace_record(books, f"p:{stored.id}:0")
    assert trace.steps[0].net == stored.record.postings[0].net
    assert trace.title.startswith(stored.record.postings[0].ledger_name)


def test_an_issue_leads_to_the_record_it_is_about(books: TenantStore) -> None:
    stored = next(found for found in books.issues.page(limit=50).items if found.raw_id is not None)
    trace = trace_record(books, f"issue:{stored.id}")
    assert trace.title == stored.issue.message
    assert stored.issue in trace.steps[0].issues
    assert trace.steps[0].raw is not None


def test_a_run_shows_its_steps(books: TenantStore) -> None:
    (run_,) = books.runs.list().items
    trace = trace_record(books, f"run:{run_.run_id}")
    assert [line["step"] for line in trace.steps[0].lines] == ["extract", "translate", "prove", "harmonize"]


def test_the_long_words_mean_the_short_ones(books: TenantStore) -> None:
    (company,) = books.companies.list()
    stored = books.records.page(company.company_id, Voucher, limit=1).items[0]
    assert trace_record(books, f"voucher:{stored.id}").steps == trace_record(books, f"v:{stored.id}").steps


def test_control_characters_of_a_source_never_reach_the_terminal(hub: Hub, tmp_path: Path) -> None:
    done = run(tmp_path, "trace", "l:1", "--db", hub.settings.database_url)
    shown = run(tmp_path, "parties", "--db", hub.settings.database_url).output + done.output
    assert all(char.isprintable() or char == "\n" for char in shown)


@pytest.mark.parametrize("word", sorted(RECORD_WORDS))
def test_an_id_reads_back(word: str) -> None:
    assert parse_id(render_id(RECORD_WORDS[word], 7)) == (word, 7)


@pytest.mark.parametrize("text", ["", ":", "v", "v:", "v:-1", "v:1x", "v:٣", "v:" + "9" * 19, "x:1", "7"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(RecordIdInvalid):
        parse_id(text)


def test_a_bill_s_id_holds_any_reference(books: TenantStore) -> None:
    from canonical.receivable import ItemKey

    assert bill_id(3, ItemKey("a: b%", "inv:9/ä", 2025)) == "b:3:a%3A%20b%25:inv%3A9/%C3%A4"
    assert bill_id(3, ItemKey("a", voucher="x")) == ""
