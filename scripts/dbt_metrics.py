"""The indicators as dbt metrics for BI tools (dbt_metrics/), made by `make docs` out of the register.

A metric adds up the rows of a view of cases by the day on which they count, so it can be an indicator whose cases each
decide alone, on that day; docs/metrics.md says of every other why it is none. Belongs here: which indicators are
metrics, and the YAML that says so. Does not belong here: the page (`docs_metrics`), how an indicator counts (cases).
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from pipelines.contracts.fields import Sentence
from pipelines.registers.model import Indicator

PROJECT = "dbt_metrics"
NOTE = "# Made by `make docs` out of registers/vietnam/indicators.yml, not by hand.\n"
STUB = "-- Made by `make docs`: the published {kind}, as it is.\nselect * from {{{{ this }}}}\n"
# What a case says of itself: the day that decides the period, from which day it counts, what takes its place.
OWN_DAY = re.compile(r"\bcase\s+when .+? then (?P<then>[\w.]+)\s+end as counts_from", re.DOTALL)
EVENT = re.compile(r"(?P<event>[\w.]+) as event_date")
NEVER_SUPERSEDED = "cast(null as date) as superseded_on"
# Of the indicators with SQL of their own, those whose SQL only adds up the cases.
ADDS_UP_CASES = {("online_share", "766")}
# Why an indicator is no metric.
REASONS = {
    "by_period": Sentence(
        vi="mỗi kỳ có danh sách trường hợp riêng (đang mở, còn hiệu lực vào ngày chốt): cộng theo ngày không ra",
        en="each period has cases of its own (what is open or in force at its cut), which no sum over days gives",
    ),
    "later_day": Sentence(
        vi="tử số tính từ một ngày sau ngày quyết định kỳ, đến ngày chốt của từng kỳ",
        en="its numerator counts from a day after the one that decides the period, up to each period's own cut",
    ),
    "superseded": Sentence(
        vi="mỗi hồ sơ tính một lần trong kỳ, theo đánh giá mới nhất đến ngày chốt của kỳ",
        en="a dossier counts once in a period, by what was newest at that period's cut",
    ),
    "field": Sentence(
        vi="chưa biết ở kỳ trước ngày có dòng đầu tiên ghi trường cần có; metric sẽ cho số ở mọi kỳ",
        en="unknown in periods before the first row with a field that it needs; a metric would give a figure in all",
    ),
    "model": Sentence(
        vi="mẫu số không phải là số trường hợp: SQL riêng tính cả hồ sơ đang mở ở ngày chốt hoặc so hai nguồn",
        en="its denominator is no number of cases: SQL of its own adds what is open at the cut, or compares sources",
    ),
    "reported": Sentence(
        vi="đơn vị báo cáo sẵn tử số, mẫu số của từng kỳ", en="units report numerator and denominator of each period"
    ),
    "missing": Sentence(vi="chưa nguồn nào cho tính được", en="no source can tell it"),
}


def metric_name(indicator: Indicator) -> str:
    """Return the name of its metric: MetricFlow keeps two underscores for itself."""
    return f"{indicator.code}_{indicator.rule}"


def view_name(indicator: Indicator) -> str:
    return f"case_{indicator.code}__{indicator.rule}"


def why_no_metric(indicator: Indicator, dbt_project: Path) -> str | None:
    """Return why an indicator is no metric (a key of REASONS), None if it is one."""
    path = dbt_project / "models" / "metrics" / "cases" / f"{view_name(indicator)}.sql"
    if indicator.computed == "model" and (indicator.code, indicator.rule) not in ADDS_UP_CASES:
        return "model"
    if indicator.computed not in ("by_day", "model"):
        return indicator.computed
    if any("." in need for need in indicator.needs):
        return "field"
    sql = path.read_text(encoding="utf-8")
    if NEVER_SUPERSEDED not in sql:
        return "superseded"
    own, event = OWN_DAY.search(sql), EVENT.search(sql)
    return None if own and event and own["then"] == event["event"] else "later_day"


def held(indicators: Sequence[Indicator], dbt_project: Path) -> list[Indicator]:
    """Return the indicators that are metrics, the newest definition of each, in the register's order."""
    newest = {(i.code, i.rule): i for i in indicators}
    return [i for i in newest.values() if why_no_metric(i, dbt_project) is None]


def metric_files(indicators: Sequence[Indicator], dbt_project: Path) -> Iterator[tuple[Path, str]]:
    """Yield each file of the project of metrics that follows from the register, and its content."""
    models, metrics = dbt_project.parent / PROJECT / "models", held(indicators, dbt_project)
    first = {(i.code, i.rule): i.valid_from for i in reversed(list(indicators))}
    for i in metrics:
        yield models / "cases" / f"{view_name(i)}.sql", STUB.format(kind="cases")
    content = {
        "semantic_models": [_semantic_model(i, first[i.code, i.rule].isoformat()) for i in metrics],
        "metrics": [_metric(i) for i in metrics],
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=120)
    yield models / "metrics.yml", f"{NOTE}version: 2\n{text}"


def _semantic_model(i: Indicator, since: str) -> dict[str, Any]:
    """Return the cases of an indicator as MetricFlow takes them: whose, of which day, and what they add up to."""
    name = metric_name(i)
    # Not before the indicator was defined or the first period begins; what is due after the as-of day has come to no
    # cut; and without a source that it needs nothing is known, which is not 0.
    first = f"greatest(date '{since}', (select min(start_date) from marts.dim_period))"  # noqa: S608 - a day
    counts = f"event_date between {first} and (select as_of from marts.dim_run)"  # noqa: S608 - as above
    sources = ", ".join(f"'{source}'" for source in i.needs)
    known = f"(select count(*) from marts.source_freshness where source in ({sources})) = {len(i.needs)}"  # noqa: S608
    counts = f"{counts} and {known}"
    parts = {"numerator": f"{counts} and counts_from is not null", "denominator": counts}
    return {
        "name": f"{name}_cases", "description": f"{i.name.vi} / {i.name.en}",
        "model": f"ref('{view_name(i)}')", "defaults": {"agg_time_dimension": "event_date"},
        "primary_entity": f"{name}_case",
        "entities": [{"name": "unit", "type": "foreign", "expr": "unit_code"}],
        "dimensions": [
            {"name": "event_date", "type": "time", "type_params": {"time_granularity": "day"}},
            {"name": "reason", "type": "categorical"},
        ],
        "measures": [
            {"name": f"{name}_{part}", "agg": "sum", "expr": f"case when {condition} then 1 else 0 end",
             "create_metric": True}
            for part, condition in parts.items()
        ],
    }  # fmt: skip


def _metric(i: Indicator) -> dict[str, Any]:
    name = metric_name(i)
    return {
        "name": name, "label": f"{i.name.vi} ({i.rule})", "type": "ratio",
        "description": f"{i.numerator.vi} : {i.denominator.vi} / {i.numerator.en} : {i.denominator.en}",
        "type_params": {"numerator": f"{name}_numerator", "denominator": f"{name}_denominator"},
    }  # fmt: skip
