"""Two small versions of one warehouse, made by hand, for the tests of `tthc sql`."""

from pathlib import Path

import duckdb

from pipelines.settings import DATABASE_FILE, Settings

BEFORE, AFTER = "2024-03-04-aaaaaaaaaaaa", "2024-03-05-bbbbbbbbbbbb"
TABLES = """
    create schema marts; set schema = 'marts';
    create table dim_unit (unit_code varchar, unit_name varchar, unit_level varchar);
    insert into dim_unit values ('H19.01', 'Sở Tư pháp', 'so'), ('H19.31', 'UBND thành phố Biên Hòa', 'huyen');
    comment on table dim_unit is 'Đơn vị. Một dòng cho mỗi đơn vị / Units. One row per unit';
    comment on column dim_unit.unit_code is 'Mã đơn vị / Unit code';
    comment on column dim_unit.unit_name is 'Tên đơn vị / Name of the unit';
    create table dim_indicator (indicator_code varchar, rule varchar, name_vi varchar, name_en varchar,
                                value_unit varchar);
    insert into dim_indicator values ('on_time_rate', 'plan', 'Đúng hạn', 'On time', 'ratio'),
                                     ('open_datasets', 'plan', 'Bộ dữ liệu mở', 'Open datasets', 'count');
    create table fct_timeliness (dossier_code varchar, unit_code varchar, due_date date, days integer);
    insert into fct_timeliness select 'H19.01-' || i, 'H19.01', date '2024-01-01' + i::integer, i from range(9) as r(i);
    comment on table fct_timeliness is 'Hồ sơ. Một dòng cho mỗi hồ sơ / Dossiers. One row per dossier';
    create table fct_handovers (dossier_code varchar, unit_code varchar);
    insert into fct_handovers values ('H19.01-1', 'H19.01'), ('H19.01-1', 'H19.01'), ('H19.01-2', null);
    create table indicator_values (indicator_code varchar, rule varchar, period_code varchar, scope varchar,
        unit_code varchar, unit_level varchar, numerator bigint, denominator bigint, value double, is_closed boolean);
    insert into indicator_values values
        ('on_time_rate', 'plan', '2024-01', 'unit', 'H19.01', 'so', 9, 10, 0.9, true),
        ('on_time_rate', 'plan', '2024-01', 'unit', 'H19.31', 'huyen', 5, 10, 0.5, true),
        ('on_time_rate', 'plan', '2024-02', 'unit', 'H19.01', 'so', null, null, null, false),
        ('open_datasets', 'plan', '2024-01', 'province', 'H19', 'tinh', 100, null, 100, true);
"""
CHANGES = """
    set schema = 'marts';
    update fct_timeliness set due_date = null, days = -1 where dossier_code = 'H19.01-3';
    delete from fct_timeliness where dossier_code = 'H19.01-4';
    insert into fct_timeliness values ('H19.01-10', 'H19.01', '2024-02-01', 1), ('H19.01-11', 'H19.31', null, 2);
    delete from fct_handovers; insert into fct_handovers values ('H19.01-1', 'H19.01'), ('H19.01-2', null),
        (null, null);
    update indicator_values set numerator = 8, value = 0.8 where unit_code = 'H19.01' and period_code = '2024-01';
    update indicator_values set numerator = 9, value = 0.9 where unit_code = 'H19.31';
    update indicator_values set numerator = 4, denominator = 4, value = 1 where period_code = '2024-02';
    update indicator_values set numerator = 102, value = 102 where indicator_code = 'open_datasets';
    insert into indicator_values values
        ('on_time_rate', 'plan', '2024-03', 'unit', 'H19.01', 'so', 1, 1, 1, false);
"""


def two_versions(warehouse: Path) -> Settings:
    """Return a warehouse with two versions, of which the later is published."""
    settings = Settings(warehouse_dir=warehouse)
    for version, statements in ((BEFORE, TABLES), (AFTER, TABLES + CHANGES)):
        folder = settings.versions_dir / version
        folder.mkdir(parents=True)
        with duckdb.connect(str(folder / DATABASE_FILE)) as connection:
            connection.execute(statements)
    settings.current_link.symlink_to(Path(settings.versions_dir.name) / AFTER)
    return settings
