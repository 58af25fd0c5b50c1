"""A night computes nothing where contracts or indicators were edited and the models do not know yet."""

from typing import Any

import pytest

from pipelines.common.errors import TthcError
from pipelines.contracts.model import Contract, load_contracts
from pipelines.registers.levels import Levels, load_levels
from pipelines.registers.model import Indicator, load_indicators
from pipelines.settings import Settings
from pipelines.transform.generated_macros import require_current

SETTINGS = Settings()
LEVELS = load_levels(SETTINGS.country_dir)


@pytest.fixture
def contracts() -> dict[str, Contract]:
    return load_contracts(SETTINGS.contracts_dir)


@pytest.fixture
def indicators() -> list[Indicator]:
    return list(load_indicators(SETTINGS.country_dir))


def changed(thing: Any, **values: object) -> Any:
    return thing.model_copy(update=values)


def test_what_make_docs_wrote_is_current(contracts: dict[str, Contract], indicators: list[Indicator]) -> None:
    require_current(SETTINGS, contracts, indicators, LEVELS)


def test_a_sentence_of_a_contract_needs_no_new_macro(
    contracts: dict[str, Contract], indicators: list[Indicator]
) -> None:
    ho_so = contracts["ho_so"]
    contracts["ho_so"] = changed(ho_so, title=changed(ho_so.title, vi="Tên khác"))
    require_current(SETTINGS, contracts, indicators, LEVELS)


@pytest.mark.parametrize("edit", ["lookups", "key", "new source"])
def test_an_edited_contract_stops_the_night_by_name(
    contracts: dict[str, Contract], indicators: list[Indicator], edit: str
) -> None:
    if edit == "lookups":
        contracts["ho_so"] = changed(contracts["ho_so"], lookups=())
    elif edit == "key":
        contracts["ho_so"] = changed(contracts["ho_so"], key=("MaHoSo", "MaTTHC"))
    else:
        contracts["nguon_moi"] = changed(contracts["xin_loi"], source="nguon_moi")
    name = "nguon_moi" if edit == "new source" else "ho_so"
    with pytest.raises(TthcError, match=rf"macros_outdated\] contracts \({name}\).*make docs"):
        require_current(SETTINGS, contracts, indicators, LEVELS)


def test_an_edited_register_of_indicators_stops_the_night(
    contracts: dict[str, Contract], indicators: list[Indicator]
) -> None:
    edited = [changed(one, computed="by_period") if one.code == "digitised_share" else one for one in indicators]
    with pytest.raises(TthcError, match=r"macros_outdated\] indicators \(by_day, by_period\)"):
        require_current(SETTINGS, contracts, edited, LEVELS)


def test_an_edited_register_of_levels_stops_the_night(
    contracts: dict[str, Contract], indicators: list[Indicator]
) -> None:
    without_districts = Levels(levels=tuple(one for one in LEVELS.levels if one.code != "huyen"))
    with pytest.raises(TthcError, match=r"macros_outdated\] levels \(levels\)"):
        require_current(SETTINGS, contracts, indicators, without_districts)
