-- Changes what a key is, unless it is revoked or not what is expected any more. What loosens its bounds is done for an
-- owner; for others unless an owner made or bounded the key, or one that shares its limit.
-- Parameters: $1 name, $2 scopes, $3 expires_at_ms, $4 limit_calls, $5 limit_window_ms, $6 networks, $7 metadata,
-- $8 bounds_role, $9 tenant_id, $10 id, $11 expected_version, $12 loosens, $13 caller_id, $14 limit_root.
update api_key
set name = $1, scopes = $2, expires_at_ms = $3, limit_calls = $4, limit_window_ms = $5, networks = $6, metadata = $7,
  bounds_role = $8, version = version + 1
where tenant_id = $9 and id = $10 and version = $11 and revoked_at_ms is null
  and ($12 = 0
    or exists (select 1 from membership o where o.tenant_id = $9 and o.user_id = $13 and o.role = 'owner')
    or not exists (
      select 1
      from api_key f
      left join membership m on m.tenant_id = f.tenant_id and m.user_id = f.created_by
      where f.tenant_id = $9 and (f.id = $14 or f.limit_root = $14)
        and (coalesce(f.bounds_role, 'owner') = 'owner' or m.role = 'owner')
    ))
returning id
