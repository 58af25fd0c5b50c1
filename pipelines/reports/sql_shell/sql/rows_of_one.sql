select count(*) from {{ side }}.marts.{{ table }}
