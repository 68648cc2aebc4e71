-- Counts a call whose tokens were taken elsewhere and notes the key's use, both or neither; the function is made by a
-- migration. `calls` is null where a call that counts was one too many.
-- Parameters: $1 counts_for, $2 day_ms, $3 quota, $4 at_ms, $5 used_key_id.
select insula_count_call($1, $2, $3, $4, $5) as calls
