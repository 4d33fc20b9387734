import { join } from "node:path";
import { type Change, concurrentIndex, customers, note, orders, stem } from "../changes.ts";
import { type FixtureTool, npm, run, write } from "../fixture-tool.ts";

const file = ({ up, down }: Change, options = ""): string =>
  `-- migrate:up${options}\n${up}\n\n-- migrate:down${options}\n${down}\n`;

export const dbmate: FixtureTool = {
  name: "dbmate",
  // The package brings the program as its project publishes it.
  install: (tools) => npm(tools, ["dbmate@2.36.0"]),
  notes: "The last migration leaves the transaction with `transaction:false`.",
  apply(place) {
    write(place.project, {
      [`${stem(0)}.sql`]: file(customers),
      [`${stem(1)}.sql`]: file(orders),
      [`${stem(2)}.sql`]: file(note),
      [`${stem(3)}.sql`]: file(concurrentIndex, " transaction:false"),
    });
    const program = join(place.tools, `npm/node_modules/@dbmate/${process.platform}-${process.arch}/bin/dbmate`);
    run(program, ["-d", place.project, "--no-dump-schema", "up"], place.scratch, {
      DATABASE_URL: `${place.url}?sslmode=disable`,
    });
  },
};
