-- Each delivery compared with all before it. Outliers are then left out of what later deliveries are compared with.
{{ compare_with_past(ref("prf_value"), "false") }}
