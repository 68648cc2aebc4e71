-- A tenant's reports after a given one, oldest first, without their contents.
-- Parameters: $1 tenant_id, $2 after_id, $3 limit.
select id, created_at_ms, file_name, label_column, row_count, column_count, score
from report
where tenant_id = $1 and id > $2
order by id
limit $3
