/** A language model behind OpenAI's chat completions, which many servers speak; by default the fake one. */
import * as z from "zod";
import { outsideUrl } from "../outside/ask.js";

export interface ToolCall {
  readonly id: string;
  readonly type: "function";
  /** The arguments are JSON, as the model wrote it. */
  readonly function: { readonly name: string; readonly arguments: string };
}

export type Message =
  | { readonly role: "system" | "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string | null; readonly tool_calls?: readonly ToolCall[] }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

export type AssistantMessage = Extract<Message, { role: "assistant" }>;

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly parameters: z.ZodType;
}

/** @throws Error when the model cannot be reached or is busy: ask again later */
export async function think(
  messages: readonly Message[],
  tools: readonly Tool[],
  idempotencyKey: string,
): Promise<AssistantMessage> {
  const { MODEL_URL = `${outsideUrl()}/v1`, MODEL_NAME = "fake", MODEL_API_KEY = "none" } = process.env;
  const response = await fetch(`${MODEL_URL}/chat/completions`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${MODEL_API_KEY}`,
      "idempotency-key": idempotencyKey,
    },
    body: JSON.stringify({ model: MODEL_NAME, messages, tools: tools.map(announce) }),
  });
  if (!response.ok) throw new Error(`the model answered ${response.status}: ${await response.text()}`);
  const { choices } = (await response.json()) as { choices: [{ message: AssistantMessage }] };
  return choices[0].message;
}

function announce({ name, description, parameters }: Tool): object {
  return { type: "function", function: { name, description, parameters: z.toJSONSchema(parameters) } };
}
