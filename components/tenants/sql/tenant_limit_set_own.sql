-- What a tenant sets for itself about a subject: if that is still what is expected (0: not there), and the tenant has not
-- as many as it may have. No row back means one of the two. Exact only behind tenant_lock in the same batch.
-- Parameters: $1 tenant_id, $2 subject, $3 own_calls, $4 own_window_ms, $5 own_burst, $6 own_role, $7 expected_version,
-- $8 limit.
insert into tenant_limit (tenant_id, subject, own_calls, own_window_ms, own_burst, own_role, version)
select $1, $2, $3, $4, $5, $6, 1
where ($7 = 0 and (select count(*) from tenant_limit where tenant_id = $1 and own_calls is not null) < $8)
  or exists (select 1 from tenant_limit where tenant_id = $1 and subject = $2 and version = $7)
on conflict (tenant_id, subject) do update
set own_calls = excluded.own_calls, own_window_ms = excluded.own_window_ms, own_burst = excluded.own_burst,
  own_role = excluded.own_role, version = tenant_limit.version + 1
where tenant_limit.version = $7
returning subject
