import { concurrentIndex, customers, note, orders } from "../changes.ts";
import { type FixtureTool, go, run, write } from "../fixture-tool.ts";

const WITHOUT_OTHERS =
  "no_clickhouse no_libsql no_mssql no_mysql no_sqlite3 no_vertica no_ydb no_duckdb no_turso no_starrocks no_spanner";

const program = (tools: string): string =>
  go(tools, "github.com/pressly/goose/v3/cmd/goose@v3.29.0", WITHOUT_OTHERS, "goose");

export const goose: FixtureTool = {
  name: "goose",
  install: (tools) => run(program(tools), ["-version"], tools).trim().replace("version:", "version"),
  notes:
    "The third migration was applied, taken back and applied again, which leaves a gap in the ids. The second holds\n" +
    "a function between `StatementBegin` and `StatementEnd`, the last one is marked `NO TRANSACTION`.",
  apply(place) {
    write(place.project, {
      "00001_create_customers.sql": `-- +goose Up\n${customers.up}\n\n-- +goose Down\n${customers.down}\n`,
      "00002_create_orders.sql": `-- +goose Up
${orders.up}

-- +goose StatementBegin
CREATE FUNCTION order_count() RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT count(*) FROM orders);
END
$$
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION order_count();
${orders.down}
`,
      "00003_add_orders_note.sql": `-- +goose Up\n${note.up}\n\n-- +goose Down\n${note.down}\n`,
      "00004_index_orders_customer.sql": `-- +goose NO TRANSACTION
-- +goose Up
${concurrentIndex.up}

-- +goose Down
${concurrentIndex.down}
`,
    });
    const command = (...args: string[]): string =>
      run(program(place.tools), ["-dir", place.project, "postgres", place.url, ...args], place.scratch);
    command("up-to", "3");
    command("down");
    command("up");
  },
};
