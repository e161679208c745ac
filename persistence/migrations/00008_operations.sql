-- What operators see and answer: alerts, approvals, reports, the kill switch, settings, backups.

-- +goose Up
CREATE TABLE alerts (
  id              text PRIMARY KEY,
  kind            text NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
  severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  subject         text NOT NULL DEFAULT '',
  title           text NOT NULL,
  detail          text NOT NULL DEFAULT '',
  count           bigint NOT NULL DEFAULT 1,
  first_at        timestamptz NOT NULL,
  last_at         timestamptz NOT NULL,
  acknowledged_at timestamptz,
  acknowledged_by text NOT NULL DEFAULT '',
  resolved_at     timestamptz
);
CREATE INDEX alerts_last ON alerts (last_at DESC, id);
CREATE INDEX alerts_open ON alerts (severity, last_at DESC) WHERE resolved_at IS NULL;

CREATE TABLE approvals (
  id           text PRIMARY KEY,
  subject      text NOT NULL,
  kind         text NOT NULL CHECK (kind IN ('launch', 'budget', 'expand')),
  status       text NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'void')),
  summary      text NOT NULL DEFAULT '',
  why          text NOT NULL DEFAULT '',
  amount_minor bigint NOT NULL DEFAULT 0, -- money at stake a day
  currency     text NOT NULL DEFAULT '',
  manifest     text NOT NULL,
  details      json NOT NULL, -- json, not jsonb: the manifest is a hash of these bytes
  proposed_by  text NOT NULL DEFAULT '',
  decided_by   text NOT NULL DEFAULT '',
  reason       text NOT NULL DEFAULT '',
  requested_at timestamptz,
  expires_at   timestamptz,
  decided_at   timestamptz,
  updated_at   timestamptz NOT NULL
);
CREATE INDEX approvals_requested ON approvals (requested_at DESC, id);
CREATE INDEX approvals_pending ON approvals (requested_at) WHERE status = 'pending';

CREATE TABLE reports (
  kind text NOT NULL CHECK (kind IN ('daily', 'weekly', 'monthly')),
  date date NOT NULL, -- (first) day reported on, UTC
  body json NOT NULL,
  text text NOT NULL DEFAULT '', -- Markdown
  at   timestamptz NOT NULL,
  PRIMARY KEY (kind, date)
);

CREATE TABLE control (
  one     boolean PRIMARY KEY DEFAULT true CHECK (one),
  frozen  boolean NOT NULL DEFAULT false,
  by_whom text NOT NULL DEFAULT '',
  reason  text NOT NULL DEFAULT '',
  at      timestamptz
);
INSERT INTO control (one) VALUES (true);

CREATE TABLE settings (
  version bigint PRIMARY KEY CHECK (version > 0),
  config  jsonb NOT NULL, -- every key that was ever set from the dashboard, whole
  changes jsonb NOT NULL, -- {key: {from, to}} of this version
  reason  text NOT NULL DEFAULT '',
  by_whom text NOT NULL,
  at      timestamptz NOT NULL
);
COMMENT ON TABLE settings IS 'Configuration saved from the dashboard, every version of it; the highest holds.';

CREATE TABLE backups (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  started_at  timestamptz NOT NULL,
  finished_at timestamptz NOT NULL,
  path        text NOT NULL DEFAULT '',
  bytes       bigint NOT NULL DEFAULT 0,
  sha256      bytea,
  objects     integer NOT NULL DEFAULT 0, -- entries that pg_restore lists
  error       text NOT NULL DEFAULT '' -- '' when it is good
);

INSERT INTO table_rights VALUES
  ('alerts', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('approvals', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('reports', 'SELECT, INSERT, UPDATE, DELETE', '*'),
  ('control', 'SELECT, INSERT, UPDATE', '*'),
  ('settings', 'SELECT, INSERT', ''),
  ('backups', 'SELECT, INSERT, DELETE', '*');

-- +goose Down
DROP TABLE backups, settings, control, reports, approvals, alerts;
DELETE FROM table_rights WHERE table_name IN ('alerts', 'approvals', 'reports', 'control', 'settings', 'backups');
