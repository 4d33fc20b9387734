import { type ByHand, SHOP } from "./by-hand.ts";

/** The shop, with more for others to change and to drop. */
export const LARGER_SHOP = `${SHOP}CREATE TABLE shop.whole (id int, CONSTRAINT whole_id UNIQUE (id) DEFERRABLE);
ALTER TABLE shop.whole REPLICA IDENTITY FULL;
CREATE INDEX whole_again ON shop.whole (id);
ALTER TABLE shop.whole CLUSTER ON whole_again;
CREATE SEQUENCE shop.owned OWNED BY shop.whole.id;
CREATE TABLE shop.spare (id int);
CREATE TYPE shop.colour AS ENUM ('red');
CREATE TYPE shop.pair AS (x int);
CREATE DOMAIN shop.rate AS int CONSTRAINT low CHECK (VALUE >= 0);
CREATE EXTENSION citext SCHEMA shop;
CREATE PUBLICATION shop_more FOR TABLE shop.spare;
CREATE FOREIGN DATA WRAPPER spare_wrapper;
CREATE SERVER spare_server FOREIGN DATA WRAPPER shop_wrapper;
CREATE AGGREGATE shop.least(int) (SFUNC = int4smaller, STYPE = int);
COMMENT ON COLUMN shop.spare.id IS 'the number';
GRANT SELECT ON shop.spare TO pg_monitor;
ALTER DEFAULT PRIVILEGES IN SCHEMA bare GRANT SELECT ON SEQUENCES TO pg_monitor;
`;

