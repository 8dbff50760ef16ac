-- An event without a time to go out at would never go out: there is none.  A column's new
-- expression sees every row, whatever the row level security of the table says.
ALTER TABLE {schema}.outbox
	ALTER COLUMN not_before TYPE timestamptz USING coalesce(not_before, created_at),
	ALTER COLUMN not_before SET NOT NULL;
