"""Whether the heads of tax charged are the ones the supply bears.

Laws: CGST and SGST come together and are equal; they and IGST exclude each other; which of the two is decided by
``supply.judge``. A note is our correction of a supply or the other side's of theirs, and Tally's two kinds of note are
used for both, so a note passes if either reading fits.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from canonical.identifiers import state as states
from canonical.issue import IssueLevel
from canonical.money import ZERO
from canonical.tax import TaxHead
from harmonizer.validation.finding import Finding
from harmonizer.validation.rules import Tolerance
from harmonizer.validation.supply import OTHER_COUNTRIES, Direction, Reason, Split, Supply, Verdict, judge

PLACE_FIELD = "place of supply"
TAX_FIELD = "tax ledgers"
UNION_TERRITORY = frozenset(state.code for state in states.STATES if state.levies_utgst)
_WHY_NONE = {
    Reason.COMPOSITION: (
        "gst.composition.taxed",
        "tax of {tax} stands on it, but the supplier is a composition dealer, who may not charge any",
    ),
    Reason.UNREGISTERED: (
        "gst.unregistered.taxed",
        "tax of {tax} stands on it, but the supplier is not registered and cannot charge any",
    ),
    Reason.SAME_REGISTRATION: (
        "gst.transfer.taxed",
        "tax of {tax} stands on it, but both sides are one registration, so it is no supply",
    ),
}


def check_split(
    supply: Supply, verdict: Verdict, charged: Mapping[TaxHead, Decimal], tolerance: Tolerance, *, is_note: bool
) -> Iterator[Finding]:
    """Compare the heads charged with what the supply bears.

    Args:
        supply: between whom and where.
        verdict: what ``judge`` says of it.
        charged: rupees by head.
        tolerance: how far the halves may differ.
        is_note: a credit or debit note.
    """
    central, state = charged.get(TaxHead.CGST, ZERO), charged.get(TaxHead.SGST, ZERO)
    integrated = charged.get(TaxHead.IGST, ZERO)
    if supply.is_reverse_charge and (central or state or integrated):
        yield _reverse_charge(supply, central + state + integrated)
        return
    if central != state:
        yield from _halves(central, state, tolerance)
    has_halves = bool(central or state)
    if has_halves and integrated:
        yield _both(central + state, integrated)
        return
    tax = central + state + integrated
    if not tax:
        return
    found = _mismatch(supply, verdict, has_halves=has_halves, tax=tax)
    charged_split = Split.INTRA if has_halves else Split.INTER
    if found is not None and charged_split not in splits_that_fit(supply, verdict, is_note=is_note):
        yield found


def other_readings(supply: Supply, *, is_note: bool) -> Iterator[Supply]:
    """Other ways a voucher of this supply may be meant; tax that fits one of them is no contradiction.

    Whose supply a note corrects is not said. On received documents programs put either our state or the supplier's into
    the place of supply (no supplier prints it as a field), so both are read.
    """
    turned = Direction.INWARD if supply.direction is Direction.OUTWARD else Direction.OUTWARD
    readings = (supply, replace(supply, direction=turned)) if is_note else (supply,)
    for reading in readings:
        if reading is not supply:
            yield reading
        if supply.direction is Direction.INWARD and supply.place and supply.place != OTHER_COUNTRIES:
            yield replace(reading, place=supply.own.state)


def splits_that_fit(supply: Supply, verdict: Verdict, *, is_note: bool) -> frozenset[Split]:
    """Return which of ``INTRA`` and ``INTER`` the tax on a voucher of this supply may be split by, in any reading."""
    splits = {verdict.split} | {judge(reading).split for reading in other_readings(supply, is_note=is_note)}
    if verdict.split is Split.UNKNOWN or Split.UNKNOWN in splits:
        return _EITHER
    return frozenset(splits & _EITHER)


_EITHER = frozenset({Split.INTRA, Split.INTER})


def state_head(code: str) -> str:
    """What the state's half of the tax is called at a place of supply."""
    return "UTGST" if code in UNION_TERRITORY else "SGST"


def place_words(verdict: Verdict) -> str:
    """The place of supply in words, and how it is known."""
    state = states.BY_CODE.get(verdict.place)
    name = state.label if state else verdict.place
    return name if verdict.is_place_given else f"{name} (from the parties' registrations; the voucher names none)"


