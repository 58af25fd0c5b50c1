{#
    What is counted of every delivery, source by source (registers/vietnam/measures.yml says what each is called, its
    family and its bounds; a test holds both lists together). SQL over the rows of one delivery:

    of      which rows count at all (without it all of them)
    when    which of these are counted: a share
    value   the logarithm that is averaged: a mean; null counts nowhere
    most    the column whose most frequent value is counted, of the rows where it is filled
    strata  the same for parts of the rows: name and SQL
#}
{% macro measures(source) %}
    {%- set alive = "coalesce(DaXoa, 0) = 0" -%}
    {%- set offices = levels()[1:] | map(attribute="code") | list -%}
    {%- set of_level = {} -%}
    {%- for code in offices -%} {%- do of_level.update({code: "unit_level = '" ~ code ~ "'"}) -%} {%- endfor -%}
    {%- set habits = {"paper": "usual_online < 0.1", "online": "usual_online > 0.9"} -%}
    {%- set dossiers = [
        {"measure": "deleted", "when": "DaXoa = 1"},
        {"measure": "channel", "of": alive, "when": "KenhThucHien = 2"},
        {"measure": "channel_by_level", "of": alive, "when": "KenhThucHien = 2", "strata": of_level},
        {"measure": "channel_by_habit", "of": alive, "when": "KenhThucHien = 2", "strata": habits},
        {
            "measure": "channel_as_usual",
            "of": "usual_channel is not null and KenhThucHien is not null and " ~ alive,
            "when": "KenhThucHien = usual_channel",
        },
        {"measure": "by_post", "of": alive, "when": "KenhThucHien = 3"},
        {"measure": "unit_level", "of": alive, "strata_when": of_level},
        {
            "measure": "status",
            "of": alive,
            "strata_when": codes("TrangThaiHoSo", [2, 4, 5, 6, 7, 8, 9, 10]),
        },
        {"measure": "service_level", "of": alive, "strata_when": codes("MucDo", [2, 3, 4])},
        {
            "measure": "due_as_usual",
            "of": "usual_term is not null and term is not null and " ~ alive,
            "when": "term = usual_term",
        },
        {"measure": "other_prefix", "of": "prefix is not null", "when": "prefix <> MaDonVi"},
        {
            "measure": "unit_changed",
            "of": "unit_before is not null and MaDonVi is not null",
            "when": "unit_before <> MaDonVi",
        },
        {
            "measure": "procedure_changed",
            "of": "procedure_before is not null and MaTTHC is not null",
            "when": "procedure_before <> MaTTHC",
        },
        {"measure": "first_seen", "when": "is_first"},
        {"measure": "same_as_before", "when": "is_same"},
        {"measure": "new_unit", "of": "unit_day is not null", "when": "unit_day = business_day"},
        {
            "measure": "new_procedure",
            "of": "procedure_day is not null",
            "when": "procedure_day = business_day",
        },
        {
            "measure": "midnight",
            "of": alive,
            "strata_when": midnights(["NgayTiepNhan", "NgayHenTra", "NgayKetThucXuLy"]),
        },
        {
            "measure": "off_hours",
            "of": "KenhThucHien is distinct from 2 and NgayTiepNhan is not null and " ~ alive,
            "when": "hour(NgayTiepNhan) not between 6 and 19",
        },
        {"measure": "broken_letters", "when": broken("concat_ws(' ', LoaiDoiTuong, HinhThuc)")},
        {"measure": "days_to_due", "of": "is_first", "value": in_log("days_to_due")},
        {"measure": "days_to_finish", "value": in_log("days_to_finish")},
        {"measure": "days_to_delivery", "value": in_log("days_to_delivery")},
        spread("days_to_due"),
        spread("days_to_finish"),
        {
            "measure": "updated_earlier",
            "of": "NgayCapNhat is not null and day_before is not null",
            "when": "cast(NgayCapNhat as date) < day_before",
        },
        {
            "measure": "most_frequent",
            "most": ["LoaiDoiTuong", "HinhThuc", "MaTTHC", "MaDonVi", "DuocThanhToanTrucTuyen"],
        },
    ] -%}
    {%- set components = [
        {"measure": "digitised", "when": "DuocSoHoa = 1"},
        {"measure": "reused", "when": "DuocTaiSuDung in (1, 2) or DuocLayTuKhoDMQG = 1"},
        {"measure": "most_frequent", "most": ["MaThanhPhanHoSo"]},
    ] -%}
    {%- set fees = [
        {"measure": "paid", "when": "TrangThaiThanhToan = 1"},
        {
            "measure": "paid_online",
            "of": "HinhThucThanhToan is not null",
            "when": "HinhThucThanhToan = 'truc-tuyen'",
        },
        {
            "measure": "paid_cash",
            "of": "HinhThucThanhToan is not null",
            "when": "HinhThucThanhToan = 'tien-mat'",
        },
        {"measure": "free_of_charge", "when": "Gia = 0"},
        {
            "measure": "amount",
            "of": "Gia > 0 and usual_log is not null",
            "value": "greatest(least(ln(Gia) - usual_log, ln(8)), -ln(8))",
        },
        {
            "measure": "amount_unseen",
            "of": "usual_log is not null",
            "when": "first_day = business_day",
        },
        {"measure": "midnight", "strata_when": midnights(["NgayThuPhi"])},
        {"measure": "most_frequent", "most": ["LoaiPhiLePhi", "Gia"]},
    ] -%}
    {%- set ratings = [
        {"measure": "very_good", "when": "DanhGia = 'RẤT HÀI LÒNG'"},
        {"measure": "not_good", "when": "DanhGia = 'KHÔNG HÀI LÒNG'"},
        {"measure": "midnight", "strata_when": midnights(["ThoiGianDanhGia"])},
    ] -%}
    {%- set steps = [
        {"measure": "status", "strata_when": codes("TrangThai", ["2", "4", "5", "7", "9", "10"])},
        {"measure": "midnight", "strata_when": midnights(["ThoiDiemXuLy"])},
        {"measure": "broken_letters", "when": broken("TrangThai")},
        {"measure": "days_to_delivery", "value": in_log(days_from("ThoiDiemXuLy", "business_day"))},
    ] -%}
    {%- set results = [{"measure": "with_file", "when": "DuongDanTepTinKetQua is not null"}] -%}
    {%- set copies = [
        {"measure": "status", "strata_when": codes("TrangThaiHoSo", [2, 4, 5, 6, 7, 8, 9, 10])},
        {"measure": "midnight", "strata_when": midnights(["NgayTiepNhan", "NgayHenTra"])},
    ] -%}
    {%- set notices = [
        {"measure": "notice_arrived", "when": "TrangThai = 1"},
        {"measure": "most_frequent", "most": ["Kenh"]},
        {"measure": "midnight", "strata_when": midnights(["NgayGui"])},
    ] -%}
    {%- set feedback = [
        {"measure": "answered", "when": "NgayTraLoi is not null"},
        {"measure": "most_frequent", "most": ["KenhTiepNhan", "MucDoHaiLong"]},
        {"measure": "broken_letters", "when": broken("TrangThai")},
    ] -%}
    {%- set procedures = [
        {"measure": "broken_letters", "when": broken("concat_ws(' ', TenTTHC, TenLinhVuc)")},
        {"measure": "marked_letters", "when": marked("TenTTHC")},
        {"measure": "service_level", "strata_when": codes("MucDo", [2, 3, 4])},
    ] -%}
    {%- set units = [
        {"measure": "broken_letters", "when": broken("TenDonVi")},
        {"measure": "marked_letters", "when": marked("TenDonVi")},
        {"measure": "unit_level", "strata_when": codes("Cap", offices)},
    ] -%}
    {{
        return(
            {
                "ho_so": dossiers,
                "thanh_phan": components,
                "le_phi": fees,
                "danh_gia": ratings,
                "tien_trinh": steps,
                "ket_qua": results,
                "dvcqg": copies,
                "thong_bao": notices,
                "phan_anh": feedback,
                "thu_tuc": procedures,
                "don_vi": units,
            }.get(source, [])
        )
    }}
{% endmacro %}

{# One stratum per code of a column: rows that have it. #}
{% macro codes(column, values) %}
    {% set strata = {} %}
    {% for value in values %}
        {% set literal = "'" ~ value ~ "'" if value is string else value %}
        {% do strata.update({value | string: column ~ " = " ~ literal}) %}
    {% endfor %}
    {{ return(strata) }}
{% endmacro %}

{# One stratum per column with moments: rows whose moment has lost its time of day. #}
{% macro midnights(columns) %}
    {% set strata = {} %}
    {% for column in columns %}
        {% do strata.update({column: column ~ " = cast(cast(" ~ column ~ " as date) as timestamp)"}) %}
    {% endfor %}
    {{ return(strata) }}
{% endmacro %}

{# Days from one moment to another. #}
{% macro days_from(earlier, later) -%}
    {{ days_between("cast(" ~ earlier ~ " as date)", "cast(" ~ later ~ " as date)") }}
{%- endmacro %}

{# Days as a logarithm, so that a few very long ones do not decide; null where there are none. #}
{% macro in_log(days) -%} case when {{ days }} is not null then ln(1 + greatest({{ days }}, 0)) end {%- endmacro %}

{# How many rows lie outside the usual range of these days: a scatter that one very long duration cannot make. #}
{% macro spread(days) %}
    {{
        return(
            {
                "measure": days | replace("days", "spread"),
                "of": days ~ " is not null and usual_range." ~ days ~ " is not null",
                "when": days ~ " not between usual_range." ~ days ~ ".lowest and usual_range." ~ days ~ ".highest",
            }
        )
    }}
{% endmacro %}

{#
    A number as a decimal. Sums of fractions differ in their last digit with the order in which threads add them up; a
    night that is done again must give the same. `digits`: 38 for what may pass a thousand million, as squares do.
#}
{% macro exact(value, digits=18) -%} cast({{ value }} as decimal({{ digits }}, 9)) {%- endmacro %}

{# A number as every engine gives it: their logarithms and sines differ in the last digits. #}
{% macro settled(value, decimals=9) -%} round({{ value }}, {{ decimals }}) {%- endmacro %}

{# Letters that a wrong encoding leaves: the replacement sign, and pairs that UTF-8 read as Latin-1 gives. #}
{% macro broken(text) -%}
    coalesce({{ matches(text, "\\x{FFFD}|[ÃÂÄÆ][\\x{0080}-\\x{00BF}]|á[º»]") }}, false)
{%- endmacro %}

{# Letters that only Vietnamese has. #}
{% macro marked(text) -%} coalesce({{ matches(text, "[ăâđêôơưĂÂĐÊÔƠƯ\\x{1EA0}-\\x{1EF9}]") }}, false) {%- endmacro %}

{# The measures of a source as elements of a list of structs, over rows grouped by delivery. #}
{% macro measured(source) %}
    {%- set parts = [] -%}
    {% for m in measures(source) %}
        {% if m.most %}
            {% for column in m.most %}
                {% do parts.append(
                    measured_part(
                        m.measure,
                        column,
                        most_frequent_count(column),
                        "count(" ~ column ~ ")",
                    )
                ) %}
            {% endfor %}
        {% elif m.value %}
            {% set value = exact("case when " ~ (m.of or "true") ~ " then " ~ m.value ~ " end") %}
            {% set sum = "cast(sum(" ~ value ~ ") as double)" %}
            {% set count = "count(" ~ value ~ ")" %}
            {% set scatter = (
                "greatest(cast(sum("
                ~ value
                ~ " * "
                ~ value
                ~ ") as double) - pow("
                ~ sum
                ~ ", 2) / "
                ~ count
                ~ ", 0)"
            ) %}
            {% do parts.append(
                measured_part(
                    m.measure,
                    "",
                    sum,
                    count,
                    sum ~ " / nullif(" ~ count ~ ", 0)",
                    "case when "
                    ~ count
                    ~ " > 1 then "
                    ~ scatter
                    ~ " / ("
                    ~ count
                    ~ " - 1) / "
                    ~ count
                    ~ " end",
                )
            ) %}
        {% else %}
            {% for name, part in (m.strata or m.strata_when or {"": "true"}).items() %}
                {% set of = "(" ~ (m.of or "true") ~ ") and (" ~ ("true" if m.strata_when else part) ~ ")" %}
                {% set when = of ~ " and (" ~ (part if m.strata_when else m.when) ~ ")" %}
                {% do parts.append(
                    measured_part(
                        m.measure,
                        name,
                        "count(*) filter (where " ~ when ~ ")",
                        "count(*) filter (where " ~ of ~ ")",
                    )
                ) %}
            {% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(parts | join(",\n")) }}
{% endmacro %}

{% macro measured_part(measure, stratum, x, n, g="null", v="null") -%}
    {{
        record(
            {
                "measure": "'" ~ measure ~ "'",
                "stratum": "'" ~ stratum ~ "'",
                "x": "cast(" ~ x ~ " as double)",
                "n": "cast(" ~ n ~ " as double)",
                "g": "cast(" ~ g ~ " as double)",
                "v": "cast(" ~ v ~ " as double)",
            }
        )
    }}
{%- endmacro %}

{#
    What was usual up to the week before: the most frequent value of each key among rows of earlier weeks, where there
    are five at least.

    rows     relation with business_day, the keys and the value
    keys     columns; nulls match nothing
    One row per key and week that has rows: the keys, week, usual, rows_before.
#}
{% macro usual_before(rows, keys, value) %}
    {%- set key = keys | join(", ") -%}
    with
        weekly as (
            select {{ key }}, {{ week_of("business_day") }} as week, {{ value }} as value, count(*) as times
            from {{ rows }}
            where {{ value }} is not null
            group by all
        ),
        weeks as (select distinct {{ key }}, week from weekly),
        before as (
            select {{ key }}, w.week, e.value, sum(e.times) as times
            from weeks w
            join weekly e using ({{ key }})
            where e.week < w.week
            group by all
        )
    select {{ key }}, week, {{ at_largest("value", "(times, value)") }} as usual, sum(times) as rows_before
    from before
    group by {{ key }}, week
    having sum(times) >= 5
{% endmacro %}

{#
    Rows of a source that are measured in this run: of the days on which something came since the night whose measures
    are carried over; of all days where nothing is carried.

    relation    the rows; the weighed ones by default
#}
{% macro measured_rows(source_name, relation=none, day="_business_day") -%}
    (
        select r.*
        from {{ relation or ref("base_" ~ source_name) }} r
        semi join
            (select business_day from {{ source("ledger", "measured_day") }} where source = '{{ source_name }}') m
            on r.{{ day }} = m.business_day
    )
{%- endmacro %}

{# Measures whose strata are levels of offices, as SQL texts. #}
{% macro by_office_level() -%} 'unit_level', 'channel_by_level' {%- endmacro %}
