import { setFlagsFromString } from "node:v8";

/** What makes V8 compile WebAssembly a second time, optimized, once it is called often. */
const SECOND_COMPILATION = ["wasm-dynamic-tiering", "wasm-tier-up"] as const;

/**
 * Runs `work`; the WebAssembly functions that are called for the first time in it keep the code that V8 makes first.
 * PostgreSQL's grammar is one huge function: to optimize it takes V8 some 550 MB and, beside the work, more time than the
 * optimized code saves in 60,000 statements. V8 decides when it first compiles a function, so nothing else in the process
 * is touched.
 */
export function keepingBaselineCode(work: () => void): void {
  for (const flag of SECOND_COMPILATION) setFlagsFromString(`--no-${flag}`);
  try {
    work();
  } finally {
    for (const flag of SECOND_COMPILATION) setFlagsFromString(`--${flag}`);
  }
}
