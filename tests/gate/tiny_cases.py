"""The project's own models of cases, as views over the made-up facts.

The figures of the small warehouse are added up by SQL of their own (`tiny_figures`), so the check that counts them
again from the cases compares two computations.
"""

import re
from collections.abc import Collection, Iterator

from pipelines.settings import Settings
from pipelines.transform.dbt_macros import render_model

DBT = Settings().dbt_project_dir
CASES = tuple(sorted(path.stem for path in (DBT / "models" / "metrics" / "cases").glob("*.sql")))
# In the order in which they read each other.
COUNTED = ("ind_by_day", "ind_by_period", "ind_counted")
READ = re.compile(r"\b(from|join)(\s+)(\w+)")


def views(tables: Collection[str]) -> Iterator[str]:
    """Yield SQL that makes schemas `cases` and `indicators` over tables of `marts`, each view after what it reads."""
    schema_of = dict.fromkeys(tables, "marts") | dict.fromkeys(CASES, "cases") | dict.fromkeys(COUNTED, "indicators")
    rendered = {name: render_model(DBT, f"metrics/cases/{name}") for name in CASES}
    rendered |= {name: render_model(DBT, f"metrics/indicators/{name}") for name in COUNTED}

    def qualified(read: re.Match[str]) -> str:
        word, blank, name = read.groups()
        return f"{word}{blank}{schema_of[name]}.{name}" if name in schema_of else read[0]

    yield "create schema cases; create schema indicators;"
    made: set[str] = set()
    while waiting := [name for name in rendered if name not in made]:
        for name in waiting:
            if {read[2] for read in READ.findall(rendered[name])} & {*rendered} <= made:
                yield f"create view {schema_of[name]}.{name} as {READ.sub(qualified, rendered[name])};"
                made.add(name)
