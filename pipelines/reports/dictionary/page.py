"""The dictionary as one page: no script, no other file, Vietnamese with English below.

Belongs here: what the template needs. Does not belong here: what the dictionary says (`facts`), layout (templates/).
"""

from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipelines.reports.dictionary.facts import own_words
from pipelines.reports.dictionary.model import Dictionary
from pipelines.reports.dictionary.picture import lineage_picture
from pipelines.reports.dictionary.wording import HERE, words


def render(dictionary: Dictionary) -> str:
    """Return the page."""
    computed = own_words("columns")["computed"]
    tables = groupby(dictionary.tables, lambda table: table.schema)
    values: dict[str, Any] = {
        "d": dictionary, "t": words, "style": _style(),
        "schemas": [(schema, list(of_schema)) for schema, of_schema in tables],
        "indicators": [(one, lineage_picture(one, computed)) for one in dictionary.indicators],
        "codes": [(place, list(codes)) for place, codes in groupby(dictionary.codes, lambda code: code.place)],
        "coded": {code.place for code in dictionary.codes},
        "known": {table.name for table in dictionary.tables},
        "place_of": {table.name: f"{table.schema}.{table.name}" for table in dictionary.tables},
    }  # fmt: skip
    return _template().render(values) + "\n"


@cache
def _template() -> Template:
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("dictionary.html.j2")


@cache
def _style() -> Markup:
    return Markup((HERE / "templates" / "dictionary.css").read_text(encoding="utf-8"))  # noqa: S704 - a file of ours
