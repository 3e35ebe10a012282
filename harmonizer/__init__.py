"""Many sources, one truth: matching of parties across companies, with a crosswalk that can be undone.

May import: ``canonical``.
Start at: ``party_matching.py``.
"""

from harmonizer.comparison import render_steps
from harmonizer.merging import MergeRefused, keep_apart, merge, undo
from harmonizer.party_keys import CompanyParty
from harmonizer.party_matching import Harmonization, golden_parties, harmonize
from harmonizer.party_name import PartyName, parse_name
from harmonizer.review import Review, ReviewReason
from harmonizer.survivorship import SurvivorshipPolicy

__all__ = [
    "CompanyParty",
    "Harmonization",
    "MergeRefused",
    "PartyName",
    "Review",
    "ReviewReason",
    "SurvivorshipPolicy",
    "golden_parties",
    "harmonize",
    "keep_apart",
    "merge",
    "parse_name",
    "render_steps",
    "undo",
]
