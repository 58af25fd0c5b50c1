"""Every code with which a file is refused: a real file provokes it, and its sentences help whoever delivered it."""

import re
from pathlib import Path

import pytest

from pipelines.common.i18n import LANGUAGES, catalogue, language, say
from pipelines.contracts.model import Contract
from pipelines.settings import PROJECT_DIR
from tests.campaign.wrongness.refusals import Provoked, provoked, refusal_of

CASES = provoked()
# Words of a next step, in both languages.
NEXT_STEP = {
    "vi": r"xuất|lưu lại|lưu dạng|bỏ|đóng|giao|đặt|đổi|dán|nhập|xóa|giải nén|thêm|mở|để lại|mỗi|cấp|nén|chia|cần",
    "en": r"export|save|remove|close|deliver|name|paste|enter|delete|unpack|add|open|leave|put|grant|pack|split|check",
}
OTHER_MODULES = {
    "lake_files.py",
    "update_lake.py",
    "receipts.py",
    "restatements.py",
    "secret.py",
}  # they speak of the night, not of a file
VALUES = ("Xã", "Mẫu", "H19.07", "H19.08", "LayThuTuc", "Đăng nhập")


def codes_of_the_readers() -> set[str]:
    """Return every message code that stands in the source of the readers."""
    modules = [path for path in (PROJECT_DIR / "pipelines/parsing").rglob("*.py") if path.name not in OTHER_MODULES]
    source = "".join(path.read_text(encoding="utf-8") for path in modules)
    return {word for word in re.findall(r'"([a-z0-9_]+)"', source) if word in catalogue()}


def test_every_code_has_a_file_that_provokes_it() -> None:
    assert {case.code for case in CASES} >= codes_of_the_readers()
    assert len({case.code for case in CASES}) == len(CASES) > 40


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=[case.code for case in CASES])
def test_a_refusal_says_where_and_what_to_do_and_no_value(
    case: Provoked, contracts: dict[str, Contract], tmp_path: Path
) -> None:
    refusal = refusal_of(case, tmp_path, contracts)
    assert refusal is not None and refusal.code == case.code
    for lang in LANGUAGES:
        language.set(lang)
        sentence = say(refusal.code, **refusal.params)
        assert case.place in sentence, sentence
        assert re.search(NEXT_STEP[lang], sentence, re.IGNORECASE), sentence
        assert not any(value in sentence for value in VALUES), sentence
        assert not re.search(r"\[\[|\]\]|: -|\{[a-z]", sentence), sentence
    language.set("vi")
