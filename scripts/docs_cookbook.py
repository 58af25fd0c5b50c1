"""docs/cookbook.md and docs/cookbook.vi.md: each question with its query and the sample's answer.

Belongs here: how the pages look. Does not belong here: questions (`docs/cookbook/questions.yml`) and answers
(`cookbook_answers`).
"""

from pipelines.settings import Settings
from scripts.cookbook import Cookbook, Question, load_cookbook
from scripts.cookbook_answers import SAMPLES, Answer, read_answers
from scripts.markdown import NOTE, cell, code

LONGEST_CELL = 60
HEAD = {
    "en": """\
# Cookbook: questions and answers

*[Tiếng Việt](cookbook.vi.md)*

{count} questions that people ask of the warehouse, each with its query and an answer. A query is also a file, which
runs on your own version as it stands:

```
.venv/bin/tthc sql -f docs/cookbook/{first}.sql
```

- **What you change** stands in the query as a plain value with a comment: the unit, the year, the procedure. What is
  about today finds its day itself (`dim_run.as_of`).
- **Every figure below is invented.** It is what a **synthetic** province answers, the first {rows} rows: a year and a
  quarter that still run, with planted faults; the second province where a year before is needed:

```
{commands}
```

- Rates are per cent, days are working days unless the column says otherwise. Names come in Vietnamese; the English ones
  stand beside them (`name_en`).
- Some answers hold dossier codes. Codes are internal and must not leave the office.
- A notebook draws the main pictures of the published version: `.venv/bin/marimo edit docs/notebooks/warehouse.py`;
  another folder than data/warehouse by `TTHC_WAREHOUSE_DIR`, or by `-- --warehouse DIR` at the end.
- How long each question takes: `make bench BENCH="--only questions"` ([performance.md](performance.md)).

## Questions
""",
    "vi": """\
# Sổ tay: câu hỏi và câu trả lời

*[English](cookbook.md)*

{count} câu hỏi mà người ta hay hỏi kho, mỗi câu có câu SQL và câu trả lời. Câu SQL cũng là một tệp, chạy được ngay trên
phiên bản của bạn:

```
.venv/bin/tthc sql -f docs/cookbook/{first}.sql
```

- **Chỗ cần đổi** nằm trong câu SQL, là một giá trị thường có chú thích: đơn vị, năm, thủ tục. Câu hỏi về hôm nay thì tự
  tìm ngày (`dim_run.as_of`).
- **Mọi con số dưới đây đều do máy tạo ra.** Đó là câu trả lời của một tỉnh **tổng hợp**, {rows} dòng đầu: năm và quý
  còn đang chạy, có lỗi gài sẵn; tỉnh thứ hai trả lời những câu hỏi cần năm trước:

```
{commands}
```

- Tỷ lệ tính bằng phần trăm, ngày là ngày làm việc trừ khi cột ghi khác. Tên cột bằng tiếng Anh như trong kho.
- Một số câu trả lời có mã hồ sơ: chỉ dùng nội bộ, không được đưa ra ngoài.
- Một sổ ghi marimo vẽ các hình chính của phiên bản đang công bố: `.venv/bin/marimo edit docs/notebooks/warehouse.py`;
  thư mục khác data/warehouse thì đặt `TTHC_WAREHOUSE_DIR`, hoặc thêm `-- --warehouse DIR` ở cuối.
- Mỗi câu hỏi mất bao lâu: `make bench BENCH="--only questions"` ([performance.md](performance.md)).

## Các câu hỏi
""",
}
WORDS = {
    "en": {
        "tables": "Tables", "file": "File", "rows": "The first {shown} of {all} rows.",
        "none": "No row in the sample.", "two_years": "Answered by the second province.",
    },
    "vi": {
        "tables": "Bảng", "file": "Tệp", "rows": "{shown} dòng đầu trong {all} dòng.",
        "none": "Dữ liệu mẫu không có dòng nào.", "two_years": "Tỉnh thứ hai trả lời.",
    },
}  # fmt: skip


def english_page(_: Settings) -> str:
    """Return docs/cookbook.md."""
    return page(load_cookbook(), read_answers(), "en")


def vietnamese_page(_: Settings) -> str:
    """Return docs/cookbook.vi.md."""
    return page(load_cookbook(), read_answers(), "vi")


def page(cookbook: Cookbook, answers: dict[str, Answer], language: str) -> str:
    """Return the page of one language.

    Raises:
        KeyError: If a question has no answer yet (`make readme`).
    """
    commands = "\n\n".join("\n".join(sample.commands(name)) for name, sample in SAMPLES.items())
    head = HEAD[language].format(
        count=len(cookbook.questions), first=cookbook.questions[0].id, commands=commands,
        rows=max(len(answer["rows"]) for answer in answers.values()),
    )  # fmt: skip
    lines = [NOTE.format(origin="`docs/cookbook/questions.yml`; the answers by `make readme`") + head]
    for part in cookbook.parts:
        asked = "\n".join(f"  - [{getattr(one.question, language)}](#{one.id})" for one in part.questions)
        lines.append(f"- **{getattr(part.title, language)}**\n{asked}")
    for part in cookbook.parts:
        lines.append(f"\n## {getattr(part.title, language)}")
        lines += [_question(one, answers[one.id], language) for one in part.questions]
    return "\n".join(lines) + "\n"


def _question(question: Question, answer: Answer, language: str) -> str:
    words = WORDS[language]
    file = f"[{question.id}.sql](cookbook/{question.id}.sql)"
    files = f"{words['tables']}: {code(*question.tables)}. {words['file']}: {file}."
    if question.sample != "one_year":
        files += f" {words[question.sample]}"
    parts = [
        f'\n<a id="{question.id}"></a>\n\n### {getattr(question.question, language)}',
        getattr(question.reading, language),
        files,
        f"```sql\n{question.sql.strip()}\n```",
        _table(answer) if answer["rows"] else f"*{words['none']}*",
    ]
    if answer["row_count"] > len(answer["rows"]):
        parts.append(f"*{words['rows'].format(shown=len(answer['rows']), all=answer['row_count'])}*")
    return "\n\n".join(parts)


def _table(answer: Answer) -> str:
    """Return rows as a table, numbers to the right."""
    numeric = [
        all(_is_number(row[at]) or row[at] is None for row in answer["rows"]) for at in range(len(answer["columns"]))
    ]
    lines = [answer["columns"], ["--:" if is_number else "---" for is_number in numeric]]
    lines += [[_cell(value) for value in row] for row in answer["rows"]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(value: object) -> str:
    """Return a value as a cell: null is empty, what is long is cut."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    text = cell(str(value))
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1].rstrip()}…"
