"""Two steps at once: the next batch is read while this one is judged, and the last one written.

The libraries that do the work let go of Python's lock, so two threads use two cores.
"""

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, TypeVar

T = TypeVar("T")
END = object()


def prefetch(items: Generator[T]) -> Iterator[T]:
    """Yield the same items, each fetched in another thread while its forerunner is used.

    Errors come at their place.
    """
    with closing(items), ThreadPoolExecutor(1, thread_name_prefix="read-ahead") as pool:
        coming: Future[Any] = pool.submit(next, items, END)
        while (item := coming.result()) is not END:
            coming = pool.submit(next, items, END)
            yield item


class BackgroundCalls:
    """Runs calls one after another in another thread, at most one waiting.

    Their errors are raised here.
    """

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._under_way: Future[object] | None = None

    def call(self, work: Callable[..., object], *args: object) -> None:
        """Wait for the call before and start this one."""
        self.wait()
        self._under_way = self._pool.submit(work, *args)

    def wait(self) -> None:
        """Return when nothing is under way. Raise what the last call raised."""
        if self._under_way is not None:
            under_way, self._under_way = self._under_way, None
            under_way.result()


@contextmanager
def background_writer() -> Iterator[BackgroundCalls]:
    """Yield a BackgroundCalls whose thread ends with the block; by then its last call has ended, or raised."""
    with ThreadPoolExecutor(1, thread_name_prefix="write-behind") as pool:
        worker = BackgroundCalls(pool)
        yield worker
        worker.wait()
