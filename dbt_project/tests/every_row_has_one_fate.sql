-- Conservation: rows in = accepted + rejected + superseded, for every delivered file and source.
{{ config(meta={"dagster": {"ref": {"name": "deliveries"}}}) }}
select *
from {{ ref("deliveries") }}
where status = 'accepted' and rows_in is distinct from rows_accepted + rows_rejected + rows_superseded
