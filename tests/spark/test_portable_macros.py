"""What engines spell differently (dbt_project/macros/portable.sql) gives the same on both, edge cases included.

One session of Spark for the file; with `SPARK_REMOTE=sc://host:port` it is that of a server of Spark Connect, be it
Spark's own or another engine's. That whole nights are the same is shown by test_nights (`make campaign`).
"""

import datetime as dt
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.settings import Settings
from pipelines.transform.dbt_macros import render_sql
from pipelines.transform.spark.session import SAME_RESULTS, SessionSpec, open_session
from tests.spark.available import needs_spark

pytestmark = [pytest.mark.slow, needs_spark]

ROWS = {
    "moment": """
        select * from (values
            (1, 'a', timestamp '2024-02-29 23:59:59', timestamp '2024-03-01 00:00:00.5', date '2024-02-29'),
            (2, 'Đồng Nai', timestamp '2024-01-31 08:00:00', timestamp '2024-01-31 17:30:15', date '2024-01-31'),
            (3, '', timestamp '1969-12-31 23:59:59', timestamp '2024-12-30 00:00:00', date '2024-12-30'),
            (4, null, null, timestamp '2024-12-31 12:00:00', null)
        ) r(number, text, earlier, later, day)""",
    "value": """
        select * from (values
            ('x', 3, 1.5e0, 'b'), ('x', 1, 2.5e0, 'a'), ('x', 2, null, 'a'), ('x', 9, -1e0, null),
            ('y', 5, 4e0, null), ('z', 7, null, 'c'), ('z', 8, 0e0, 'C')
        ) r(subject, nth, amount, label)""",
    # Whose parents change, with a circle of three, and one unit that stands above itself.
    "state": """
        select * from (values
            ('A', 'B', 10), ('B', 'C', 10), ('C', 'A', 12), ('C', null, 10), ('D', 'A', 11), ('E', 'E', 10)
        ) r(MaDonVi, MaDonViCha, newness)""",
}
LISTS = 'list_over("amount", "amount is not null", "partition by subject order by nth")'
QUERIES = {
    "newness": 'select number, {{ newness("earlier", "day") }} from moment',
    "end_of_day": 'select number, {{ end_of_day("day") }} from moment',
    "days_between": 'select number, {{ days_between("day", "cast(later as date)") }} from moment',
    "hours_between": 'select number, {{ hours_between("earlier", "later") }} from moment',
    "months_later": 'select number, {{ months_later("day", 1) }}, {{ months_later("day", 13) }} from moment',
    "week_of": 'select number, cast({{ week_of("day") }} as date) from moment',
    "each_day": """
        select number, {{ each_day("day", "cast(later as date)") }} from moment where number in (1, 2, 3)
        union all
        select number, {{ each_day("date '2024-03-02'", "date '2024-03-01'") }} from moment""",
    "each_path": """select number, {{ each_path("text || '##' || text || '##'") }} from moment""",
    "each_item": "select number, {{ each_item(numbers_up_to(2)) }} from moment",
    "sha256_of": "select number, {{ sha256_of(\"coalesce(text, '')\") }} from moment",
    "matches": "select number, {{ matches('text', '[ĂĐ]') }}, {{ matches('text', '^.{1,3}$') }} from moment",
    "first_numbers": 'select subject, {{ first_numbers("nth", 2) }} from value group by subject',
    "joined_in_order": """
        select subject, {{ joined_in_order("label", "nth", ", ") }} from value group by subject""",
    "newest_of": 'select subject, {{ newest_of("label", ["nth"]) }} from value group by subject',
    "at_largest": 'select subject, {{ at_largest("label", "nth") }} from value group by subject',
    "at_largest_of_two": 'select subject, {{ at_largest("label", "(amount, nth)") }} from value where amount > 0'
    " group by subject",
    "at_smallest": 'select subject, {{ at_smallest("amount", "nth") }} from value group by subject',
    "most_frequent_count": """
        select subject, {{ most_frequent_count("label") }}, {{ most_frequent_count("amount") }}
        from value group by subject""",
    "each_record": """
        select subject, {{ each_record(record({"one": "count(*)", "two": "'a'"}) ~ ", "
        ~ record({"one": "max(nth)", "two": "min(label)"})) }}
        from value group by subject""",
    "whole_row": """
        select count(distinct content)
        from (select {{ whole_row("v") }} as content from (select subject, label from value) v)""",
    "all_but": 'select {{ all_but(["amount", "nth"]) }} from value',
    "key_hash": """
        select count(*), count(distinct {{ key_hash(["subject", "label"]) }}) from value where label is not null""",
    "content_hash": """
        select count(distinct content)
        from (select {{ content_hash("v", ["nth", "amount"]) }} as content from value v)""",
    "large_integer": "select max(cast(pow(16, nth) as {{ large_integer() }})) * 7 - 1 from value",
    "median_over": """
        select subject, nth, {{ median_over("nth", "partition by subject order by nth rows between 2 preceding and "
        ~ "current row") }} from value""",
    "lists": f"""
        select
            subject,
            nth,
            {{{{ item_count("l") }}}},
            {{{{ item("l", 1) }}}},
            {{{{ item("l", 4) }}}},
            {{{{ item(newest_items("l", "2"), 1) }}}},
            {{{{ mean_of(newest_items("l", "2")) }}}},
            {{{{ item(sorted_part("l", 1, 2), 1) }}}}
        from (select subject, nth, {{{{ {LISTS} }}}} as l from value)""",
    "join_newest": """
        select m.MaDonVi, m.newness, s.MaDonViCha
        from state m {{ join_newest("state", "s", "m.MaDonViCha", "m.newness", "left") }}""",
    "join_newest_inner": """
        select m.MaDonVi, m.newness, s.MaDonViCha
        from state m {{ join_newest("state", "s", "m.MaDonViCha", "m.newness") }}""",
    "each_once": """
        with recursive above as ({{ everything_above("above", "(select MaDonVi, MaDonViCha from state
        where MaDonViCha is not null)") }})
        select distinct MaDonVi, MaDonViCha from above""",
    "each_once_by_moment": """
        with recursive above as ({{ everything_above("above", "(select * from state where MaDonViCha is not null)",
        "newness") }})
        select distinct newness, MaDonVi, MaDonViCha from above""",
    "limits": "select nth, ceil(nth / 8e0), nth / 3, round(amount / 3, 12) from value",
}
# Macros of the file that are tested by whole models only: they need dbt itself, or say nothing of values.
ELSEWHERE = {"once", "path_so_far", "may_carry", "filled_cells", "item", "item_count", "newest_items", "sorted_part",
             "mean_of", "list_over", "record", "numbers_up_to"}  # fmt: skip


