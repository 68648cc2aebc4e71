-- What the operator sets for a tenant about a subject: as tenant_limit_set_own, but however many there are: a tenant must not
-- be able to keep the operator from it.
-- Parameters: $1 tenant_id, $2 subject, $3 operator_calls, $4 operator_window_ms, $5 operator_burst,
-- $6 expected_version.
insert into tenant_limit (tenant_id, subject, operator_calls, operator_window_ms, operator_burst, version)
select $1, $2, $3, $4, $5, 1
where $6 = 0
  or exists (select 1 from tenant_limit where tenant_id = $1 and subject = $2 and version = $6)
on conflict (tenant_id, subject) do update
set operator_calls = excluded.operator_calls, operator_window_ms = excluded.operator_window_ms,
  operator_burst = excluded.operator_burst, version = tenant_limit.version + 1
where tenant_limit.version = $6
returning subject
