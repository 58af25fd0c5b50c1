-- Columns 3 to 13 of form II.06a; column 3 = 4 + 5 + 6, 7 = 8 + 9 + 10, 11 = 12 + 13, 3 = 7 + 11.
select f.* from {{ ref("int_form") }} f join {{ ref("dim_period") }} p using (period_code)
