-- How many buckets of a tenant's callers there are, and how many hold less than one call now at the pace of its plan: one
-- bucket for all of its keys, one for each member.
-- Parameters: $1 now_ms, $2 tenant_id.
select count(*) as buckets,
  coalesce(sum(case when b.level + ($1 - b.level_at_ms) * p.requests_per_minute < 60000 then 1 else 0 end), 0) as drained
from (
  select $2 as id
  union all
  select m.tenant_id || ':' || m.user_id from membership m where m.tenant_id = $2
) c
join bucket b on b.id = c.id
join tenant t on t.id = $2
join plan p on p.name = t.plan
