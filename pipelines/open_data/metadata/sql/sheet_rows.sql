-- Consecutive rows of a table as XML, in the order in which they were inserted.
select concat('<row r="', line, '">', {{ cells }}, '</row>')
from
    (select *, rowid - $start + $header + 1 as line from {{ table }} where rowid between $start and $start + $count - 1)
order by line
