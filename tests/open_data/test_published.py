"""`open_datasets` counts what came out and still lies there, edition by edition, never what the register promises."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.files import sha256_of
from pipelines.open_data.edition_counts import edition_table
from pipelines.open_data.editions import add_edition
from pipelines.open_data.vintage_store import seal_vintage
from pipelines.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(warehouse_dir=tmp_path / "kho")


def come_out(settings: Settings, folder: Path, name: str, closed_until: str, tables: list[str]) -> None:
    """Keep a made-up vintage of these tables as the newest edition."""
    made = folder / name
    made.mkdir()
    for table in tables:
        (made / table).write_text(f"{name}\n")
    files = {table: sha256_of(made / table) for table in tables}
    head: Any = {"vintage": name, "before": None, "closed_until": closed_until, "files": files, "descriptions": {},
            "rows": dict.fromkeys(tables, 1)}  # fmt: skip
    seal_vintage(made, head)
    add_edition(settings, made)


def test_nothing_is_published_before_the_first_edition(settings: Settings) -> None:
    assert edition_table(settings).is_empty()


def test_tables_are_counted_edition_by_edition(settings: Settings, tmp_path: Path) -> None:
    come_out(settings, tmp_path, "first", "None", ["a.csv"])
    come_out(settings, tmp_path, "second", "2024-11-30", ["a.csv", "b.csv"])
    come_out(settings, tmp_path, "third", "2024-12-31", ["a.csv", "b.csv", "c.csv"])
    assert edition_table(settings).rows() == [
        (1, None, 1),
        (2, dt.date(2024, 11, 30), 2),
        (3, dt.date(2024, 12, 31), 3),
    ]


def test_what_cannot_be_fetched_any_more_is_not_counted(settings: Settings, tmp_path: Path) -> None:
    come_out(settings, tmp_path, "first", "2024-11-30", ["a.csv", "b.csv"])
    come_out(settings, tmp_path, "second", "2024-12-31", ["a.csv", "b.csv"])
    (settings.editions_dir / "first" / "a.csv").unlink()
    (settings.editions_dir / "second" / "vintage.json").unlink()
    assert edition_table(settings)["dataset_count"].to_list() == [1, 0]
