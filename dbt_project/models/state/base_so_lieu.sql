{{ disposition("so_lieu") }}
