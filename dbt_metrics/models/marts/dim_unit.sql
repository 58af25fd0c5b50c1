-- The published table, as it is.
select * from {{ this }}
