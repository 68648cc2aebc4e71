-- Deletes up to 1,000 rows of a tenant; one row back for each.
-- Parameters: $1 tenant_id.
delete from invitation
where tenant_id = $1 and id in (select id from invitation where tenant_id = $1 order by id limit 1000)
returning 1 as deleted
