-- Makes a plan, or changes it if it is still what is expected (-1: not there); no row back means that it isn't.
-- Parameters: $1 name, $2 requests_per_minute, $3 burst, $4 max_users, $5 expected_version.
insert into plan (name, requests_per_minute, burst, max_users, version)
select $1, $2, $3, $4, 0
where $5 = -1 or exists (select 1 from plan where name = $1 and version = $5)
on conflict (name) do update
set requests_per_minute = excluded.requests_per_minute, burst = excluded.burst, max_users = excluded.max_users,
  version = plan.version + 1
where plan.version = $5
returning name
