"""All codes that validation gives, so that a run can put its issues in the place of earlier ones."""

from __future__ import annotations

RECORD_CODES: tuple[str, ...] = (
    "gst.gstin.invalid",
    "gst.gstin.missing",
    "gst.gstin.unexpected",
    "gst.gstin.state_differs",
    "gst.split.intra_as_inter",
    "gst.split.inter_as_intra",
    "gst.split.both",
    "gst.split.half_missing",
    "gst.split.halves_differ",
    "gst.split.paisa_differs",
    "gst.reverse_charge.tax_in_value",
    "gst.composition.taxed",
    "gst.unregistered.taxed",
    "gst.transfer.taxed",
    "gst.tax.missing",
    "gst.tax.differs",
    "gst.tax.no_rate",
    "gst.rate.unknown",
    "gst.rate.not_in_force",
    "gst.rate.undecided",
    "gst.cess.not_in_force",
    "gst.hsn.invalid",
    "gst.hsn.service",
    "gst.e_invoice.irn_invalid",
    "gst.e_invoice.irn_differs",
    "gst.e_invoice.cancelled",
    "gst.e_invoice.still_registered",
)
"""Given by ``Validator`` for one record."""

BOOK_CODES: tuple[str, ...] = (
    "gst.number.duplicate",
    "gst.number.missing",
    "gst.number.form",
    "gst.number.portal",
    "gst.hsn.short",
    "gst.e_invoice.missing",
    "gst.e_invoice.late",
    "gst.e_invoice.uneven",
)
"""Given by ``books`` across records."""
