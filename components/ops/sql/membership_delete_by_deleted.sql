-- Makes the people of a tenant that is deleted strangers to it; one row back for each.
-- Parameters: $1 tenant_id.
delete from membership
where tenant_id = $1 and exists (select 1 from tenant t where t.id = $1 and t.state = 'deleted')
returning 1 as deleted
