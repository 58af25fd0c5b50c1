"""Complete what is typed at the prompt: commands, tables, columns of the tables that the statement names, words of SQL.

Belongs here: which words fit at a place of a text. Does not belong here: the catalogue that they come from
(`catalogue`).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.common.i18n import say
from pipelines.reports.sql_shell.catalogue import Catalogue, Relation
from pipelines.reports.sql_shell.commands import BY_NAME, COMMANDS, FORMATS

if TYPE_CHECKING:
    from prompt_toolkit.completion import Completer

WORD = re.compile(r'[\w."]*$')
# After these a table is named; a comma may follow one.
TABLE_PLACE = re.compile(r"\b(from|join|describe|summarize|show)\s+$", re.IGNORECASE)
TABLE_LIST = re.compile(r"\bfrom\s+[\w.\"]+(\s+(as\s+)?\w+)?(\s*,\s*[\w.\"]+(\s+(as\s+)?\w+)?)*\s*,\s*$", re.IGNORECASE)
NAMED = re.compile(r'\b(?:from|join)\s+([\w."]+)(?:\s+(?:as\s+)?([\w"]+))?', re.IGNORECASE)
NAMED_AFTER_COMMA = re.compile(r',\s*([\w."]+)(?:\s+(?:as\s+)?([\w"]+))?', re.IGNORECASE)
COMMON_TABLE = re.compile(r"\b(?:with|,)\s*(?:recursive\s+)?(\w+)\s+as\s*\(", re.IGNORECASE)
# The words that queries are made of come before the others, of which DuckDB has hundreds.
FREQUENT = (
    "select", "from", "where", "group by", "order by", "join", "left join", "using", "on", "and", "or", "not", "in",
    "is", "null", "as", "desc", "limit", "having", "with", "case", "when", "then", "else", "end", "distinct", "between",
    "like",
)  # fmt: skip
FUNCTION_LETTERS = 2  # letters before functions are offered: there are a thousand


@dataclass(frozen=True)
class Offer:
    """One word that fits.

    Attributes:
        text: What is inserted.
        meta: What it is, shown beside it.
        replaced: Letters before the cursor that it replaces.
    """

    text: str
    meta: str
    replaced: int


def offers(catalogue: Catalogue, before: str, after: str = "") -> Iterator[Offer]:
    """Yield the words that fit at the cursor, the likeliest first.

    Args:
        catalogue: What the version holds.
        before: The text before the cursor.
        after: The text behind it; tables that it names count too.
    """
    line = before.rpartition("\n")[2]
    if re.match(r"\s*[\\.]", line) and before.strip() == line.strip():
        yield from _of_commands(catalogue, line.lstrip())
        return
    found = WORD.search(before)
    word = found[0] if found else ""
    place = before[: len(before) - len(word)]
    named = _named(catalogue, place + after)
    owner, dot, start = word.rpartition(".")
    if dot:
        yield from _matching(_owned(catalogue, named, owner), start)
        return
    tables = [(name, one.comment) for name, one in catalogue.relations.items()]
    tables = [(name, "with") for name in COMMON_TABLE.findall(before)] + tables
    if TABLE_PLACE.search(place) or TABLE_LIST.search(place):
        yield from _matching([*tables, *((f"{schema}.", "schema") for schema in catalogue.schemas)], word)
        return
    # Columns are typed before the table is named: then those of all tables fit.
    owners = named.values() or (catalogue.relations.values() if word else ())
    columns = {column.name: column.comment for relation in owners for column in relation.columns}
    aliases = [(name, one.shown_name) for name, one in named.items() if name != one.shown_name]
    yield from _matching([*columns.items(), *aliases], word)
    if word:
        upper = word.isupper()
        words = [(one.upper() if upper else one, "sql") for one in dict.fromkeys((*FREQUENT, *catalogue.key_words))]
        yield from _matching(words, word, within=False)
        yield from _matching(tables, word)
    if len(word) >= FUNCTION_LETTERS:
        yield from _matching([(f"{one}(", "function") for one in catalogue.functions], word, within=False)


def _matching(words: Iterable[tuple[str, str]], start: str, *, within: bool = True) -> Iterator[Offer]:
    """Yield words that begin as typed, then those that hold it."""
    wanted = start.strip('"').lower()
    known = list(words)
    first = [(text, meta) for text, meta in known if text.lower().startswith(wanted)]
    later = [(text, meta) for text, meta in known if within and wanted in text.lower()[1:]]
    for text, meta in [*first, *(one for one in later if one not in first)]:
        yield Offer(text, meta, len(start))


def _named(catalogue: Catalogue, text: str) -> dict[str, Relation]:
    """Return the tables that a statement names, each by its name and by its alias."""
    named: dict[str, Relation] = {}
    for name, alias in (*NAMED.findall(text), *NAMED_AFTER_COMMA.findall(text)):
        relation = catalogue.find(name)
        if relation is not None:
            is_alias = alias and alias.lower() not in catalogue.key_words
            named[alias.strip('"') if is_alias else relation.shown_name] = relation
    return named


def _owned(catalogue: Catalogue, named: dict[str, Relation], owner: str) -> list[tuple[str, str]]:
    """Return what can follow a name and a dot: columns of a table or alias, tables of a schema."""
    relation = next((one for name, one in named.items() if name.lower() == owner.lower()), catalogue.find(owner))
    if relation is not None:
        return [(column.name, column.comment) for column in relation.columns]
    return [(one.name, one.comment) for one in catalogue.relations.values() if one.schema == owner.lower()]


def _of_commands(catalogue: Catalogue, line: str) -> Iterator[Offer]:
    typed, blank, argument = line.partition(" ")
    if not blank:
        for name, command in BY_NAME.items():
            if name.startswith(typed):
                yield Offer(name, say(f"sql_meta_{command.name}"), len(typed))
        return
    wanted = BY_NAME.get(typed, COMMANDS[0]).argument.strip("[]")
    if wanted == "TABLE":
        yield from _matching([(name, one.comment) for name, one in catalogue.relations.items()], argument)
    elif wanted == "FORMAT":
        yield from _matching([(name, "") for name in FORMATS], argument)
    elif wanted == "FILE":
        yield from _files(argument)


def _files(start: str) -> Iterator[Offer]:
    folder, slash, name = start.rpartition("/")
    try:
        found = sorted(Path(f"{folder}{slash}" or ".").expanduser().iterdir())
    except OSError:
        return
    for path in found:
        if path.name.startswith(name) and (name or not path.name.startswith(".")):
            yield Offer(path.name + ("/" if path.is_dir() else ""), "", len(name))


def completer(catalogue: Catalogue) -> "Completer":
    """Return the completer of the prompt.

    The words are in memory, so that it needs no thread: one would lose a Tab that follows at once.
    """
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document

    class SqlCompleter(Completer):
        """The words of a version at the cursor."""

        def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
            del complete_event
            for offer in offers(catalogue, document.text_before_cursor, document.text_after_cursor):
                yield Completion(offer.text, -offer.replaced, display_meta=offer.meta)

    return SqlCompleter()
