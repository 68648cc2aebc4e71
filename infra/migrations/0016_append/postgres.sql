-- Appending to a log costs half of what it did. What it promises, and the links that it computes, are the same.

-- As before; a body that is planned once a session instead of at each call.
create or replace function insula_audit_link(previous text, place bigint, content text)
returns text language plpgsql immutable as $link$
begin
  return encode(sha256('\x02'::bytea || decode(previous, 'hex') || int8send(place)
    || sha256('\x00'::bytea || convert_to(content, 'UTF8'))), 'hex');
end $link$;

-- Appends to a log and returns the entry's place. The row of the log's head is locked until the transaction ends, and
-- its newest version is what is built on, so entries are in the order in which their transactions are, without a gap. A log
-- begins once and goes on often: so going on is tried first, and only of two that begin it at once does one go on after all.
create or replace function insula_audit_append(log text, content text, word text, actor text, time_ms bigint)
returns bigint language plpgsql as $append$
declare
  head audit_head;
begin
  update audit_head as h set size = h.size + 1, link = insula_audit_link(h.link, h.size, content)
    where h.tenant_id = log
    returning h.* into head;
  if not found then
    insert into audit_head as h (tenant_id, size, link)
      values (log, 1, insula_audit_link(repeat('0', 64), 0, content))
      on conflict (tenant_id) do update
      set size = h.size + 1, link = insula_audit_link(h.link, h.size, content)
      returning h.* into head;
  end if;
  insert into audit_entry (tenant_id, seq, at_ms, action, actor_id, entry, link)
    values (log, head.size - 1, time_ms, word, actor, content, head.link);
  return head.size - 1;
end $append$;
