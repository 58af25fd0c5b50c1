-- Made by `make docs`: the published cases, as it is.
select * from {{ this }}
