"""The same object met twice, and objects without an identity."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.connectors.tally.writing import bare_voucher, codes, export, guid, keys, master, read, read_text, voucher


def write(folder: Path, **texts: str) -> list[Path]:
    paths = [folder / f"{name}.xml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return paths


def edited(number: int, alter_id: int, amount: str = "999.00") -> str:
    return voucher(number, amount=amount).replace(f"<ALTERID> {number}<", f"<ALTERID> {alter_id}<")


def amounts(records: object) -> list[str]:
    return [record["object"]["ALLLEDGERENTRIES.LIST"][1]["AMOUNT"] for record in records]  # type: ignore[attr-defined]


def test_overlapping_exports_count_once(tmp_path: Path) -> None:
    found = read(*write(tmp_path, april=export(voucher(1), voucher(2)), may=export(voucher(2), voucher(3))))
    assert keys(found) == [guid(1), guid(2), guid(3)]
    assert codes(found) == ["tally.file.duplicate"]


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_the_newer_version_counts_in_whatever_order(order: tuple[str, str], tmp_path: Path) -> None:
    texts = {"old": export(voucher(1), voucher(2)), "new": export(edited(1, alter_id=50))}
    paths = dict(zip(texts, write(tmp_path, **texts), strict=True))
    found = read(*(paths[name] for name in order))
    records = {record["key"]: record for record in found.records("vouchers")}
    assert records.keys() == {guid(1), guid(2)}
    assert amounts([records[guid(1)]]) == ["999.00"]
    assert codes(found) == [f"tally.file.{'newer' if order[0] == 'old' else 'older'}_version"]


@pytest.mark.parametrize("order", list(permutations((5, 7, 9))))
def test_three_versions_in_any_order(order: tuple[int, ...], tmp_path: Path) -> None:
    texts = [export(edited(1, alter_id=n, amount=f"{n}.00")) for n in order]
    found = read(*write(tmp_path, **dict(zip("abc", texts, strict=True))))
    assert amounts(found.records("vouchers")) == ["9.00"]


def test_without_a_counter_the_later_file_counts(tmp_path: Path) -> None:
    first, second = (export(edited(1, alter_id=1, amount=amount)) for amount in ("5.00", "6.00"))
    found = read(*write(tmp_path, a=first, b=second))
    assert (amounts(found.records("vouchers")), codes(found)) == (["6.00"], ["tally.file.replaced"])


def test_masters_without_guid_keep_their_key_over_files(tmp_path: Path) -> None:
    """Whether two files are of one company shows only at the end; the raw store joins what has one key."""
    texts = {
        "a": export(master("LEDGER", "Asha")),
        "b": export(master("LEDGER", " ASHA", extra="<EMAIL>a@b.in</EMAIL>")),
    }
    assert keys(read(*write(tmp_path, **texts)), "ledgers") == ["name:asha", "name:asha"]


def test_a_master_given_twice_in_one_file_counts_as_last_given(tmp_path: Path) -> None:
    first, second = master("LEDGER", "Asha"), master("LEDGER", "Asha", extra="<EMAIL>a@example.in</EMAIL>")
    found = read_text(tmp_path, export(first, second))
    (record,) = found.records("ledgers")
    assert record["object"]["EMAIL"] == "a@example.in"
    assert "tally.file.replaced" in codes(found)


def test_different_vouchers_that_share_a_guid_are_all_kept(tmp_path: Path) -> None:
    copies = [edited(1, 1, f"{n}.00").replace("NUMBER>1<", f"NUMBER>{n}<") for n in (10, 20, 20, 30)]
    found = read_text(tmp_path, export(*copies))
    assert amounts(found.records("vouchers")) == ["10.00", "20.00", "30.00"]
    names = keys(found)
    assert len(set(names)) == 3
    assert names[0] == guid(1)
    assert all(name.startswith(f"{guid(1)}~") for name in names[1:])
    assert codes(found) == ["tally.file.duplicate", "tally.file.shared_identity"]


def test_one_voucher_told_in_two_ways_is_one(tmp_path: Path) -> None:
    """A gateway answer and a file export of the same voucher, joined in one file, differ in their fields."""
    found = read_text(tmp_path, export(voucher(1), voucher(1, extra="<PERSISTEDVIEW>x</PERSISTEDVIEW>")))
    assert (keys(found), codes(found)) == ([guid(1)], ["tally.file.replaced"])
    assert "PERSISTEDVIEW" in next(found.records("vouchers"))["object"]


def test_a_voucher_and_a_ledger_may_share_a_guid(tmp_path: Path) -> None:
    found = read_text(tmp_path, export(master("LEDGER", "Asha", 1), voucher(1)))
    assert (keys(found), keys(found, "ledgers"), codes(found)) == ([guid(1)], [guid(1)], [])


def test_remoteid_serves_where_there_is_no_guid(tmp_path: Path) -> None:
    text = export(voucher(1).replace(f"<GUID>{guid(1)}</GUID>", ""))
    found = read_text(tmp_path, text)
    (record,) = found.records("vouchers")
    assert (record["key"], record["guid"], record["remote_id"]) == (guid(1), "", guid(1))


def test_vouchers_without_identity_are_known_by_what_they_say(tmp_path: Path) -> None:
    texts = [
        bare_voucher("1"),
        bare_voucher("2"),
        bare_voucher("1", date="20250402"),
        bare_voucher("1", party="Bela"),
        bare_voucher("1", amount="119.00"),
    ]
    found = read_text(tmp_path, export(*texts))
    assert len(set(keys(found))) == 5
    assert "tally.file.derived_keys" in codes(found)
    alone = [keys(read_text(tmp_path, export(text), name="one.xml"))[0] for text in texts]
    assert alone == keys(found)
    # In another order, in another file: the same keys.
    assert set(keys(read_text(tmp_path, export(*reversed(texts)), name="other.xml"))) == set(keys(found))


def test_two_equal_cash_sales_are_two_vouchers(tmp_path: Path) -> None:
    found = read_text(tmp_path, export(*[bare_voucher("")] * 3))
    assert len(set(keys(found))) == 3
    again = read_text(tmp_path, export(*[bare_voucher("")] * 4))
    assert keys(again)[:3] == keys(found)


def test_a_changed_narration_does_not_change_the_derived_key(tmp_path: Path) -> None:
    text = export(bare_voucher("1"))
    found = read_text(tmp_path, text)
    assert keys(read_text(tmp_path, text.replace("<DATE>", "<NARRATION>typo</NARRATION><DATE>"))) == keys(found)


@pytest.mark.parametrize("amount", ["1E+999999999", "NaN", "-Infinity", "$ 10 @ 83 = 830", "", "9" * 40])
def test_strange_amounts_do_not_stop_the_key(amount: str, tmp_path: Path) -> None:
    assert len(keys(read_text(tmp_path, export(bare_voucher("1", amount=amount))))) == 1


def test_a_currency_is_known_by_its_formal_name(tmp_path: Path) -> None:
    text = export(
        master("CURRENCY", "?", extra="<MAILINGNAME>INR</MAILINGNAME>"),
        master("CURRENCY", "?", extra="<MAILINGNAME>USD</MAILINGNAME>"),
    )
    assert keys(read_text(tmp_path, text), "currencies") == ["name:inr", "name:usd"]


def test_masters_of_unknown_kinds_do_not_collide(tmp_path: Path) -> None:
    text = export(master("PRICELEVEL", "Retail"), master("SCENARIO", "Retail"))
    assert keys(read_text(tmp_path, text), "other_masters") == ["name:pricelevel:retail", "name:scenario:retail"]
