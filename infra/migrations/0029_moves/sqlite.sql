-- On SQLite product data is in shared tables only.
select 1;
