"""The register and the rules are checked on reading: what does not hold together is named, and nothing runs on it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.common.errors import TthcError
from pipelines.open_data.tables import FOLDER
from pipelines.registers.disclosure import load_rules
from pipelines.registers.model import load_indicators
from pipelines.registers.publication import REGISTER_FILE, load_register
from pipelines.settings import PROJECT_DIR

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
REGISTER = load_register(COUNTRY)


@pytest.fixture
def country(tmp_path: Path) -> Path:
    shutil.copytree(COUNTRY, tmp_path / "vietnam")
    return tmp_path / "vietnam"


def test_every_table_has_its_query_and_every_query_its_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {table.name for table in REGISTER.tables}


def test_no_published_query_reads_exact_counts_of_cells() -> None:
    """Queries read what is shown of a protected cell, never the count behind it."""
    for table in REGISTER.tables:
        text = (FOLDER / f"{table.name}.sql").read_text(encoding="utf-8")
        assert not any(name in text for name in ("from cell", "join cell", "case_in", "measured", "join figure"))


def test_every_indicator_is_exact_or_protected_and_every_class_says_why() -> None:
    rules, indicators = load_rules(COUNTRY), load_indicators(COUNTRY)
    codes = {one.code for one in indicators if one.origin == "transactions"}
    assert codes <= {*rules.exact.indicators, *rules.protected.codes}
    assert {one.origin for one in indicators} == {"transactions", *rules.exact.origins}
    assert rules.exact.why.vi and rules.protected.why.vi
    assert {table.name: table.disclosure for table in REGISTER.tables if table.disclosure != "none"} == {
        "chi-tieu": "by_indicator", "muc-tieu-ke-hoach": "by_indicator", "tinh-hinh-giai-quyet": "exact",
        "diem-766": "exact", "xep-hang-766": "exact",
        "thanh-toan": "exact", "thoi-gian-giai-quyet": "exact",
        "linh-vuc": "sdc1", "thu-tuc": "sdc1", "phan-anh": "sdc1",
    }  # fmt: skip


def test_every_text_comes_from_a_list_that_exists() -> None:
    texts = [column for table in REGISTER.tables for column in table.columns if column.type == "string"]
    assert len(texts) > 60 and all(column.values for column in texts)


# A key of the whole, or of one table, and what makes it wrong.
WRONG: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "a code list that is none": ("linh-vuc", lambda table: column_of(table, "cap").update(values="codes:khong-co")),
    "a key that is no column": ("ky", lambda table: table.update(key=["khong_co"])),
    "a text from nowhere": ("ky", lambda table: column_of(table, "loai").pop("values")),
    "one table twice": ("ky", lambda table: table.update(name="don-vi")),
    "an order left to chance": ("linh-vuc", lambda table: table.update(order_by=["ky"])),
    "a count without a flag": ("thanh-toan", lambda table: flag_of(table, "giao_dich").update(of=["truc_tuyen"])),
    "identifiers that run into what follows": ("dataset", lambda dataset: dataset.update(base_iri="urn:x-tthc")),
    "a name too long for a sheet": ("dataset", lambda dataset: dataset.update(name="thu-tuc-hanh-chinh-cua-ca-tinh")),
    "a protected table without a reason": ("linh-vuc", lambda table: table.pop("why")),
    "a foreign key to half a key": (
        "chi-tieu", lambda table: table["foreign_keys"][0].update(references=["ma_chi_tieu"])
    ),
}  # fmt: skip


def column_of(table: dict[str, Any], name: str) -> dict[str, Any]:
    return next(column for column in table["columns"] if column["name"] == name)


def flag_of(table: dict[str, Any], name: str) -> dict[str, Any]:
    return next(column for column in table["columns"] if column.get("of") == [name])


@pytest.mark.parametrize("what", WRONG)
def test_a_register_that_does_not_hold_together_is_refused(country: Path, what: str) -> None:
    place, spoil = WRONG[what]
    path = country / REGISTER_FILE
    register = yaml.safe_load(path.read_text(encoding="utf-8"))
    spoil({"dataset": register["dataset"], **{table["name"]: table for table in register["tables"]}}[place])
    path.write_text(yaml.safe_dump(register, allow_unicode=True), encoding="utf-8")
    with pytest.raises(TthcError, match="register_invalid"):
        load_register(country)


WRONG_RULES = {
    "a measure that is none": ("  received: received_online", "  received: received_else"),
    "a numerator outside its denominator": ("numerator: satisfied, denominator: rated",
                                            "numerator: resolved, denominator: rated"),
    "an indicator of both classes": ("    - notification_share", "    - satisfaction_rate"),
    "a threshold that lets small counts show": ("threshold: 10", "threshold: 5"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_RULES)
def test_rules_that_do_not_hold_together_are_refused(country: Path, what: str) -> None:
    right, wrong = WRONG_RULES[what]
    path = country / "disclosure.yml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(TthcError, match="register_invalid"):
        load_rules(country)
