-- SQLite has no row-level security: there the scope that each statement names is the only way to a row.
select 1;
