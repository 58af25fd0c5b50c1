-- Whether a row of the newly delivered lists differs from the accepted rows that are carried.
select
    exists (
        select {{ columns }}
        from read_parquet([{{ files }}], union_by_name = true)
        where _source_file in ({{ new }})
        except
        select {{ columns }}
        from carried_workspace.state.base_{{ source }}
        where disposition = 'accepted'
    )
