-- The live feed reads changes in the order of their transactions.

-- +goose Up
CREATE INDEX live_event_xid ON live_event (xid, seq);

-- +goose Down
DROP INDEX live_event_xid;
