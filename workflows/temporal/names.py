"""Every name the server stores: queue, workflows, activities, search attributes, ids.

Names are written into histories, so they never change meaning; a changed step gets a new name. Ids and search
attributes are readable by everyone who may open the Web UI, hence keys only, checked here: no party names, no GSTINs.
Search attributes have a fixed budget on SQL stores (10 Keyword, 3 KeywordList, 3 Int, ...), so they are planned
once, here.

Where next: ``definitions.py``, ``client.py``.
"""

from __future__ import annotations

import re

from temporalio.common import SearchAttributeKey

from canonical.errors import ConfigurationError

TASK_QUEUE = "khata"

SYNC = "khata.sync"
SCHEDULED_SYNC = "khata.scheduled-sync"

OPEN_RUN = "khata.open_run"
LOOK = "khata.look"
EXTRACT = "khata.extract"
TRANSLATE = "khata.translate"
PROVE = "khata.prove"
HARMONIZE = "khata.harmonize"
CLOSE_RUN = "khata.close_run"

STEPS: tuple[str, ...] = (EXTRACT, TRANSLATE, PROVE, HARMONIZE)
"""The long steps in their order, between opening and closing the run."""

CHANGED = "changed"
"""Signal: the source says that something changed. A sync that is reading already runs once more afterwards."""

LOOKING_REASONS = frozenset({"schedule", "event"})
"""Reasons for which a sync looks at the source's change counters first; whoever asks for a sync by hand gets one."""

TENANT = SearchAttributeKey.for_keyword("KhataTenant")
CONNECTION = SearchAttributeKey.for_keyword("KhataConnection")
SOURCE = SearchAttributeKey.for_keyword("KhataSource")
REASON = SearchAttributeKey.for_keyword("KhataReason")
PROOF = SearchAttributeKey.for_keyword("KhataProof")
PUBLICATION = SearchAttributeKey.for_keyword("KhataPublication")
"""Whether the state of the books that a sync left is ``published`` or ``held`` back by its proof."""
ERROR_CODE = SearchAttributeKey.for_keyword("KhataErrorCode")
COMPANY = SearchAttributeKey.for_keyword_list("KhataCompany")
"""Our company ids as text: a sync may bring several companies, and their names are nobody else's business."""
ROWS = SearchAttributeKey.for_int("KhataRows")

SEARCH_ATTRIBUTES: dict[str, str] = {
    TENANT.name: "Keyword",
    CONNECTION.name: "Keyword",
    SOURCE.name: "Keyword",
    REASON.name: "Keyword",
    PROOF.name: "Keyword",
    PUBLICATION.name: "Keyword",
    ERROR_CODE.name: "Keyword",
    COMPANY.name: "KeywordList",
    ROWS.name: "Int",
}
"""Name to the server's word for the type."""

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}", re.IGNORECASE)


def step_word(activity: str) -> str:
    """The step's own word: ``khata.extract`` is ``extract``."""
    return activity.rpartition(".")[2]


def checked_key(kind: str, key: str) -> str:
    """The key itself, if it may be shown to anybody.

    Raises:
        ConfigurationError: it is not a short key of letters, digits, dot, dash and underscore, or holds a GSTIN.
    """
    if not _KEY.fullmatch(key):
        raise ConfigurationError(
            f"The {kind} key must be 1 to 64 letters, digits, dots, dashes or underscores, because it becomes part of "
            "ids that operators see. Choose a short key, not a name.",
            code="sync.key.malformed",
            kind=kind,
        )
    if _GSTIN.search(key):
        raise ConfigurationError(
            f"The {kind} key holds a GSTIN. Keys become part of ids that are never encrypted; choose another.",
            code="sync.key.gstin",
            kind=kind,
        )
    return key


def sync_id(tenant: str, connection: str) -> str:
    """Workflow id of a connection's sync: the same for every run, so two never run at once."""
    return f"sync:{checked_key('tenant', tenant)}:{checked_key('connection', connection)}"


def schedule_id(tenant: str, connection: str) -> str:
    """Id of a connection's schedule."""
    return f"schedule:{checked_key('tenant', tenant)}:{checked_key('connection', connection)}"


def summary_of(connection: str, source: str, reason: str) -> str:
    """One line for the operator's list of workflows."""
    return f"sync {connection}" + (f" from {source}" if source else "") + f" ({reason})"
