-- Counts an attempt against a subject; no row back means that it comes too early, and is not counted. The rule is stated
-- in components/auth/src/guess/rule.rs and this must count the same.
-- Parameters: $1 subject, $2 now_ms, $3 forget_ms, $4 free, $5 doublings, $6 longest_wait_ms, $7 first_wait_ms.
insert into guess (subject, ready_at_ms, forgotten_at_ms)
values ($1, 0, $2 + $3)
on conflict (subject) do update
set ready_at_ms = (
    select case
        when counted.failures < $4 then 0
        when counted.failures - $4 >= $5 then $2 + $6
        else $2 + ($7 << cast(counted.failures - $4 as integer))
      end
    from (
      select (case when guess.forgotten_at_ms > $2 then guess.forgotten_at_ms - $2 else 0 end + 2 * $3 - 1) / $3 as failures
    ) counted
  ),
  forgotten_at_ms = $3 + case when guess.forgotten_at_ms > $2 then guess.forgotten_at_ms else $2 end
where guess.ready_at_ms <= $2
returning ready_at_ms
