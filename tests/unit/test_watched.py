"""The canonical copy of registers and contracts: each is watched or says why not, and an edit shows as one."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pipelines.common.errors import TthcError
from pipelines.registers.model import Indicator, load_indicators
from pipelines.registers.tables import register_tables
from pipelines.registers.watched import COMMENTS, PARTS, _leaves, formula_table, load_watched
from pipelines.settings import Settings

SETTINGS = Settings()
DAY = dt.date(2024, 12, 31)
Edit = Callable[[str, str, str], "Cells"]
Cells = dict[tuple[str, str, str], str | None]


def cells(registers: Path = SETTINGS.registers_dir, contracts: Path = SETTINGS.contracts_dir) -> Cells:
    settings = Settings(registers_dir=registers, contracts_dir=contracts)
    table = register_tables(settings, DAY, "H19")["register_entry"]
    return {(register, entry, field): value for register, entry, field, value, *_ in table.iter_rows()}


@pytest.fixture(scope="module")
def now() -> Cells:
    return cells()


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """Return the cells after a text in one file of registers/ or contracts/ was replaced, each time it stands there."""

    def edit(file: str, old: str, new: str) -> Cells:
        for name, folder in (("registers", SETTINGS.registers_dir), ("contracts", SETTINGS.contracts_dir)):
            shutil.copytree(folder, tmp_path / name, dirs_exist_ok=True)
        path = tmp_path / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return cells(tmp_path / "registers", tmp_path / "contracts")

    return edit


def test_every_register_is_watched_or_says_why_not() -> None:
    watched = load_watched(SETTINGS.registers_dir / "vietnam")
    # Names without the tables that say what is watched; `unit`, the contracts and formulas are no register table.
    tables = set(register_tables(SETTINGS, DAY, "H19")) - {"register_entry", "watched_field"}
    assert tables <= {*watched.rows, *watched.not_watched}
    files = {path.stem for path in SETTINGS.registers_dir.glob("*/*.yml")}
    assert files <= {*watched.settings, *watched.not_watched}
    assert not {*watched.rows, *watched.settings} & set(watched.not_watched)


def test_the_copy_is_sorted_has_every_cell_once_and_is_the_same_again(now: Cells) -> None:
    assert list(now) == sorted(now)
    assert cells() == now
    assert {entry[0] for entry in now} >= {"target", "goal", "indicator", "contract_field", "holds", "watched"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("registers/dong-nai/targets.csv", "n_rate,plan,*,2024-01-01,2024-12-31,0.94",
         "n_rate,plan,*,2024-01-01,2024-12-31,0.49",
         {("target", "satisfaction_rate|plan|*|2024-01-01", "target"): ("0.94", "0.49")}),
        ("registers/dong-nai/holds.yml", "value: 0.03", "value: 0.3", {("holds", "drift|value", ""): ("0.03", "0.3")}),
        ("registers/vietnam/disclosure.yml", "threshold: 10", "threshold: 1",
         {("disclosure", "threshold", ""): ("10", "1")}),
        ("contracts/ho_so.yml", '{name: MaTTHC, type: code, required: true,', '{name: MaTTHC, type: code,',
         {("contract_field", "ho_so|MaTTHC", "required"): ("true", "false")}),
        ("contracts/ho_so.yml", ',\n             "3": {vi: Bưu chính công ích, en: By public post}}', '}',
         {("contract_field", "ho_so|KenhThucHien", "codes"): ('["1", "2", "3"]', '["1", "2"]')}),
        # Words: what a code, a field and a goal are called.
        ("contracts/ho_so.yml", "Bưu chính công ích", "Bưu chính", {}),
        ("contracts/ho_so.yml", "Mã thủ tục hành chính", "Mã của thủ tục", {}),
        ("registers/dong-nai/goals.csv", "hoàn thiện hệ thống pháp luật", "hoàn thiện pháp luật", {}),
        ("registers/vietnam/indicators.yml", "Dossiers resolved on time", "Resolved in time", {}),
        ("registers/dong-nai/targets.csv", "legal_documents_reviewed", " legal_documents_reviewed ", {}),
    ],
)  # fmt: skip
def test_an_edit_changes_its_own_cells_alone(
    now: Cells,
    edited: Edit,
    file: str,
    old: str,
    new: str,
    changed: dict[tuple[str, ...], tuple[str | None, str | None]],
) -> None:
    found = edited(file, old, new)
    assert found.keys() == now.keys()
    seen: object = {cell: (now[cell], value) for cell, value in found.items() if value != now[cell]}
    assert seen == changed


def test_a_goal_taken_out_is_gone_with_all_its_cells(now: Cells, edited: Edit) -> None:
    text = (SETTINGS.registers_dir / "dong-nai" / "goals.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    found = edited("registers/dong-nai/goals.csv", text[2], "")
    gone = now.keys() - found.keys()
    assert {cell[:2] for cell in gone} == {("goal", "2024|II.1-2")}
    assert found.keys() <= now.keys()
    assert ("goal", "2024|II.1-2", "") in gone


def test_a_column_that_is_not_there_is_an_error(edited: Edit) -> None:
    with pytest.raises(TthcError, match=r"target: plan_lime"):
        edited("registers/vietnam/watched.yml", "free: [plan_line]", "free: [plan_lime]")


def test_a_formula_is_how_the_register_computes_it_and_its_sql_without_comments(tmp_path: Path) -> None:
    shutil.copytree(SETTINGS.dbt_project_dir / "models" / "metrics", tmp_path, dirs_exist_ok=True)
    indicators = load_indicators(SETTINGS.registers_dir / "vietnam")
    before = formula_table(indicators, tmp_path)
    assert before.height == len({(one.code, one.rule) for one in indicators})
    # Ten digits in a row would be taken for a phone number, and the gate would refuse the night.
    assert before.filter(pl.col("computation").str.contains("[0-9]")).is_empty()

    def moved(now: list[Indicator]) -> list[tuple[Any, ...]]:
        changed = formula_table(now, tmp_path).join(before, on=before.columns, how="anti")
        return changed.select("indicator_code", "rule").rows()

    case = tmp_path / "cases" / "case_on_time_rate__plan.sql"
    own = tmp_path / "indicators" / "ind_sync_rate__766.sql"
    for path in (case, own):
        path.write_text("-- a remark\n" + path.read_text().replace("\n", "  \n"))
    assert moved(indicators) == []
    first = indicators[0]
    assert moved([first.model_copy(update={"computed": "by_period"}), *indicators[1:]]) == [(first.code, first.rule)]
    assert moved([first.model_copy(update={"case_of": "feedback"}), *indicators[1:]]) == [(first.code, first.rule)]
    for path in (case, own):
        path.write_text(path.read_text().replace("select", "select distinct", 1))
    assert moved(indicators) == [("on_time_rate", "plan"), ("sync_rate", "766")]
    assert COMMENTS.sub("", "a -- b\nc {# d\n #}e") == "a \nc e"


scalars = st.none() | st.booleans() | st.integers() | st.text("abc ", max_size=4)
trees = st.recursive(
    scalars,
    lambda below: (
        st.dictionaries(st.text("klm", min_size=1, max_size=3), below, max_size=4) | st.lists(scalars, max_size=3)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text("klm", min_size=1, max_size=3), trees, min_size=1, max_size=5))
def test_every_setting_is_one_leaf_and_a_change_of_it_shows(tree: dict[str, Any]) -> None:
    """Paths are unique, and the leaves say the whole file, but for blanks around words and empty mappings."""
    leaves = list(_leaves(yaml.safe_load(yaml.safe_dump(tree)), (), frozenset()))
    paths = [PARTS.join(path) for path, _ in leaves]
    assert len(set(paths)) == len(paths)
    for path, value in leaves:
        node = tree
        for key in path:
            node = node[key]
        if isinstance(node, str):
            assert value == (node.strip() or None)
        elif node is None:
            assert value is None
        else:
            assert yaml.safe_load(str(value)) == node


def test_values_are_text_with_one_spelling() -> None:
    table = register_tables(SETTINGS, DAY, "H19")["register_entry"]
    assert table.schema["value"] == pl.String
    assert table.filter(pl.col("value") != pl.col("value").str.strip_chars()).is_empty()
    assert table.filter(pl.col("value") == "").is_empty()
