"""The score of Decision 766 of the small warehouse, and what a made-up national portal shows beside it."""

COMPONENTS = """
create temp table score_rules as
select * from (values
    ('1.1', 'publication', 12, 1.0, null, null, null, 'ngày công bố'),
    ('1.4', 'publication', 6, 1.0, null, 'sync_rate', null, null),
    ('2.1', 'progress', 20, 1.0, null, 'on_time_rate', null, null),
    ('3.1', 'online', 4, 0.8, null, 'online_service_coverage', null, null),
    ('3.2', 'online', 2, 1.0, null, 'services_used_share', null, null),
    ('3.3', 'online', 6, 0.5, null, 'online_share', 'sync_rate', null),
    ('3.5', 'payment', 2, 0.8, null, 'payment_enabled_share', null, null),
    ('3.5b', 'payment', 2, 0.8, null, 'payment_used_share', null, null),
    ('3.6', 'payment', 6, 1.0, null, 'online_payment_share', null, null),
    ('4.1', 'digitisation', 6, 1.0, null, 'result_digitised_share', null, null),
    ('4.2', 'digitisation', 8, 0.8, null, 'digitised_share', null, null),
    ('4.4', 'digitisation', 4, 1.0, null, 'personal_store_share', null, null),
    ('4.5a', 'digitisation', 4, 1.0, null, 'population_data_share', null, null),
    ('5.2', 'satisfaction', 6, 1.0, 6.0, 'feedback_on_time_rate', null, null),
    ('5.3', 'satisfaction', 6, 1.0, null, 'feedback_satisfaction_rate', null, null),
    ('5.4', 'satisfaction', 6, 0.9, null, 'satisfaction_rate', null, null)
) as rules (component, group_code, max_points, full_at, points_if_empty, indicator_code, factor_code, missing);

create table dim_score_component as
select component, group_code, 'Tên' as name_vi, 'Name' as name_en, max_points::double as max_points,
       full_at::double as full_at, indicator_code, case when indicator_code is not null then '766' end as rule,
       case when component = '2.1' then 'ON_TIME' end as portal_code, missing as missing_source,
       date '2022-06-23' as valid_from, null::date as valid_to
from score_rules;
"""

# What the portal shows of the province, of a unit (one figure above the most that there is) and of other provinces.
PORTAL = """
create temp table portal as
select * from (values
    ('H19', date '2024-02-27', '1.1', 9.5, 12, null, null), ('H19', date '2024-02-27', '2.1', 17.0, 20, 60, 80),
    ('H19', date '2024-03-04', '1.1', 9.0, 12, null, null), ('H19', date '2024-03-04', '2.1', 16.0, 20, 64, 80),
    ('H19', date '2024-03-04', '4.2', 3.0, 8, 40, 120), ('H19.03', date '2024-03-04', '1.1', 13.0, 12, null, null),
    ('H19.03', date '2024-03-04', '2.1', 15.0, 20, 30, 41), ('H01', date '2024-03-04', '1.1', 12.0, 12, null, null),
    ('H18', date '2024-03-04', '2.1', 4.0, 20, 1, 5), ('H20', date '2024-03-04', '2.1', 4.0, 20, 2, 10)
) as shown (unit_code, portal_date, component, points, max_points, numerator, denominator);
"""

POINTS = """
create temp table scored as
with rates as (select * from figures where rule = '766'),
inputs as (
    select h.period_code, h.scope, h.unit_code, h.unit_level, r.*, v.numerator, v.denominator,
           case when factor_code is null then 1.0 else f.numerator / nullif(f.denominator, 0) end as factor,
           coalesce(v.missing_source, f.missing_source, r.missing) as missing_source
    from form_all as h
    cross join score_rules as r
    left join rates as v on v.indicator_code = r.indicator_code and v.period_code = h.period_code
        and v.scope = h.scope and v.unit_code = h.unit_code and v.unit_level = h.unit_level
    left join rates as f on f.indicator_code = r.factor_code and f.period_code = h.period_code
        and f.scope = h.scope and f.unit_code = h.unit_code and f.unit_level = h.unit_level
)
select period_code, scope, unit_code, unit_level, component, group_code, numerator, denominator,
       factor::double as factor,
       case when denominator = 0 then points_if_empty when factor * numerator is null then null
            else max_points * least(1, factor * numerator / denominator / full_at) end::double as points,
       max_points::double as max_points, missing_source
from inputs;

create table decision_766_points as
select * from scored where period_code in (select period_code from dim_period);

create table decision_766_groups as
select period_code, scope, unit_code, unit_level, group_code,
       case when bool_and(points is not null) then sum(points) end as score, coalesce(sum(points), 0) as known_points,
       coalesce(sum(max_points) filter (where points is not null), 0) as known_max, sum(max_points) as max_points
from decision_766_points
group by all;
"""

SCORE = """
create table decision_766_score as
with shown as (
    select period_code, case unit_code when 'H19' then 'province' else 'unit' end as scope, unit_code, component,
           max_by(portal, portal_date) as newest
    from dim_score_period join portal on is_to_date and portal_date between start_date and cut_date
    group by all
)
select period_code, scope, unit_code, unit_level, group_code, component, max_points, numerator, denominator,
       o.points as own_points, newest.portal_date as portal_date, newest.numerator as portal_numerator,
       newest.denominator as portal_denominator, newest.points::double as portal_points,
       case when own_points is not null then own_points when portal_points > max_points then max_points
            else portal_points end as points,
       case when own_points is not null then 'own' when portal_points is not null then 'portal' end as points_source,
       case when points_source is null then missing_source end as missing_source
from scored as o left join shown using (period_code, scope, unit_code, component);
"""

