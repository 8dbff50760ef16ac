-- Plans are generic, and a filter by action is one that may be absent: no statement could use this index.
DROP INDEX audit.entry_action_idx;
