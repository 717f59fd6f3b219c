import type { Hono } from "hono";
import { AdminError } from "./errors.js";

/** What the official API has and this one lacks. Saying so is kinder than a 404: the command line tool shows the message. */
const MISSING: readonly (readonly [path: string, what: string])[] = [
  ["/subscriptions/*", "subscriptions to Kafka"],
  ["/kafka-clusters/*", "Kafka clusters"],
  ["/limits/*", "limits by rule"],
];

export function addMissing(app: Hono): void {
  for (const [path, what] of MISSING) {
    app.all(path, () => {
      throw new AdminError(501, `${what}: this version of Pawl cannot do that yet`);
    });
  }
}
