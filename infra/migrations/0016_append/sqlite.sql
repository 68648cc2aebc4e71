-- SQLite has no functions: there the links are computed by who appends, and nothing is to be changed.
select 1;
