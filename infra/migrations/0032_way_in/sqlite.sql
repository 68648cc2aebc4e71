-- SQLite has no schemas.
select 1;
