"""The server: a thread per connection, sign-in, batches and prepared statements over rows in memory."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from sandbox.busy.selecting import Answer, Databases, Refused, select
from sandbox.busy.tds import wire
from sandbox.busy.tds.asked import SignIn, prelogin_answer, read_batch, read_call, read_sign_in
from sandbox.busy.tds.wire import HungUp, Message, Packet, Reply, Token

POLL_S = 0.02
_SAID_TO_NOBODY = ("set ", "use ", "sp_datatype_info")
"""What drivers say when they connect; they take an empty answer."""


@dataclass(slots=True)
class Switches:
    """What goes wrong; change it at any time.

    Attributes:
        hang: statements beginning with this get no answer.
        drop_after_rows: the connection breaks after so many rows of an answer; negative: never.
    """

    hang: str = ""
    drop_after_rows: int = -1


@dataclass(slots=True)
class RunningServer:
    """A running server.

    Attributes:
        databases: rows by database and table; may be changed between questions.
        statements: what was asked, in order.
        sign_ins: user and database of everybody who came in.
    """

    databases: Databases
    user: str
    password: str = field(repr=False)
    port: int = 0
    switches: Switches = field(default_factory=Switches)
    statements: list[str] = field(default_factory=list)
    sign_ins: list[tuple[str, str]] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    running: RunningServer


class _Session(socketserver.BaseRequestHandler):
    """One client."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        self._database = ""
        self._prepared: dict[int, str] = {}
        with suppress(HungUp, OSError):
            while not self.server.running.stopping.is_set():
                self._serve(wire.receive(self.request))

    def _serve(self, message: Message) -> None:
        reply = Reply(self.request)
        match message.kind:
            case Packet.PRELOGIN:
                reply.write(prelogin_answer())
            case Packet.LOGIN:
                self._sign_in(reply, read_sign_in(message.body))
            case Packet.BATCH:
                self._batch(reply, read_batch(message.body))
            case Packet.RPC:
                self._call(reply, message.body)
            case Packet.ATTENTION:
                reply.write(wire.done(Token.DONE, wire.ATTENTION))
            case _:
                raise HungUp
        reply.end()

    def _sign_in(self, reply: Reply, asked: SignIn) -> None:
        running = self.server.running
        database = asked.database or "master"
        if (asked.user, asked.password) != (running.user, running.password):
            self._refuse(reply, Refused(18456, 14, f"Login failed for user '{asked.user}'."))
            return
        if database != "master" and database not in running.databases:
            self._refuse(reply, Refused(4060, 11, f'Cannot open database "{database}" requested by the login.'))
            return
        self._database = database
        running.sign_ins.append((asked.user, database))
        reply.write(wire.environment(1, wire.short_text(database), wire.short_text("master")))
        reply.write(wire.environment(7, bytes((len(wire.COLLATION),)) + wire.COLLATION))
        reply.write(wire.login_acknowledged())
        size = str(wire.PACKET_BYTES)
        reply.write(wire.environment(4, wire.short_text(size), wire.short_text(size)))
        reply.write(wire.done(Token.DONE))

    def _batch(self, reply: Reply, statement: str) -> None:
        if statement.lstrip().casefold().startswith(_SAID_TO_NOBODY):
            reply.write(wire.done(Token.DONE))
            return
        try:
            self._answer(reply, statement, (), Token.DONE)
        except Refused as refused:
            self._refuse(reply, refused)

    def _call(self, reply: Reply, body: bytes) -> None:
        call = read_call(body)
        try:
            match call.name:
                case "sp_prepexec":
                    handle = len(self._prepared) + 1
                    self._prepared[handle] = str(call.parameters[2])
                    self._answer(reply, str(call.parameters[2]), call.parameters[3:], Token.DONE_IN_PROC)
                    reply.write(wire.return_status() + wire.return_value(handle))
                case "sp_execute":
                    statement = self._prepared[call.parameters[0]]
                    self._answer(reply, statement, call.parameters[1:], Token.DONE_IN_PROC)
                    reply.write(wire.return_status())
                case "sp_executesql":
                    self._answer(reply, str(call.parameters[0]), call.parameters[2:], Token.DONE_IN_PROC)
                    reply.write(wire.return_status())
                case _:  # sp_datatype_info, sp_unprepare and the like: done, and nothing to say
                    reply.write(wire.return_status())
        except Refused as refused:
            reply.write(wire.error(refused.number, refused.severity, refused.text))
        reply.write(wire.done(Token.DONE_PROC))

    def _answer(self, reply: Reply, statement: str, parameters: tuple[object, ...], token: Token) -> None:
        running = self.server.running
        running.statements.append(statement)
        if running.switches.hang and statement.startswith(running.switches.hang):
            running.stopping.wait()
            raise HungUp
        answer = select(running.databases, self._database, statement, parameters)
        reply.write(wire.columns(answer.shape))
        status = wire.COUNTED | (wire.MORE if token is Token.DONE_IN_PROC else 0)
        reply.write(wire.done(token, status, self._rows(reply, answer)))

    def _rows(self, reply: Reply, answer: Answer) -> int:
        number = 0
        for number, values in enumerate(answer.rows, start=1):
            if 0 <= self.server.running.switches.drop_after_rows < number:
                raise HungUp
            reply.write(wire.row(answer.shape, values))
        return number

    def _refuse(self, reply: Reply, refused: Refused) -> None:
        reply.write(wire.error(refused.number, refused.severity, refused.text))
        reply.write(wire.done(Token.DONE, 2))


@contextmanager
def serve(databases: Databases, *, user: str = "reader", password: str = "", port: int = 0) -> Iterator[RunningServer]:
    """Run a server on loopback.

    Args:
        databases: rows by database and table.
        user: who may sign in, with this password.
        password: of the user.
        port: 0 lets the system choose.
    """
    running = RunningServer(databases, user, password)
    server = _Server(("127.0.0.1", port), _Session)
    server.running = running
    running.port = int(server.server_address[1])
    listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": POLL_S}, daemon=True)
    listener.start()
    try:
        yield running
    finally:
        running.stopping.set()
        server.shutdown()
        server.server_close()
        listener.join()
