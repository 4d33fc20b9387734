#!/usr/bin/env node
import process from "node:process";
import { Cli } from "./run-cli.ts";

const argv = process.argv.slice(2);
const cli = new Cli({
  cwd: process.cwd(),
  env: process.env,
  stdin: () => process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  leave: (code) => process.exit(code),
});
// Node's own report would print what must not be printed.
process.on("uncaughtException", (error) => void cli.fail(error, argv).then((code) => process.exit(code)));
process.exit(await cli.run(argv));
