-- Every watched cell of this version's registers and contracts, for the gate of the next version to compare. The units
-- are those of the delivered list, so only here are they known.
with
    unit_cell as (
        select
            unit_code,
            {{
                each_record(
                    [
                        record({"field": "''", "value": "cast(null as string)"}),
                        record({"field": "'unit_name'", "value": "unit_name"}),
                        record({"field": "'unit_level'", "value": "unit_level"}),
                        record({"field": "'parent_unit_code'", "value": "parent_unit_code"}),
                        record({"field": "'valid_from'", "value": "cast(valid_from as string)"}),
                        record({"field": "'valid_to'", "value": "cast(valid_to as string)"}),
                    ]
                    | join(", ")
                )
            }}
        from {{ ref("dim_unit") }}
    ),
    cell as (
        select register, entry, field, value, watch, row_day, moves
        from {{ source("registers", "register_entry") }}
        union all
        select 'unit', c.unit_code, c.field, c.value, coalesce(f.watch, 'held'), null, 'all'
        from unit_cell c
        left join {{ source("registers", "watched_field") }} f on f.register = 'unit' and c.field = f.field
        where f.watch is distinct from 'free'
    )
-- What an approval names, so that it covers no other edit.
select *, left({{ sha256_of("coalesce(value, '')") }}, 16) as value_hash
from cell
