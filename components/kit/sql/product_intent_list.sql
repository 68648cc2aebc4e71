-- What is to be done in the database of a tenant, in order.
-- Parameters: $1 tenant_id, $2 limit.
select id, sealed, moved_table, moved_rows
from product_intent
where tenant_id = $1
order by number
limit $2
