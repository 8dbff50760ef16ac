-- runs-as: migrator
-- Any text was taken as a zone, and every day was one of UTC.  What names no zone becomes what it counted as.
UPDATE tenant.tenant SET time_zone = 'UTC'
WHERE time_zone <> 'UTC' AND (position('/' IN time_zone) = 0 OR time_zone NOT IN (SELECT name FROM pg_timezone_names));