/** Those ways of the kinds, to come, to be altered and to go, that the shorter list has not; only the script takes them. */
export const MORE_BY_HAND: readonly ByHand[] = [
  ["DROP SCHEMA bare CASCADE", "removed schema:bare", "removed default privileges:postgres bare sequences"],
  ["ALTER SCHEMA bare OWNER TO pg_monitor", "changed schema:bare"],
  ["GRANT USAGE ON SCHEMA bare TO pg_monitor", "changed schema:bare"],
  ["DROP TABLE shop.days_2", "removed table:shop.days_2"],
  ["ALTER TABLE shop.rules SET UNLOGGED", "changed table:shop.rules"],
  ["ALTER TABLE shop.spare SET (fillfactor = 50)", "changed table:shop.spare"],
  ["REVOKE SELECT ON shop.spare FROM pg_monitor", "changed table:shop.spare"],
  [
    "ALTER TABLE shop.spare RENAME TO renamed",
    "removed table:shop.spare",
    "added table:shop.renamed",
    "removed published table:publication:shop_more table:shop.spare",
    "added published table:publication:shop_more table:shop.renamed",
  ],
  [
    "ALTER TABLE shop.spare SET SCHEMA bare",
    "removed table:shop.spare",
    "added table:bare.spare",
    "removed published table:publication:shop_more table:shop.spare",
    "added published table:publication:shop_more table:bare.spare",
  ],
  ["ALTER TABLE shop.whole REPLICA IDENTITY NOTHING", "changed replica identity:table:shop.whole"],
  ["ALTER TABLE shop.whole REPLICA IDENTITY DEFAULT", "removed replica identity:table:shop.whole"],
  ["ALTER TABLE shop.orders CLUSTER ON orders_code", "added cluster mark:table:shop.orders"],
  ["ALTER TABLE shop.whole CLUSTER ON whole_id", "changed cluster mark:table:shop.whole"],
  ["ALTER TABLE shop.whole SET WITHOUT CLUSTER", "removed cluster mark:table:shop.whole"],
  ["ALTER TABLE shop.spare INHERIT shop.parent", "added inheritance:table:shop.spare table:shop.parent"],
  [
    "ALTER TABLE shop.days DETACH PARTITION shop.days_1; ALTER TABLE shop.days ATTACH PARTITION shop.days_1 FOR VALUES FROM ('2020-01-01') TO ('2022-01-01')",
    "changed inheritance:table:shop.days_1 table:shop.days",
  ],
  ["ALTER TABLE shop.orders ALTER COLUMN code SET DEFAULT 'b'", "changed default:shop.orders.code"],
  ["ALTER TABLE shop.identified ALTER COLUMN twice DROP EXPRESSION", "changed column:shop.identified.twice"],
  [
    "ALTER TABLE shop.identified ALTER COLUMN id DROP IDENTITY",
    "changed column:shop.identified.id",
    "removed identity sequence:column:shop.identified.id",
  ],
  ["ALTER TABLE shop.identified ALTER COLUMN id SET INCREMENT BY 5", "changed column:shop.identified.id"],
  ["ALTER TABLE shop.orders ALTER COLUMN note SET STORAGE EXTERNAL", "changed column:shop.orders.note"],
  ["ALTER TABLE shop.orders ALTER COLUMN note SET STATISTICS 500", "changed column:shop.orders.note"],
  ["COMMENT ON COLUMN shop.spare.id IS NULL", "changed column:shop.spare.id"],
  [
    "ALTER TABLE shop.orders RENAME COLUMN note TO words",
    "removed column:shop.orders.note",
    "added column:shop.orders.words",
    "changed index:shop.orders_note",
  ],
  ["COMMENT ON CONSTRAINT named ON shop.rules IS 'by hand'", "changed constraint:shop.rules.named"],
  [
    "ALTER TABLE shop.rules DROP CONSTRAINT named; ALTER TABLE shop.rules ADD CONSTRAINT named CHECK (name <> '') NOT VALID",
    "changed constraint:shop.rules.named",
  ],
  ["ALTER TABLE shop.whole DROP CONSTRAINT whole_id", "removed constraint:shop.whole.whole_id"],
  ["ALTER INDEX shop.whole_id SET (fillfactor = 50)", "changed index:shop.whole_id"],
  ["COMMENT ON INDEX shop.orders_code IS 'by hand'", "changed index:shop.orders_code"],
  ["ALTER SEQUENCE shop.numbers OWNED BY shop.orders.id", "added sequence owner:sequence:shop.numbers"],
  ["ALTER SEQUENCE shop.owned OWNED BY shop.spare.id", "changed sequence owner:sequence:shop.owned"],
  ["ALTER SEQUENCE shop.owned OWNED BY NONE", "removed sequence owner:sequence:shop.owned"],
  ["CREATE VIEW shop.seen AS SELECT 1 AS one", "added view:shop.seen"],
  ["ALTER VIEW shop.other SET (security_barrier)", "changed view:shop.other"],
  ["DROP MATERIALIZED VIEW shop.summary", "removed materialized view:shop.summary"],
  ["COMMENT ON MATERIALIZED VIEW shop.summary IS 'by hand'", "changed materialized view:shop.summary"],
  ["CREATE FUNCTION shop.two() RETURNS int LANGUAGE sql AS 'SELECT 2'", "added routine:shop.two()"],
  ["ALTER FUNCTION shop.one() SECURITY DEFINER SET search_path = ''", "changed routine:shop.one()"],
  ["CREATE PROCEDURE shop.more_work() LANGUAGE sql AS 'SELECT 1'", "added routine:shop.more_work()"],
  ["DROP PROCEDURE shop.work()", "removed routine:shop.work()"],
  ["CREATE AGGREGATE shop.most(int) (SFUNC = int4larger, STYPE = int)", "added routine:shop.most(integer)"],
  ["DROP AGGREGATE shop.least(int)", 'removed routine:shop."least"(integer)'],
  [
    "CREATE TRIGGER by_hand AFTER DELETE ON shop.items FOR EACH ROW EXECUTE FUNCTION shop.keep()",
    "added trigger:shop.items.by_hand",
  ],
  ["ALTER TABLE shop.rules DISABLE RULE quiet", "changed rule:shop.rules.quiet"],
  ["DROP POLICY own ON shop.items", "removed policy:shop.items.own"],
  ["CREATE TYPE shop.size AS ENUM ('s', 'm')", "added type:shop.size"],
  ["DROP TYPE shop.colour", "removed type:shop.colour"],
  ["ALTER TYPE shop.mood RENAME VALUE 'sad' TO 'glum'", "changed type:shop.mood"],
  ["CREATE TYPE shop.three AS (x int)", "added type:shop.three"],
  ["DROP TYPE shop.pair", "removed type:shop.pair"],
  ["DROP TYPE shop.span", "removed type:shop.span"],
  ["DROP DOMAIN shop.rate", "removed type:shop.rate"],
  ["ALTER DOMAIN shop.score ADD CONSTRAINT low CHECK (VALUE >= 0)", "added domain constraint:shop.score.low"],
  ["COMMENT ON CONSTRAINT low ON DOMAIN shop.rate IS 'by hand'", "changed domain constraint:shop.rate.low"],
  ['CREATE COLLATION shop.other FROM "C"', "added collation:shop.other"],
  ["COMMENT ON COLLATION shop.plain IS 'by hand'", "changed collation:shop.plain"],
  ["CREATE STATISTICS shop.more ON id, total FROM shop.orders", "added statistics:shop.more"],
  ["DROP STATISTICS shop.pairs", "removed statistics:shop.pairs"],
  ["CREATE EXTENSION fuzzystrmatch SCHEMA shop", "added extension:fuzzystrmatch"],
  ["DROP EXTENSION citext", "removed extension:citext"],
  ["CREATE EVENT TRIGGER by_hand ON sql_drop EXECUTE FUNCTION shop.watch()", "added event trigger:by_hand"],
  ["DROP EVENT TRIGGER shop_watch", "removed event trigger:shop_watch"],
  ["CREATE PUBLICATION by_hand FOR ALL TABLES", "added publication:by_hand"],
  ["ALTER PUBLICATION shop_more SET (publish = 'insert')", "changed publication:shop_more"],
  ["ALTER PUBLICATION shop_more ADD TABLES IN SCHEMA bare", "changed publication:shop_more"],
  ["DROP PUBLICATION shop_more", "removed publication:shop_more"],
  [
    "ALTER PUBLICATION shop_more SET TABLE shop.spare WHERE (id > 0)",
    "changed published table:publication:shop_more table:shop.spare",
  ],
  [
    "ALTER PUBLICATION shop_more DROP TABLE shop.spare",
    "removed published table:publication:shop_more table:shop.spare",
  ],
  ["CREATE FOREIGN DATA WRAPPER by_hand", "added foreign data wrapper:by_hand"],
  ["DROP FOREIGN DATA WRAPPER spare_wrapper", "removed foreign data wrapper:spare_wrapper"],
  ["CREATE SERVER by_hand FOREIGN DATA WRAPPER shop_wrapper", "added foreign server:by_hand"],
  ["DROP SERVER spare_server", "removed foreign server:spare_server"],
  ["CREATE USER MAPPING FOR postgres SERVER shop_server", "added user mapping:shop_server.postgres"],
  ["CREATE FOREIGN TABLE shop.near (id int) SERVER shop_server", "added table:shop.near"],
  ["ALTER FOREIGN TABLE shop.far OPTIONS (a 'b')", "changed table:shop.far"],
  ["DROP FOREIGN TABLE shop.far", "removed table:shop.far"],
  ["ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO pg_monitor", "added default privileges:postgres  functions"],
  [
    "ALTER DEFAULT PRIVILEGES IN SCHEMA bare REVOKE SELECT ON SEQUENCES FROM pg_monitor",
    "removed default privileges:postgres bare sequences",
  ],
];

