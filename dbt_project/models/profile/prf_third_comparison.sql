-- The comparison once more, without the outliers of the second.
{{ compare_again(ref("prf_second_comparison")) }}
