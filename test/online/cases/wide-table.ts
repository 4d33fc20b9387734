/** A table of 50 columns, one of which, `amount`, has every kind of thing hanging on it. */
const OTHERS = Array.from({ length: 46 }, (_, index) => `c${index + 1} text DEFAULT 'd${index + 1}'`).join(", ");

export const WIDE = `
CREATE TABLE ref (id int PRIMARY KEY);
INSERT INTO ref SELECT generate_series(0, 300);
CREATE SEQUENCE amounts;
CREATE TABLE wide (id bigint PRIMARY KEY, amount int NOT NULL DEFAULT 7, at date DEFAULT '2024-01-01', amount_kind text DEFAULT 'amount', ${OTHERS});
INSERT INTO wide (id, amount) SELECT g, g FROM generate_series(1, 200) g;
ALTER TABLE wide ALTER amount SET STATISTICS 200, ALTER amount SET (n_distinct = -0.5),
  ADD CONSTRAINT positive CHECK (amount > 0), ADD CONSTRAINT kind CHECK (amount_kind <> 'x' OR amount < 1000000) NOT VALID,
  ADD CONSTRAINT one UNIQUE (amount), ADD CONSTRAINT both_once UNIQUE (c1, amount, id) INCLUDE (c2) DEFERRABLE INITIALLY DEFERRED,
  ADD CONSTRAINT to_ref FOREIGN KEY (amount) REFERENCES ref ON UPDATE CASCADE ON DELETE RESTRICT;
CREATE TABLE child (wide_amount int CONSTRAINT to_wide REFERENCES wide (amount) ON DELETE SET NULL, n int);
INSERT INTO child SELECT g FROM generate_series(1, 50) g;
CREATE INDEX plain ON wide (amount);
CREATE INDEX sorted ON wide (amount DESC NULLS LAST, c3 text_pattern_ops) WITH (fillfactor = 80);
CREATE INDEX partial ON wide (c4) WHERE amount > 100 AND amount_kind = 'amount';
CREATE INDEX computed ON wide ((amount % 10), lower(amount_kind)) INCLUDE (amount);
CREATE INDEX hashed ON wide USING hash (amount);
CREATE INDEX ranged ON wide USING brin (amount) WITH (pages_per_range = 4);
CREATE INDEX listed ON wide USING gin ((ARRAY[amount]));
CREATE UNIQUE INDEX guarded ON wide (amount, id);
ALTER INDEX computed ALTER COLUMN 1 SET STATISTICS 300;
ALTER TABLE wide CLUSTER ON plain;
ALTER TABLE wide REPLICA IDENTITY USING INDEX guarded;
CREATE STATISTICS amounts_of (ndistinct, mcv) ON amount, c5, (amount * 2) FROM wide;
ALTER STATISTICS amounts_of SET STATISTICS 50;
COMMENT ON STATISTICS amounts_of IS 'together';
COMMENT ON COLUMN wide.amount IS 'how much';
COMMENT ON CONSTRAINT positive ON wide IS 'more than nothing';
COMMENT ON CONSTRAINT one ON wide IS 'each once';
COMMENT ON CONSTRAINT to_wide ON child IS 'of';
COMMENT ON INDEX plain IS 'found by it';
COMMENT ON INDEX one IS 'index of the key';
GRANT SELECT (amount), UPDATE (amount) ON wide TO pg_monitor WITH GRANT OPTION;
GRANT SELECT ON wide TO PUBLIC;
ALTER TABLE wide ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON wide FOR SELECT TO PUBLIC USING (amount > 0);
CREATE POLICY written ON wide FOR UPDATE USING (amount < 1000) WITH CHECK (amount < 2000);
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER of_amount AFTER UPDATE OF amount, c6 ON wide FOR EACH ROW WHEN (NEW.amount > OLD.amount) EXECUTE FUNCTION noted();
CREATE TRIGGER off_amount BEFORE INSERT ON wide FOR EACH ROW WHEN (NEW.amount > 5) EXECUTE FUNCTION noted();
ALTER TABLE wide DISABLE TRIGGER off_amount;
COMMENT ON TRIGGER of_amount ON wide IS 'looks';
CREATE TRIGGER touched BEFORE UPDATE ON wide FOR EACH ROW EXECUTE FUNCTION noted();
CREATE VIEW shown AS SELECT id, amount, c7 FROM wide WHERE amount > 10;
CREATE VIEW sums WITH (security_barrier) AS SELECT c7, sum(amount) AS total FROM shown GROUP BY c7;
COMMENT ON VIEW sums IS 'in all'; COMMENT ON COLUMN shown.amount IS 'as it is';
GRANT SELECT ON sums TO PUBLIC; GRANT INSERT ON shown TO pg_monitor;
CREATE PUBLICATION told FOR TABLE wide (id, amount, c1) WHERE (amount > 0 AND id > 0);`;

const OF_CHILD = `ALTER TABLE child DROP CONSTRAINT to_wide`;

/** What a person writes who takes everything apart that PostgreSQL would not change with the column. */
export const WIDE_AS_WRITTEN = `
DROP VIEW sums; DROP VIEW shown; DROP TRIGGER of_amount ON wide; DROP TRIGGER off_amount ON wide;
DROP POLICY seen ON wide; DROP POLICY written ON wide; DROP PUBLICATION told; ${OF_CHILD};
ALTER TABLE wide ALTER amount TYPE bigint;
ALTER TABLE child ADD CONSTRAINT to_wide FOREIGN KEY (wide_amount) REFERENCES wide (amount) ON DELETE SET NULL;
COMMENT ON CONSTRAINT to_wide ON child IS 'of';
CREATE POLICY seen ON wide FOR SELECT TO PUBLIC USING (amount > 0);
CREATE POLICY written ON wide FOR UPDATE USING (amount < 1000) WITH CHECK (amount < 2000);
CREATE TRIGGER of_amount AFTER UPDATE OF amount, c6 ON wide FOR EACH ROW WHEN (NEW.amount > OLD.amount) EXECUTE FUNCTION noted();
CREATE TRIGGER off_amount BEFORE INSERT ON wide FOR EACH ROW WHEN (NEW.amount > 5) EXECUTE FUNCTION noted();
ALTER TABLE wide DISABLE TRIGGER off_amount;
COMMENT ON TRIGGER of_amount ON wide IS 'looks';
CREATE VIEW shown AS SELECT id, amount, c7 FROM wide WHERE amount > 10;
CREATE VIEW sums WITH (security_barrier) AS SELECT c7, sum(amount) AS total FROM shown GROUP BY c7;
COMMENT ON VIEW sums IS 'in all'; COMMENT ON COLUMN shown.amount IS 'as it is';
GRANT SELECT ON sums TO PUBLIC; GRANT INSERT ON shown TO pg_monitor;
CREATE PUBLICATION told FOR TABLE wide (id, amount, c1) WHERE (amount > 0 AND id > 0);`;
