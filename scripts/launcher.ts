/**
 * The command's first file, dist/lockkeeper.js. It must be understood by every Node there is, so that an old one is
 * told what is wanted and does not die of the syntax of what follows: nothing is imported before the version is known,
 * and nothing is written that was not in the language long ago. It is the same as a CommonJS and as an ES module.
 *
 * The compile cache must be on before the first of our modules is compiled.
 *
 * @param minimum the oldest Node that is good enough, such as `22.18`
 */
export function launcherText(minimum: string): string {
  const [major = "0", minor = "0"] = minimum.split(".");
  return `#!/usr/bin/env node
var version = process.versions.node.split(".").map(Number);
if (version[0] > ${major} || (version[0] === ${major} && version[1] >= ${minor})) {
  import("node:module").then(function (module) {
    module.enableCompileCache();
    return import("./cli.js");
  });
} else {
  console.error(
    "lockkeeper needs Node.js ${minimum} or newer, and this is " + process.versions.node + " (" + process.execPath + ").\\n" +
      "Nothing was run. Install a newer Node.js, or put it first in PATH, then run the command again."
  );
  process.exitCode = ${EXIT_CODE};
}
`;
}

/** As of every other thing around us that is not supported. */
const EXIT_CODE = 64;
