"""A fake Corporate EDE API over HTTP: the list of branches in plain JSON, rows by pages in their envelope.

Known and imitated: blank ``Datetime`` for everything, ``Index`` and ``DateTime`` of the next call in every answer,
pages that overlap, ``Sucess``, ``DataStatus`` (or ``Datastatus``) with ``Completed`` or ``10`` on the last page, "No
Record Found" for an empty delta, rationed full pulls, errors in three forms. Assumed: an index is a position in the
rows of the pull that the call with index 0 began.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.marg.branch import ACCOUNTING, COLLECTIONS, IST, Branch
from sandbox.marg.envelope import Form, wrap
from sandbox.web import Clock, Faults, Request, Response, json_response
from sandbox.web.routes import Router, Unrouted

Row = dict[str, Any]
ROWS_PATH = "/api/eOnlineData/MargCorporateEDE"
BRANCHES_PATH = "/api/margcorporateede/masters"
FULL_LIMIT = "Full sync limit exceeded"
NOTHING = "No Record Found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What a licence consists of; all invented."""

    company_code: str
    marg_key: str
    decryption_key: str


DEMO = Keys(
    company_code="KHATADEMO",
    marg_key="00000000-1111-2222-3333-444444444444",
    decryption_key="DEMOKEY98765",
)


@dataclass(slots=True, kw_only=True)
class Options:
    """How the fake behaves.

    Attributes:
        page_rows: rows of a page; ``overlap`` of them come again with the next.
        full_pulls: allowed per branch; negative: as many as one likes.
        error_form: how refusals go out.
        done_word: what the last page's status says.
        status_name: spelling of the member.
        has_mark: answers begin with a byte order mark.
        stuck_at: an index the answers never get past; negative: none.
    """

    page_rows: int = 500
    overlap: int = 7
    full_pulls: int = -1
    error_form: Form = Form.SEALED
    done_word: str = "Completed"
    status_name: str = "DataStatus"
    has_mark: bool = False
    stuck_at: int = -1


@dataclass(slots=True)
class _Pull:
    rows: list[tuple[str, Row]]
    moment: str


@dataclass(slots=True)
class MargApp:
    """The API over branches.

    Attributes:
        clock: the time, UTC.
        lock: held while a request is answered; take it to edit the branches.
    """

    branches: list[Branch]
    clock: Clock
    keys: Keys = DEMO
    options: Options = field(default_factory=Options)
    lock: threading.Lock = field(default_factory=threading.Lock)
    full_pulls: dict[int, int] = field(default_factory=dict)
    _pulls: dict[int, _Pull] = field(default_factory=dict)
    _router: Router[Callable[[Request], Response]] = field(default_factory=Router)

    def __post_init__(self) -> None:
        self._router.add("GET", BRANCHES_PATH, self._list)
        self._router.add("POST", ROWS_PATH, self._rows)

    def answer(self, request: Request, faults: Faults) -> Response:
        """Answer a request."""
        if faults.server_error:
            return Response(status=faults.server_error, body=b"", note="failed")
        if faults.expired_token:
            return self._refuse("Invalid MargKey")
        if faults.rate_limited:
            return self._refuse(FULL_LIMIT)
        route = self._router.find(request.method, request.path)
        if isinstance(route, Unrouted):
            return Response(status=404, body=b"", note=route.value)
        with self.lock:
            return route.target(request)

    def _list(self, request: Request) -> Response:
        if request.param("companycode") != self.keys.company_code:
            return json_response({"Status": "Failure", "Message": "Invalid company", "Data": []})
        return json_response({"Status": "Sucess", "Message": "", "Data": [one.masters for one in self.branches]})

    def _rows(self, request: Request) -> Response:
        told = request.json()
        branch = next((one for one in self.branches if str(one.number) == str(told.get("CompanyID"))), None)
        known = (told.get("CompanyCode"), told.get("MargKey")) == (self.keys.company_code, self.keys.marg_key)
        if not known or branch is None:
            return self._refuse("Invalid Company or MargKey")
        since, index = str(told.get("Datetime") or ""), int(told.get("Index") or 0)
        if index == 0:
            refused = self._begin(branch, since, str(told.get("APIType")))
            if refused:
                return self._refuse(refused)
        return self._page(branch, index)

    def _begin(self, branch: Branch, since: str, api_type: str) -> str:
        if not since:
            used = self.full_pulls.get(branch.number, 0)
            if 0 <= self.options.full_pulls <= used:
                return FULL_LIMIT
            self.full_pulls[branch.number] = used + 1
        moment = datetime.fromisoformat(since).replace(tzinfo=IST) if since else None
        found = branch.changed(moment)
        left_out = ACCOUNTING if api_type == "2" else frozenset()
        rows = [(name, row) for name in COLLECTIONS if name not in left_out for row in found[name]]
        self._pulls[branch.number] = _Pull(rows, self.clock().astimezone(IST).strftime("%Y-%m-%d %H:%M:%S"))
        return "" if rows else NOTHING

    def _page(self, branch: Branch, index: int) -> Response:
        pull, options = self._pulls[branch.number], self.options
        first, end = max(index - options.overlap, 0), index + options.page_rows
        if 0 <= options.stuck_at < end:
            end = options.stuck_at
        is_last = end >= len(pull.rows)
        end = min(end, len(pull.rows))
        details: Row = {"Masters": branch.masters, **{name: [] for name in COLLECTIONS}}
        for name, row in pull.rows[first:end]:
            details[name].append(row)
        details |= {
            "Status": "Sucess",
            "Message": "",
            options.status_name: options.done_word if is_last else "",
            "DateTime": pull.moment,
            "Index": end,
        }
        body = wrap({"Details": details}, self.keys.decryption_key, has_mark=options.has_mark)
        return Response(body=body, note=f"{end - first} rows")

    def _refuse(self, message: str) -> Response:
        form = self.options.error_form
        told: Row = {"Status": "Failure", "Message": message}
        document: Row = {**told, "Data": None} if form is Form.BARE else {"Details": told}
        return Response(body=wrap(document, self.keys.decryption_key, form), note=message)
