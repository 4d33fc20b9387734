import { confirm, isCancel } from "@clack/prompts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/**
 * Asks a question that is answered by yes or no; no is the default.
 *
 * @throws LockkeeperError `interrupted` when the question is cancelled
 */
export async function askOnTerminal(
  question: string,
  input: NodeJS.ReadStream,
  output: NodeJS.WriteStream,
): Promise<boolean> {
  const answer = await confirm({ message: question, initialValue: false, input, output });
  if (isCancel(answer)) {
    throw new LockkeeperError("interrupted", {
      message: "The question was not answered.",
      notDone: "Nothing was changed.",
      action: "Run the command again.",
    });
  }
  return answer;
}
