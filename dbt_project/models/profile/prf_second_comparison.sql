-- The comparison once more, without the outliers of the first.
{{ compare_again(ref("prf_first_comparison")) }}
