import { LockkeeperError } from "../../errors/lockkeeper-error.ts";

export function partitionInvalid(file: string, reason: string, action?: string): LockkeeperError {
  return new LockkeeperError("partition_invalid", {
    message: `${file}: ${reason}.`,
    at: { file },
    notDone: "Nothing was run.",
    ...(action === undefined ? {} : { action }),
  });
}
