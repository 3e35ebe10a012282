"""ODBC beside the XML gateway: a source of the tap that passes the gateway's records on and adds what ODBC says.

As a second opinion, after everything was read: ledgers and groups that the gateway gave are compared with ODBC's, and
so are the closing balances with the Trial Balance the gateway gave for a known period. What ODBC said goes into the
stream ``reports`` as an oracle, but only if its closing balances are those of that period: ODBC serves whatever period
is open on Tally's screen and does not say which. A failure here never fails the sync.

As a way round, if configured: when the gateway's answer for a kind of master cannot be used, ODBC's are handed over
instead, those the hub does not hold already. They lack much, so they carry no change number and the state is left as if
the masters had changed: the next sync over the gateway reads them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from canonical.errors import ConfigurationError, SourceError
from canonical.issue import Issue, IssueLevel
from canonical.money import ZERO
from canonical.proof import ControlTotal, ProofStatus
from canonical.record import JsonValue
from connectors.sdk.base import Surroundings
from connectors.sdk.census import Census, CensusMember, HubMemory, Settlement
from connectors.sdk.source import Emission, Record, Source
from connectors.tally.export.streams import REPORTS
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.endpoint import parse_endpoint
from connectors.tally.odbc import failure
from connectors.tally.odbc.crosscheck import MasterLine, compare, lines_of_nodes
from connectors.tally.odbc.drivers import choose_address, diagnose
from connectors.tally.odbc.opinion import REPORT_TITLE, Opinion, derived_ledgers
from connectors.tally.odbc.session import OdbcSession
from connectors.tally.odbc.settings import OdbcUse, parse_settings
from connectors.tally.odbc.source import MASTER_STREAMS, OdbcSource
from connectors.tally.tree import Node

GROUPS, LEDGERS, VOUCHERS = "groups", "ledgers", "vouchers"
UNUSABLE = frozenset(
    {
        "tally.gateway.empty",
        "tally.gateway.malformed",
        "tally.gateway.not_tally",
        "tally.gateway.refused",
        "tally.gateway.too_large",
        "tally.gateway.truncated",
    }
)
"""Answers that another way may get round; where Tally itself is away or stuck, ODBC would be too."""
_EXAMPLES = 3


class BesideOdbc:
    """Wraps the gateway's source.

    Args:
        inner: the gateway's source.
        open_odbc: opens ODBC for a company (GUID, name); called when it is needed first.
        emission: the tap.
        use: second opinion only, or a way round as well.
        memory: the hub's, None from the shell.
    """

    def __init__(
        self,
        inner: Source,
        open_odbc: Callable[[str, str], OdbcSource],
        emission: Emission,
        *,
        use: OdbcUse = OdbcUse.CROSSCHECK,
        memory: HubMemory | None = None,
    ) -> None:
        self._inner, self._open_odbc, self._emission = inner, open_odbc, emission
        self._use, self._memory = use, memory
        self._odbc: OdbcSource | None = None
        self._issues: list[Issue] = []
        self._companies: dict[str, str] = {}
        self._passed: dict[str, dict[str, list[Node]]] = {}
        self._balances: dict[str, Record] = {}
        self._provisional: set[str] = set()

    def prepare(self) -> None:
        """Let the gateway check what it must; ODBC is not needed for the sync to begin."""
        self._inner.prepare()

    def records(self, stream: str) -> Iterator[Record]:
        """Yield the gateway's records, and ODBC's where they stand in or are asked for.

        Raises:
            SourceError: as the gateway's source raises, unless ODBC could stand in.
        """
        if stream in MASTER_STREAMS:
            yield from self._masters(stream)
            return
        for record in self._inner.records(stream):
            self._notice(stream, record)
            yield record
        if stream == VOUCHERS:
            self._leave_masters_open()
        elif stream == REPORTS and self._companies:
            yield from self._second_opinion()

    @property
    def issues(self) -> tuple[Issue, ...]:
        """The gateway's, ours, and what reading ODBC found."""
        return (*self._inner.issues, *self._issues, *(self._odbc.issues if self._odbc else ()))

    @property
    def settlement(self) -> Settlement:
        """The gateway's."""
        return self._inner.settlement

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """The gateway's."""
        return self._inner.file_facts()

    def close(self) -> None:
        """End both."""
        if self._odbc is not None:
            self._odbc.close()
        self._inner.close()

    def _masters(self, stream: str) -> Iterator[Record]:
        passed: set[str] = set()
        try:
            for record in self._inner.records(stream):
                passed.add(record["key"])
                self._notice(stream, record)
                yield record
        except SourceError as error:
            # of several companies it is not known whose masters failed
            if self._use is not OdbcUse.FALLBACK or error.code not in UNUSABLE or len(self._companies) != 1:
                raise
            yield from self._stand_in(stream, passed, error)

    def _notice(self, stream: str, record: Record) -> None:
        company = record["company_guid"]
        if stream == "companies":
            self._companies[company] = record["company_name"]
        elif stream in (GROUPS, LEDGERS):
            self._passed.setdefault(company, {}).setdefault(stream, []).append(_slim(record["object"]))
        elif stream == REPORTS and record["name"] == "Trial Balance":
            self._balances[company] = record

    def _stand_in(self, stream: str, passed: set[str], error: SourceError) -> Iterator[Record]:
        ((company, name),) = self._companies.items()
        try:
            records = [record for record in self._opened(company, name).records(stream) if record["key"] not in passed]
        except (SourceError, ConfigurationError) as other:
            raise error from other
        if not records and not passed:
            raise error
        wanted = self._missing(company, stream, records)
        self._provisional.add(company)
        self._issues.append(
            Issue(
                code="tally.odbc.stood_in",
                level=IssueLevel.WARNING,
                message=f"{name}: the gateway's answer for {stream.replace('_', ' ')} could not be used "
                f"({error.code}); {len(wanted)} were taken over ODBC, which has less of them.",
                where=self._opened(company, name).label,
                hint="The next sync tries the gateway again.",
                facts={"stream": stream, "records": len(wanted)},
            )
        )
        for record in records:
            if record["key"] in wanted:
                yield _provisional(record)

    def _missing(self, company: str, stream: str, records: list[Record]) -> set[str]:
        """Return what the hub does not hold: what it holds came over a way that says more."""
        keys = [record["key"] for record in records]
        if self._memory is None:
            return set(keys)
        members = tuple(CensusMember(key=key) for key in keys)
        return {*self._memory.compare(Census(company, stream, None, members, corroborated=False)).missing}

    def _leave_masters_open(self) -> None:
        for company in self._provisional:
            mark = self._emission.whole_state.get("companies", {}).get(company)
            if mark:
                mark["alt_master_id"] = 0
        if self._provisional:
            self._emission.checkpoint(VOUCHERS)

    def _opened(self, company: str = "", name: str = "") -> OdbcSource:
        if self._odbc is None:
            self._odbc = self._open_odbc(company, name)
        return self._odbc

    def _second_opinion(self) -> Iterator[Record]:
        only = next(iter(self._companies.items())) if len(self._companies) == 1 else ("", "")
        try:
            odbc = self._opened(*only)
            served = odbc.company()
            if served.guid and served.guid not in self._companies:
                raise failure.other_company(odbc.label, ", ".join(self._companies.values()), served.name)
            company = served.guid or only[0]
            ledgers = odbc.objects(LEDGERS).nodes
            groups = odbc.objects(GROUPS).nodes
        except (SourceError, ConfigurationError) as error:
            self._issues.append(_no_opinion(error))
            return
        theirs = lines_of_nodes(ledgers)
        totals = [*self._compare(company, theirs, len(groups)), *self._unknown(company, ledgers, groups)]
        derived = derived_ledgers(ledgers, groups)
        opinion = Opinion.of(theirs, self._balances.get(company), derived)
        self._issues.extend(_findings(odbc.label, [*totals, *opinion.totals], len(theirs)))
        yield {
            "company_guid": company,
            "company_name": self._companies.get(company, served.name),
            "key": REPORT_TITLE,
            "guid": REPORT_TITLE,
            "name": REPORT_TITLE,
            "element": "REPORT",
            "object": opinion.to_object(ledgers, derived),
            "file": odbc.label,
            "position": 1,
        }

    def _compare(self, company: str, theirs: tuple[MasterLine, ...], groups: int) -> Iterable[ControlTotal]:
        """Compare with what passed; closing balances have a better oracle, see ``Opinion``."""
        passed = self._passed.get(company, {})
        is_part = self._memory is not None or not self._is_everything(company)
        ours = [_without_closing(line) for line in lines_of_nodes(passed.get(LEDGERS, ()))]
        counts = None if is_part else (len(passed.get(GROUPS, ())), groups)
        without = [_without_closing(line) for line in theirs]
        check = compare(ours, without, groups=counts, ours_is_part=is_part)
        return [total for total in check.totals if total.theirs is not None and "closing" not in total.name]

    def _is_everything(self, company: str) -> bool:
        return any(fact.get("company") == company and fact.get("plan") == "everything" for fact in self.file_facts())

    def _unknown(self, company: str, ledgers: list[Node], groups: list[Node]) -> Iterator[ControlTotal]:
        """Ask the hub which masters only one side has; by GUID, so a rename is no difference here."""
        if self._memory is None:
            return
        for stream, nodes in ((LEDGERS, ledgers), (GROUPS, groups)):
            names = {str(node["GUID"]): str(node["@NAME"]) for node in nodes if "GUID" in node}
            if len(names) < len(nodes):
                continue
            members = tuple(CensusMember(key=key) for key in names)
            verdict = self._memory.compare(Census(company, stream, None, members, corroborated=False))
            for key in verdict.missing:
                yield _total(f"{stream[:-1]}: {names[key]}", 0, 1)
            for key in verdict.gone:
                yield _total(f"{stream[:-1]}: {key}", 1, 0)


