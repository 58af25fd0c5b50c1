"""The worked examples of CONTRIBUTING, followed: what the page says to touch is enough, and nothing else is.

A new source and a new indicator need dbt: `tests/pipeline/test_additions.py`.
"""

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest
import yaml

from pipelines.open_data.tables import FOLDER, wanted
from pipelines.registers.publication import REGISTER_FILE, load_register
from pipelines.registers.tables import register_tables
from pipelines.settings import PROJECT_DIR, Settings
from scripts.dbt_model import compiled_models

PAGE = (PROJECT_DIR / "CONTRIBUTING.md").read_text(encoding="utf-8")
ENGLISH = re.findall(r"^## (A new .+|Another .+)$", PAGE, re.MULTILINE)
DAY = dt.date(2025, 6, 30)
NEW_PLAN = {
    "goals.csv": "2025,II.2.1-01,II.2.1,98% hồ sơ giải quyết đúng hạn (ví dụ),on_time_rate,xa,Phòng Chuyển đổi số",
    "targets.csv": 'on_time_rate,plan,xa,2025-01-01,2025-12-31,0.98,"II.2.1: 98% hồ sơ giải quyết đúng hạn (ví dụ)"',
    "tasks.csv": "2025,I.1.1,I.1.1,mục tiêu,nhiệm vụ (ví dụ),sản phẩm,Văn phòng Sở,,Năm 2025,deadline,2025-12-31",
}


@pytest.fixture
def registers(tmp_path: Path) -> Path:
    return shutil.copytree(PROJECT_DIR / "registers", tmp_path / "registers")


def test_both_languages_have_the_same_examples_and_name_the_same_files() -> None:
    vietnamese = (PROJECT_DIR / "CONTRIBUTING.vi.md").read_text(encoding="utf-8")
    assert len(ENGLISH) == 6
    assert len(re.findall(r"^## Thêm một .+$", vietnamese, re.MULTILINE)) == len(ENGLISH)

    def files(page: str) -> list[str]:
        quoted = re.findall(r"`([\w.-]+(?:/[^`\s]*)+)`", page)
        return sorted({re.sub(r"<[^>]+>", "<>", name) for name in quoted})

    assert files(PAGE) == files(vietnamese)


def test_a_plan_year_is_rows_below_the_old_ones(registers: Path) -> None:
    settings = Settings(registers_dir=registers)
    before = register_tables(settings, DAY, "H19")
    for name, line in NEW_PLAN.items():
        with (registers / "dong-nai" / name).open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")
    after = register_tables(settings, DAY, "H19")
    for table in ("goal", "task", "target"):
        assert after[table].height == before[table].height + 1
        assert after[table].head(-1).equals(before[table])
    changed = {name for name, frame in after.items() if not frame.equals(before[name])}
    assert changed == {"goal", "task", "target", "register_entry"}


def test_a_province_is_a_folder(registers: Path) -> None:
    folder = registers / "tinh-thu"
    shutil.copytree(registers / "dong-nai", folder)
    shutil.rmtree(registers / "dong-nai")
    for name in ("units.csv", "field_departments.csv"):
        (folder / name).unlink()
    for path in filter(Path.is_file, folder.iterdir()):
        path.write_text(path.read_text(encoding="utf-8").replace("H19", "H20"), encoding="utf-8")
    tables = register_tables(Settings(registers_dir=registers, province="tinh-thu"), DAY, "H20")
    assert tables["run"]["province_code"].to_list() == ["H20"]
    assert tables["unit_change"]["old_unit_code"].str.starts_with("H20").all()


def test_a_published_table_is_an_entry_and_a_query(registers: Path) -> None:
    country = registers / "vietnam"
    register = yaml.safe_load((country / REGISTER_FILE).read_text(encoding="utf-8"))
    like = next(table for table in register["tables"] if table["name"] == "thanh-toan")
    register["tables"].append(like | {"name": "thu-xin-loi"})
    (country / REGISTER_FILE).write_text(yaml.safe_dump(register, allow_unicode=True), encoding="utf-8")
    published = load_register(country)
    assert {"thu-xin-loi.csv", "thu-xin-loi.parquet"} <= published.files
    # The register's columns, in its order, are what leaves a query that offers more.
    columns = [column.name for column in published.table("thu-xin-loi").columns]
    query = wanted(published.table("thu-xin-loi"), (FOLDER / "thanh-toan.sql").read_text(encoding="utf-8"))
    offered = re.findall(r"cast\((\w+) as \w+\)", query.split(" from (")[0])
    assert offered == columns == [*(column["name"] for column in like["columns"]), "du_lieu"]


def test_the_files_that_describe_the_sample_alone_are_read_by_the_sample_alone() -> None:
    readers = {
        path.relative_to(PROJECT_DIR / "pipelines").parts[0]
        for path in (PROJECT_DIR / "pipelines").rglob("*.py")
        if re.search(r'"(units|field_departments)\.csv"', path.read_text(encoding="utf-8"))
    }
    assert readers == {"sample"}


@pytest.mark.slow
def test_one_model_is_compiled_without_a_warehouse() -> None:
    compiled = compiled_models("fct_apologies")
    assert list(compiled) == ["fct_apologies"]
    assert "stg_apology" in compiled["fct_apologies"] and "{{" not in compiled["fct_apologies"]
