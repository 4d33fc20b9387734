#!/usr/bin/env node
import process from "node:process";
import { Cli } from "./run-cli.ts";

const argv = process.argv.slice(2);
let isOver = false;
const { exit } = process;
const leave = (code: number): never => {
  isOver = true;
  return exit.call(process, code);
};
// What a migration or a configuration brings along must not end the run: its lease would stay behind.
process.exit = (code) => {
  throw new Error(
    `process.exit(${code ?? ""}) was called, but a script or a configuration ends by returning or throwing`,
  );
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
// A script or a configuration that waits for what never comes must not pass for a command that is done.
process.on("exit", () => {
  if (!isOver) {
    process.exitCode = cli.cutShort();
  }
});
leave(await cli.run(argv));