def beside_gateway(
    inner: Source,
    config: Mapping[str, JsonValue],
    emission: Emission,
    surroundings: Surroundings,
    memory: HubMemory | None = None,
) -> BesideOdbc:
    """Put ODBC beside the gateway as the tap's ``odbc`` setting says.

    Queries take turns with the gateway's requests, ours and those of other processes: both wait for Tally's one thread.

    Raises:
        ConfigurationError: a key of the setting does not fit.
    """
    settings = parse_settings(config["odbc"])
    clock, sleep = surroundings.clock, surroundings.sleep
    endpoint = parse_endpoint(config["gateway"])
    client = GatewayClient(endpoint, work_directory=surroundings.work_directory, clock=clock, sleep=sleep)

    def open_odbc(guid: str, name: str) -> OdbcSource:
        found = None if settings.is_named else choose_address(diagnose(), settings.address.port)
        address = found or settings.address
        session = OdbcSession(address, settings.limits, clock=clock, sleep=sleep, lock=client.exclusive)
        return OdbcSource(session, company_guid=guid, company_name=name)

    return BesideOdbc(inner, open_odbc, emission, use=settings.use, memory=memory)


def _slim(held: Any) -> Node:
    """Keep of a master what is compared; the hub's records come encoded."""
    node = msgspec.json.decode(held) if isinstance(held, msgspec.Raw) else held
    return {tag: node[tag] for tag in ("@NAME", "NAME", "PARENT", "OPENINGBALANCE", "CLOSINGBALANCE") if tag in node}


