import { setFlagsFromString } from "node:v8";

/** Node 22 has Maglev off by default: without TurboFan nothing would compile there. */
const HAS_MAGLEV = Number.parseInt(process.versions.v8, 10) >= 13;

/**
 * Runs `work` without the last of V8's compilers. It works beside us on other cores, which have files of their own to
 * judge, and in a process that lives for seconds: in 13,000 statements it takes a sixth of all processor time, and in
 * 100,000 still as much as its code saves.
 */
export function withoutTurbofan<T>(work: () => T): T {
  if (!HAS_MAGLEV) return work();
  setFlagsFromString("--no-turbofan");
  try {
    return work();
  } finally {
    // Compiled code is kept for the next start with the flags that it was made under, and only used under the same.
    setFlagsFromString("--turbofan");
  }
}
