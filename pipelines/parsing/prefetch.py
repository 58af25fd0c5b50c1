"""Background threads: the next batch is read and the last one written while the current one is validated.

The libraries that do the work release Python's global lock, so the threads use several cores. Does not belong here:
what is read or written.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
END = object()


def prefetch(items: Generator[T]) -> Iterator[T]:
    """Yield the same items, each fetched in a background thread while the one before it is used.

    An error of the generator is raised in place of the item that it was raised for.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as pool:
        following: Future[Any] = pool.submit(next, items, END)
        while (item := following.result()) is not END:
            following = pool.submit(next, items, END)
            yield item


class BackgroundCalls:
    """Runs calls one after another in a background thread; an error is raised by the next `call` or `wait`."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._running: Future[object] | None = None

    def call(self, work: Callable[..., object], *args: object) -> None:
        """Wait for the previous call, then start this one."""
        self.wait()
        self._running = self._pool.submit(work, *args)

    def wait(self) -> None:
        """Return when no call is running; raise the error of the last call."""
        if self._running is not None:
            running, self._running = self._running, None
            running.result()


@contextmanager
def background_writer() -> Iterator[BackgroundCalls]:
    """Yield a BackgroundCalls; at the end of the block wait for its last call and raise its error."""
    with ThreadPoolExecutor(1, thread_name_prefix="write-behind") as pool:
        worker = BackgroundCalls(pool)
        yield worker
        worker.wait()