@pytest.fixture(scope="module")
def project() -> Path:
    return Settings().dbt_project_dir


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    session = remote_session() if "SPARK_REMOTE" in os.environ else local_session(tmp_path_factory.mktemp("spark"))
    for name, rows in ROWS.items():
        session.sql(rows).createOrReplaceTempView(name)
    yield session
    session.stop()


def local_session(folder: Path) -> Any:
    (folder / "sources.json").write_text(json.dumps({}), encoding="utf-8")
    return open_session(
        SessionSpec("local[1]", "1g", str(folder / "sources.json"), str(folder / "tables"), str(folder / "spill"))
    )


def remote_session() -> Any:
    from pyspark.sql import SparkSession  # only where it is installed

    session = SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    for key, value in SAME_RESULTS.items():
        session.conf.set(key, value)
    return session


@pytest.fixture(scope="module")
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, rows in ROWS.items():
            connection.execute(f"create table {name} as {rows}")
        yield connection


def plain(row: Any) -> tuple[Any, ...]:
    """Return a row with values that compare alike whatever types an engine gives."""
    return tuple(
        value if value is None or isinstance(value, str | bool | dt.date | float) else float(value) for value in row
    )


@pytest.mark.parametrize("name", QUERIES)
def test_both_engines_give_the_same(name: str, project: Path, spark: Any, duck: duckdb.DuckDBPyConnection) -> None:
    of_duckdb = duck.execute(render_sql(project, QUERIES[name])).fetchall()
    of_spark = spark.sql(render_sql(project, QUERIES[name], engine="spark")).collect()
    assert of_duckdb
    assert sorted(map(repr, map(plain, of_spark))) == sorted(map(repr, map(plain, of_duckdb)))


def test_every_difference_of_spelling_is_compared(project: Path) -> None:
    macros = (project / "macros" / "portable.sql").read_text(encoding="utf-8")
    dispatched = {line.split("default__")[1].split("(")[0] for line in macros.splitlines() if "macro default__" in line}
    assert dispatched <= {*QUERIES, *ELSEWHERE}
