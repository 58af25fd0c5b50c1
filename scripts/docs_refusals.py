"""docs/refusals.md: every code with which a file is refused or a row rejected, with an example in both languages.

The examples are not written by hand: each is what the reader says of a file that provokes it.
"""

import re
import tempfile
from collections import defaultdict
from pathlib import Path

from pipelines.common.i18n import LANGUAGES, OPTIONAL, catalogue, language, say
from pipelines.contracts.model import Contract, load_contracts
from pipelines.settings import Settings
from scripts.markdown import NOTE, cell
from tests.campaign.wrongness.refusals import provoked, refusal_of

HEAD = """\
**Tóm tắt.** Tệp nào không chắc đọc đúng thì bị từ chối cả tệp, với một mã và một câu nói ở đâu và phải làm gì (mục 1).
Dòng nào sai thì chỉ dòng đó bị từ chối (mục 2 và 3). Câu ví dụ là câu thật, của một tệp nhỏ cố ý làm sai. Chỗ được
nói như người dùng thấy: dòng và cột của tệp văn bản, dòng và chữ cột của Excel (B3), đường dẫn trong JSON
(`data[3].Gia`, đếm từ 0).

A file that cannot be read with certainty is refused as a whole, with a code and a sentence that says where and what to
do (section 1). A wrong row is rejected alone (sections 2 and 3). The examples are what is said of a small file made
wrong on purpose. Places are as people see them: line and column of a text file, row and column letter of Excel (B3),
path in JSON (`data[3].Gia`, counted from 0).
"""
FIELD = "NgayTiepNhan"
EXAMPLE = {"field": FIELD, "format": "yyyyMMddHHmmss", "codes": "0, 1", "newness": "NgayCapNhat"}


def _said(code: str, params: dict[str, object]) -> str:
    sentences = []
    for lang in LANGUAGES:
        token = language.set(lang)
        sentences.append(say(code, **params))
        language.reset(token)
    return " | ".join(map(cell, sentences))


def _refusals(contracts: dict[str, Contract]) -> list[str]:
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for case in provoked():
            refusal = refusal_of(case, Path(folder), contracts)
            assert refusal is not None and refusal.code == case.code, case.code
            lines.append(f"| `{case.code}` | {_said(case.code, refusal.params)} |")
    return lines


def _reasons() -> list[str]:
    """Return reasons that every contract shares, out of the catalogue of messages."""
    lines = []
    for name, sentences in catalogue().items():
        if code := re.fullmatch("fix_(.+)", name):
            whole = [OPTIONAL.sub(r"\1", sentences[lang]) for lang in LANGUAGES]
            told = [cell(sentence.format_map(defaultdict(lambda: "…", EXAMPLE))) for sentence in whole]
            of_field = f":{FIELD}" if "{field}" in sentences["vi"] else ""
            lines.append(f"| `{code[1]}{of_field}` | {' | '.join(told)} |")
    return lines


def refusals_page(settings: Settings) -> str:
    """Return docs/refusals.md."""
    contracts = load_contracts(settings.contracts_dir)
    head = "| mã / code | tiếng Việt | English |\n|---|---|---|"
    rules = [f"| `{source}` | `{rule.code}` | {cell(rule.fix_hint.vi)} | {cell(rule.fix_hint.en)} |"
             for source, contract in contracts.items() for rule in contract.rules]  # fmt: skip
    return "\n".join([
        "# Các mã từ chối / Refusals and rejections\n",
        NOTE.format(origin="pipelines/common/messages.yml, contracts/ and tests/campaign/wrongness/refusals.py") + HEAD,
        "## 1. Từ chối cả tệp / A file is refused\n", head, *_refusals(contracts), "",
        "## 2. Từ chối dòng / A row is rejected\n", head, *_reasons(), "",
        "## 3. Quy tắc của từng nguồn / Rules of each source\n",
        "| nguồn / source | quy tắc / rule | tiếng Việt | English |\n|---|---|---|---|", *rules, "",
    ])  # fmt: skip
