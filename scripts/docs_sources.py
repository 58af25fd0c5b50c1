"""Write docs/sources.md: every source with its fields, formats and row rules, out of contracts/.

Belongs here: turning contracts into Markdown. The other pages are in `docs`.
"""

from pipelines.contracts.fields import MOMENTS, ContractField
from pipelines.contracts.fix_hints import SPELLED
from pipelines.contracts.model import Contract, Envelope, load_contracts
from pipelines.settings import Settings
from scripts.markdown import NOTE, cell, code

TYPES = {
    "text": "chữ / text", "code": "mã / code", "integer": "số nguyên / integer",
    "decimal": "số thập phân / decimal", "flag": "0 hoặc 1 / 0 or 1",
    "choice": "chọn / choice", "timestamp": "thời điểm / timestamp", "date": "ngày / date", "time": "giờ / time",
}  # fmt: skip
PERSONAL = {
    None: "",
    "drop": "không vào kho / never enters the lake",
    "pseudonym": "chỉ giữ bí danh có khóa / only as a keyed pseudonym",
    "office": "chỉ giữ tên phòng, ban; chữ khác thành trống / only names of offices, anything else becomes empty",
}
FAMILIES = {"text": "CSV, JSON, Parquet", "sheet": "Excel, HTML"}
SOURCES_HEAD = """\
Mỗi tệp `contracts/<nguồn>.yml` là một mục dưới đây. Cột trong tệp mang tên ghi ở "trường" hoặc ở "tên cột khác";
thứ tự tùy ý. Cột lạ hoặc thiếu cột bắt buộc thì cả tệp bị từ chối; ô trống ở cột bắt buộc thì dòng bị từ chối.
Muốn thử trước khi giao: `tthc check TỆP --source <nguồn>`. Từng định dạng tệp: [formats.md](formats.md).

Each file `contracts/<source>.yml` is one section below. A column is headed by the name under "field" or by one under
"other headers", in any order. An unknown column or a missing required one refuses the file; an empty cell in a
required column rejects the row. To try before delivery: `tthc check FILE --source <source>`. Each file format:
[formats.md](formats.md).

**Dòng nào được tính.** Của mỗi khóa, dòng mới nhất: theo trường ghi ở "mới nhất theo", trống thì cuối ngày dữ liệu,
rồi đến ngày dữ liệu; không theo thứ tự giao tệp. Hai dòng mới như nhau mà khác nội dung thì cả hai bị từ chối
(`conflict`). Thời điểm cập nhật muộn hơn ngày dữ liệu quá một ngày thì dòng bị từ chối. Dòng có mã ghi ở "phải biết"
mà chưa biết thì chờ trong khu cách ly và tự được nhận khi danh mục có mã đó đến. Dòng báo xóa chỉ cần khóa;
tệp toàn dòng báo xóa chỉ cần cột khóa và cột báo xóa. Điều thông điệp đồng bộ không cho biết khác với ô trống trong
tệp riêng: cùng một khoản trong thông điệp và trong tệp của ngày đó là lặp lại nếu khớp nhau ở những gì cả hai đều
nói, và dòng nói nhiều hơn được tính.

**Đơn vị.** Số liệu của hồ sơ là của đơn vị xử lý (`MaDonViXuLy`, trống thì đơn vị mang tên ở `DonViXuLy`, không có
thì `MaDonVi`). Tên được tra theo mọi tên mà danh mục từng ghi, không kể chữ hoa, khoảng trắng; dấu phải đúng hoặc bỏ
hết; trong các đơn vị cùng tên lấy đơn vị có hiệu lực vào ngày tiếp nhận. Tên không rõ không làm dòng bị từ chối: hồ sơ
ở lại với `MaDonVi`, được đánh dấu và đếm trên trang chất lượng. Đơn vị đứng dưới chính mình
(`unit_circle`), dưới đơn vị cấp thấp hơn (`unit_under_lower_level`), hoặc cấp tỉnh mà không phải tỉnh này
và không nhập vào tỉnh này (`unit_changes.csv`; `unit_second_province`) bị từ chối, xét theo danh mục tại thời điểm của
dòng; trạng thái đúng gần nhất được tính. Nếu
các trạng thái mới nhất, mỗi cái đúng trong danh mục của nó, không đi được với nhau thì đơn vị sai không được tính.
Đơn vị có cấp trên không được tính vẫn được tính, chỉ để trống đơn vị cấp trên.

**Which row counts.** Of each key the newest: by the field under "newest by", where that is empty by the end of the
business day, then by the business day; never by the order of arrival. Two rows equally new that differ are both
rejected (`conflict`). An update time more than a day after the business day rejects the row. A row with a code under
"must be known" that is not known waits in quarantine and is taken once the list that has it arrives. A row that says
its thing was deleted needs no more than the key, and a file of such rows no more than the key's columns and the one
that says so. What a sync message cannot tell is not the same as an empty cell in a file of its own: one fee in the
message and in a file of that day is a repeat where they agree in what both say, and the row that says more counts.

**Units.** A dossier's figures are those of the unit that handles it (`MaDonViXuLy`, else the unit that `DonViXuLy`
names, else `MaDonVi`). A name is looked up among all that the list ever gave, whatever its capitals and blanks; its
diacritics must agree or all lack; of units of one name it is the one valid on the received day. A name that leaves
doubt rejects no row: the dossier stays with `MaDonVi` and is flagged; the quality page, the run's last page, `tthc
status` and `tthc check` say how many there are. A unit that stands under itself (`unit_circle`), under one of a lower
level (`unit_under_lower_level`), or a province that neither is this one nor became part of it (`unit_changes.csv`;
`unit_second_province`) is rejected, judged by the list as it stood at the row's moment; the last sound state counts.
Where the newest states, each sound in its own list, do not fit together, the unit that is wrong does not count. A unit
whose parent does not count does count, without a parent.

"""


