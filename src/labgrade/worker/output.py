"""Standard streams while student code runs: output is kept up to a limit, input is refused at once."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_INPUT: Final = (
    "input() cannot be answered while grading; give the value as an argument or a constant instead"
)


class BoundedOutput(io.TextIOWrapper):
    """A text stream that keeps the beginning and the end of what is written.

    The interpreter's own text layer collects small writes, so that printing 100 MB costs a student no more
    time than it would at home, and memory stays within a small multiple of `limit`. Nobody can close it.

    Args:
        limit: bytes of UTF-8 that are kept.
    """

    def __init__(self, limit: int) -> None:
        self._sink = _Sink(limit)
        super().__init__(self._sink, encoding="utf-8", errors="backslashreplace", newline="")

    def text(self) -> str:
        """What was written: valid Unicode, at most `limit` bytes and a line that counts the rest."""
        self.flush()
        return self._sink.text()

    def close(self) -> None:
        """Stay open: the stream outlives the student who closes it."""

    def detach(self) -> Any:
        """Give the byte stream, and keep it."""
        return self.buffer


class _Sink(io.RawIOBase):
    """Bytes: the first and the last half of a limit, and how many came between."""

    name = "<output>"

    def __init__(self, limit: int) -> None:
        super().__init__()
        self._half = max(limit // 2, 1)
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped = 0

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        room = self._half - len(self._head)
        self._head += view[:room]
        rest = view[room:]
        if len(self._tail) + len(rest) > 2 * self._half:
            self._shorten(rest)
        else:
            self._tail += rest
        return len(view)

    def _shorten(self, rest: memoryview) -> None:
        whole = len(self._tail) + len(rest)
        self._tail = (self._tail + rest[-self._half :])[-self._half :]
        self._dropped += whole - len(self._tail)

    def text(self) -> str:
        self._shorten(memoryview(b""))
        if not self._dropped:
            return (self._head + self._tail).decode("utf-8", "replace")
        # "ignore" leaves out a character that was cut in two.
        head, tail = (part.decode("utf-8", "ignore") for part in (self._head, self._tail))
        return f"{head}\n[… {self._dropped} bytes left out …]\n{tail}"

    def writable(self) -> bool:
        return True

    def close(self) -> None:
        """Stay open, as the text layer does."""


class NoInput(io.TextIOBase):
    """Standard input that ends at once, with a sentence that says why."""

    encoding = "utf-8"
    errors = "replace"

    def _refuse(self, *_args: object) -> NoReturn:
        raise EOFError(NO_INPUT)

    read = readline = readlines = __next__ = _refuse

    def readable(self) -> bool:
        """True, so that `input()` comes as far as reading."""
        return True

    def close(self) -> None:
        """Stay open: `exit()` closes standard input, and the next statement still runs."""


@contextmanager
def captured(limit: int) -> Iterator[BoundedOutput]:
    """Replace the three standard streams; both outputs go to the stream that is yielded, in order.

    Args:
        limit: bytes kept, see `BoundedOutput`.
    """
    before = sys.stdin, sys.stdout, sys.stderr
    output = BoundedOutput(limit)
    sys.stdin, sys.stdout, sys.stderr = NoInput(), output, output
    try:
        yield output
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
