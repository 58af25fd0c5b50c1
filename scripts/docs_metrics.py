"""Write docs/metrics.md: which indicators BI tools can ask of MetricFlow, and of every other why not.

Belongs here: turning that into the page. Does not belong here: which they are (`dbt_metrics`).
"""

from pipelines.registers.model import load_indicators
from pipelines.settings import Settings
from scripts.dbt_metrics import REASONS, metric_name, why_no_metric
from scripts.markdown import NOTE, cell

HEAD = """\
Chỉ tiêu nào hỏi được bằng `mf query` (dbt MetricFlow), chỉ tiêu nào không và vì sao. Chỉ tiêu không có ở đây vẫn nằm
trong bảng `indicator_values`. Cách hỏi: [bi-tools.vi.md](bi-tools.vi.md).

Which indicators can be asked by `mf query` (dbt MetricFlow), and of the others why not. What is no metric stands in the
table `indicator_values` all the same. How to ask: [bi-tools.md](bi-tools.md).
"""
LIMITS = """\
## Giới hạn chung / What holds for all of them

- **Đơn vị bàn giao / Handed over.** Hồ sơ đã chuyển từ đơn vị này sang đơn vị khác (`fct_handovers`) được metric tính
  cho đơn vị giữ nó vào ngày số liệu; `indicator_values` tính cho đơn vị chịu trách nhiệm vào ngày chốt của từng kỳ. Số
  của cấp cũng có thể khác, số toàn tỉnh thì không. / A dossier that passed from one unit to another counts, in a
  metric, for the unit that has it on the as-of day; in `indicator_values` for the one that answers at each period's
  cut. Levels may differ too, the province does not.
- **Kỳ / Periods.** Tháng, quý, năm bằng `metric_time__month`, `metric_time__quarter`, `metric_time__year`; kỳ báo cáo
  có ngày kết thúc riêng bằng `--start-time` và `--end-time` (ngày đầu và ngày chốt trong `dim_period`). / Months,
  quarters and years by those; report periods, which end on days of their own, by first day and cut of `dim_period`.
- **Định nghĩa đổi giữa kỳ / A definition that changes within a period.** Metric tính từ ngày định nghĩa có hiệu lực;
  `indicator_values` theo định nghĩa có hiệu lực ngày cuối kỳ. / A metric counts from the day on which the definition
  begins; `indicator_values` goes by the one that holds on the period's last day.
- **Mục tiêu, nguồn thiếu, tạm tính / Targets, missing sources, provisional figures** chỉ có trong `indicator_values`.
  Nguồn cần có chưa giao lần nào thì metric để trống, không nói vì sao. / stand in `indicator_values` alone; where a
  source never came a metric is empty, and does not say why.
- **Không phải số cộng được / No sums of cases.** Điểm và xếp hạng theo Quyết định 766, trung vị số ngày giải quyết,
  biểu II.06a (tồn đầu kỳ, đang giải quyết tại ngày chốt) không có metric. / Points and ranks of Decision 766, medians
  of days, form II.06a (carried over, open at the cut) are no metrics.
"""


def metrics_page(settings: Settings) -> str:
    """docs/metrics.md: metrics by name, then the indicators that are none."""
    newest = {(i.code, i.rule): i for i in load_indicators(settings.country_dir)}
    why = {key: why_no_metric(i, settings.dbt_project_dir) for key, i in newest.items()}
    lines = ["# Metrics for BI tools / Chỉ tiêu cho công cụ BI\n", NOTE.format(origin="registers/").rstrip(), "", HEAD]
    lines += ["## Hỏi được / Can be asked\n", "| metric | chỉ tiêu / indicator | cách tính / rule |", "|---|---|---|"]
    lines += [
        f"| `{metric_name(i)}` | {cell(i.name.vi)} / {cell(i.name.en)} | `{i.rule}` |"
        for key, i in newest.items()
        if why[key] is None
    ]
    lines += [
        "",
        "Mỗi metric có thêm `<metric>_numerator` và `<metric>_denominator`. / Each has those two beside it.",
        "",
    ]
    lines += ["## Không hỏi được / Cannot be asked\n", "| vì sao / why | chỉ tiêu / indicators |", "|---|---|"]
    for reason, said in REASONS.items():
        names = ", ".join(f"`{code}` ({rule})" for (code, rule), found in why.items() if found == reason)
        if names:
            lines.append(f"| {said.vi} / {said.en} | {names} |")
    return "\n".join([*lines, "", LIMITS])
