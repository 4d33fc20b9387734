import { CATALOGUE, type ErrorEntry } from "../../src/errors/catalogue.ts";

const HEAD = `# Errors

Every failure has a code, which is part of the interface: it does not change between releases, messages may. The code is
in the \`code\` field of \`--json\`, of the library's \`LockkeeperError\` and of the journal.

| code | exit code | HTTP status | may succeed when repeated |
|---|---|---|---|
`;

/** docs/errors.md: the catalogue as a table, and a section for each code. */
export function errorsPage(): string {
  const entries: readonly (readonly [string, ErrorEntry])[] = Object.entries(CATALOGUE);
  const rows = entries.map(
    ([code, { exit, http, retryable }]) =>
      `| [\`${code}\`](#${code}) | ${exit} | ${http} | ${retryable ? "yes" : "no"} |\n`,
  );
  const sections = entries.map(([code, { summary, action }]) => `\n## \`${code}\`\n\n${summary}\n\n${action}\n`);
  return HEAD + rows.join("") + sections.join("");
}
