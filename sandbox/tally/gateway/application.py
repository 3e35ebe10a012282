"""Tally's application thread: takes one request at a time and answers it.

Everything that a wrong definition does to a real Tally happens here too: an unknown TYPE or function opens a modal
window and nothing is answered until somebody clicks it away; a missing description opens one after which Tally ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from sandbox.tally.books.errors import UnknownKind
from sandbox.tally.gateway import answers
from sandbox.tally.gateway.collection import Tally, answer_collection
from sandbox.tally.gateway.custom_report import CustomReport
from sandbox.tally.gateway.faults import Faults
from sandbox.tally.gateway.function_call import answer_function
from sandbox.tally.gateway.importing import answer_import
from sandbox.tally.gateway.incoming import Family, Incoming, NotUnderstood, read_request
from sandbox.tally.gateway.named_report import answer_named_report
from sandbox.tally.gateway.object_request import answer_object
from sandbox.tally.gateway.period import Screen, serve_period
from sandbox.tally.gateway.screen import change_screen
from sandbox.tally.gateway.tdl.lexer import TdlError
from sandbox.tally.gateway.world import RequestWorld

if TYPE_CHECKING:
    from sandbox.tally.books import LiveBooks, LiveCompany

MISSING_DESCRIPTION = "Could not find description!"


class Dialog(Exception):
    """A modal window opens; ``ends`` says that Tally ends when it is clicked away."""

    def __init__(self, title: str, *, ends: bool = False) -> None:
        super().__init__(title)
        self.title = title
        self.ends = ends


@dataclass(slots=True, kw_only=True)
class Reply:
    """An answer as it is being made.

    Attributes:
        pieces: The text, made while it is sent.
        kind: Family of the request, for the log.
        name: What was asked for, for the log.
        tally: Objects served so far.
        lost: The connection breaks instead of the answer.
        is_json: Written as JSON.
    """

    pieces: Iterator[str]
    kind: str
    name: str = ""
    tally: Tally = field(default_factory=Tally)
    lost: bool = False
    is_json: bool = False


class Application:
    """The fake program.

    Args:
        books: The companies loaded in it.
    """

    def __init__(self, books: LiveBooks) -> None:
        self.books = books
        self.screen = Screen()

    def answer(self, text: str, faults: Faults) -> Reply:
        """Answer one request.

        Raises:
            Dialog: A modal window opens instead of an answer.
        """
        try:
            incoming = read_request(text, faults)
        except NotUnderstood as refusal:
            return Reply(pieces=iter([answers.UNKNOWN_REQUEST]), kind="unknown", name=str(refusal))
        return self.answer_incoming(incoming, faults)

    def answer_incoming(self, incoming: Incoming, faults: Faults) -> Reply:
        """Answer a request that was read already.

        Raises:
            Dialog: A modal window opens instead of an answer.
        """
        reply = Reply(pieces=iter(()), kind=incoming.family.value, name=incoming.id)
        if faults.unknown_request:
            reply.pieces = iter([answers.UNKNOWN_REQUEST])
        elif faults.line_error:
            reply.pieces = iter([answers.line_error(faults.line_error)])
        else:
            reply.lost = faults.import_answer_lost and incoming.family is Family.IMPORT
            reply.pieces = iter(self._begin(incoming, reply.tally, faults))
        return reply

    def _begin(self, incoming: Incoming, tally: Tally, faults: Faults) -> Iterable[str]:
        """Make the first piece at once: what is wrong with a definition shows before anything is sent."""
        try:
            pieces = iter(self._pieces(incoming, tally, faults))
            return chain([next(pieces, "")], self._continue(pieces))
        except UnknownKind as error:
            raise Dialog(f"Internal Error. Contact Tally Solutions. Incorrect Object Type! ({error})") from error
        except TdlError as error:
            raise Dialog(f"Error in TDL. {error}", ends=MISSING_DESCRIPTION in str(error)) from error

    def _continue(self, pieces: Iterator[str]) -> Iterator[str]:
        try:
            yield from pieces
        except (UnknownKind, TdlError) as error:
            raise Dialog(f"Error in TDL. {error}") from error

    def _pieces(  # noqa: PLR0911 - one line per family
        self, incoming: Incoming, tally: Tally, faults: Faults
    ) -> Iterable[str]:
        match incoming.family:
            case Family.LIVENESS:
                return [answers.LIVENESS]
            case Family.FUNCTION:
                return [answer_function(self._world(incoming, faults), incoming)]
            case Family.IMPORT:
                return [answer_import(self.books, incoming, faults)]
            case Family.EXECUTE:
                return [answers.data_start(status=0, counts={}), answers.DATA_END]
            case Family.COLLECTION:
                return self._collection(incoming, tally, faults)
            case Family.OBJECT:
                return answer_object(self._world(incoming, faults), incoming)
            case Family.REPORT:
                return self._report(incoming, tally, faults)

    def _collection(self, incoming: Incoming, tally: Tally, faults: Faults) -> Iterable[str]:
        definition = incoming.definitions.find("COLLECTION", incoming.id)
        if definition is None:
            raise TdlError(f"{MISSING_DESCRIPTION} Collection: {incoming.id}")
        return answer_collection(self._world(incoming, faults), definition, tally)

    def _report(self, incoming: Incoming, tally: Tally, faults: Faults) -> Iterable[str]:
        if incoming.company is not None and self.company_of(incoming, faults) is None:
            return [
                answers.company_not_set(incoming.company)
                if faults.unmatched_company == "line-error"
                else answers.EMPTY_REPORT
            ]
        world = self._world(incoming, faults)
        report = incoming.definitions.find("REPORT", incoming.id)
        if report is None:
            return answer_named_report(world, incoming)
        if report.one("USE"):
            return [change_screen(self.books, self.screen, world, report)]
        return CustomReport(world, report, tally).write()

    def company_of(self, incoming: Incoming, faults: Faults) -> LiveCompany | None:
        """The company a request works with: the named one, the active one if it names none."""
        name = faults.other_company or incoming.company
        return self.books.find(name) if name else self.books.current

    def _world(self, incoming: Incoming, faults: Faults) -> RequestWorld:
        company = self.company_of(incoming, faults)
        variables: Mapping[str, str] = incoming.variables
        screen = self.screen.period_of(company) if company is not None else None
        return RequestWorld(
            self.books,
            company,
            variables=variables,
            definitions=incoming.definitions,
            served=serve_period(company, screen, variables, faults) if company is not None and screen else None,
            screen=screen,
            faults=faults,
        )
