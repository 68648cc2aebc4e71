-- Takes back one attempt that was no failure; its wait too, unless another attempt has been counted since.
-- Parameters: $1 forget_ms, $2 ready_at_ms that the attempt left, $3 subject.
update guess
set forgotten_at_ms = forgotten_at_ms - $1,
  ready_at_ms = case when ready_at_ms = $2 then 0 else ready_at_ms end
where subject = $3
returning subject
