-- New ads of a campaign that runs are put before a person too, where the mode asks.

-- +goose Up
ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('launch', 'budget', 'expand', 'creatives'));

-- +goose Down
DELETE FROM approvals WHERE kind = 'creatives';
ALTER TABLE approvals DROP CONSTRAINT approvals_kind_check;
ALTER TABLE approvals ADD CONSTRAINT approvals_kind_check CHECK (kind IN ('launch', 'budget', 'expand'));
