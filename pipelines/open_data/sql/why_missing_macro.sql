-- The flag for a missing figure: a source (x), a field that no model reads (k), the department's unit in the list
-- (u).
create or replace macro why_missing(missing) as case
    when list_bool_or(list_transform(string_split(missing, ', '),
        lambda one: not contains(one, '.') and one not like 'don_vi %')) then 'x'
    when list_bool_or(list_transform(string_split(missing, ', '), lambda one: one not like 'don_vi %')) then 'k'
    else 'u'
end;
