-- Deletes up to 1,000 sessions that are over and have no refresh tokens left; one row back for each.
-- Parameters: $1 now_ms.
delete from session
where expires_at_ms <= $1 and id in (
  select s.id
  from session s
  where s.expires_at_ms <= $1 and not exists (select 1 from refresh_token r where r.session_id = s.id)
  order by s.expires_at_ms
  limit 1000
)
returning 1 as deleted
