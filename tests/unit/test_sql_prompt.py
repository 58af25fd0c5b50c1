"""The prompt of `tthc sql`, as keys are pressed: what is run, kept, completed, cleared and stopped."""

import asyncio
import io
import os
import signal
import stat
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from pipelines.common.errors import TthcError
from pipelines.common.i18n import speaking
from pipelines.reports.sql_shell.answers import ask, interruptible
from pipelines.reports.sql_shell.catalogue import Catalogue, read_catalogue
from pipelines.reports.sql_shell.commands import COMMANDS, run_command
from pipelines.reports.sql_shell.completion import offers
from pipelines.reports.sql_shell.connection import read_only_connection
from pipelines.reports.sql_shell.history import history_file
from pipelines.reports.sql_shell.prompt import run_prompt
from pipelines.reports.sql_shell.session import Session
from pipelines.settings import Settings

from .sql_versions import two_versions

pytestmark = pytest.mark.slow
PAUSE = 0.4
UP, CTRL_C, CTRL_D, CTRL_R, ENTER, TAB = "\x1b[A", "\x03", "\x04", "\x12", "\r", "\t"


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return two_versions(tmp_path_factory.mktemp("prompt") / "warehouse")


class Seen(DummyOutput):
    """A terminal that remembers what was drawn."""

    def __init__(self) -> None:
        self.drawn = ""

    def write(self, data: str) -> None:
        self.drawn += data

    def wait_for_prompts(self, count: int) -> None:
        end = time.monotonic() + 20
        while self.drawn.count("tthc>") < count and time.monotonic() < end:
            time.sleep(0.01)


@dataclass(frozen=True)
class Keys:
    pressed: PipeInput
    screen: Seen


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Keys]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    screen = Seen()
    with create_pipe_input() as pressed, create_app_session(input=pressed, output=screen):
        yield Keys(pressed, screen)


