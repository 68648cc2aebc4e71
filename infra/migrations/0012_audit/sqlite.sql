-- Where each log ends: how many entries it has, and the link of the last. The log of what belongs to no tenant is
-- 'platform'.
create table audit_head (
  tenant_id text primary key,
  size bigint not null,
  link text not null
) without rowid;

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
) without rowid;

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
) without rowid;

-- Whoever asks, an entry is never changed and never removed, and a log only grows.
create trigger audit_entry_is_not_changed before update on audit_entry begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_entry_is_not_removed before delete on audit_entry begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_entry_is_appended before insert on audit_entry
when not exists (select 1 from audit_head h where h.tenant_id = new.tenant_id and h.size = new.seq + 1 and h.link = new.link)
  or exists (select 1 from audit_entry e where e.tenant_id = new.tenant_id and e.seq = new.seq) begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_head_grows before update on audit_head
when new.tenant_id <> old.tenant_id or new.size <> old.size + 1
  or not exists (select 1 from audit_entry e where e.tenant_id = old.tenant_id and e.seq = old.size - 1) begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_head_begins before insert on audit_head
when new.size <> 1 or exists (select 1 from audit_head h where h.tenant_id = new.tenant_id) begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_head_is_not_removed before delete on audit_head begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_node_is_not_changed before update on audit_node begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_node_is_not_replaced before insert on audit_node
when exists (
  select 1 from audit_node n where n.tenant_id = new.tenant_id and n.level = new.level and n.place = new.place
) begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_node_is_not_removed before delete on audit_node begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_checkpoint_is_not_changed before update on audit_checkpoint begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_checkpoint_is_not_replaced before insert on audit_checkpoint
when exists (select 1 from audit_checkpoint c where c.tenant_id = new.tenant_id and c.size = new.size) begin
  select raise(abort, 'the audit log is only appended to');
end;

create trigger audit_checkpoint_is_not_removed before delete on audit_checkpoint begin
  select raise(abort, 'the audit log is only appended to');
end;
