-- The purse: what is granted, what was charged, and the caps that hold both.

-- +goose Up
CREATE TABLE reservations (
  id               text PRIMARY KEY,
  purse            text NOT NULL,
  campaign_id      text NOT NULL,
  platform         text NOT NULL,
  day              date NOT NULL, -- in the account's time zone
  week             date NOT NULL, -- its Sunday
  nominal_minor    bigint NOT NULL,
  worst_case_minor bigint NOT NULL,
  charged_minor    bigint NOT NULL DEFAULT 0,
  currency         text NOT NULL,
  state            text NOT NULL CHECK (state IN ('outstanding', 'posted', 'released', 'expired')),
  at               timestamptz NOT NULL
);
CREATE INDEX reservations_day ON reservations (purse, day);
CREATE INDEX reservations_campaign ON reservations (campaign_id);

CREATE TABLE postings (
  id             text PRIMARY KEY,
  seq            bigint GENERATED ALWAYS AS IDENTITY,
  purse          text NOT NULL,
  reservation_id text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('reserve', 'top_up', 'post', 'release', 'expire')),
  debit          text NOT NULL,
  credit         text NOT NULL,
  amount_minor   bigint NOT NULL CHECK (amount_minor >= 0),
  currency       text NOT NULL,
  at             timestamptz NOT NULL,
  CONSTRAINT postings_two_accounts CHECK (debit <> credit)
);
CREATE INDEX postings_reservation ON postings (reservation_id);
CREATE INDEX postings_seq ON postings (purse, seq);

CREATE TABLE purse_window (
  purse           text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('day', 'week')),
  starts          date NOT NULL, -- in the account's time zone
  cap_minor       bigint NOT NULL CHECK (cap_minor >= 0),
  reserved_minor  bigint NOT NULL CHECK (reserved_minor >= 0), -- the most that is still chargeable
  charged_minor   bigint NOT NULL,
  overspend_minor bigint NOT NULL DEFAULT 0 CHECK (overspend_minor >= 0), -- charged beyond the cap, or left above a cap that was lowered
  currency        text NOT NULL,
  PRIMARY KEY (purse, kind, starts),
  CONSTRAINT purse_within_cap CHECK (reserved_minor + charged_minor <= cap_minor + overspend_minor)
) WITH (fillfactor = 50);
COMMENT ON CONSTRAINT purse_within_cap ON purse_window IS
  'Overspend is only ever written by purse_move when it records a charge or a fall, never when it reserves.';

-- +goose StatementBegin
-- Moves one window. What would reserve beyond the cap is refused; a charge or a fall is recorded whatever the cap says. The test
-- and the change are one statement: whoever comes second sees what the first one took.
CREATE FUNCTION purse_move(p text, k text, s date, cap bigint, reserve bigint, charge bigint, c text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO purse_window (purse, kind, starts, cap_minor, reserved_minor, charged_minor, currency)
  VALUES (p, k, s, cap, 0, 0, c) ON CONFLICT (purse, kind, starts) DO NOTHING;
  UPDATE purse_window w SET
    cap_minor = cap, reserved_minor = w.reserved_minor + reserve, charged_minor = w.charged_minor + charge,
    overspend_minor = greatest(0, w.reserved_minor + w.charged_minor + reserve + charge - cap), currency = same_currency(w.currency, c)
  WHERE w.purse = p AND w.kind = k AND w.starts = s
    AND (reserve <= 0 OR w.reserved_minor + w.charged_minor + reserve + charge <= cap);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the % of % has no room for % more under a cap of %', k, s, reserve, cap USING ERRCODE = 'AC002';
  END IF;
END
$$;
-- +goose StatementEnd

INSERT INTO table_rights VALUES
  ('reservations', 'SELECT, INSERT, UPDATE', '*'),
  ('postings', 'SELECT, INSERT', '*'),
  ('purse_window', 'SELECT, INSERT, UPDATE', '*');

-- +goose Down
DROP FUNCTION purse_move(text, text, date, bigint, bigint, bigint, text);
DROP TABLE purse_window, postings, reservations;
DELETE FROM table_rights WHERE table_name IN ('reservations', 'postings', 'purse_window');
