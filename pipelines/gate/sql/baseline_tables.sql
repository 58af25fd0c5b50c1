-- What the checks compare a candidate with. `Baseline.statements` fills these tables.
create temp table hold_override (
    override_code varchar,
    hold varchar,
    source varchar,
    business_day date,
    indicator_code varchar,
    rule varchar,
    scope varchar,
    unit_level varchar,
    measure varchar,
    unit_code varchar,
    register varchar,
    entry varchar,
    value_hash varchar,
    effect varchar,
    approved_by varchar,
    approved_on date,
    valid_until date,
    reason varchar
);

create temp table drift_limit (value double, denominator double, least_denominator bigint);

create temp table jump_limit (
    factor double, least_step bigint, least_delivered_days bigint, unknown_step bigint, unknown_rows double
);

create temp table removal_limit (threshold double, odds double);

create temp table previous_run (as_of date);

create temp table previous_delivery (source varchar, sha256 varchar);

create temp table previous_value (
    indicator_code varchar,
    rule varchar,
    period_code varchar,
    scope varchar,
    unit_code varchar,
    unit_level varchar,
    numerator double,
    denominator double,
    value double,
    met boolean,
    is_closed boolean,
    end_date date
);

create temp table first_value (
    indicator_code varchar,
    rule varchar,
    period_code varchar,
    scope varchar,
    unit_code varchar,
    unit_level varchar,
    numerator double,
    denominator double,
    value double,
    end_date date,
    as_of date
);

create temp table previous_register (
    register varchar,
    entry varchar,
    field varchar,
    value varchar,
    watch varchar,
    row_day date,
    moves varchar
);
