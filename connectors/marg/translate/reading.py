"""One record being read: its address, what was learned before it, the issues and ledgers it brings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from canonical.ledger import Ledger, ReservedGroup
from canonical.record import SourceRef
from connectors.marg.streams import LEDGERS
from connectors.marg.translate.chart import REVENUE, group_key
from connectors.marg.translate.learned import IMPLIED, PARTY_GROUPS, Learned
from connectors.marg.translate.values import key_of
from connectors.sdk.translating import RecordReading


@dataclass(slots=True)
class Reading(RecordReading[Learned]):
    """The record at hand."""

    def where(self, field: str = "") -> str:
        """Say where it was found; the place of a bill may end with its number."""
        label = "" if self.record.origin.endswith(self.label) else self.label
        return ", ".join(part for part in (self.record.origin, label, field) if part)

    def ledger(self, code: str, group: str = "") -> Ledger:
        """The ledger of a code; a placeholder is introduced if none was read.

        Args:
            code: as the row spells it.
            group: code of the group, if the row says it.
        """
        key = key_of(code)
        held = self.learned.ledgers.get(key)
        if held is not None:
            return held
        chain = self.learned.group_chain(group_key(group)) if group else []
        reserved = next((one.reserved for one in chain if one.reserved), None)
        made = Ledger(
            source=replace(self.source, stream=LEDGERS, key=key),
            key=key,
            name=code.strip() or "(no code)",
            group_key=chain[0].key if chain else "",
            group_name=chain[0].name if chain else "",
            reserved=reserved,
            is_bill_wise=reserved in PARTY_GROUPS,
            is_placeholder=True,
        )
        self.learned.ledgers[key] = made
        self.introduced.append(made)
        return made

    def implied(self, name: str, reserved: ReservedGroup, **more: object) -> Ledger:
        """A ledger that postings need and no row says; introduced once."""
        key = f"~{key_of(name)}"
        made = Ledger(
            source=SourceRef(self.source.connector, self.source.company, LEDGERS, f"{IMPLIED}{key}"),
            key=key,
            name=name,
            reserved=reserved,
            is_revenue=reserved in REVENUE,
            **more,  # type: ignore[arg-type]  # fields of a ledger
        )
        if key not in self.learned.ledgers:
            self.learned.ledgers[key] = made
            self.introduced.append(made)
        return made
