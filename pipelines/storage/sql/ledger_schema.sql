-- The tables of the ledger (SQLite). Columns named digest let a damaged row be noticed.
create table if not exists warehouse_format (
    one integer primary key check (one = 1),
    format integer not null
);

create table if not exists arrival (
    sequence integer primary key autoincrement,
    source text not null,
    business_day text not null,
    file_name text not null,
    sha256 text not null,
    byte_count integer not null,
    expected_rows integer,
    archived_as text not null,
    digest text not null
);

create table if not exists receipt (
    parse_key text primary key,
    content text not null,
    digest text not null
);

-- Arrivals whose bytes were purged at the end of their retention period.
create table if not exists forgotten (
    sequence integer primary key references arrival,
    as_of text not null,
    digest text not null
);

-- The archive when its files and the arrivals were in step: a hash of how its folders looked, and when all was seen.
create table if not exists archive_seen (
    one integer primary key check (one = 1),
    looks text not null,
    arrivals integer not null,
    seen_on text not null,
    digest text not null
);

-- How the folder of a business day in landing looked (a hash) when all its files were archived.
create table if not exists landed_folder (
    folder text primary key,
    looks text not null,
    file_count integer not null,
    digest text not null
) without rowid;

-- Files of the lake as they looked when their hashes were verified last, times in nanoseconds.
create table if not exists verified (
    path text primary key,
    sha256 text not null,
    byte_count integer not null,
    inode integer not null,
    modified_ns integer not null,
    changed_ns integer not null,
    verified_on text not null,
    digest text not null
) without rowid;

create table if not exists outcome (
    version text not null,
    source text not null,
    source_file text not null,
    rows_in integer not null,
    accepted integer not null,
    rejected integer not null,
    superseded integer not null,
    primary key (source, source_file)
);

create table if not exists run (
    sequence integer primary key autoincrement,
    pid integer not null,
    began text not null,
    ended text,
    outcome text not null,
    version text,
    as_of text,
    detail text not null
);
