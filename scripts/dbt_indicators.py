"""What dbt has to know of the indicators, made by `make docs`, since dbt cannot read the register while it parses.

Belongs here: the lists that the models loop over, and what dbt says of the models of cases. Does not belong here: how
an indicator counts; that is the register's entry and its case model.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipelines.registers.model import Indicator
from pipelines.transform.generated_macros import computed_indicators
from scripts.sql_text import formatted_sql

COMPUTED = """\
{{#
    Made by `make docs` out of registers/vietnam/indicators.yml, not by hand: the indicators that are computed in one
    way, in the register's order.

    way    by_day, by_period (out of the model case_<code>__<rule>) or model (by the model ind_<code>__<rule>)

    A list of: code, rule, case_of (what each case names first: dossier, feedback), matures (whether late entries can
    raise the figure of a closed period).
#}}
{{% macro indicators_computed(way) %}}
    {{{{ return({indicators}[way]) }}}}
{{% endmacro %}}
"""
CASES = """\
# Made by `make docs` out of registers/vietnam/indicators.yml, not by hand.
version: 2
x-columns:
  by_day: &by_day
    - {name: case_code, description: "Mã hồ sơ, phản ánh hoặc khoản phí; chỉ dùng nội bộ / Code of the dossier, item \
or fee; internal"}
    - {name: unit_code, description: "Mã đơn vị / Unit code"}
    - {name: unit_level, description: "Cấp của đơn vị / Level of the unit"}
    - {name: event_date, description: "Ngày quyết định kỳ / Day that decides the period"}
    - {name: superseded_on, description: "Từ ngày này được thay bằng trường hợp mới hơn; trống là không / From this \
day a newer case replaces it; null means none does"}
    - {name: counts_from, description: "Từ ngày này được tính vào tử số; trống là không bao giờ / From this day it \
counts in the numerator; null means never"}
    - {name: reason, description: "Vì sao được hoặc không được tính / Why it counts or does not"}
  by_period: &by_period
    - {name: period_code, description: "Mã kỳ / Period code"}
    - {name: case_code, description: "Mã hồ sơ, thủ tục hoặc nhiệm vụ; chỉ dùng nội bộ / Code of the dossier, \
procedure or task; internal"}
    - {name: unit_code, description: "Mã đơn vị / Unit code"}
    - {name: unit_level, description: "Cấp của đơn vị / Level of the unit"}
    - {name: counts, description: "Được tính vào tử số; trống là nguồn không nói / Counts in the numerator; null means \
the source does not say"}
    - {name: reason, description: "Vì sao được hoặc không được tính / Why it counts or does not"}
models:
"""
CASE = """\
  - name: {name}
    description: "Từng trường hợp của chỉ tiêu {code}, cách tính {rule}. Một dòng cho mỗi {grain_vi} / The cases of \
indicator {code} under rule {rule}. One row per {grain_en}"
    columns: *{way}
"""
GRAINS = {"by_day": ("trường hợp", "case"), "by_period": ("kỳ và trường hợp", "period and case")}


def computed_macro(indicators: Sequence[Indicator]) -> str:
    """Return dbt_project/macros/indicators_computed.sql: what the models that compute indicators loop over."""
    return formatted_sql(COMPUTED.format(indicators=json.dumps(computed_indicators(indicators))))


def case_descriptions(indicators: Sequence[Indicator], cases: Path) -> str:
    """Return models/metrics/cases/_cases.yml: what dbt says of each model of cases.

    An indicator with a model of its own may have cases besides, for `tthc explain`: by period where they name one.
    """
    entries = {}
    for i in indicators:
        name = f"case_{i.code}__{i.rule}"
        way: str = i.computed
        if i.computed == "model" and (cases / f"{name}.sql").is_file():
            sql = (cases / f"{name}.sql").read_text(encoding="utf-8")
            way = "by_period" if "period_code" in re.sub(r"--.*", "", sql) else "by_day"
        if way in GRAINS:
            grain_vi, grain_en = GRAINS[way]
            entries[name] = CASE.format(
                name=name, code=i.code, rule=i.rule, grain_vi=grain_vi, grain_en=grain_en, way=way
            )
    return CASES + "".join(entries[name] for name in sorted(entries))


def indicator_files(indicators: Sequence[Indicator], dbt_project: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of the dbt project that follows from the register of indicators, and its content."""
    cases = dbt_project / "models" / "metrics" / "cases"
    yield dbt_project / "macros" / "indicators_computed.sql", computed_macro(indicators)
    yield cases / "_cases.yml", case_descriptions(indicators, cases)
