-- Who answers for a feedback item at which cuts, of those whose unit has ended: the unit that had it at the cut, or
-- on the
-- day of its answer where that came earlier. An answer dated before the item was sent changes nobody's turn.
with
    leg as (
        select
            f.feedback_code,
            f.sent_date as opened_date,
            greatest(f.sent_date, coalesce(f.answered_date, date '9999-12-31')) as last_date,
            f.unit_code,
            date '0001-01-01' as from_date,
            date '9999-12-31' as to_date
        from {{ ref("stg_feedback") }} f
        join {{ ref("int_unit_end") }} e on f.unit_code = e.unit_code
    )
    {{ answering_spans("leg", "feedback_code") }}