def _without_closing(line: MasterLine) -> MasterLine:
    return MasterLine(name=line.name, parent=line.parent, opening=line.opening)


def _provisional(record: Record) -> Record:
    """Without its change number a record is out of date as soon as the gateway counts it."""
    node = {tag: value for tag, value in record["object"].items() if tag != "ALTERID"}
    return {**record, "object": node, "alter_id": None}


def _total(name: str, ours: int, theirs: int) -> ControlTotal:
    return ControlTotal(name=name, ours=Decimal(ours), theirs=Decimal(theirs), oracle="ODBC")


def _no_opinion(error: SourceError | ConfigurationError) -> Issue:
    return Issue(
        code="tally.odbc.no_opinion",
        level=IssueLevel.WARNING,
        message=f"The books could not be compared over ODBC. {error.message}",
        where="ODBC",
        hint="The sync itself is complete; nothing was missed by this.",
        facts={"code": error.code},
    )


def _findings(where: str, totals: list[ControlTotal], ledgers: int) -> Iterator[Issue]:
    differing = [total for total in totals if total.status is ProofStatus.DIFFERS]
    proved = [total.name for total in totals if total.status is ProofStatus.PROVED and total.ours != ZERO]
    if not differing:
        yield Issue(
            code="tally.odbc.agrees",
            level=IssueLevel.INFO,
            message=f"ODBC agrees on {ledgers} ledgers: {', '.join(proved) or 'nothing had changed'}.",
            where=where,
            facts={"ledgers": ledgers},
        )
        return
    named = "; ".join(f"{total.name} (gateway {total.ours}, ODBC {total.theirs})" for total in differing[:_EXAMPLES])
    more = f"; and {len(differing) - _EXAMPLES} more" if len(differing) > _EXAMPLES else ""
    yield Issue(
        code="tally.odbc.differs",
        level=IssueLevel.WARNING,
        message=f"ODBC differs from the gateway in {len(differing)} figures: {named}{more}.",
        where=where,
        hint="Look these up in Tally. If only closing balances differ, the period open in Tally (Alt+F2) is another.",
        facts={"differences": len(differing), "ledgers": ledgers},
    )
