{{ disposition("xin_loi") }}
