select task_code, reported_date, standing, share_done from {{ ref("stg_task_report") }}
