CREATE TABLE products (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  price numeric(10, 2) NOT NULL CHECK (price >= 0)
);
INSERT INTO products (name, price) VALUES ('rope', 12.50), ('fender', 19.00), ('windlass', 240.00);
