"""BUSY's web service over the sandbox's tables: parameters as request headers, an ADO rowset as the answer.

Only what reads (``SC`` 1) is answered. What a closed company and a refused statement are answered with follows the
vendor's examples and clients of it; the exact texts were not seen.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.saxutils import quoteattr

from sandbox.busy.columns import Column
from sandbox.busy.selecting import Answer, Databases, Refused, select
from sandbox.web.faults import Faults
from sandbox.web.message import Request, Response

_NAMESPACES = (
    "xmlns:s='uuid:BDC6E3F0-6DA3-11d1-A2A3-00AA00C14882' xmlns:dt='uuid:C2F41010-65B3-11d1-A29F-00AA00C14882' "
    "xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'"
)
_TYPES = {"L": "int", "I": "i2", "D": "float", "B": "boolean", "S": "dateTime", "T": "string", "M": "string"}
_ODD = re.compile(r"[^A-Za-z0-9_]")
READ = "1"


@dataclass(slots=True)
class BusyService:
    """The desktop program with a company open; an ``Application`` for ``sandbox.web``.

    Attributes:
        databases: rows by database and table.
        open_database: the company's year that is open on the screen; empty: none.
        user: who may ask; empty: nobody is asked for.
        refuse: a statement containing this is refused with these words.
        asked: every statement.
    """

    databases: Databases
    open_database: str
    user: str = ""
    password: str = field(default="", repr=False)
    refuse: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], None] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request, faults: Faults) -> Response:  # noqa: ARG002 - the server does the faults
        """Answer one request at a time: the program has one thread."""
        with self._lock:
            return self._answer(request)

    def _answer(self, request: Request) -> Response:
        if request.header("SC") != READ:
            return _refused("Service code is not allowed")
        if (request.header("UserName"), request.header("Pwd")) != (self.user, self.password):
            return _refused("Invalid user name or password")
        if not self.open_database:
            return _refused("Please open a company first")
        statement = request.header("Qry")
        self.asked.append(statement)
        for part, words in self.refuse.items():
            if part in statement:
                return _refused(words)
        if self.before is not None:
            self.before(statement)
        try:
            answer = select(self.databases, self.open_database, statement)
        except Refused as refused:
            return _refused(refused.text)
        body = "".join(rowset(answer)).encode()
        return Response(body=body, media="text/xml", headers=(("Result", "T"), ("Description", "")))


def rowset(answer: Answer) -> Iterator[str]:
    """Write an answer as an ADO persisted recordset: NULL is an attribute that is not there."""
    yield f"<xml {_NAMESPACES}>\n<s:Schema id='RowsetSchema'>\n<s:ElementType name='row' content='eltOnly'>\n"
    for number, column in enumerate(answer.shape, start=1):
        name = _encoded(column.name or f"Expr{1000 + number - 1}")
        yield (
            f"<s:AttributeType name='{name}' rs:number='{number}' rs:nullable='true'>"
            f"<s:datatype dt:type='{_TYPES[column.kind]}'/></s:AttributeType>\n"
        )
    yield "<s:extends type='rs:rowbase'/>\n</s:ElementType>\n</s:Schema>\n<rs:data>\n"
    for values in answer.rows:
        yield f"<z:row{''.join(_attributes(answer.shape, values))}/>\n"
    yield "</rs:data>\n</xml>\n"


def _attributes(shape: tuple[Column, ...], values: tuple[Any, ...]) -> Iterator[str]:
    for number, (column, value) in enumerate(zip(shape, values, strict=True), start=1):
        if value is not None:
            yield f" {_encoded(column.name or f'Expr{1000 + number - 1}')}={quoteattr(_text(value))}"


def _encoded(name: str) -> str:
    return _ODD.sub(lambda found: f"_x{ord(found[0]):04X}_", name)


def _text(value: Any) -> str:
    match value:
        case bool():
            return "True" if value else "False"
        case datetime():
            return value.isoformat(timespec="seconds")
        case float():
            return f"{value:.15g}"
        case _:
            return str(value)


def _refused(words: str) -> Response:
    return Response(media="text/plain", headers=(("Result", "F"), ("Description", words)))
