"""Frames over two pipes, for machines where sockets cannot be handed to a child."""

from __future__ import annotations

import contextlib
import os
import queue
import threading

_CHUNK = 1 << 16


class PipeStream:
    """The part of a socket that `wire.Connection` uses, over a pair of descriptors; reads block."""

    def __init__(self, read: int, write: int) -> None:
        self._read = read
        self._write = write

    def recv(self, size: int) -> bytes:
        """Read at most `size` bytes; b"" at the end."""
        return os.read(self._read, min(size, _CHUNK))

    def sendall(self, data: bytes) -> None:
        """Write all of `data`."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._write, view[:_CHUNK]) :]

    def settimeout(self, timeout: float | None) -> None:
        """Pipes know no time-outs: whoever needs one kills the process at the other end."""

    def setblocking(self, flag: bool) -> None:  # noqa: FBT001 - the socket's own signature
        """Reads block; see `ThreadedStream` for the other end."""

    def fileno(self) -> int:
        """Return the descriptor that is read from."""
        return self._read

    def close(self) -> None:
        """Close both ends."""
        os.close(self._read)
        os.close(self._write)


class ThreadedStream(PipeStream):
    """A pipe stream whose reads do not block: a thread reads ahead, `wait` waits with a time limit."""

    def __init__(self, read: int, write: int) -> None:
        super().__init__(read, write)
        self._chunks: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._pending: list[bytes] = []
        threading.Thread(target=self._read_ahead, daemon=True).start()

    def wait(self, seconds: float) -> None:
        """Wait until there is something to read, or the time is over."""
        with contextlib.suppress(queue.Empty):
            self._pending.append(self._chunks.get(timeout=seconds))

    def recv(self, _size: int) -> bytes:
        """Return what has been read ahead, a whole chunk.

        Raises:
            BlockingIOError: where nothing is there yet.
        """
        if self._pending:
            return self._pending.pop(0)
        try:
            return self._chunks.get_nowait()
        except queue.Empty:
            raise BlockingIOError from None

    def _read_ahead(self) -> None:
        with contextlib.suppress(OSError):
            while data := os.read(self._read, _CHUNK):
                self._chunks.put(data)
        self._chunks.put(b"")
        os.close(self._read)

    def close(self) -> None:
        """Close the writing end; the thread closes the reading one when the process there is gone."""
        os.close(self._write)
        while not self._chunks.empty():  # a full queue would hold the thread
            self._chunks.get_nowait()
