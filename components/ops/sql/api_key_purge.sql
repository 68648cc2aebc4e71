-- Deletes up to 1,000 keys that ended before a point in time; one row back for each. Those of other systems stay: their
-- texts belong to who imported them for ever. The time is asked twice: a key may have been changed while the statement
-- waited for it.
-- Parameters: $1 ended_before_ms.
delete from api_key
where imported = 0 and (revoked_at_ms <= $1 or expires_at_ms <= $1) and id in (
  select r.id
  from (select id from api_key where imported = 0 and revoked_at_ms <= $1 order by revoked_at_ms limit 1000) r
  union
  select e.id
  from (select id from api_key where imported = 0 and expires_at_ms <= $1 order by expires_at_ms limit 1000) e
  limit 1000
)
returning 1 as deleted
