-- Removes what was brought from the database of a tenant that is on its way out.
-- Parameters: $1 tenant_id.
delete from product_arrival
where tenant_id = $1
returning 1 as deleted
