-- A key's use is noted once a minute, also of calls that come at once: who writes it asks again how old it is.

-- Only who is a member of a role changes a function that it has: who owns the tables is one until the end of this step.
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then
    execute format('grant insula_guard to %I', current_user);
    grant create on schema public to insula_guard;
  end if;
exception
  when insufficient_privilege then
    raise exception '% may not change functions of the role insula_guard', current_user using errcode = 'IN003',
      hint = format('as a superuser: grant insula_guard to %I with admin option', current_user);
end;

declare
  changed regproc;
  before text;
  after text;
begin
  foreach changed in array array['insula_admit_4', 'insula_count_call']::regproc[] loop
    before := pg_get_functiondef(changed);
    after := replace(before, 'last_used_at_ms < at_ms)', 'last_used_at_ms <= at_ms - 60000)');
    if after = before then
      raise exception '% does not note the use of a key', changed using errcode = 'IN003';
    end if;
    execute after;
  end loop;
end;

if not (select rolsuper from pg_roles where rolname = current_user) then
  revoke create on schema public from insula_guard;
  execute format('revoke insula_guard from %I', current_user);
end if;
