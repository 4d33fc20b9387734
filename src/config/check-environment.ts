import { nearestName } from "../errors/nearest-name.ts";
import { describeType, invalidConfig } from "./config-invalid.ts";
import { CONFIG_FILE_VARIABLE, FIELD_KEYS, FIELDS, LOG_VARIABLES } from "./fields.ts";
import { nonEmpty } from "./settings.ts";

const PREFIX = "LOCKKEEPER_";
const KNOWN = [...FIELD_KEYS.map((key) => FIELDS[key].env), CONFIG_FILE_VARIABLE, ...Object.keys(LOG_VARIABLES)];
/** What Kubernetes sets for a service that is called lockkeeper. */
const OF_A_SERVICE = /_(?:SERVICE_HOST|SERVICE_PORT|PORT)(?:_|$)/;

/**
 * What the environment says beside the values of the configuration.
 *
 * @returns a sentence for each variable that looks like one of ours and is none
 * @throws LockkeeperError `config_invalid` for a value of a variable of ours
 */
export function checkEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  for (const [variable, allowed] of Object.entries(LOG_VARIABLES)) {
    const value = nonEmpty(env[variable]);
    if (value !== undefined && !allowed.includes(value)) {
      const expected = allowed.length === 1 ? allowed[0] : `one of ${allowed.join(", ")}`;
      throw invalidConfig(`The environment variable ${variable} is ${describeType(value)}; expected ${expected}.`, {
        key: variable,
      });
    }
  }
  return Object.keys(env)
    .filter(
      (name) => name.startsWith(PREFIX) && !KNOWN.includes(name) && !OF_A_SERVICE.test(name.slice(PREFIX.length - 1)),
    )
    .map((name) => {
      const tails = KNOWN.filter((known) => known.startsWith(PREFIX)).map((known) => known.slice(PREFIX.length));
      const tail = name.slice(PREFIX.length);
      const meant = tails.find((known) => tail.endsWith(`_${known}`)) ?? nearestName(tail, tails);
      return `There is no variable ${name}${meant === undefined ? "." : `; did you mean ${PREFIX}${meant}?`}`;
    });
}
