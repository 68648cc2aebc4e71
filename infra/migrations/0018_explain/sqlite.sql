-- SQLite explains a statement without a function: there nothing is to be changed.
select 1;
