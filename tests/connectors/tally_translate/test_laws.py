"""Laws of the value formats and of the posting rule, on generated values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from hypothesis import given
from hypothesis import strategies as st

from canonical.dates import CreditPeriod, CreditUnit
from canonical.item import Quantity
from canonical.ledger import name_key
from canonical.money import QUANTUM, Side
from canonical.voucher import Voucher
from connectors.tally.translate.values import (
    SERIAL_ORIGIN,
    CompoundQuantity,
    Credit,
    parse_amount,
    parse_credit,
    parse_date,
    parse_quantity,
    parse_rate,
    parse_serial,
)
from tests.connectors.tally_translate.support import (
    bill_xml,
    entry,
    of_type,
    records,
    run,
    translate,
    translator,
    voucher_xml,
)

AMOUNTS = st.decimals(min_value=Decimal(-(10**12)), max_value=Decimal(10**12), places=2)
POSITIVE = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**7), places=2)
DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2149, 12, 31))
UNITS = st.sampled_from(["Nos", "kg", "l.s", "Sq. Ft.", "Box", "gm."])
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=30).filter(
    lambda name: bool(name.strip()) and not name.startswith("4; ")
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@given(AMOUNTS)
def test_an_amount_reads_back_as_written(value: Decimal) -> None:
    amount = parse_amount(f"{value:f}")
    assert amount is not None
    assert amount.net == -value
    assert amount.side is (Side.CREDIT if value > 0 else Side.DEBIT)


@given(st.decimals(min_value=Decimal(-(10**9)), max_value=Decimal(10**9), places=9))
def test_rounding_moves_an_amount_by_half_a_quantum_at_most(value: Decimal) -> None:
    amount = parse_amount(f"{value:f}")
    assert amount is not None
    assert abs(amount.net + value) <= QUANTUM / 2
    assert amount.is_rounded == (amount.net != -value)


@given(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False))
def test_the_noise_of_binary_floats_never_survives(value: float) -> None:
    """Programs that compute in floats write 12782.939999999999 for 12782.94."""
    paise = round(value, 2)
    noisy, clean = parse_amount(repr(paise + 1e-10)), parse_amount(f"{paise:.2f}")
    assert noisy is not None
    assert clean is not None
    assert noisy.net == clean.net


@given(POSITIVE, POSITIVE, st.booleans())
def test_a_foreign_amount_counts_by_its_base(units: Decimal, base: Decimal, is_debit: bool) -> None:
    sign = "-" if is_debit else ""
    amount = parse_amount(f"{sign}$ {units} @ ? 83.50/$ = {sign}? {base}")
    assert amount is not None
    assert amount.net == (base if is_debit else -base)
    assert amount.foreign is not None
    assert amount.foreign.amount == units


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=3), UNITS)
def test_a_quantity_reads_back_as_written(number: Decimal, unit: str) -> None:
    assert parse_quantity(f" {number:f} {unit}") == Quantity(number, unit)


@given(st.integers(0, 10**6), st.integers(0, 999), UNITS, UNITS)
def test_a_compound_quantity_keeps_both_parts(major: int, minor: int, first: str, second: str) -> None:
    quantity = parse_quantity(f" {major} {first} {minor} {second}")
    assert isinstance(quantity, CompoundQuantity)
    assert (quantity.major, quantity.major_unit) == (Decimal(major), first)
    assert (quantity.minor, quantity.minor_unit) == (Decimal(minor), second)


@given(POSITIVE, UNITS)
def test_a_rate_reads_back_as_written(price: Decimal, unit: str) -> None:
    rate = parse_rate(f"{price}/{unit}")
    assert rate is not None
    assert (rate.number, rate.unit) == (price, unit)


@given(DAYS)
def test_every_form_of_a_date_is_the_same_day(day: date) -> None:
    written = f"{day.day}-{MONTHS[day.month - 1]}-{day.year}"
    assert parse_date(f"{day:%Y%m%d}") == parse_date(day.isoformat()) == parse_date(written) == day
    assert parse_serial(str((day - SERIAL_ORIGIN).days)) == day


@given(DAYS, st.integers(0, 49))
def test_a_two_digit_year_is_near_the_books(day: date, after: int) -> None:
    text = f"{day.day}-{MONTHS[day.month - 1]}-{day.year % 100:02d}"
    if (day.month, day.day) != (2, 29):
        assert parse_date(text, day.year - after) == day


@given(st.integers(0, 9999), st.sampled_from(list(CreditUnit)))
def test_a_credit_period_reads_back_as_written(number: int, unit: CreditUnit) -> None:
    assert parse_credit(f"{number} {unit.value.title()}") == Credit(CreditPeriod(number, unit), None)


@given(st.lists(st.tuples(NAMES, AMOUNTS), min_size=1, max_size=6))
def test_postings_keep_order_sides_and_repeated_ledgers(lines: list[tuple[str, Decimal]]) -> None:
    rest = -sum((amount for _, amount in lines), Decimal(0))
    body = "".join(entry(escape(name), f"{amount:f}") for name, amount in [*lines, ("Rest", rest)])
    done = translate(voucher_xml(body, VOUCHERTYPENAME="Journal"))
    (voucher,) = of_type(done, Voucher)
    assert [posting.ledger_key for posting in voucher.postings] == [name_key(n) for n, _ in lines] + ["rest"]
    assert [-posting.net for posting in voucher.postings] == [amount for _, amount in lines] + [rest]
    assert voucher.balance == 0


@given(st.lists(AMOUNTS, min_size=2, max_size=5))
def test_a_voucher_is_in_the_books_balanced_or_not_at_all(amounts: list[Decimal]) -> None:
    body = "".join(entry(f"Ledger {index}", f"{amount:f}") for index, amount in enumerate(amounts))
    done = translate(voucher_xml(body, VOUCHERTYPENAME="Journal"))
    rejected = [issue for issue in done.issues if issue.code == "tally.voucher.unbalanced"]
    assert bool(rejected) == (sum(amounts) != 0)
    assert len(of_type(done, Voucher)) == (0 if rejected else 1)


@given(st.permutations(["Asha Traders", "asha  traders", "ASHA TRADERS", "Bina Stores"]))
def test_the_order_of_vouchers_changes_no_voucher(order: list[str]) -> None:
    raw = records("".join(_bill_voucher(name, index) for index, name in enumerate(order)))
    forward = {item.source.key: item for item in of_type(run(raw), Voucher)}
    backward = {item.source.key: item for item in of_type(run(reversed(raw)), Voucher)}
    assert forward == backward


@given(st.permutations(["Asha Traders", "asha  traders", "Bina Stores", "Chetan & Co"]))
def test_translating_twice_says_the_same_and_introduces_nothing_again(order: list[str]) -> None:
    raw = records("".join(_bill_voucher(escape(name), index) for index, name in enumerate(order)))
    learned = translator()
    first, again = run(raw, learned), run(raw, learned)
    assert of_type(first, Voucher) == of_type(again, Voucher)
    assert len(again.records) == len(raw)


def _bill_voucher(party: str, index: int) -> str:
    bill = bill_xml(f"B{index}", "New Ref", "-10")
    return voucher_xml(entry(party, "-10", bill) + entry("Goods", "10"), GUID=f"g-{index}", PARTYLEDGERNAME=party)
