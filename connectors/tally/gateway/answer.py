"""An answer on disk: read as objects, as the rows of a report, or as text, as often as wanted.

Objects come out exactly as those of a file export do (``connectors.tally.export.document``), so one translation serves
both. Memory does not grow with the answer.
"""

from __future__ import annotations

import io
import os
import weakref
from collections.abc import Iterator
from types import TracebackType
from typing import IO, BinaryIO, Self, cast

from lxml import etree

from canonical.errors import SourceMalformed
from connectors.tally.export.document import Document, Found
from connectors.tally.export.encoding import Encoding, utf8_chunks
from connectors.tally.export.limits import Limits
from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser
from connectors.tally.gateway import refusal
from connectors.tally.gateway.requests import Request
from connectors.tally.gateway.shape import HEAD_BYTES, TAIL_BYTES, Shape, judge
from connectors.tally.gateway.sparing import SparingSanitiser
from connectors.tally.tree import Node, TooDeepError, name_of, text_of, tree

_LIMITS = Limits()
_TEXT_MAX = 16 * 1024 * 1024
_ROOT = b'<khata-document xmlns:UDF="TallyUDF">'
_CLOSING = b"</khata-document>"
_ROW_LEVEL = 3
"""Our root, Tally's ENVELOPE, then the rows."""


class Answer:
    """What Tally answered; close it to free the disk (it also goes with the process).

    Attributes:
        request: what it answers.
        byte_count: as received; UTF-16 counts two for a letter.
        seconds: from the first byte sent to the last received.
        encoding: Python's name of the characters it came in.
        shape: see ``Shape``.
        is_empty: whole, and without an object or row. That alone never proves that there is none.
        said: Tally's error texts inside an answer that has results too (imports).
    """

    def __init__(self, request: Request, url: str, file: IO[bytes], byte_count: int, seconds: float) -> None:
        self.request = request
        self.byte_count = byte_count
        self.seconds = seconds
        self._url = url
        self._file = file
        self._closing = weakref.finalize(self, file.close)
        head, self.encoding = self._head()
        self.judged = judge(head, self._tail(), request.expects, is_whole=byte_count <= HEAD_BYTES)

    @property
    def shape(self) -> Shape | None:
        """Form of the answer; None for one the client refuses."""
        return self.judged.shape

    @property
    def is_empty(self) -> bool:
        """No object and no row."""
        return self.judged.is_empty

    @property
    def is_lossless(self) -> bool:
        """It came in UTF-16; anything else has question marks for letters that the computer's code page lacks."""
        return self.encoding.startswith("utf-16")

    @property
    def said(self) -> str:
        """Tally's error texts."""
        return self.judged.said

    def iter_objects(self, tag: str = "", *, company_guid: str = "") -> Iterator[Node]:
        """Yield the objects with a tag (all without), as ``tree.py`` makes them.

        Args:
            tag: element name: ``LEDGER``, ``VOUCHER``; ``OBJECT`` for the rows of a group-by.
            company_guid: the company asked for: objects that carry GUIDs, but not one of them this company's, are
                somebody else's books.

        Raises:
            SourceMalformed: the XML breaks off or cannot be repaired; what was yielded must not be used.
            SourceRejected: ``tally.gateway.company_mismatch``, after the last object.
        """
        own = foreign = 0
        for found in self.iter_found():
            if tag and found.tag != tag:
                continue
            if company_guid and (guid := text_of(found.node.get("GUID"))):
                own, foreign = (own + 1, foreign) if guid.startswith(company_guid) else (own, foreign + 1)
            yield found.node
        if foreign and not own:
            raise refusal.company_mismatch(
                self._url, self.request.company, f"its {foreign} objects carry another company's GUID"
            )

    def iter_found(self) -> Iterator[Found]:
        """Yield every object with its tag and the company named around it."""
        place, encoding = Place(self.request.name), Encoding()
        chunks = utf8_chunks(self._open, place, encoding)
        try:
            yield from Document(chunks, place, SparingSanitiser(place), _LIMITS, is_bare=True).objects()
        except SourceMalformed as error:
            raise refusal.malformed(self._url, self.request.name, error.message) from error

    def iter_siblings(self) -> Iterator[tuple[str, Node | str]]:
        """Yield a report's rows in document order: tag, and its tree (or text, if it has nothing inside).

        Raises:
            SourceMalformed: as for ``iter_objects``.
        """
        place = Place(self.request.name)
        try:
            yield from _rows(utf8_chunks(self._open, place, Encoding()), Sanitiser(place))
        except (SourceMalformed, etree.XMLSyntaxError, TooDeepError) as error:
            raise refusal.malformed(self._url, self.request.name, str(error)) from error

    def read_text(self) -> str:
        """Return a small answer whole, as text.

        Raises:
            SourceMalformed: it is larger than 16 MiB.
        """
        if self.byte_count > _TEXT_MAX:
            raise refusal.malformed(self._url, self.request.name, f"{self.byte_count} bytes are no small answer")
        return b"".join(utf8_chunks(self._open, Place(self.request.name), Encoding())).decode("utf-8", "replace")

    def close(self) -> None:
        """Free the disk."""
        self._closing()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> BinaryIO:
        return cast("BinaryIO", io.BufferedReader(_View(self._file), 256 * 1024))

    def _head(self) -> tuple[str, str]:
        encoding = Encoding()
        chunks = utf8_chunks(lambda: io.BytesIO(self._slice(0, HEAD_BYTES)), Place(self.request.name), encoding)
        return b"".join(chunks).decode("utf-8", "replace"), encoding.name

    def _tail(self) -> bytes:
        return self._slice(max(0, self.byte_count - TAIL_BYTES), TAIL_BYTES)

    def _slice(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)


class _View(io.RawIOBase):
    """The file from its start, with a position of its own: decoding reads an answer twice at once."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = offset if whence == os.SEEK_SET else self._file.seek(offset, whence)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._file.seek(self._position)
        count = cast("io.BufferedRandom", self._file).readinto(buffer)
        self._position += count
        return count


def _rows(chunks: Iterator[bytes], sanitiser: Sanitiser) -> Iterator[tuple[str, Node | str]]:
    parser = etree.XMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        huge_tree=True,
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    parser.feed(_ROOT)
    level = _Level()
    for chunk in chunks:
        parser.feed(sanitiser.feed(chunk))
        yield from level.complete(parser)
    parser.feed(sanitiser.finish() + _CLOSING)
    yield from level.complete(parser)
    parser.close()


class _Level:
    """How deep the parser stands; hands out rows as they close and forgets them."""

    def __init__(self) -> None:
        self._depth = 0

    def complete(self, parser: etree.XMLPullParser) -> Iterator[tuple[str, Node | str]]:
        events = cast("Iterator[tuple[str, etree._Element]]", parser.read_events())  # noqa: SLF001 - its only name
        for event, element in events:
            if event == "start":
                self._depth += 1
                continue
            if self._depth == _ROW_LEVEL:
                content = tree(element, _LIMITS.depth_max) if len(element) else (element.text or "").strip()
                yield name_of(str(element.tag)), content
                parent = element.getparent()
                if parent is not None:
                    parent.remove(element)
            self._depth -= 1