def spelled(pattern: str) -> str:
    """Return a strptime pattern as people write it: dd/MM/yyyy."""
    for letters, written in SPELLED.items():
        pattern = pattern.replace(letters, written)
    return pattern


def _values(field: ContractField) -> str:
    """Return what a cell may hold beyond its type: the code list, and what the contract says on how it is written."""
    # Each with whether it holds, and how it is worded.
    facts = (
        (field.codes, ", ".join(f"`{value}` {name.vi} / {name.en}" for value, name in field.labels.items())),
        (field.minimum is not None, f"≥ {field.minimum}"),
        (field.maximum is not None, f"≤ {field.maximum}"),
        (field.also is not None, f"nhận thêm / also takes `{field.also}`"),
        (field.technical_id, "mã kỹ thuật, có thể chỉ gồm chữ số / a technical id, digits of any length"),
        (field.any_case, "không phân biệt hoa thường / in any letter case"),
        (field.earliest is not None, f"từ năm / from {field.earliest}"),
        (field.separator is not None, f"nhiều giá trị nối bằng / several joined by `{field.separator}`"),
        (
            field.shown,
            "được hiện ra: không ký tự ẩn, số của người, công thức / shown: nothing unseen, personal, a formula",
        ),
        (field.alphabet is not None, "chữ cái tiếng Việt / Vietnamese letters"),
        (field.pattern is not None, f"dạng / pattern `{field.pattern}`"),
        (field.format is not None, f"viết / written `{spelled(field.format or '')}`"),
        (field.null_values, f"coi như trống / read as empty: {code(*field.null_values)}"),
        (field.default is not None, f"trống là / empty means `{field.default}`"),
    )
    return "; ".join(words for holds, words in facts if holds)


def _written(contract: Contract) -> list[str]:
    """Return how moments and numbers are written where the field does not say it itself, and how a CSV file is."""
    formats = contract.formats
    kinds = [k for k in MOMENTS if any(f.type == k and f.format is None for f in contract.fields)]
    lines = [f"CSV: ngăn bằng / delimiter {_sign(formats.delimiter)}, nháy / quote {_sign(formats.quote)}, "
             f"bảng mã / encoding `{formats.encoding}`"]  # fmt: skip
    for family, files in FAMILIES.items():
        written = [f"{TYPES[kind]} `{spelled(getattr(formats, f'{kind}_{family}'))}`" for kind in kinds]
        if family == "sheet" and formats.number_sheet == "vietnamese":
            written.append("số / number `1.234.567`")
        if written:
            lines.append(f"{files}: {', '.join(written)}")
    return lines


