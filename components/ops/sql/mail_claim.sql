-- Takes the mail that is due longest, until the lease ends: of many that ask at once, one gets it. Who took it and died
-- leaves it due again when its lease ends.
-- Parameters: $1 lease_end_ms, $2 now_ms.
update mail
set due_at_ms = $1, attempts = attempts + 1
where state = 'waiting' and due_at_ms <= $2 and id = (
  select id from mail where state = 'waiting' and due_at_ms <= $2 order by due_at_ms, id limit 1
)
returning id, template, subject_id, content, attempts, created_at_ms
