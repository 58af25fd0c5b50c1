create table ledger.measured_day (source varchar, business_day date);
create table ledger.weighed_dossier ("MaHoSo" varchar);
create table ledger.carried_delivery (source_file varchar);
create table ledger.carried_count (
    source varchar, _source_file varchar, disposition varchar, reason varchar, row_count bigint
);
