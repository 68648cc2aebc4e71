-- Keeps a part of what an attempt brings; no row if the attempt doesn't have the tenant any more. On PostgreSQL.
-- Parameters: $1 place, $2 moved_table, $3 moved_rows, $4 tenant_id, $5 attempt.
insert into product_arrival (tenant_id, place, moved_table, moved_rows)
select d.tenant_id, $1, $2, $3
from (select tenant_id from tenant_database where tenant_id = $4 and attempt = $5 for share) d
returning place
