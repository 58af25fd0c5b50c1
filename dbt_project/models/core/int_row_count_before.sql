-- What became of the rows of carried deliveries in the night before, for the dossiers that are weighed again. Empty
-- where everything is.
{% if not may_carry() %}
    select source, _source_file, disposition, reason, row_count from {{ source("ledger", "carried_count") }} where false
{% else %}
    {% set of_dossiers = dossier_sources() | reject("equalto", "ho_so") %}
    with
        ho_so_rows as (
            select r.*
            from {{ ref("dossier_row") }} r
            semi join {{ source("ledger", "carried_delivery") }} d on r._source_file = d.source_file
        ),
        ho_so as ({{ disposition("ho_so", relation="ho_so_rows", **dossier_rules()) }}),
        dossier_before as (select MaHoSo from ho_so where disposition = 'accepted'),
        {% for name in of_dossiers %}
            {{ name }}_rows as (
                select r.*
                from {{ source("lake", name) }} r
                semi join {{ source("ledger", "carried_delivery") }} d on r._source_file = d.source_file
            ),
            {{ name }} as ({{ disposition(name, relation=name ~ "_rows", known={"known_dossier": "dossier_before"}) }}),
        {% endfor %}
        weighed as (
            {% for name in dossier_sources() %}
                select '{{ name }}' as source, _source_file, disposition, reason
                from {{ name }}
                {% if not loop.last %}
                    union all
                {% endif %}
            {% endfor %}
        )
    select source, _source_file, disposition, reason, count(*) as row_count
    from weighed
    group by source, _source_file, disposition, reason
{% endif %}
