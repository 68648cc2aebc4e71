-- The buckets with these ids.
-- Parameters: $1 one_id, $2 other_id, $3 third_id.
select id, level, level_at_ms
from bucket
where id in ($1, $2, $3)
