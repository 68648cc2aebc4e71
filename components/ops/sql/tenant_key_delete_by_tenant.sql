-- Destroys the key of a tenant that is deleted: what was sealed under it opens no more, wherever there is a copy.
-- Parameters: $1 tenant_id.
delete from tenant_key
where tenant_id = $1
  and exists (select 1 from tenant t where t.id = tenant_key.tenant_id and t.state = 'deleted')
returning tenant_id
