-- A source is polled every five minutes at most: it is somebody else's server, and the poller looks once a minute.
UPDATE compliance.source SET interval_seconds = 300 WHERE interval_seconds < 300;
ALTER TABLE compliance.source ADD CONSTRAINT source_interval_check CHECK (interval_seconds >= 300);
