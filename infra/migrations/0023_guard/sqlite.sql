-- Who did what is looked through, a bounded part at a time: finding it by an index cost each entry more than it was worth.
drop index audit_entry_by_actor;
