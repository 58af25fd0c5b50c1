-- Protected rates follow from the shown numerator and denominator alone (halves up), so they reveal nothing more. A
-- bound or verdict holds for every pair of counts that the shown ones allow.
create or replace macro shown_share(n, d, finer) as
    floor((200 * finer * least(n, d) + d) / (2 * d)) / finer;
create or replace macro shown_rate(n, d) as case
    when n is null or d is null or d < {{ denominator }} then null
    when d < {{ bounded_below }} and 100 * n >= {{ high }} * d
    then floor(100 * shown_low(n, null) / shown_high(d, null)::double)
    when d < {{ bounded_below }} and 100 * n <= {{ low }} * d
    then ceil(100 * shown_high(n, null) / shown_low(d, null)::double)
    else shown_share(n, d, if(d >= {{ decimal_from }}, 10, 1))
end;
create or replace macro shown_sign(n, d) as case
    when n is null or d is null or d < {{ denominator }} or d >= {{ bounded_below }} then null
    when 100 * n >= {{ high }} * d then '>='
    when 100 * n <= {{ low }} * d then '<='
end;
create or replace macro least_share(n, n_reason, d, d_reason) as
    shown_low(n, n_reason)::double / shown_high(d, d_reason);
create or replace macro greatest_share(n, n_reason, d, d_reason) as
    least(1, shown_high(n, n_reason)::double / shown_low(d, d_reason));
create or replace macro verdict(n, n_reason, d, d_reason, target, direction) as case
    when target is null or shown_low(d, d_reason) = 0 then null
    when direction = 'down' then case
        when greatest_share(n, n_reason, d, d_reason) <= target then 1
        when least_share(n, n_reason, d, d_reason) > target then 0 end
    when least_share(n, n_reason, d, d_reason) >= target then 1
    when greatest_share(n, n_reason, d, d_reason) < target then 0
end;
