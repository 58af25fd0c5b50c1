-- Exact rates: two decimals, or as many as needed not to round to 0, to 100 or across the target.
create or replace macro is_faithful(rounded, share, target) as
    (rounded = 100) = (share = 100) and (rounded = 0) = (share = 0)
    and coalesce((rounded >= target) = (share >= target), true);
create or replace macro exact_rate(n, d, target) as case
    when coalesce(d, 0) = 0 or n is null then null
    when is_faithful(round(100 * n::double / d, 2), 100 * n::double / d, target) then round(100 * n::double / d, 2)
    when is_faithful(round(100 * n::double / d, 4), 100 * n::double / d, target) then round(100 * n::double / d, 4)
    else 100 * n::double / d
end;
