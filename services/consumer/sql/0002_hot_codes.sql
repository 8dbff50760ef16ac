-- A code is updated once or twice in its life: room on its page, and none of its three indexes is written again.
ALTER TABLE consumer.code SET (fillfactor = 85);

-- No statement looks for redemptions by day.
DROP INDEX consumer.redemption_day_idx;
