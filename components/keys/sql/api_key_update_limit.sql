-- Gives the other keys that share a key's limit the same new one. What an owner bound (or a release that noted nobody) stays
-- an owner's.
-- Parameters: $1 limit_calls, $2 limit_window_ms, $3 bounds_role, $4 tenant_id, $5 id, $6 limit_root.
update api_key
set limit_calls = $1, limit_window_ms = $2, bounds_role = case when coalesce(bounds_role, 'owner') = 'owner' then 'owner' else $3 end, version = version + 1
where tenant_id = $4 and id <> $5 and revoked_at_ms is null and (id = $6 or limit_root = $6)
returning id
