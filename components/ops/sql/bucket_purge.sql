-- Deletes the buckets of a part of the table that nothing was taken from for so long that they are full: a day, and as
-- long as the slowest plan takes to fill one. One row back for each. A bucket that is used while the statement waits for
-- it is another one then, and stays.
-- Parameters: $1 after_id, $2 last_id, $3 now_ms.
delete from bucket
where id > $1 and id <= $2 and level_at_ms <= $3 - 86400000
  and level_at_ms <= $3 - coalesce((select max(p.burst * 60000 / p.requests_per_minute + 1) from plan p), 0)
returning 1 as deleted
