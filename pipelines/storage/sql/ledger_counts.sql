-- How many rows the tables have that are read as a whole.
select (select count(*) from arrival), (select count(*) from receipt), (select count(*) from forgotten)
