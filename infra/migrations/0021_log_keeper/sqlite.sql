-- SQLite has no functions and no roles: there the links are computed by who appends, and nothing is to be changed.
select 1;
