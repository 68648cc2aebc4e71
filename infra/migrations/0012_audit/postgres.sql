-- Where each log ends: how many entries it has, and the link of the last. The log of what belongs to no tenant is
-- 'platform'.
create table audit_head (
  tenant_id text primary key,
  size bigint not null,
  link text not null
);

-- The entries of every log, as they were hashed. A log outlives its tenant, so it refers to none.
create table audit_entry (
  tenant_id text not null,
  seq bigint not null,
  at_ms bigint not null,
  action text not null,
  actor_id text,
  entry text not null,
  link text not null,
  primary key (tenant_id, seq)
);

create index audit_entry_by_actor on audit_entry (tenant_id, actor_id, seq);

-- The nodes of the tree over a log that are whole, up to its newest checkpoint.
create table audit_node (
  tenant_id text not null,
  level integer not null,
  place bigint not null,
  hash text not null,
  primary key (tenant_id, level, place)
);

-- The signed heads of the trees.
create table audit_checkpoint (
  tenant_id text not null,
  size bigint not null,
  root text not null,
  note text not null,
  created_at_ms bigint not null,
  primary key (tenant_id, size)
);

-- What opens the personal fields of the entries about a person, sealed under the master key. Without it they are gone.
create table subject_key (
  subject_id text primary key,
  sealed text not null,
  created_at_ms bigint not null
);

-- Whoever asks, an entry is never changed and never removed, and a log only grows.
create function insula_audit_refuse() returns trigger language plpgsql as $refuse$
begin
  raise exception 'the audit log is only appended to' using errcode = 'IN002';
end $refuse$;

create trigger audit_entry_is_kept before update or delete or truncate on audit_entry
  for each statement execute function insula_audit_refuse();

create trigger audit_head_is_not_removed before delete or truncate on audit_head
  for each statement execute function insula_audit_refuse();

create trigger audit_node_is_kept before update or delete or truncate on audit_node
  for each statement execute function insula_audit_refuse();

create trigger audit_checkpoint_is_kept before update or delete or truncate on audit_checkpoint
  for each statement execute function insula_audit_refuse();

create function insula_audit_check_entry() returns trigger language plpgsql as $check$
begin
  if not exists (
    select 1 from audit_head h where h.tenant_id = new.tenant_id and h.size = new.seq + 1 and h.link = new.link
  ) then
    raise exception 'the audit log is only appended to' using errcode = 'IN002';
  end if;
  return new;
end $check$;

create trigger audit_entry_is_appended before insert on audit_entry
  for each row execute function insula_audit_check_entry();

create function insula_audit_check_head() returns trigger language plpgsql as $check$
begin
  if tg_op = 'INSERT' then
    if new.size <> 1 then
      raise exception 'the audit log is only appended to' using errcode = 'IN002';
    end if;
  elsif new.tenant_id <> old.tenant_id or new.size <> old.size + 1 or not exists (
    select 1 from audit_entry e where e.tenant_id = old.tenant_id and e.seq = old.size - 1
  ) then
    raise exception 'the audit log is only appended to' using errcode = 'IN002';
  end if;
  return new;
end $check$;

create trigger audit_head_grows before insert or update on audit_head
  for each row execute function insula_audit_check_head();

-- Also for sessions that say that they replicate.
alter table audit_entry enable always trigger audit_entry_is_kept;
alter table audit_entry enable always trigger audit_entry_is_appended;
alter table audit_head enable always trigger audit_head_is_not_removed;
alter table audit_head enable always trigger audit_head_grows;
alter table audit_node enable always trigger audit_node_is_kept;
alter table audit_checkpoint enable always trigger audit_checkpoint_is_kept;

-- The link of an entry: SHA-256 over 2, the link before, the place, and the hash of the entry as a leaf (0, its bytes).
create function insula_audit_link(previous text, place bigint, content text) returns text language sql immutable as $link$
  select encode(sha256('\x02'::bytea || decode(previous, 'hex') || int8send(place)
    || sha256('\x00'::bytea || convert_to(content, 'UTF8'))), 'hex')
$link$;

-- Appends to a log and returns the entry's place. The row of the log's head is locked until the transaction ends, and
-- its newest version is what is built on, so entries are in the order in which their transactions are, without a gap.
create function insula_audit_append(log text, content text, word text, actor text, time_ms bigint)
returns bigint language plpgsql as $append$
declare
  head audit_head;
begin
  insert into audit_head as h (tenant_id, size, link)
    values (log, 1, insula_audit_link(repeat('0', 64), 0, content))
    on conflict (tenant_id) do update
    set size = h.size + 1, link = insula_audit_link(h.link, h.size, content)
    returning h.* into head;
  insert into audit_entry (tenant_id, seq, at_ms, action, actor_id, entry, link)
    values (log, head.size - 1, time_ms, word, actor, content, head.link);
  return head.size - 1;
end $append$;
