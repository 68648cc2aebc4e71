-- The place of the first entry of a time or later, found by halving, as far as times grow with places; no row back where
-- an entry is missing.
-- Parameters: $1 tenant_id, $2 size, $3 at_ms.
with recursive search (tenant_id, low, high) as (
  select cast($1 as text), cast(0 as bigint), cast($2 as bigint)
  union all
  select s.tenant_id,
    case when e.at_ms < $3 then (s.low + s.high) / 2 + 1 else s.low end,
    case when e.at_ms < $3 then s.high else (s.low + s.high) / 2 end
  from search s
  join audit_entry e on e.tenant_id = s.tenant_id and e.seq = (s.low + s.high) / 2
  where s.low < s.high
)
select low as place
from search
where low >= high
