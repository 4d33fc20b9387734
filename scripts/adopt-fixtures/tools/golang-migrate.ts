import { concurrentIndex, customers, note, orders } from "../changes.ts";
import { type FixtureTool, go, run, write } from "../fixture-tool.ts";

const VERSION = "v4.20.1";

const program = (tools: string): string =>
  go(tools, `github.com/golang-migrate/migrate/v4/cmd/migrate@${VERSION}`, "postgres", "migrate");

export const golangMigrate: FixtureTool = {
  name: "golang-migrate",
  install(tools) {
    program(tools);
    return `golang-migrate ${VERSION}`;
  },
  notes: "The history table has one row: the version reached.",
  apply(place) {
    const all = [customers, orders, note, concurrentIndex];
    write(
      place.project,
      Object.fromEntries(
        all.flatMap(({ name, up, down }, position) => {
          const number = String(position + 1).padStart(6, "0");
          return [
            [`${number}_${name}.up.sql`, `${up}\n`],
            [`${number}_${name}.down.sql`, `${down}\n`],
          ];
        }),
      ),
    );
    run(
      program(place.tools),
      ["-path", place.project, "-database", `${place.url}?sslmode=disable`, "up"],
      place.scratch,
    );
  },
};
