"""The prompt of `tthc sql`: several lines until a semicolon, history, completion, colours.

Ctrl-C clears what is typed, or stops the query that runs; Ctrl-D leaves. Does not belong here: running what was typed
(`session`, `commands`).
"""

from typing import TYPE_CHECKING

from pipelines.common.errors import TthcError
from pipelines.common.i18n import say
from pipelines.reports.sql_shell.catalogue import read_catalogue
from pipelines.reports.sql_shell.history import history_file, open_history
from pipelines.reports.sql_shell.screen import say_line
from pipelines.reports.sql_shell.session import Session
from pipelines.reports.sql_shell.statements import ends_statement, is_command

if TYPE_CHECKING:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

FIRST, FURTHER = "tthc> ", " ...> "


def run_prompt(session: Session) -> None:
    """Read statements and commands until the user leaves; an error is shown and the prompt goes on."""
    reader = _reader(session)
    while not session.ended:
        try:
            text = reader.prompt(FIRST)
        except KeyboardInterrupt:  # Ctrl-C: what was typed is gone, a new line begins
            continue
        except EOFError:
            return
        try:
            session.run(text)
        except TthcError as error:
            say_line(session.console, str(error), style="red")
        except KeyboardInterrupt:
            say_line(session.console, say("sql_interrupted"), style="red")


def is_ready(text: str) -> bool:
    """Return True if Enter runs a text, and does not begin a new line: a command, a whole statement, or nothing."""
    return not text.strip() or ("\n" not in text.strip() and is_command(text)) or ends_statement(text)


def _reader(session: Session) -> "PromptSession[str]":
    from prompt_toolkit import PromptSession
    from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
    from prompt_toolkit.lexers import PygmentsLexer
    from pygments.lexers.sql import SqlLexer  # type: ignore[import-untyped]

    from pipelines.reports.sql_shell.completion import completer

    return PromptSession(
        history=open_history(history_file(), session.settings.warehouse_dir),
        auto_suggest=AutoSuggestFromHistory(),
        completer=completer(read_catalogue(session.connection)),
        complete_while_typing=True,
        lexer=PygmentsLexer(SqlLexer),
        multiline=True,
        key_bindings=_keys(),
        prompt_continuation=FURTHER,
    )


def _keys() -> "KeyBindings":
    from prompt_toolkit.completion import CompleteEvent
    from prompt_toolkit.enums import DEFAULT_BUFFER
    from prompt_toolkit.filters import has_focus
    from prompt_toolkit.key_binding import KeyBindings

    keys = KeyBindings()

    @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))  # in a search (Ctrl-R) it takes what was found
    def run_or_go_on(event: "KeyPressEvent") -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # the word is taken, nothing is run yet
        elif is_ready(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.insert_text("\n")

    @keys.add("tab", filter=has_focus(DEFAULT_BUFFER))
    def complete(event: "KeyPressEvent") -> None:
        buffer = event.current_buffer
        if buffer.complete_state:
            buffer.complete_next()
            return
        # At once: the library's own way looks for words in the background, and loses a Tab that follows a letter fast.
        found = list(buffer.completer.get_completions(buffer.document, CompleteEvent(completion_requested=True)))
        if len(found) == 1:
            buffer.apply_completion(found[0])
        else:
            buffer.start_completion(insert_common_part=True)

    return keys
