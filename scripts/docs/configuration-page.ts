import { readFileSync } from "node:fs";
import { CONFIG_FILE_VARIABLE, FIELD_KEYS, FIELDS } from "../../src/config/fields.ts";

const HEAD = `# Configuration

\`DATABASE_URL\` and a folder \`migrations\` are enough to start. Everything else can be said in a file, in the environment
or, where a command has an option for it, on the command line. The command line outweighs the environment, and the
environment the file.

The file is \`lockkeeper.config.ts\` (or \`.mts\`, \`.js\`, \`.mjs\`, \`.json\`) in the working directory, or the one that
\`--config\` or \`${CONFIG_FILE_VARIABLE}\` names:

\`\`\`ts
import { defineConfig } from "lockkeeper";

export default defineConfig({
  migrations: "db/migrations",
  lock: { timeout: "300ms", deadline: "15m" },
});
\`\`\`

Durations are written \`"500ms"\`, \`"2s"\`, \`"5m"\`, \`"1h"\`, or as a number of milliseconds. All values are checked before
anything else happens, also those that a stronger one outweighs, and an unknown key is an error
([\`config_invalid\`](errors.md#config_invalid)). A \`DATABASE_URL\` that an option outweighs may be another program's and is
let be. A variable \`LOCKKEEPER_…\` that there is not is a warning. Passwords in URLs are never printed. What other
programs go by (the SQL of \`diff\` and \`plan --sql\`, catalogs, types) is printed as it is; in \`plan --sql\` a password of a role,
mapping, server or subscription is left out, and the statement says so.

TLS is asked for in the URL: \`sslmode=verify-full\`, with \`sslrootcert=FILE\` where the server's certificate is signed by an
authority of your own. \`prefer\`, \`require\` and \`verify-ca\` mean the same as \`verify-full\` here: a certificate that cannot be
verified is refused. \`sslmode=require&uselibpqcompat=true\` does what libpq does, which is to encrypt without looking at the
certificate.

| key | environment variable | meaning | value |
|---|---|---|---|
`;

/** docs/configuration.md: every key with its variable, and the meaning that its declaration gives. */
export function configurationPage(): string {
  const meanings = declaredMeanings();
  const rows = FIELD_KEYS.map((key) => {
    const meaning = meanings.get(key);
    if (meaning === undefined) {
      throw new Error(`src/config/config.ts does not say what ${key} means.`);
    }
    const [expected] = FIELDS[key].form.expected.split(", such as");
    return `| \`${key}\` | \`${FIELDS[key].env}\` | ${meaning} | ${expected} |\n`;
  });
  return HEAD + rows.join("");
}

/** The comments of the `Config` interface by their keys: editors show the same words. */
function declaredMeanings(): ReadonlyMap<string, string> {
  const source = readFileSync(new URL("../../src/config/config.ts", import.meta.url), "utf8");
  const meanings = new Map<string, string>();
  let group = "";
  let comment = "";
  for (const line of source.split("\n")) {
    comment = /^\s+\/\*\* (.*) \*\/$/.exec(line)?.[1] ?? comment;
    const [, key = "", opens] = /^\s+readonly (\w+)\?: (\{)?/.exec(line) ?? [];
    if (opens !== undefined) {
      group = `${key}.`;
    } else if (key !== "") {
      meanings.set(group + key, comment);
    } else if (/^ {2}\};/.test(line)) {
      group = "";
    }
  }
  return meanings;
}
