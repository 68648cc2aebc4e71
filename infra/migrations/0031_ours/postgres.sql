-- What every scope may add to, or has to read, no tenant and no person changes of others: not by a statement that forgot
-- whose it is either. Mail on its way and the mailbox are changed by the system alone.
create function insula_check_ours() returns trigger language plpgsql as $check$
begin
  if current_setting('insula.scope', true) ~ '^(ten|usr)_' then
    raise exception 'row-level security: % is changed by the system', tg_table_name using errcode = '42501';
  end if;
  return null;
end $check$;

create trigger is_ours before update or delete on mail for each statement execute function insula_check_ours();
create trigger is_ours before update or delete on mailbox for each statement execute function insula_check_ours();
create trigger is_ours before update or delete on known_network for each statement execute function insula_check_ours();

-- The key of a person seals what many logs tell of it. Whoever comes second to make it reads it by an update that changes
-- nothing.
create function insula_check_subject() returns trigger language plpgsql as $check$
begin
  if current_setting('insula.scope', true) ~ '^(ten|usr)_' then
    raise exception 'row-level security: the key of a person is changed by the system' using errcode = '42501';
  end if;
  return coalesce(new, old);
end $check$;

create trigger is_ours before update on subject_key for each row when (old is distinct from new)
  execute function insula_check_subject();
create trigger is_ours_to_remove before delete on subject_key for each row execute function insula_check_subject();
