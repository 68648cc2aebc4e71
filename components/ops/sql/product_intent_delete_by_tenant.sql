-- Deletes up to 1,000 rows of a tenant: what was to be done in a database that is given up. One row back for each.
-- Parameters: $1 tenant_id.
delete from product_intent
where tenant_id = $1 and id in (select id from product_intent where tenant_id = $1 order by id limit 1000)
returning 1 as deleted
