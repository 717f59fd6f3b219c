import type { Hono } from "hono";
import { z } from "zod";
import type { Runtime } from "../node/runtime.js";
import { unknownService } from "../registry/errors.js";
import { ask } from "./ask.js";
import { AdminError } from "./errors.js";
import { components } from "./openapi/components.js";
import { readBody } from "./request.js";
import { resource } from "./resource.js";

/** Each byte of a value is a number with its comma: about a quarter of this is state. Bytes. */
const MAX_BODY_BYTES = 32 * 1024 * 1024;

const byte = z.number().int().min(0).max(255);

export const modifyStateRequest = z
  .object({
    object_key: z.string(),
    new_state: z.record(z.string(), z.array(byte)).describe("The whole state: each value as its bytes"),
    version: z.string().nullish().describe("Of the state that the new one was made from"),
    scope: z.string().nullish().describe("Refused: there is no flow control"),
  })
  .register(components, { id: "ModifyServiceStateRequest" });

/** Replaces the state of a key. 202: it is durable, and waits for its turn on the key. */
export function addState(app: Hono, runtime: Pick<Runtime, "registry" | "submit" | "newInvocationId">): void {
  resource(app, "/services/:service/state", {
    POST: async (c) => {
      const service = c.req.param("service") ?? "";
      const type = runtime.registry.serviceType(service);
      if (type === undefined) throw unknownService(service);
      if (type === "Service") {
        throw new AdminError(400, `'${service}' is a service: only virtual objects and workflows have state`);
      }
      const request = await readBody(c, modifyStateRequest, MAX_BODY_BYTES);
      if (request.scope)
        throw new AdminError(501, "scopes need flow control, which this server does not have");
      const { object_key: key } = request;
      const state = Object.entries(request.new_state).map(([name, bytes]) => ({
        name,
        value: Uint8Array.from(bytes),
      }));
      const id = runtime.newInvocationId(key);
      const mutation = { state, version: request.version ?? null };
      await ask(runtime, (responder) => ({
        kind: "mutateRequest",
        id,
        message: { kind: "mutateState", id, service, key, mutation, inboxSeq: null },
        responder,
      }));
      return c.body(null, 202);
    },
  });
}