def _sign(sign: str) -> str:
    return "`tab`" if sign == "\t" else f"`{sign}`"


def _message(envelope: Envelope) -> list[str]:
    """Return the sync message: which nested list becomes which source, and what it cannot tell."""
    lines = [f"Thông điệp đồng bộ / sync message `{envelope.service}`:\n"]
    lines += [f"- `{member}` → `{field}`" for member, field in envelope.head.items()]
    for member, child in envelope.children.items():
        untold = f"; không cho biết / cannot tell {code(*child.untold)}" if child.untold else ""
        ignored = f"; bỏ qua / ignored {code(*child.ignored)}" if child.ignored else ""
        lines.append(f"- `{member}` → [`{child.source}`](#{child.source}){untold}{ignored}")
    if envelope.ignored:
        lines.append(f"- bỏ qua / ignored {code(*envelope.ignored)}")
    return [*lines, ""]


def _known(contract: Contract) -> str:
    """Return what of a row must be known before it counts."""
    listed = ", ".join(f"`{lookup.field}` (`{lookup.reason}`)" for lookup in contract.lookups)
    return f" Phải biết / must be known: {listed}." if listed else ""


def _subject(contract: Contract) -> str:
    """Whom a rejected row is about."""
    if contract.subject is None:
        return ""
    named = ((contract.subject.unit, "đơn vị / unit"), ([contract.subject.dossier or ""], "hồ sơ / dossier"))
    parts = [f"{what} {code(*fields)}" for fields, what in named if any(fields)]
    return f" Dòng bị từ chối là của / a rejected row is about: {', '.join(parts)}."


def _source(contract: Contract) -> str:
    obligatory = " Nguồn bắt buộc / obligatory." if contract.obligatory else ""
    newness = f"`{contract.newness}`, không có thì / else " if contract.newness else ""
    deleted = f" Báo xóa / deleted: `{contract.tombstone}` = 1." if contract.tombstone else ""
    lines = [
        f'<a id="{contract.source}"></a>\n',
        f"## `{contract.source}` — {contract.title.vi} / {contract.title.en}\n",
        f"Hạt / grain: {contract.grain.vi} / {contract.grain.en}.{obligatory}\n",
        f"Khóa / key: {code(*contract.key)}. Mới nhất theo / newest by: {newness}ngày dữ liệu / the business day."
        f"{deleted}{_known(contract)}{_subject(contract)}\n",
        *[f"- {line}" for line in _written(contract)],
        "",
        "| trường / field | kiểu / type | | ý nghĩa / meaning | giá trị / values | dữ liệu cá nhân / personal "
        "| tên cột khác / other headers |",
        "|---|---|---|---|---|---|---|",
    ]
    for f in contract.fields:
        required = "**bắt buộc / required**" if f.required else ""
        cells = (f"`{f.name}`", TYPES[f.type], required, f"{f.description.vi} / {f.description.en}", _values(f),
                 PERSONAL[f.personal], ", ".join(f.aliases))  # fmt: skip
        lines.append("| " + " | ".join(map(cell, cells)) + " |")
    lines.append("")
    if contract.ignored:
        lines += [f"Cột được bỏ qua / ignored columns: {', '.join(contract.ignored)}.", ""]
    if contract.envelope is not None:
        lines += _message(contract.envelope)
    if contract.rules:
        lines += [
            "| quy tắc / rule | dòng bị từ chối, cách sửa / a row is rejected, and how to correct it |",
            "|---|---|",
        ]
        lines += [f"| `{r.code}` | {cell(r.fix_hint.vi)} / {cell(r.fix_hint.en)} |" for r in contract.rules]
    return "\n".join(lines).rstrip() + "\n"


def sources_page(settings: Settings) -> str:
    """Return docs/sources.md: every source with its fields and row rules."""
    contracts = load_contracts(settings.contracts_dir).values()
    head = "# Các nguồn / Sources\n\n" + NOTE.format(origin="contracts/") + SOURCES_HEAD
    return head + "\n".join(_source(contract) for contract in contracts)
