select table_name, column_name, code, code_order, name_vi, name_en from {{ source("registers", "code_list") }}
