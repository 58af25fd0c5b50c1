-- The least and the greatest count that a shown or hidden figure can stand for.
create or replace macro shown_low(value, reason) as
    case when value is not null then greatest({{ threshold }}, value - {{ base }} + 1) else 0 end;
create or replace macro shown_high(value, reason) as case
    when value is not null then value + {{ base }} - 1
    when reason = 'c' then {{ threshold }} - 1
    when reason = 'z' then 0
    else {{ no_limit }} end;
