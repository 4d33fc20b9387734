import { HIDDEN_VALUE } from "../model/foreign-data.ts";
import type { Options } from "../model/names.ts";

/** Wrappers name the options of their own as they like. */
const SECRET = /passw|pwd|secret|token|credential|api_?key|access_?key|private_?key|auth/i;

export function withoutSecrets(options: Options): Options {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [name, SECRET.test(name) ? HIDDEN_VALUE : value]),
  );
}
