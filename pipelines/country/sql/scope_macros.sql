-- The marts' word for a published scope, and the published word for a scope of the country.
create or replace temp macro warehouse_scope(published) as
    case published when 'don-vi' then 'unit' when 'cap' then 'level' else 'province' end;
create or replace temp macro country_scope(scope) as case scope when 'level' then 'cap' else 'toan-quoc' end;
