"""Whether anything changed in Tally: one small question, for watching every few seconds or minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany, list_companies
from connectors.tally.gateway.endpoint import parse_endpoint


@dataclass(frozen=True, slots=True)
class Counters:
    """Change counters of one company; they only grow, unless a backup is restored.

    Attributes:
        guid, number: which books.
        masters, vouchers: ALTMSTID and ALTVCHID.
        name: a company may be renamed, which moves neither.
    """

    guid: str
    number: str
    masters: int
    vouchers: int
    name: str = ""

    @classmethod
    def of(cls, company: LoadedCompany) -> Counters:
        """The counters of a listed company."""
        return cls(company.guid, company.number, company.alter_master_id, company.alter_voucher_id, company.name)


def counters(client: GatewayClient) -> tuple[Counters, ...]:
    """Ask for the counters of every open company: one request of a few milliseconds.

    Raises:
        SourceError: as ``list_companies``.
    """
    return tuple(Counters.of(company) for company in list_companies(client) if not company.is_aggregate)


def connection_counters(config: Mapping[str, JsonValue], surroundings: Surroundings) -> JsonValue:
    """The counters of a connection's companies as JSON: equal answers mean that nothing moved.

    Raises:
        SourceError: Tally does not answer, or the company is not open.
    """
    client = GatewayClient(
        parse_endpoint(config["gateway"]),
        work_directory=surroundings.work_directory,
        clock=surroundings.clock,
        sleep=surroundings.sleep,
    )
    named = {str(guid) for guid in config.get("companies") or ()} | {str(config.get("company_guid") or "")} - {""}
    found = [one for one in counters(client) if not named or one.guid in named]
    return {f"{one.guid}/{one.number}": [one.masters, one.vouchers, one.name] for one in found}
