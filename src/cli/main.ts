#!/usr/bin/env node
import process from "node:process";
import { Cli } from "./run-cli.ts";

const argv = process.argv.slice(2);
let isOver = false;
const leave = (code: number): never => {
  isOver = true;
  process.exit(code);
};
const cli = new Cli({
  cwd: process.cwd(),
  env: process.env,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  leave,
});
// Node's own report would print what must not be printed.
process.on("uncaughtException", (error) => void cli.fail(error, argv).then(leave));
// A script or a configuration that ends the process must not pass for a command that is done.
process.on("exit", () => {
  if (!isOver) {
    process.exitCode = cli.cutShort();
  }
});
leave(await cli.run(argv));
