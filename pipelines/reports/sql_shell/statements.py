"""Cut what somebody typed, or a file, into statements and commands of the prompt.

DuckDB's own tokenizer decides where a statement ends: a semicolon within a text, a name or a comment ends nothing.
Does not belong here: running them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

COMMENT = re.compile(rb"--[^\n]*|/\*.*?\*/", re.DOTALL)
LEADING = re.compile(rb"^(?:\s|--[^\n]*|/\*.*?\*/)+", re.DOTALL)
WORDS = ("help", "quit", "exit")  # commands without a mark before them, as people type them first


@dataclass(frozen=True)
class Piece:
    r"""One statement or one command.

    Attributes:
        text: Without the semicolon that ends a statement.
        line: Number of its first line, counted from 1.
        is_command: True for `.tables`, `\d`, `help` and the like.
    """

    text: str
    line: int
    is_command: bool = False


def pieces(text: str) -> Iterator[Piece]:
    """Yield statements and commands in order; a command takes a whole line on which no statement is under way."""
    waiting: list[str] = []
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        if not waiting and (is_command(line) or not line.strip()):
            if line.strip():
                yield Piece(line.strip(), number, is_command=True)
            continue
        first = first if waiting else number
        waiting.append(line)
        if ";" in line and ends_statement("\n".join(waiting)):
            yield from _statements("\n".join(waiting), first)
            waiting = []
    yield from _statements("\n".join(waiting), first)


def is_command(line: str) -> bool:
    """Return True if a line is a command of the prompt and not the beginning of a statement."""
    words = line.strip().rstrip(";").lower()
    return words.startswith("\\") or bool(re.match(r"\.[a-z?]", words)) or words in WORDS


def ends_statement(text: str) -> bool:
    """Return True if the last thing in a text, comments aside, is the semicolon that ends a statement."""
    ends = _semicolons(text)
    return bool(ends) and not COMMENT.sub(b"", text.encode()[ends[-1] + 1 :]).strip()


def _semicolons(text: str) -> list[int]:
    """Return the places of the semicolons that end statements, in bytes of UTF-8, as the tokenizer counts."""
    content = text.encode()
    operators = [at for at, kind in duckdb.tokenize(text) if kind == duckdb.token_type.operator]
    return [at for at in operators if content[at : at + 1] == b";"]


def _statements(text: str, first: int) -> Iterator[Piece]:
    content, start = text.encode(), 0
    for end in (*_semicolons(text), len(content)):
        part = content[start:end]
        own = LEADING.sub(b"", part)
        if own:
            line = first + content.count(b"\n", 0, start + len(part) - len(own))
            yield Piece(own.decode().rstrip(), line)
        start = end + 1
