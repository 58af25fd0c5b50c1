"""What one reader of a published version does, and the server that several may share instead of files of their own.

Belongs here: opening, asking, and noting what was answered when. Runs in processes of its own (`readers` starts them).
Does not belong here: judging the answers and times (`readers`).
"""

import hashlib
import os
import pickle
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path
from typing import IO, Any, Literal

# `keeps`: one connection all the time. `reopens`: the file under `current` anew for every session. `guarded`: the same
# as `tthc sql` opens it, by a private name and without access to files. `server`: asks a shared process.
Kind = Literal["keeps", "reopens", "guarded", "server"]
ASKED_IN_A_SESSION = 3
Rows = list[tuple[Any, ...]]
Config = dict[str, Any]
READY = b"ready\n"


@dataclass(frozen=True)
class Answer:
    """An answer: to which question, between which moments (`time.monotonic`), its digest, or the error instead."""

    question: int
    began: float
    ended: float
    digest: str | None
    error: str | None = None


@dataclass
class Session:
    """What one open connection answered; `opening` and `opened` are when opening began and ended."""

    kind: Kind
    opening: float
    opened: float
    answers: list[Answer] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """What every reader does.

    Attributes:
        current: The link to the published version.
        file: Name of the database within a version.
        questions: SQL.
        config: DuckDB's configuration of whoever opens a file: a reader, or the server.
        pause: Seconds between two questions.
        address: Socket of the shared server.
    """

    current: Path
    file: str
    questions: Sequence[str]
    config: Config
    pause: float
    address: str


def digest(rows: Rows) -> str:
    """Return a digest of an answer, whatever the order of its rows."""
    return hashlib.sha256("\n".join(sorted(map(repr, rows))).encode()).hexdigest()


@contextmanager
def open_directly(database: Path, config: Config) -> Iterator[Any]:
    """Open a file read-only, as any tool that knows DuckDB does."""
    import duckdb

    with duckdb.connect(str(database), read_only=True, config=config) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@contextmanager
def open_guarded(database: Path, config: Config) -> Iterator[Any]:
    """Open a file as `tthc sql` does."""
    from pipelines.publish.read_only import open_read_only

    with open_read_only(database, config) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def read(number: int, kind: Kind, plan: Plan, stop: threading.Event) -> list[Session]:
    """Be a reader until it is told to stop, and return all its sessions.

    Args:
        number: Its number, by which readers begin with different questions.
        kind: How it reads.
        plan: What all readers do.
        stop: Event that ends it.
    """
    done: list[Session] = []
    opens: dict[Kind, Callable[..., AbstractContextManager[Any]]] = {"keeps": open_directly, "reopens": open_directly,
             "guarded": open_guarded}  # fmt: skip
    while not stop.is_set():
        opening = time.monotonic()
        try:
            if kind == "server":
                _ask_server(number, plan, stop, done)
                continue
            with opens[kind](plan.current / plan.file, plan.config) as connection:
                session = Session(kind, opening, time.monotonic())
                done.append(session)
                at = number + len(done)
                while not stop.is_set() and (kind == "keeps" or len(session.answers) < ASKED_IN_A_SESSION):
                    question = (at + len(session.answers)) % len(plan.questions)
                    session.answers.append(_answer(question, lambda q: connection.execute(q).fetchall(), plan))
                    stop.wait(plan.pause)
        except Exception as error:
            done.append(_failed(kind, opening, error))
    return done


def _answer(question: int, ask: Callable[[str], Rows], plan: Plan) -> Answer:
    began = time.monotonic()
    try:
        rows = ask(plan.questions[question])
    except Exception as error:
        return Answer(question, began, time.monotonic(), None, f"{type(error).__name__}: {error}")
    ended = time.monotonic()
    return Answer(question, began, ended, digest(rows))


def _failed(kind: Kind, opening: float, error: Exception) -> Session:
    now = time.monotonic()
    return Session(kind, opening, now, [Answer(0, opening, now, None, f"{type(error).__name__}: {error}")])


def _ask_server(number: int, plan: Plan, stop: Any, done: list[Session]) -> None:
    """Ask a server until told to stop; each answer is a session of its own, for the server reads what is current."""
    opening = time.monotonic()
    with Client(plan.address, "AF_UNIX") as line:
        opened = time.monotonic()

        def ask(query: str) -> Rows:
            line.send(query)
            found = line.recv()
            if isinstance(found, Exception):
                raise found
            rows: Rows = found
            return rows

        while not stop.is_set():
            question = (number + len(done)) % len(plan.questions)
            answer = _answer(question, ask, plan)
            done.append(Session("server", opening, opened, [answer]))
            opening = opened = time.monotonic()
            stop.wait(plan.pause)


class Shared:
    """One read-only connection to the current version, with a cursor for each question that is being answered.

    When `current` names another version, that is opened and new questions go there; the earlier one is closed once its
    last question is answered.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._lock = threading.Lock()
        self._target: str | None = None
        self._connection: Any = None
        self._users: dict[int, int] = {}

    @contextmanager
    def cursor(self) -> Iterator[Any]:
        """Open a cursor on the version that is current now."""
        with self._lock:
            connection = self._up_to_date()
            self._users[id(connection)] = self._users.get(id(connection), 0) + 1
        try:
            with connection.cursor() as cursor:
                cursor.execute("set schema = 'marts'")
                yield cursor
        finally:
            with self._lock:
                self._users[id(connection)] -= 1
                if not self._users[id(connection)] and connection is not self._connection:
                    del self._users[id(connection)]
                    connection.close()

    def _up_to_date(self) -> Any:
        import duckdb

        target = os.readlink(self._plan.current)  # noqa: PTH115 - the name, not the folder
        if target != self._target:
            earlier, self._target = self._connection, target
            # By the version's own name: a process takes two openings of one name for the same database.
            database = self._plan.current.parent / target / self._plan.file
            self._connection = duckdb.connect(str(database), read_only=True, config=self._plan.config)
            if earlier is not None and not self._users.get(id(earlier)):
                self._users.pop(id(earlier), None)
                earlier.close()
        return self._connection


def serve(plan: Plan, out: IO[bytes]) -> None:
    """Be the server: say that it is ready, then a thread for each client, until this process is ended."""
    shared = Shared(plan)

    def answer(line: Connection) -> None:
        while True:
            try:
                query = line.recv()
            except (EOFError, OSError):
                return
            try:
                with shared.cursor() as cursor:
                    line.send(cursor.execute(query).fetchall())
            except Exception as error:
                line.send(RuntimeError(str(error)))

    with Listener(plan.address, "AF_UNIX", backlog=256) as listener:
        out.write(READY)
        out.flush()
        while True:
            threading.Thread(target=answer, args=(listener.accept(),), daemon=True).start()


def main() -> None:
    """Be the reader or the server that the first message on standard input says.

    A reader says that it is ready, begins with the first further line, stops with the end of the input, and then writes
    its sessions.
    """
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # DuckDB draws a bar on the standard output while a query takes long
    number, kind, plan = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the process that started this one
    if number is None:
        serve(plan, out)
        return
    if kind != "server":
        import duckdb  # noqa: F401 - loaded before the clock runs
    if kind == "guarded":
        import pipelines.publish.read_only  # noqa: F401
    out.write(READY)
    out.flush()
    sys.stdin.buffer.readline()
    stop = threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        stop.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    pickle.dump(read(number, kind, plan, stop), out)
    out.flush()
