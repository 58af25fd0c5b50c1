-- Of the periods of the form; those of the score alone are in decision_766_score.
select s.* from {{ ref("int_score_point") }} s join {{ ref("dim_period") }} p using (period_code)
