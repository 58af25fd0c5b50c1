"""The register of what to do first: what it may say, and the tables that the models read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.common.errors import TthcError
from pipelines.registers.worklist import load_worklist, work_action_table, work_limit_table
from pipelines.settings import PROJECT_DIR

COUNTRY = PROJECT_DIR / "registers" / "vietnam"


def edited(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    content = yaml.safe_load((COUNTRY / "worklist.yml").read_text(encoding="utf-8"))
    change(content)
    (folder / "worklist.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


def test_every_way_to_stand_has_an_action_and_each_action_one_priority() -> None:
    known, table = load_worklist(COUNTRY), work_action_table(COUNTRY)
    assert table["priority"].to_list() == sorted(table["priority"].to_list())
    assert table.select("priority", "action").unique().height == len(known.actions)
    last = table.row(-1, named=True)
    assert [last[name] for name in ("category", "portal", "has_letter", "is_high_risk")] == [None] * 4


def test_a_condition_of_several_values_is_a_row_for_each(tmp_path: Path) -> None:
    when = {"category": ["overdue", "due_today"], "portal": ["not_there", "other_due"], "has_letter": False}
    action = {"code": "one", "vi": "Một", "en": "One", "when": when}
    table = work_action_table(edited(tmp_path, lambda content: content["actions"].insert(0, action)))
    first = table.filter(priority=1)
    assert sorted(first.select("category", "portal").rows()) == [
        ("due_today", "not_there"), ("due_today", "other_due"), ("overdue", "not_there"), ("overdue", "other_due"),
    ]  # fmt: skip
    assert first["has_letter"].to_list() == [False] * 4


def test_limits_are_the_registers(tmp_path: Path) -> None:
    table = work_limit_table(edited(tmp_path, lambda content: content.update(soon_days=7)))
    assert (table["soon_days"][0], table["least_compared"][0]) == (7, load_worklist(COUNTRY).risk.least_compared)


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["actions"].pop(),
        lambda content: content["actions"].append(content["actions"][-1]),
        lambda content: content["actions"][0]["when"].update(category=["late"]),
        lambda content: content["actions"][0]["when"].update(due=True),
        lambda content: content.update(soon_days=0),
        lambda content: content["risk"].update(high=1.5),
        lambda content: content.pop("letter"),
    ],
)
def test_a_register_that_cannot_be_followed_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    with pytest.raises(TthcError) as refused:
        load_worklist(edited(tmp_path, change))
    assert refused.value.code == "holds_invalid"
