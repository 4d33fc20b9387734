CREATE TYPE order_state AS ENUM ('new', 'paid', 'sent');

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL
);

CREATE TABLE orders (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  customer_id bigint NOT NULL,
  state order_state NOT NULL DEFAULT 'new',
  placed_at timestamptz NOT NULL DEFAULT now()
);