@pytest.fixture(autouse=True)
def no_loop_of_others() -> Iterator[None]:
    """Hide the event loop that a browser of other tests leaves running in this thread, where no second may begin."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture
def session(warehouse: Settings) -> Iterator[Session]:
    console = Console(file=io.StringIO(), width=120, color_system=None)
    with read_only_connection(warehouse) as connection:
        yield Session(warehouse, connection, console, run_command, "table")


@pytest.fixture
def typed(keys: Keys, session: Session) -> Callable[..., str]:
    """Press keys, leave by Ctrl-D, and return what was printed.

    Between several texts a person would see the prompt again, or the words that fit: those come from elsewhere than the
    keys, and so does the history.
    """

    def press(*texts: str) -> str:
        before = keys.screen.drawn.count("tthc>")

        def send() -> None:
            for number, text in enumerate([*texts[:-1], texts[-1] + CTRL_D]):
                if number:
                    keys.screen.wait_for_prompts(before + 1 + sum(one.count(ENTER) for one in texts[:number]))
                    time.sleep(PAUSE)
                keys.pressed.send_text(text)

        session.ended = False
        pressing = threading.Thread(target=send)
        pressing.start()
        run_prompt(session)
        pressing.join()
        return said(session)

    return press


def said(session: Session) -> str:
    return str(session.console.file.getvalue())  # type: ignore[attr-defined]


Typed = Callable[..., str]


def test_a_statement_may_take_several_lines_and_ends_with_a_semicolon(typed: Typed) -> None:
    printed = typed(f"select{ENTER}42 as{ENTER}answer;{ENTER}")
    assert "│     42 │" in printed


def test_ctrl_c_clears_what_was_typed(typed: Typed, session: Session) -> None:
    printed = typed(f"select 41 as wrong;{CTRL_C}select 42 as right;{ENTER}")
    assert "right" in printed and "wrong" not in printed


def test_an_error_is_shown_and_the_prompt_goes_on(typed: Typed) -> None:
    printed = typed(f"select nothing;{ENTER}.tabels{ENTER}select 42 as next;{ENTER}")
    assert "sql_failed" in printed and "next" in printed
    assert "[sql_no_command] không có lệnh .tabels. Gần nhất: .tables" in printed


@pytest.mark.parametrize("word", [".quit", "\\q", "quit", "exit;", ".exit"])
def test_there_are_many_ways_to_leave(typed: Typed, session: Session, word: str) -> None:
    assert typed(f"{word}{ENTER}") == ""
    assert session.ended


def test_what_was_typed_comes_back_in_this_session_and_the_next(typed: Typed, tmp_path: Path) -> None:
    assert typed(f"select 41 + 1 as first;{ENTER}", f"{UP}{ENTER}").count("│    42 │") == 2
    file = history_file()
    assert file == tmp_path / "state" / "tthc" / "sql_history"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and "select 41 + 1 as first;" in file.read_text(encoding="utf-8")
    assert typed("", f"{UP}{ENTER}").count("│    42 │") == 3
    assert typed("", f"{CTRL_R}41 +{ENTER}{ENTER}").count("│    42 │") == 4


def broken(what: str, state: Path, warehouse: Settings) -> Path:
    """Return a state folder in which no history can, or may, be kept."""
    if what == "a file in the way":
        state.write_text("", encoding="utf-8")
    elif what == "a link":
        (state / "tthc").mkdir(parents=True)
        (state / "elsewhere").write_text("kept", encoding="utf-8")
        (state / "tthc" / "sql_history").symlink_to(state / "elsewhere")
    elif what == "a pipe":
        (state / "tthc").mkdir(parents=True)
        os.mkfifo(state / "tthc" / "sql_history")
    elif what == "a folder":
        (state / "tthc" / "sql_history").mkdir(parents=True)
    return warehouse.current_link if what == "the version" else state


@pytest.mark.parametrize("what", ["a file in the way", "a link", "a pipe", "a folder", "the version"])
def test_the_prompt_works_where_no_history_can_be_kept(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, warehouse: Settings, what: str
) -> None:
    before = sorted(warehouse.warehouse_dir.rglob("*"))
    monkeypatch.setenv("XDG_STATE_HOME", str(broken(what, tmp_path / "own", warehouse)))
    assert typed(f"select 41 + 1 as first;{ENTER}", f"{UP}{ENTER}").count("│    42 │") == 2
    assert sorted(warehouse.warehouse_dir.rglob("*")) == before
    if what == "a link":
        assert (tmp_path / "own" / "elsewhere").read_text(encoding="utf-8") == "kept"


def test_a_history_that_others_could_read_is_closed(typed: Typed) -> None:
    history_file().parent.mkdir(parents=True)
    history_file().write_text("", encoding="utf-8")
    history_file().chmod(0o644)
    typed(f"select 1;{ENTER}")
    assert stat.S_IMODE(history_file().stat().st_mode) == 0o600


@pytest.mark.parametrize("pause", [False, True])
def test_tab_completes_a_table_however_fast_one_types(typed: Typed, pause: bool) -> None:
    parts = ["select count(*) as n from fct_ti", TAB, f";{ENTER}"]
    assert "│ 10 │" in typed(*parts if pause else ["".join(parts)])


@pytest.fixture(scope="module")
def catalogue(warehouse: Settings) -> Catalogue:
    with read_only_connection(warehouse) as connection:
        return read_catalogue(connection)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("select * from dim_u", ["dim_unit"]),
        ("select * from dim_unit u join fct_t", ["fct_timeliness"]),
        ("select * from dim_unit, ind", ["indicator_values", "dim_indicator"]),
        ("select unit_n| from dim_unit", ["unit_name"]),
        ("select u.| from dim_unit as u", ["unit_code", "unit_name", "unit_level"]),
        ("select fct_timeliness.d", ["dossier_code", "due_date", "days"]),
        ("select f.du| from dim_unit u, fct_timeliness f", ["due_date"]),
        ("select * from marts.dim_un", ["dim_unit"]),
        ("with late as (from fct_timeliness) select * from la", ["late"]),
        ("select dossier_c", ["dossier_code"]),
        ("sel", ["select"]),
        ("SELECT * FROM dim_unit WHE", ["WHERE", "WHEN"]),
        ("select unit_code from dim_unit gr", ["group by"]),
        ("select date_tr", ["date_trunc("]),
        (".tab", [".tables"]),
        (".format c", ["csv"]),
        ("\\d dim_i", ["dim_indicator"]),
    ],
)
def test_the_words_that_fit_come_first(catalogue: Catalogue, text: str, first: list[str]) -> None:
    before, _, after = text.partition("|")
    assert [offer.text for offer in offers(catalogue, before, after)][: len(first)] == first


def test_a_completed_word_replaces_what_was_typed_of_it(catalogue: Catalogue) -> None:
    offer = next(offers(catalogue, "select u.unit_n", " from dim_unit u"))
    assert (offer.text, offer.replaced) == ("unit_name", len("unit_n"))


def test_what_a_column_holds_is_said_in_the_users_language(warehouse: Settings) -> None:
    for lang, meaning in (("vi", "Tên đơn vị"), ("en", "Name of the unit")):
        with speaking(lang), read_only_connection(warehouse) as connection:
            offer = next(offers(read_catalogue(connection), "select unit_n", " from dim_unit"))
        assert offer.meta == meaning


def test_files_are_completed_for_commands_that_take_one(catalogue: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "câu hỏi.sql").touch()
    (tmp_path / "sub").mkdir()
    assert [offer.text for offer in offers(catalogue, f".read {tmp_path}/")] == ["câu hỏi.sql", "sub/"]
    assert list(offers(catalogue, ".read /nowhere/")) == []


def test_commands_of_both_customs_do_the_same(typed: Typed, session: Session, tmp_path: Path) -> None:
    both = [typed(f"{one}{ENTER}{other}{ENTER}") for one, other in (
        (".tables", r"\dt"), (".schema dim_unit", r"\d dim_unit"), ("help", r"\?"))]  # fmt: skip
    for before, after in zip(["", *both], both, strict=False):
        new = after[len(before) :]
        assert new[: len(new) // 2] == new[len(new) // 2 :] != ""
    assert "Tên đơn vị" in both[1] and "varchar" in both[1] and ".output" in both[2]
    typed(rf"\o {tmp_path / 'a.csv'}{ENTER}select 1 as a;{ENTER}select 2 as b;{ENTER}")
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "a\n1\n" and session.target is None
    (tmp_path / "a.sql").write_text("select 7 as from_file;", encoding="utf-8")
    assert "from_file" in typed(rf"\i {tmp_path / 'a.sql'}{ENTER}")
    assert "unit_name   Sở Tư pháp" in typed(rf"\x{ENTER}from dim_unit;{ENTER}")


@pytest.mark.parametrize(
    ("command", "code"),
    [(".format xml", "sql_no_format"), (".rows many", "sql_no_count"), (".read", "sql_needs_argument"),
     (r"\d dim_unti", "sql_no_table"), (".output a.doc", "sql_unknown_ending"), (r"\zzz", "sql_no_command")],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_what_can(typed: Typed, command: str, code: str) -> None:
    assert code in typed(f"{command}{ENTER}")
    if code == "sql_no_table":
        assert "Gần nhất: dim_unit" in typed("")


def test_every_command_is_listed_by_help(typed: Typed) -> None:
    printed = typed(f"help{ENTER}")
    assert [command.name for command in COMMANDS if command.names[0] not in printed] == []


FOREVER = "select count(*) from range(100000000) a, range(100000000) b where a.range * b.range % 7 = 3"


def test_ctrl_c_stops_the_query_and_nothing_else(session: Session) -> None:
    timer = threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(TthcError, match="sql_interrupted"):
        interruptible(session.connection, lambda: ask(session.connection, FOREVER))
    answer = interruptible(session.connection, lambda: ask(session.connection, "select 42"))
    assert answer is not None and answer.head(1) == [(42,)]


def test_nothing_can_be_written_from_the_prompt(typed: Typed, tmp_path: Path) -> None:
    printed = typed(f"copy dim_unit to '{tmp_path / 'a.csv'}';{ENTER}drop table dim_unit;{ENTER}")
    assert printed.count("sql_failed") == 2 and not (tmp_path / "a.csv").exists()
