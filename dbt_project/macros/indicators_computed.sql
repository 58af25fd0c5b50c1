{#
    Made by `make docs` out of registers/vietnam/indicators.yml, not by hand: the indicators that are computed in one
    way, in the register's order.

    way    by_day, by_period (out of the model case_<code>__<rule>) or model (by the model ind_<code>__<rule>)

    A list of: code, rule, case_of (what each case names first: dossier, feedback), matures (whether late entries can
    raise the figure of a closed period).
#}
{% macro indicators_computed(way) %}
    {{
        return(
            {
                "by_day": [
                    {"code": "on_time_rate", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "satisfaction_rate", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "feedback_on_time_rate", "rule": "plan", "case_of": "feedback", "matures": false},
                    {"code": "feedback_satisfaction_rate", "rule": "plan", "case_of": "feedback", "matures": false},
                    {"code": "online_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "online_resolved_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "digitised_share", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "data_reuse_share", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "online_payment_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "sync_rate", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "sync_match_rate", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "result_digitised_share", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "notification_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "digitised_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "data_reuse_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "result_digitised_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "online_payment_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "feedback_on_time_rate", "rule": "766", "case_of": "feedback", "matures": false},
                    {"code": "feedback_satisfaction_rate", "rule": "766", "case_of": "feedback", "matures": false},
                    {"code": "personal_store_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "population_data_share", "rule": "766", "case_of": "dossier", "matures": true},
                ],
                "by_period": [
                    {"code": "own_online_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "own_online_resolved_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "apology_rate", "rule": "plan", "case_of": "dossier", "matures": true},
                    {"code": "payment_enabled_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "procedures_issued_on_time", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "published_on_time_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "sample_dossier_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "process_configured_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "online_service_coverage", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "own_service_coverage", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "portal_integration_share", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "own_portal_integration", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "plan_tasks_on_schedule", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "payment_enabled_share", "rule": "766", "case_of": "dossier", "matures": false},
                    {"code": "online_service_coverage", "rule": "766", "case_of": "dossier", "matures": false},
                    {"code": "services_used_share", "rule": "766", "case_of": "dossier", "matures": false},
                    {"code": "payment_used_share", "rule": "766", "case_of": "dossier", "matures": false},
                ],
                "model": [
                    {"code": "open_datasets", "rule": "plan", "case_of": "dossier", "matures": false},
                    {"code": "on_time_rate", "rule": "766", "case_of": "dossier", "matures": false},
                    {"code": "online_share", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "sync_rate", "rule": "766", "case_of": "dossier", "matures": true},
                    {"code": "satisfaction_rate", "rule": "766", "case_of": "dossier", "matures": false},
                ],
            }[way]
        )
    }}
{% endmacro %}
