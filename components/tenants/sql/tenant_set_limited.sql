-- Notes whether a tenant has limits of its own: the guard reads them only then.
-- Parameters: $1 id.
update tenant
set limited = case when exists (select 1 from tenant_limit l where l.tenant_id = $1) then 1 else 0 end
where id = $1
returning id
