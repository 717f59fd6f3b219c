/** Stands in for a language model: a script with the manners of a chat completion. Set MODEL_URL to use a real one. */

interface Message {
  readonly role: string;
  readonly content?: string | null;
  readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly name: string } }[];
  readonly tool_call_id?: string;
}

/** Looks up the order that the customer names, asks for its refund, and says what became of it. */
export function answerOfModel({ messages }: { readonly messages: readonly Message[] }): object {
  const last = messages.at(-1)!;
  const text = last.content ?? "";
  if (last.role !== "tool")
    return call("call-1", "find_order", { orderId: /\d+/.exec(text)?.[0] ?? "unknown" });
  const calls = messages.flatMap((message) => message.tool_calls ?? []);
  const asked = calls.find(({ id }) => id === last.tool_call_id)?.function.name;
  if (asked !== "find_order") return say(`About your refund: ${text}`);
  const { orderId, cents } = JSON.parse(text) as { orderId: string; cents: number };
  return call("call-2", "refund", { orderId, cents });
}

function call(id: string, name: string, args: object): object {
  const toolCall = { id, type: "function", function: { name, arguments: JSON.stringify(args) } };
  return choice({ role: "assistant", content: null, tool_calls: [toolCall] });
}

function say(content: string): object {
  return choice({ role: "assistant", content });
}

function choice(message: object): object {
  return { choices: [{ index: 0, message, finish_reason: "stop" }] };
}
