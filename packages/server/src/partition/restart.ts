import { codec, isCommand, isNotification } from "@pawl/protocol";
import { HandlerKind, InvokedBy, Status } from "../store/store.js";
import type { Response } from "./commands.js";
import { completionIdsOf } from "./entries/completion-ids.js";
import { create, start } from "./invoke.js";
import type { DeploymentChoice, Invocation, JournalEntry } from "./model.js";
import type { Partition } from "./partition.js";
import { chooseDeployment } from "./repin.js";

/**
 * A new invocation like one that has ended: same target, input and retention, without its idempotency key. With `from`, it
 * begins with the journal of the old one up to that entry, and repeats nothing of it. Needs the journal.
 */
export function restart(
  p: Partition,
  original: Invocation,
  from: number | null,
  deployment: DeploymentChoice,
): Response {
  if (original.status === Status.Scheduled || original.status === Status.Inboxed)
    return { kind: "not-started" };
  if (original.target.kind === HandlerKind.WorkflowRun) return { kind: "not-restartable" };
  if (original.status !== Status.Completed) return { kind: "not-completed" };
  const journal = original.journal ?? [];
  const first = journal[0];
  if (first === undefined) return { kind: "journal-gone" };
  const taken = from === null ? [first] : prefixOf(journal, from);
  if (taken === null) return { kind: "bad-prefix" };

  // From the start, nothing ties it to where the old one ran.
  const pin = from === null ? { ...original, deployment: null, protocolVersion: null } : original;
  const chosen = chooseDeployment(p, pin, deployment);
  if ("kind" in chosen) return chosen;
  const { headers, value } = codec.Input.decode(first.payload);
  const invocation = create(p, {
    kind: "invoke",
    id: p.env.newInvocationId(original.target.key, original.id),
    isDerivedId: false,
    target: original.target,
    headers,
    input: value,
    idempotencyKey: null,
    invokedBy: InvokedBy.RestartAsNew,
    invokedById: original.id,
    invokedByTarget: null,
    scheduledFor: null,
    traceparent: original.traceparent,
    tracestate: original.tracestate,
    completionRetentionMs: original.completionRetentionMs,
    journalRetentionMs: original.journalRetentionMs,
    waiter: null,
  });
  invocation.deployment = chosen.deployment;
  invocation.protocolVersion = pin.protocolVersion;
  for (const { type, payload } of taken.slice(1)) p.append(invocation, type, payload);
  start(p, invocation);
  return { kind: "restarted", newId: invocation.id };
}

/** Entries up to `from`, then the results that their commands got later; null when one of them got none. */
function prefixOf(journal: readonly JournalEntry[], from: number): JournalEntry[] | null {
  if (from >= journal.length) return null;
  const taken = journal.slice(0, from + 1);
  const open = new Set<number>();
  for (const { type, payload } of taken) {
    if (isCommand(type)) for (const id of completionIdsOf(type, payload)) open.add(id);
    else if (isNotification(type)) open.delete(completionOf(payload) ?? 0);
  }
  for (const entry of journal.slice(from + 1)) {
    if (!isNotification(entry.type)) continue;
    const id = completionOf(entry.payload);
    if (id !== undefined && open.delete(id)) taken.push(entry);
  }
  return open.size === 0 ? taken : null;
}

function completionOf(payload: Uint8Array): number | undefined {
  const { id } = codec.Notification.decode(payload);
  return id.kind === "completion" ? id.id : undefined;
}
