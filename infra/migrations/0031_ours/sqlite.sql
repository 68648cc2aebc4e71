-- SQLite knows no scope: there the scope that each statement names is the only way to a row.
select 1;