TOTALS = """
create table decision_766_totals as
with summed as (
    select s.period_code, scope, unit_code, unit_level, coalesce(sum(s.points), 0) as known_points,
           coalesce(sum(s.max_points) filter (where s.points is not null), 0) as known_max,
           coalesce(sum(own_points), 0) as own_points,
           coalesce(sum(s.max_points) filter (where own_points is not null), 0) as own_max,
           sum(s.max_points) as max_points,
           case when known_max > 0 then known_points / known_max end as reached_share,
           map {'2024': '2024-02-27-LK', '2024-03-04-LK': '2024-02-26-LK', '2024-W10': '2024-W09'}[s.period_code]
               as period_before
    from decision_766_score as s
    group by all
)
select * exclude (period_before),
       case when scope = 'unit' and reached_share is not null then 1 + (
           select count(*) from summed as better
           where better.scope = 'unit' and (better.period_code, better.unit_level) = (s.period_code, s.unit_level)
             and round(better.reached_share, 9) > round(s.reached_share, 9)
       ) end as unit_rank,
       case when scope = 'unit' then (
           select count(reached_share) from summed as peer
           where peer.scope = 'unit' and (peer.period_code, peer.unit_level) = (s.period_code, s.unit_level)
       ) end as units_ranked,
       (select known_points from summed as b
        where (b.period_code, b.scope, b.unit_code, b.unit_level)
              = (s.period_before, s.scope, s.unit_code, s.unit_level)) as points_before,
       (select s.known_points - known_points from summed as b
        where (b.period_code, b.scope, b.unit_code, b.unit_level)
              = (s.period_before, s.scope, s.unit_code, s.unit_level) and b.known_max = s.known_max) as points_change
from summed as s;

create table decision_766_provinces as
with summed as (
    select portal_date, unit_code as province_code, sum(points)::double as points,
           sum(max_points)::double as max_points, count(*) as component_count
    from portal where unit_code not like '%.%' group by all
)
select *, province_code = 'H19' as is_own,
       1 + (select count(*) from summed as better
            where better.portal_date = s.portal_date and better.points / better.max_points > s.points / s.max_points)
           as province_rank,
       (select count(*) from summed as other where other.portal_date = s.portal_date) as provinces_ranked
from summed as s;
"""

# Of all causes only what the copy lacks, and the days of receipt, in the share digitised.
COMPARED = """
create temp table causes_of_units as
select '4.2' as component, unit_code, unit_level,
       case when is_found then 'other_received_date' else 'not_found' end as cause,
       (received_date <= date '2024-03-04')::integer as here,
       coalesce(copy_received_date <= date '2024-03-04', false)::integer as there,
       is_wholly_digitised::integer as counts
from fct_national_sync join fct_digitisation using (dossier_code, unit_code, unit_level, received_date)
where here <> there;

create table decision_766_causes as
select '2024-03-04-LK' as period_code, 'province' as scope, 'H19' as unit_code, 'tinh' as unit_level, component, cause,
       count(*) as cases, sum((here - there) * counts)::bigint as numerator_effect,
       sum(here - there)::bigint as denominator_effect
from causes_of_units
where exists (select 1 from portal)
group by all;

create table decision_766_compared as
select s.period_code, s.portal_date, p.cut_date - s.portal_date as days_apart, s.scope, s.unit_code, s.unit_level,
       s.component, s.numerator as own_numerator, s.denominator as own_denominator, s.own_points, s.portal_numerator,
       s.portal_denominator, s.portal_points, s.own_points - s.portal_points as points_difference,
       s.numerator - s.portal_numerator as numerator_difference,
       s.denominator - s.portal_denominator as denominator_difference,
       coalesce(c.of_numerator, 0)::bigint as numerator_explained,
       coalesce(c.of_denominator, 0)::bigint as denominator_explained,
       (numerator_difference - numerator_explained)::bigint as numerator_unexplained,
       (denominator_difference - denominator_explained)::bigint as denominator_unexplained
from decision_766_score as s join dim_score_period as p using (period_code)
left join (select scope, component, sum(numerator_effect) as of_numerator, sum(denominator_effect) as of_denominator
           from decision_766_causes group by all) as c using (scope, component)
where period_code = '2024-03-04-LK' and s.portal_date is not null;
"""

GAINS = """
create table decision_766_gains as
select s.period_code, s.scope, s.unit_code, s.unit_level, s.group_code, component, r.indicator_code, '766' as rule,
       s.max_points, s.points, s.max_points - s.points as points_lost, s.numerator, s.denominator,
       s.denominator - s.numerator as cases_against,
       case when s.numerator + cases_against < s.denominator * r.full_at / p.factor then cases_against
            else ceil(round(s.denominator * r.full_at / p.factor, 6))::bigint - s.numerator end as cases_to_full,
       s.max_points * p.factor / s.denominator / r.full_at as points_per_case, i.matures as can_still_rise
from decision_766_score as s
join score_rules as r using (component)
join scored as p using (period_code, scope, unit_code, unit_level, component)
join dim_indicator as i on (i.indicator_code, i.rule) = (r.indicator_code, '766')
where s.period_code = '2024' and s.scope <> 'level' and s.points_source = 'own' and s.denominator > s.numerator
  and s.points < s.max_points - 1e-9;
"""
