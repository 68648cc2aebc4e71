-- Notes where a task goes on. Of two that run at once the later word counts; nothing depends on it but where they go on.
-- Parameters: $1 task, $2 after_id.
insert into tick_cursor (task, after_id)
values ($1, $2)
on conflict (task) do update set after_id = excluded.after_id
returning task
