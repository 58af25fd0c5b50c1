-- The unit that answers for a feedback item at each cut, for items that ever changed units: the unit that had it at the
-- cut, or on the day of the answer if that was earlier. An answer dated before the item was sent does not count as one.
with
    feedback as (
        select
            f.feedback_code,
            f.sent_date as opened_date,
            greatest(f.sent_date, coalesce(f.answered_date, date '9999-12-31')) as last_date,
            f.unit_code,
            b.unit_code as unit_before,
            b.handed_on
        from {{ ref("stg_feedback") }} f
        left join {{ ref("int_feedback_before_change") }} b on f.feedback_code = b.feedback_code
        left join {{ ref("int_unit_end") }} e on f.unit_code = e.unit_code
        where b.feedback_code is not null or e.unit_code is not null
    )
    {{ answering_spans("feedback", "feedback_code") }}
