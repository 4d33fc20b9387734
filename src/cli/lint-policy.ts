import type { ResolvedConfig } from "../config/load-config.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { SEVERITIES, type Severity } from "../hazards/finding.ts";
import { DEFAULT_LINT_POLICY, type LintPolicy } from "../hazards/policy.ts";
import { onlinePolicy } from "../run/policy.ts";
import { policyOf } from "../run/target.ts";

/**
 * What files are held to: the configuration, and on top of it `RULE=SEVERITY` of the command line.
 *
 * @throws LockkeeperError `config_invalid`, and `usage` for the command line, when there is no such rule or severity
 */
export async function lintPolicy(config: ResolvedConfig, overrides: readonly string[]): Promise<LintPolicy> {
  const { lint, file } = config;
  const severities: Record<string, Severity | "off"> = {};
  for (const [rule, severity] of Object.entries(lint.rules ?? {})) {
    const wrong = await complaint(rule, severity);
    if (wrong !== undefined) {
      throw new LockkeeperError("config_invalid", {
        message: `\`lint.rules\`: ${wrong}.`,
        ...(file === undefined ? {} : { at: { file } }),
        data: { key: "lint.rules" },
      });
    }
    severities[rule] = severity as Severity | "off";
  }
  for (const override of overrides) {
    const [rule = "", severity = ""] = override.split("=", 2);
    const wrong = await complaint(rule, severity);
    if (wrong !== undefined) {
      throw new LockkeeperError("usage", { message: `--rule ${override}: ${wrong}.`, notDone: "Nothing was judged." });
    }
    severities[rule] = severity as Severity | "off";
  }
  return {
    ...DEFAULT_LINT_POLICY,
    severities,
    online: onlinePolicy(policyOf(config)),
    ...(lint.smallRows === undefined ? {} : { smallRows: lint.smallRows }),
    ...(lint.smallBytes === undefined ? {} : { smallBytes: lint.smallBytes }),
    ...(lint.identifiers === undefined ? {} : { identifiers: new RegExp(lint.identifiers, "u") }),
  };
}

async function complaint(rule: string, severity: string): Promise<string | undefined> {
  const { RULES } = await import("../hazards/rules.ts");
  if (!RULES.some(({ id }) => id === rule)) {
    return `there is no rule \`${rule}\``;
  }
  const known: readonly string[] = [...SEVERITIES, "off"];
  return known.includes(severity) ? undefined : `the severity of \`${rule}\` is one of ${known.join(", ")}`;
}

/** The newest minor version is meant where none is named. */
const NEWEST_MINOR = 99;

/**
 * `16` or `14.2` as server_version_num.
 *
 * @throws LockkeeperError `usage`, `server_unsupported`
 */
export function versionNumber(text: string): number {
  const [, major, minor] = /^(\d{1,2})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (major === undefined) {
    throw new LockkeeperError("usage", { message: `--server-version is a number such as 17 or 14.2, not ${text}.` });
  }
  if (Number(major) < OLDEST) {
    throw new LockkeeperError("server_unsupported", {
      message: `Lockkeeper knows PostgreSQL ${OLDEST} and newer, not ${text}.`,
    });
  }
  return Number(major) * 10_000 + (minor === undefined ? NEWEST_MINOR : Number(minor));
}

const OLDEST = 14;

/** The major of a version as people write it. */
export const majorOf = (text: string): number => Math.floor(versionNumber(text) / 10_000);
