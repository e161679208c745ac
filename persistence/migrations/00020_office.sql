-- Which alerts are quiet for a while, and who gets which reports by e-mail.

-- +goose Up
CREATE TABLE alert_mutes (
  id         text PRIMARY KEY,
  kind       text NOT NULL DEFAULT '', -- '' is every kind
  subject    text NOT NULL DEFAULT '', -- '' is everything
  until      timestamptz NOT NULL,
  reason     text NOT NULL CHECK (reason <> ''),
  by_whom    text NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at   timestamptz, -- taken back before its time
  ended_by   text NOT NULL DEFAULT '',
  CONSTRAINT alert_mutes_something CHECK (kind <> '' OR subject <> '')
);
CREATE INDEX alert_mutes_until ON alert_mutes (until) WHERE ended_at IS NULL;

CREATE TABLE report_readers (
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  kind    text NOT NULL CHECK (kind IN ('daily', 'weekly', 'monthly')),
  PRIMARY KEY (user_id, kind)
);

INSERT INTO table_rights VALUES
  ('alert_mutes', 'SELECT, INSERT, UPDATE', '*'),
  ('report_readers', 'SELECT, INSERT, DELETE', '');

-- +goose Down
DROP TABLE report_readers, alert_mutes;
DELETE FROM table_rights WHERE table_name IN ('alert_mutes', 'report_readers');
