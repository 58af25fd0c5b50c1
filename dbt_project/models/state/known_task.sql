select task_code as MaNhiemVu from {{ source("registers", "task") }} group by task_code
