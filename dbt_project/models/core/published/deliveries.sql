with
    by_disposition as (
        select
            source,
            _source_file,
            sum(row_count) filter (where disposition = 'accepted') as accepted,
            sum(row_count) filter (where disposition = 'superseded') as superseded,
            sum(row_count) filter (where disposition = 'rejected') as rejected
        from {{ ref("int_row_count") }}
        group by source, _source_file
    )
select
    d.source,
    d.business_day,
    d.file_name,
    d.delivered_as,
    d.sha256,
    d.byte_count,
    d.status,
    d.refusal,
    d.rows_in,
    cast(
        case
            when d.source in ('{{ modelled_sources() | join("', '") }}')
            then coalesce(b.accepted, 0)
            else coalesce(d.rows_in - d.rows_rejected, 0)
        end as bigint
    ) as rows_accepted,
    cast(d.rows_rejected + coalesce(b.rejected, 0) as bigint) as rows_rejected,
    cast(coalesce(b.superseded, 0) as bigint) as rows_superseded,
    d.keys_before,
    d.keys_removed,
    coalesce(d.keys_removed > l.restatement_loss * d.keys_before, false) as is_shrunk,
    d.is_synthetic
from {{ source("ledger", "delivery") }} d
-- The left side's own condition is in a `case`: in `on` it would make DuckDB compare all pairs
-- (tests/oracle/test_joins).
left join
    by_disposition b on d.source = b.source and case when d.status = 'accepted' then d.source_file end = b._source_file
left join {{ source("registers", "hold_limit") }} l on d.source = l.source
