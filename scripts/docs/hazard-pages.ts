import type { Severity } from "../../src/hazards/finding.ts";
import type { Example, Rule } from "../../src/hazards/rule.ts";
import { RULES } from "../../src/hazards/rules.ts";

const HEAD = `# Hazards

What [\`lockkeeper lint\`](../lint.md) looks for. Each rule has a page with what it means and how it is avoided. The
severity is the rule's own; the [configuration](../configuration.md) can give it another, or switch it off. Rules that are
off by themselves are matters of taste: a severity in the configuration switches them on.

The column *by \`up\`* is the severity in migrations that Lockkeeper runs, where it has a [form](../planning.md) of the
statement that takes the hazard away.
`;

const FOOT = `
## Left out

Rules for servers that Lockkeeper does not support are not there: \`add-column-default-rewrite-pre11\`,
\`enum-add-value-in-transaction\` (both end with PostgreSQL 11) and \`hash-index-pre10\`.
`;

/** docs/hazards: an overview of the rules by group, and a page for each. */
export function hazardPages(): Readonly<Record<string, () => string>> {
  return {
    "hazards/README.md": overview,
    ...Object.fromEntries(RULES.map((rule) => [`hazards/${rule.id}.md`, () => page(rule)])),
  };
}

function overview(): string {
  const groups = Map.groupBy(RULES, ({ group }) => group);
  const sections = [...groups].map(([group, rules]) => {
    const rows = rules.map(
      (rule) =>
        `| [\`${rule.id}\`](${rule.id}.md) | ${severity(rule)} | ${rule.online ?? ""} | ${cell(rule.summary)} |\n`,
    );
    const title = `${group.slice(0, 1).toUpperCase()}${group.slice(1)}`;
    return `\n## ${title}\n\n| rule | severity | by \`up\` | catches |\n|---|---|---|---|\n${rows.join("")}`;
  });
  return HEAD + sections.join("") + FOOT;
}

/** Where `lockkeeper up` takes the hazard away. */
const BY_UP: Readonly<Record<Severity, string>> = {
  info: "A note where `lockkeeper up` runs the statement [in a form](../planning.md) that takes the hazard away.",
  warning:
    "A warning where `lockkeeper up` keeps what is taken away until [`contract`](../planning.md#what-others-may-still-use).",
  error: "",
};

const severity = ({ severity: own, optIn }: Rule): string => (optIn === true ? `${own}, off` : own);

const cell = (text: string): string => text.replaceAll("|", "\\|");

function page(rule: Rule): string {
  const { id, summary, explanation, since, until, bad, good } = rule;
  const versions =
    since === undefined && until === undefined
      ? "PostgreSQL 14 to 18"
      : since === until
        ? `PostgreSQL ${since}`
        : `PostgreSQL ${since ?? 14} to ${until ?? 18}`;
  return [
    `# ${id}\n\n${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}.\n`,
    `| group | severity | applies to |\n|---|---|---|\n| ${rule.group} | ${severity(rule)} | ${versions} |\n`,
    ...(rule.online === undefined ? [] : [`${BY_UP[rule.online]}\n`]),
    `${explanation}\n`,
    `## Found\n\n${bad.map(example).join("\n")}`,
    `## Not found\n\n${good.map(example).join("\n")}`,
    `## Allow it\n\n\`\`\`sql\n-- lockkeeper: allow ${id} because "…"\n\`\`\`\n\nAbove the first statement for the file, directly above a statement for that one. [All rules](README.md)\n`,
  ].join("\n");
}

function example({ sql, setup, wrapping, major, minor, insertedBefore }: Example): string {
  const conditions = [
    ...(major === undefined ? [] : [`PostgreSQL ${major}.${minor ?? 0}`]),
    ...(wrapping === "tool"
      ? ["run in one transaction (`--wrapped`)"]
      : wrapping === "own"
        ? ["run by Lockkeeper"]
        : []),
    ...(insertedBefore === undefined ? [] : [`after ${insertedBefore} has been applied`]),
  ];
  const given = setup === undefined ? "" : `-- there is:\n${setup.replace(/^/gm, "--   ")}\n`;
  const head =
    conditions.length === 0 ? "" : `${conditions.join(", ").replace(/^./, (letter) => letter.toUpperCase())}:\n\n`;
  return `${head}\`\`\`sql\n${given}${sql}\n\`\`\`\n`;
}
