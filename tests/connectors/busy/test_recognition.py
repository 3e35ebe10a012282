"""Whose file is this: by what stands in it, never by its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook

from connectors.busy.recognition import REPORT, XML, recognise
from connectors.sdk.recognition import read_head
from connectors.sdk.recognition import recognise as ask
from connectors.sdk.registry import connector_names, get_connector
from tests.connectors.busy.support import CASH, account, export, voucher
from tests.support.samples import sample

REPORTS = sorted(
    f"busy/excel_reports/{name}.xlsx" for name in ("compA_sales", "compB_sales_return_empty", "compA_sales_order")
)


def answer(path: Path) -> tuple[str, str]:
    """The most confident of all connectors."""
    found = ask(read_head(path), [get_connector(name) for name in connector_names()])
    return (found[0].connector, found[0].format) if found else ("", "")


@pytest.mark.parametrize("relative", REPORTS)
def test_real_lists(relative: str) -> None:
    assert answer(sample(relative)) == ("busy", REPORT)


@pytest.mark.parametrize("name", ["TR_excerpt.DAT", "Masters_excerpt.DAT", "gst_sale_vchxml.xml"])
def test_real_exports(name: str) -> None:
    assert answer(sample(f"busy/xml/{name}")) == ("busy", XML)


def test_the_name_plays_no_part(tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(export("<A>" + account("A", 1, CASH) + "</A>"))
    assert answer(path) == ("busy", XML)
    wide = tmp_path / "wide.xml"
    wide.write_bytes(export("<S>" + voucher(1, 9) + "</S>").decode("latin-1").encode("utf-16"))
    assert answer(wide) == ("busy", XML)
    text = tmp_path / "list"
    text.write_text("Asha Traders\nList of Sales Order Vouchers\nDate,Vch/Bill No\n")
    assert answer(text) == ("busy", REPORT)


def test_others_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.DAT"
    for content in (
        b"",
        b"<ENVELOPE><BODY/></ENVELOPE>",
        b"<html>List of Sales Vouchers</html>",
        b"PK\x03\x04cut",
        b"\0" * 99,
    ):
        path.write_bytes(content)
        assert recognise(read_head(path)) is None
    book = Workbook()
    book.active.append(["Date", "Vch/Bill No"])
    book.save(tmp_path / "b.xlsx")
    assert recognise(read_head(tmp_path / "b.xlsx")) is None
