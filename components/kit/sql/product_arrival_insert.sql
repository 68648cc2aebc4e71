-- Keeps a part of what an attempt brings; no row if the attempt doesn't have the tenant any more. On PostgreSQL.
-- Parameters: $1 tenant_id, $2 attempt, $3 place, $4 moved_table, $5 moved_rows.
insert into product_arrival (tenant_id, place, moved_table, moved_rows)
select d.tenant_id, $3, $4, $5
from (select tenant_id from tenant_database where tenant_id = $1 and attempt = $2 for share) d
returning place
