"""What is attacked together does not depend on the order in which the database gives it."""

import duckdb
import pytest

from pipelines.open_data.blocks import Cells
from pipelines.open_data.rules import load_rules
from pipelines.settings import PROJECT_DIR

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")


@pytest.mark.parametrize("measures", [RULES.give_up_last, list(reversed(RULES.give_up_last))])
def test_a_cell_in_several_places_is_given_up_as_late_as_the_latest_of_them(measures: list[str]) -> None:
    assert len(measures) > 1
    with duckdb.connect() as connection:
        connection.execute("create table cell (scope text, unit_code text, unit_level text, measure text,"
                           " period_code text, cell text)")  # fmt: skip
        connection.execute("create table figure (cell text, n int, k int, value int, is_hidden_too bool)")
        connection.execute("create table period (period_code text, end_date date)")
        connection.execute("create table shown_before (cell text, n int, k int)")
        connection.execute("insert into period values ('2024-01', '2024-01-31')")
        connection.execute("insert into figure values ('a', 20, 1, 20, false)")
        for measure in measures:
            connection.execute("insert into cell values ('unit', 'U1', 'so', ?, '2024-01', 'a')", [measure])
        cells = Cells(connection, RULES, "unit", 2024)
    assert cells.figures["U1", "so"]["a"].rank == len(RULES.give_up_last)
    assert set(cells.places["U1", "so"]) == {(measure, "2024-01") for measure in measures}
