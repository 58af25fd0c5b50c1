{{ child_disposition("xin_loi") }}
