{#
    States of units that cannot be: a circle of parents, a parent of a lower level, a second province, unless it became part of this one. Each is judged
    by the list as it stood at its moment, that is by the newest state of every other unit up to then.

    states    relation of MaDonVi, Cap, MaDonViCha, newness; one row per unit and moment

    One row per such state: MaDonVi, newness, reason.
#}
{% macro misplaced_units(states) %}
    with recursive
        parent as (select MaDonVi, MaDonViCha from {{ states }} where MaDonViCha is not null group by all),
        -- Who ever stood above whom: hardly any unit can be in a circle at all, and only such are looked at closely.
        above as ({{ everything_above("above", "parent") }}),
        suspect as (select distinct MaDonVi from above where MaDonVi = MaDonViCha),
        moment as (select newness from {{ states }} semi join suspect using (MaDonVi) group by newness),
        parent_then as (
            select m.newness, s.MaDonVi, s.MaDonViCha
            from (select * from moment cross join suspect) m {{ join_newest(states, "s", "m.MaDonVi", "m.newness") }}
            where s.MaDonViCha is not null
        ),
        above_then as ({{ everything_above("above_then", "parent_then", "newness") }}),
        -- The province, and those whose successor it is: before the merger they stand beside it, with trees of their
        -- own.
        own_province as (
            select province_code as unit_code
            from {{ source("registers", "run") }}
            union all
            select c.old_unit_code
            from {{ source("registers", "unit_change") }} c
            join {{ source("registers", "run") }} r on c.new_unit_code = r.province_code
        ),
        placed as (
            select
                s.MaDonVi,
                s.newness,
                case
                    when c.MaDonVi is not null
                    then 'unit_circle'
                    when {{ level_rank("p.Cap") }} > {{ level_rank("s.Cap") }}
                    then 'unit_under_lower_level'
                    when s.Cap = '{{ root_level() }}' and s.MaDonViCha is not null
                    then 'unit_under_lower_level'
                    when s.Cap = '{{ root_level() }}' and s.MaDonVi not in (select unit_code from own_province)
                    then 'unit_second_province'
                end as reason
            from {{ states }} s {{ join_newest(states, "p", "s.MaDonViCha", "s.newness", "left") }}
            left join
                (select distinct MaDonVi, newness from above_then where MaDonVi = MaDonViCha) c
                on s.MaDonVi = c.MaDonVi
                and s.newness = c.newness
        )
    select MaDonVi, newness, reason
    from placed
    where reason is not null
{% endmacro %}

{# The rank of a level; the lower the level, the larger the number. #}
{% macro level_rank(level) -%}
    case {{ level }} {% for one in levels() %} when '{{ one.code }}' then {{ loop.index0 }} {% endfor %} end
{%- endmacro %}

{#
    The body of a recursive table of units (MaDonVi) and all that stand above them (MaDonViCha), in a circle or not.

    name      the recursive table
    parent    relation of MaDonVi, MaDonViCha and, if it is given, `moment`: only what holds at one moment is followed
#}
{% macro everything_above(name, parent, moment=none) -%}
    {%- set columns = ["MaDonVi", "MaDonViCha"] + ([moment] if moment else []) -%}
    {%- set at_once = "and r." ~ moment ~ " = p." ~ moment if moment else "" -%}
    {{
        each_once(
            columns,
            "select " ~ (columns | join(", ")) ~ " from " ~ parent,
            "select r.MaDonVi, p.MaDonViCha"
            ~ (", r." ~ moment if moment else "")
            ~ path_so_far()
            ~ " from "
            ~ name
            ~ " r join "
            ~ parent
            ~ " p on r.MaDonViCha = p.MaDonVi "
            ~ at_once,
        )
    }}
{%- endmacro %}
