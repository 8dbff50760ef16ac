-- The zone in which a program's dates are days.  Programs that were made before had none: their days are those of UTC.
ALTER TABLE program.program ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC';
