/**
 * A support agent: a language model with tools, one of which moves money and waits for a human.
 *
 * It shows the loop of every agent, made durable: each answer of the model and each result of a tool is a step in the
 * journal, so that a crash costs neither tokens nor a second refund, and an approval may take days. The key is the
 * customer: one conversation at a time, and its messages are state.
 *
 *   npm run example support-agent
 *
 * It answers with a fake model (../outside/fake-model.ts). For a real one set MODEL_URL to any API with OpenAI's chat
 * completions, e.g. http://127.0.0.1:11434/v1 of an Ollama; where needed also MODEL_NAME and MODEL_API_KEY.
 *
 *   curl localhost:8080/SupportAgent/pete/ask/send --json '"Order 17 came broken. I want my money back."'
 *   # the terminal shows the request for approval and the id in it:
 *   curl localhost:8080/restate/awakeables/<id>/resolve --json '{"approved": false, "reason": "It is a year old."}'
 *   curl localhost:8080/SupportAgent/pete/conversation
 */
import * as pawl from "@pawl/sdk";
import * as z from "zod";
import { ask, type Receipt } from "../outside/ask.js";
import { type Message, type ToolCall, think } from "./model.js";

const MOST_TURNS = 10;
const INSTRUCTIONS = "You answer customers of a shop. Look the order up before you refund it. Be brief.";

type State = { messages: Message[] };
type Approval = { approved: boolean; reason?: string };

export const supportAgent = pawl.object({
  name: "SupportAgent",
  handlers: {
    ask: async (ctx: pawl.ObjectContext<State>, question: string): Promise<string> => {
      const messages = (await ctx.get("messages")) ?? [{ role: "system", content: INSTRUCTIONS }];
      messages.push({ role: "user", content: question });
      for (let turn = 1; turn <= MOST_TURNS; turn++) {
        const thought = await ctx.run(`think ${turn}`, () =>
          think(messages, Object.values(tools), `${ctx.request().id}/think-${turn}`),
        );
        messages.push(thought);
        if (!thought.tool_calls?.length) break;
        for (const call of thought.tool_calls) {
          messages.push({ role: "tool", tool_call_id: call.id, content: await use(ctx, call) });
        }
      }
      ctx.set("messages", messages);
      return messages.at(-1)?.content ?? "";
    },

    conversation: pawl.handlers.object.shared(
      async (ctx: pawl.ObjectSharedContext<State>) => (await ctx.get("messages")) ?? [],
    ),
  },
});

const tools = {
  find_order: {
    name: "find_order",
    description: "What was ordered, and what was paid for it",
    parameters: z.object({ orderId: z.string() }),
  },
  refund: {
    name: "refund",
    description: "Gives money back. A human has to agree.",
    parameters: z.object({ orderId: z.string(), cents: z.number().int().positive() }),
  },
};

/** @returns what the model is told; a mistake of its own, too, so that it can do better */
async function use(
  ctx: pawl.Context,
  { id, function: { name, arguments: json } }: ToolCall,
): Promise<string> {
  const key = `${ctx.request().id}/${id}`;
  try {
    switch (name) {
      case "find_order": {
        const { orderId } = tools.find_order.parameters.parse(JSON.parse(json));
        return JSON.stringify(await ctx.run("find the order", () => shop.order(orderId, key)));
      }
      case "refund": {
        const refund = tools.refund.parameters.parse(JSON.parse(json));
        const { id: approvalId, promise: decided } = ctx.awakeable<Approval>();
        await ctx.run("ask for approval", () => staff.ask({ ...refund, approvalId }, key));
        const { approved, reason } = await decided;
        if (!approved) return `not approved: ${reason ?? "no reason was given"}`;
        const { receipt } = await ctx.run("refund", () => shop.refund(refund, key));
        return `refunded, receipt ${receipt}`;
      }
      default:
        return `there is no tool ${name}`;
    }
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError)
      return `wrong arguments: ${error.message}`;
    throw error;
  }
}

const shop = {
  order: async (orderId: string, idempotencyKey: string) => {
    await ask<Receipt>("shop/order", { orderId }, { idempotencyKey });
    return { orderId, article: "a lamp", cents: 4900 };
  },
  refund: (refund: { orderId: string; cents: number }, idempotencyKey: string) =>
    ask<Receipt>("shop/refund", refund, { idempotencyKey }),
};

const staff = {
  ask: (question: { orderId: string; cents: number; approvalId: string }, idempotencyKey: string) =>
    ask<Receipt>("staff/approve", question, { idempotencyKey }),
};
