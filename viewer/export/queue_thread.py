"""Work that goes on while the next picture is drawn."""
from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Queue

WAITING = 4
"""Pictures that may wait for the thread: enough to even out its pace, few enough for any memory."""

_END = object()


class QueueThread:
    """A thread that is handed items one by one.

    consume  called once, in the thread, with an iterator over the items

    Leaving the `with` block finishes; what went wrong in the thread is raised by whatever is called next.
    """

    def __init__(self, consume: Callable[[Iterator], None]):
        self._items: Queue = Queue(WAITING)
        self._error: BaseException | None = None
        self._ended, self._done = False, threading.Event()
        threading.Thread(target=self._run, args=(consume,), daemon=True).start()

    def _each(self) -> Iterator:
        while not self._ended:
            item = self._items.get()
            self._ended = item is _END
            if not self._ended:
                yield item

    def _run(self, consume) -> None:
        try:
            consume(self._each())
        except BaseException as error:
            self._error = error
            for _ in self._each():  # nobody is to wait for a thread that has given up
                pass
        finally:
            self._done.set()

    def put(self, item) -> None:
        """Hands over an item; waits while too many are waiting."""
        if self._error:
            raise self._error
        self._items.put(item)

    def finish(self) -> None:
        """Waits until everything is done. The first Ctrl-C is raised only then: what has begun is finished."""
        self._items.put(_END)
        try:
            self._done.wait()
        except KeyboardInterrupt:
            self._done.wait()
            raise
        if self._error:
            raise self._error

    def __enter__(self) -> QueueThread:
        return self

    def __exit__(self, kind, *_) -> None:
        try:
            self.finish()
        except Exception:
            if kind is None:
                raise
