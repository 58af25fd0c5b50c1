-- Figures of units, and their sums for levels and the province; the province alone where no unit has a figure of its
-- own. What needs a source that never came stands there without figures, for every subject of the form.
{% set indicators = [
    "apology_rate__plan",
    "community_teams__plan",
    "data_reuse_share__766",
    "data_reuse_share__plan",
    "databases_connected__plan",
    "declared_info_cut__plan",
    "digital_plan_done__plan",
    "digitised_share__766",
    "digitised_share__plan",
    "e_documents__plan",
    "feedback_on_time_rate__766",
    "feedback_on_time_rate__plan",
    "feedback_satisfaction_rate__plan",
    "findings_remedied__plan",
    "internal_procedures_reviewed__plan",
    "leader_signatures__plan",
    "legal_documents_reviewed__plan",
    "notification_share__plan",
    "on_time_rate__766",
    "on_time_rate__plan",
    "online_payment_share__766",
    "online_payment_share__plan",
    "online_resolved_share__plan",
    "online_service_coverage__766",
    "online_service_coverage__plan",
    "online_share__766",
    "online_share__plan",
    "online_workfiles__plan",
    "open_datasets__plan",
    "own_online_share__plan",
    "payment_enabled_share__766",
    "payment_enabled_share__plan",
    "plan_tasks_on_schedule__plan",
    "portal_integration_share__plan",
    "process_configured_share__plan",
    "published_on_time_share__plan",
    "result_digitised_share__766",
    "result_digitised_share__plan",
    "sample_dossier_share__plan",
    "satisfaction_rate__766",
    "satisfaction_rate__plan",
    "simplification_share__plan",
    "staff_e_records__plan",
    "staff_trained__plan",
    "sync_match_rate__plan",
    "sync_rate__766",
    "sync_rate__plan",
    "units_inspected__plan",
] %}
with
    unit_rows as (
        {% for indicator in indicators %}
            select *
            from {{ ref("ind_" ~ indicator) }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    counted as (select u.* from unit_rows u anti join {{ ref("int_undelivered") }} using (indicator_code, rule)),
    summed as (
        select
            indicator_code,
            rule,
            period_code,
            {{ scope_columns() }},
            cast(sum(numerator) as bigint) as numerator,
            cast(sum(denominator) as bigint) as denominator,
            cast(sum(unknown_count) as bigint) as unknown_count
        from counted
        group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
    )
select s.*, cast(null as varchar) as missing_source
from summed s
join {{ source("registers", "indicator") }} i using (indicator_code, rule)
where s.scope = 'province' or i.origin in ('transactions', 'reported')
union all
select
    n.indicator_code,
    n.rule,
    h.period_code,
    h.scope,
    h.unit_code,
    h.unit_level,
    null as numerator,
    null as denominator,
    null as unknown_count,
    n.missing_source
from {{ ref("int_undelivered") }} n
join {{ source("registers", "indicator") }} i using (indicator_code, rule)
join {{ ref("handling_status") }} h on h.scope = 'province' or i.origin in ('transactions', 'reported')
