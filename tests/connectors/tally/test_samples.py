"""Real exports and captures, read in place, against counts made when they were collected."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from canonical.errors import KhataError
from connectors.tally.export.reader import Export
from connectors.tally.export.sanitiser import restore
from tests.connectors.tally.writing import codes, read
from tests.support.samples import sample, samples_dir

VOUCHERS = {
    "fileexport_prime4_daybook_utf16le_bom.xml": {
        "Purchase": 21,
        "Payment": 21,
        "Receipt": 8,
        "Journal": 5,
        "Sales GST": 4,
        "Contra": 3,
        "Purchase GST": 2,
    },
    "fileexport_prime5_daybook_masters_ascii.xml": {"Expense": 2, "Purchase": 1, "GST Sale Invoice": 1},
    "fileexport_prime3_daybook_utf16le_bom.xml": {"Sales": 2},
    "bridge_unit_a_vouchers_wildcard_live.xml": {
        "Payment": 34,
        "Purchase": 12,
        "Sales": 12,
        "Receipt": 12,
        "Debit Note": 2,
        "Credit Note": 2,
        "Journal": 1,
    },
    "bridge_unit_a_optional_voucher_live.xml": {"Receipt": 2},
    "bridge_vouchers_native_wr2.xml": {"Sales": 3},
    "bridge_response-illegal-svtodate-bound-dropped-wr2.utf16le.xml": {"Sales": 3},
    "darsh_services_vouchers_synthetic_wrong_sign.xml": {
        "Sales": 1366,
        "Payment": 718,
        "Purchase": 674,
        "Receipt": 273,
        "Contra": 244,
        "Journal": 187,
    },
}
MASTERS = {
    "fileexport_prime5_daybook_masters_ascii.xml": {
        "ledgers": 13,
        "groups": 16,
        "currencies": 1,
        "tax_units": 1,
        "stock_items": 2,
        "vouchers": 4,
    },
    "bridge_ledger_snapshot_aarav.xml": {"ledgers": 88},
    "bridge_ledgers_native_aarav.xml": {"ledgers": 88},
    "bridge_group_snapshot_aarav.xml": {"groups": 28},
    "bridge_group_snapshot_aarav_with_identity.utf16le.xml": {"groups": 28},
    "bridge_group_snapshot_wr2.xml": {"groups": 29},
    "bridge_voucher_types_native_wr2.xml": {"voucher_types": 24},
    "tc_v6_Ledger_ledger_sample_data.xml": {"ledgers": 295},
    "darsh_services_masters_synthetic.xml": {"ledgers": 40},
}
REFUSED = {
    "bridge_sim_malformed.xml": "tally.file.malformed",
    "bridge_sim_truncated.xml": "tally.file.truncated",
    "bridge_jsonex_ledger_collection_sanitized.json": "tally.file.not_tally",
    "bridge_live_education_w7_baddate_sanitized.xml": "tally.file.tally_error",
    "bridge_bills_receivable_unloaded_company_failure.xml": "tally.file.tally_error",
    "bridge_sim_import_counters.xml": "tally.file.no_objects",
}


def load(name: str) -> Export:
    return read(sample(f"tally/{name}"))


@pytest.mark.parametrize("name", VOUCHERS)
def test_vouchers_by_type(name: str) -> None:
    records = list(load(name).records("vouchers"))
    assert Counter(record["voucher_type"] for record in records) == VOUCHERS[name]
    assert len({record["key"] for record in records}) == len(records)


@pytest.mark.parametrize("name", MASTERS)
def test_objects_by_stream(name: str) -> None:
    counts = load(name).spool.counts
    assert {stream: counts[stream] for stream in MASTERS[name]} == MASTERS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_refused(name: str) -> None:
    with pytest.raises(KhataError) as caught:
        load(name)
    assert caught.value.code == REFUSED[name]


def test_every_sample_is_read_or_refused_with_a_reason() -> None:
    folder = samples_dir()
    if folder is None:
        pytest.skip("no samples folder (set KHATA_SAMPLES)")
    for path in sorted((folder / "tally").iterdir()):
        assert _outcome(path), path.name


def _outcome(path: Path) -> bool:
    try:
        found = read(path)
    except KhataError as error:
        return error.code.startswith("tally.") and path.name in error.message
    return bool(found.spool.counts or found.resolution.companies or "tally.file.no_records" in codes(found))


def test_the_same_answer_in_two_encodings_is_the_same() -> None:
    ascii_, wide = load("bridge_encoding_led-ascii.bin"), load("bridge_encoding_led-utf16.bin")
    assert len(list(ascii_.records("ledgers"))) == len(list(wide.records("ledgers"))) == 13
    differing = [
        (one["object"], other["object"])
        for one, other in zip(ascii_.records("ledgers"), wide.records("ledgers"), strict=True)
        if one["object"] != other["object"]
    ]
    assert all("?" in str(one) for one, _ in differing)  # what the code page lacks is '?' before it leaves Tally


def test_marks_of_system_values_survive() -> None:
    records = load("fileexport_prime4_daybook_utf16le_bom.xml").records("vouchers")
    text = json.dumps([record["object"] for record in records], ensure_ascii=False)
    assert text.count("\ue004") > 500
    assert "\x05" in restore(text)
    assert not set(text) & {chr(code) for code in range(32) if chr(code) not in "\t\r\n"}


def test_file_exports_name_their_company() -> None:
    found = load("fileexport_prime4_daybook_utf16le_bom.xml")
    (book,) = found.resolution.companies
    (record, *_) = found.records("vouchers")
    assert record["guid"].startswith(book.identity)
    assert book.name == book.node["@NAME"]
    assert not book.name.startswith("Company ")
