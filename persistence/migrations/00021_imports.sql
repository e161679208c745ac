-- Products that a person put in, until the scout has taken them in.

-- +goose Up
CREATE TABLE imported_products (
  id           text PRIMARY KEY,
  version      text NOT NULL, -- of what follows: another one when a list says something else of the product
  offer        jsonb NOT NULL, -- as the scout takes it
  file         text NOT NULL, -- the list's name
  imported_by  text NOT NULL,
  imported_at  timestamptz NOT NULL,
  place        integer NOT NULL, -- in its list
  taken_at     timestamptz, -- of this version; NULL: it waits
  taken_run    text NOT NULL DEFAULT ''
);
CREATE INDEX imported_products_waiting ON imported_products (imported_at, place, id) WHERE taken_at IS NULL;
INSERT INTO table_rights VALUES ('imported_products', 'SELECT, INSERT, UPDATE', '*');

-- +goose Down
DROP TABLE imported_products;
DELETE FROM table_rights WHERE table_name = 'imported_products';
