-- The part of the table that comes after an id, of up to 1,000 rows: its last id, and how many it has.
-- Parameters: $1 after_id.
select coalesce(max(part.id), '') as last_id, count(*) as rows
from (select b.id from bucket b where b.id > $1 order by b.id limit 1000) part
