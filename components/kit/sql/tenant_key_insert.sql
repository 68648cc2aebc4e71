-- Stores the key of a tenant that isn't on its way out, unless there is one; the one that is kept is returned.
-- Parameters: $1 tenant_id, $2 sealed, $3 wrapped_by, $4 created_at_ms.
insert into tenant_key (tenant_id, sealed, wrapped_by, created_at_ms)
select $1, $2, $3, $4
where exists (select 1 from tenant t where t.id = $1 and t.state not in ('deprovisioning', 'deleted'))
on conflict (tenant_id) do update set tenant_id = excluded.tenant_id
returning sealed, wrapped_by
