-- Forgets what was done in the database of a tenant.
-- Parameters: $1 tenant_id, $2 id.
delete from product_intent
where tenant_id = $1 and id = $2
returning id
