{{ disposition("dvcqg") }}
