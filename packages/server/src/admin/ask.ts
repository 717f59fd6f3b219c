import type { Runtime } from "../node/runtime.js";
import type { Command, Responder, Response } from "../partition/commands.js";

/** Submits a command and waits for its answer, which comes when what was done is durable. */
export function ask(
  runtime: Pick<Runtime, "submit">,
  toCommand: (responder: Responder) => Command,
): Promise<Response> {
  return new Promise((resolve) => runtime.submit(toCommand({ respond: resolve })));
}
