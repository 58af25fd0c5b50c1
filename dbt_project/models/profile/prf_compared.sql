-- The comparison that counts, the fourth: three deliveries in a row that changed in the same way are left out of all
-- later comparisons.
select {{ all_but(["kind", "era", "tau0"]) }} from ({{ compare_again(ref("prf_third_comparison")) }})