def _mismatch(supply: Supply, verdict: Verdict, *, has_halves: bool, tax: Decimal) -> Finding | None:
    match verdict.split:
        case Split.NONE:
            code, sentence = _WHY_NONE[verdict.reason]
            return _finding(code, sentence.format(tax=tax), TAX_FIELD, tax=str(tax))
        case Split.INTRA if not has_halves:
            return _intra_as_inter(supply, verdict, tax)
        case Split.INTER if has_halves:
            return _inter_as_intra(supply, verdict, tax)
        case _:
            return None


def _intra_as_inter(supply: Supply, verdict: Verdict, tax: Decimal) -> Finding:
    return _finding(
        "gst.split.intra_as_inter",
        f"IGST of {tax} was charged, but the place of supply, {place_words(verdict)}, is the supplier's own state: "
        f"CGST and {state_head(verdict.place)} of half each belong here.",
        PLACE_FIELD,
        level=_level(verdict),
        place=verdict.place,
        supplier_state=supply.supplier.state,
        tax=str(tax),
    )


def _inter_as_intra(supply: Supply, verdict: Verdict, tax: Decimal) -> Finding:
    why = {
        Reason.SEZ: "a supply to or by a special economic zone is always inter-state",
        Reason.BORDER: "a supply over the border is always inter-state",
    }.get(verdict.reason, "")
    if not why:
        supplier = states.BY_CODE.get(supply.supplier.state)
        name = supplier.label if supplier else supply.supplier.state
        why = f"the place of supply, {place_words(verdict)}, is not the supplier's state, {name}"
    return _finding(
        "gst.split.inter_as_intra",
        f"CGST and SGST of {tax} were charged, but {why}: IGST belongs here.",
        PLACE_FIELD,
        level=_level(verdict),
        place=verdict.place,
        supplier_state=supply.supplier.state,
        tax=str(tax),
    )


def _level(verdict: Verdict) -> IssueLevel:
    """What we derived may be wrong itself; what the voucher says about itself is a contradiction."""
    certain = verdict.is_place_given or verdict.reason is not Reason.PLACE
    return IssueLevel.ACTION_REQUIRED if certain else IssueLevel.WARNING


def _halves(central: Decimal, state: Decimal, tolerance: Tolerance) -> Iterator[Finding]:
    difference = abs(central - state)
    if not central or not state:
        there, missing = ("CGST", "SGST") if central else ("SGST", "CGST")
        yield _finding(
            "gst.split.half_missing",
            f"{there} of {central or state} was charged without {missing}; the two always come together.",
            TAX_FIELD,
        )
    elif difference > tolerance.halves:
        yield _finding(
            "gst.split.halves_differ",
            f"CGST is {central} and SGST {state}; the two are always equal.",
            TAX_FIELD,
            level=IssueLevel.WARNING,
            difference=str(difference),
        )
    else:
        yield _finding(
            "gst.split.paisa_differs",
            f"CGST is {central} and SGST {state}: one paisa apart, as when each line is halved and rounded by itself.",
            TAX_FIELD,
            level=IssueLevel.INFO,
            difference=str(difference),
        )


def _both(halves: Decimal, integrated: Decimal) -> Finding:
    return _finding(
        "gst.split.both",
        f"CGST and SGST of {halves} stand beside IGST of {integrated}; one document bears the one or the other.",
        TAX_FIELD,
        halves=str(halves),
        integrated=str(integrated),
    )


def _reverse_charge(supply: Supply, tax: Decimal) -> Finding:
    payer = "the customer" if supply.direction is Direction.OUTWARD else "we"
    return _finding(
        "gst.reverse_charge.tax_in_value",
        f"it is under reverse charge, so {payer} pay the tax to the government, but tax of {tax} is part of its value.",
        TAX_FIELD,
        tax=str(tax),
    )


def _finding(
    code: str, message: str, field: str, *, level: IssueLevel = IssueLevel.ACTION_REQUIRED, **facts: str
) -> Finding:
    ended = message if message.endswith(".") else f"{message}."
    return Finding(code=code, level=level, message=ended, field=field, facts=facts)
