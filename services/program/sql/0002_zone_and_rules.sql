-- The zone in which a program's dates are days.  Programs that were made before had none: their days are those of UTC.
-- Codes that are out are refused while a program is paused and after its end, unless the program says otherwise.
ALTER TABLE program.program
	ADD COLUMN time_zone text NOT NULL DEFAULT 'UTC',
	ADD COLUMN redeem_when_paused bool NOT NULL DEFAULT false,
	ADD COLUMN redeem_after_end bool NOT NULL DEFAULT false;

-- When the draft was made; of versions from before, the time of publication is all that is known.
ALTER TABLE program.screener_version ADD COLUMN drafted_at timestamptz;
