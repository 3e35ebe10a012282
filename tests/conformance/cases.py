"""For each connector: settings with which it extracts something without a network, here or in its ``example.py``."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from canonical.record import JsonValue
from connectors.sdk.conformance import Example
from sandbox.busy.exports import write as write_busy
from sandbox.busy.exports import write_lists
from sandbox.quickbooks.limits import Limits
from sandbox.world import WorldSpec, build_world
from tests.connectors.marg.support import ede as running_ede
from tests.connectors.quickbooks.api import api as quickbooks_api
from tests.connectors.tally.writing import OTHER_COMPANY, bare_voucher, export, master, voucher
from tests.connectors.zoho.fake import zoho as running_zoho


@dataclass(frozen=True, slots=True)
class Case:
    """What a conformance run needs: settings, and the secrets planted in them."""

    config: Mapping[str, JsonValue]
    secrets: tuple[str, ...] = ()
    close: Callable[[], None] = field(default=lambda: None)
    """Ends what the settings lead to."""


def tally(folder: Path) -> Case:
    """Two companies, masters, vouchers with and without GUID; a setting the tap does not know, as a secret."""
    daybook, other = folder / "daybook.xml", folder / "other.xml"
    masters = [master("GROUP", "Retail", 1), master("LEDGER", "Asha Stores", 2), master("UNIT", "Nos")]
    daybook.write_text(export(*masters, *(voucher(n) for n in range(1, 4)), bare_voucher("9")), encoding="utf-16")
    other.write_text(export(voucher(1, company=OTHER_COMPANY), name="Other & Co"))
    secret = "planted-secret-5f1e"
    return Case({"files": [str(daybook), str(other)], "password": secret}, (secret,))


def quickbooks(folder: Path) -> Case:
    """A company of the fake API on loopback."""
    stack = ExitStack()
    served = stack.enter_context(quickbooks_api(folder, limits=Limits.none()))
    config = served.config()
    return Case(config, (config["client_secret"], config["refresh_token"]), stack.close)


def zoho(folder: Path) -> Case:
    """An organisation of the fake Zoho Books on loopback."""
    stack = ExitStack()
    source = stack.enter_context(running_zoho(vouchers=30))
    config = source.config()
    return Case(config, (str(config["refresh_token"]), str(config["client_secret"])), stack.close)


def busy(folder: Path) -> Case:
    """Exports with an opening, with vouchers and with a day of their own, and lists; a secret the tap does not know."""
    made = write_busy(WorldSpec(seed=3, vouchers=60), folder / "exports", closing=True)
    lists = write_lists(build_world(seed=3, vouchers=60), folder / "lists")
    secret = "planted-secret-8c2d"
    files = [str(path) for path in (*made.paths, *lists)]
    return Case({"files": files, "company": made.truth.company, "password": secret}, (secret,))


def marg(folder: Path) -> Case:
    """Two branches of the fake EDE on loopback."""
    stack = ExitStack()
    source = stack.enter_context(running_ede(2, vouchers=80))
    config = source.config(full_pulls_per_day=0)
    keys = source.app.keys
    return Case(config, (keys.company_code, keys.marg_key, keys.decryption_key), stack.close)


CASES: dict[str, Callable[[Path], Case]] = {
    "busy": busy,
    "marg": marg,
    "quickbooks": quickbooks,
    "tally": tally,
    "zoho": zoho,
}


def case_of(name: str, folder: Path) -> Case:
    """The case of a connector: one of the above, or what its own ``example.py`` writes."""
    if name in CASES:
        return CASES[name](folder)
    found: Example = importlib.import_module(f"connectors.{name}.example").example(folder)
    return Case(found.config, found.secrets)
