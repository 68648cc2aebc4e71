-- Uses an invitation up; no row back means that somebody else has, or that it can't be accepted any more: it was
-- withdrawn or replaced, its tenant isn't active, or whoever sent it may send it no more.
-- Parameters: $1 id, $2 digest.
delete from invitation
where id = $1 and digest = $2 and exists (
  select 1
  from membership m
  join tenant t on t.id = m.tenant_id
  where m.tenant_id = invitation.tenant_id and m.user_id = invitation.invited_by and t.state = 'active'
    and (m.role = 'owner' or m.role = 'admin' and invitation.role <> 'owner')
)
returning id