/** What is named, and no statement of ours leads to, of the kinds that the shorter list has not. */
export const MORE_WITHOUT_STATEMENTS: readonly ByHand[] = [
  ["ALTER USER MAPPING FOR public SERVER shop_server OPTIONS (a 'b')", "changed user mapping:shop_server.public"],
  ["CREATE TEXT SEARCH DICTIONARY shop.stems (TEMPLATE = simple)", "added text search dictionary:shop.stems"],
  [
    "CREATE TEXT SEARCH PARSER shop.reader (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype)",
    "added text search parser:shop.reader",
  ],
  ["CREATE TEXT SEARCH TEMPLATE shop.shape (LEXIZE = dsimple_lexize)", "added text search template:shop.shape"],
  ["CREATE OPERATOR FAMILY shop.kin USING btree", "added operator family:shop.kin USING btree"],
  [
    "CREATE OPERATOR CLASS shop.sort FOR TYPE int USING btree AS OPERATOR 1 <, FUNCTION 1 btint4cmp(int, int)",
    "added operator class:shop.sort USING btree",
    "added operator family:shop.sort USING btree",
  ],
  [
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''1MB''', current_database()); END $$",
    "added database setting:work_mem",
  ],
  ["CREATE TYPE shop.shell", "added type:shop.shell"],
];
