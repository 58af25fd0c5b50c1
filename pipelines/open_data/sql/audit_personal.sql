-- Columns with texts that look personal, by number, and how many rows have one.
select place, sum(n)::bigint as row_count from {{ texts }} where {{ looks_personal }} group by place order by place
