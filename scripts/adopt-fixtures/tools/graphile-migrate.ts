import { concurrentIndex, customers, note, orders } from "../changes.ts";
import { type FixtureTool, node, npm, write } from "../fixture-tool.ts";

export const graphileMigrate: FixtureTool = {
  name: "graphile-migrate",
  install: (tools) => npm(tools, ["graphile-migrate@1.4.1", "pg@8"]),
  notes: "The files were committed by the tool, one of them with a message. The last one is marked `no-transaction`.",
  apply(place) {
    const command = (...args: string[]): string => node(place, "graphile-migrate/dist/cli.js", args, place.scratch);
    const separator = place.url.lastIndexOf("/");
    const database = (name: string): string => `${place.url.slice(0, separator)}/${name}`;
    place.query('CREATE DATABASE "graphile-shadow"');
    write(place.scratch, {
      ".gmrc": JSON.stringify({
        connectionString: place.url,
        shadowConnectionString: database("graphile-shadow"),
        rootConnectionString: database("postgres"),
        migrationsFolder: place.project,
      }),
    });
    command("migrate");
    const steps = [
      [customers.up],
      [orders.up, "--message", "create orders"],
      [note.up],
      [`--! no-transaction\n${concurrentIndex.up}`],
    ];
    for (const [text = "", ...args] of steps) {
      write(place.project, { "current.sql": `${text}\n` });
      command("commit", ...args);
      command("migrate");
    }
  },
};
