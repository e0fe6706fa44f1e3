-- How long after its first fill a trade is left at the latest; NULL where its time is not limited.
ALTER TABLE trade ADD COLUMN hold_for_ms INTEGER;
