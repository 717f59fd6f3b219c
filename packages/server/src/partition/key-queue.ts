import type { MutateStateMessage } from "./commands.js";
import type { Invocation, KeyState, Queued, QueuedInvocation } from "./model.js";
import { applyMutation } from "./mutate-state.js";
import { encodeMessage } from "./outbox.js";
import type { Partition } from "./partition.js";

/*
 * Who may change a key: one at a time, in arrival order. The first in the queue is always an invocation, which holds the
 * key; a change of state from outside is applied, and is gone, as soon as it would be the first.
 *
 * The queue has no rows of its own (it is the invocations with a place in it), but a key whose queue changed must not leave
 * memory before that is durable: what is read then would be the old queue. So every change touches the key.
 */

/** Gives the invocation the last place of its key's queue. @returns whether it holds the key */
export function enqueue(p: Partition, invocation: Invocation): boolean {
  const key = p.keyOf(invocation);
  const { queue } = key;
  const inboxSeq = p.nextNum++;
  invocation.inboxSeq = inboxSeq;
  p.turn.batch.touchKey(key);
  queue.push({ kind: "invocation", num: invocation.num, id: invocation.id, inboxSeq });
  return queue.length === 1;
}

export function isHolder({ queue }: KeyState, invocation: Invocation): boolean {
  return isOf(queue[0], invocation);
}

/** The invocation leaves the queue; if it held the key, what comes next has its turn. */
export function leaveQueue(p: Partition, invocation: Invocation): void {
  if (invocation.inboxSeq === null) return;
  invocation.inboxSeq = null;
  const key = p.keyOf(invocation);
  const { queue } = key;
  const wasHolder = isHolder(key, invocation);
  const place = wasHolder ? 0 : queue.findIndex((queued) => isOf(queued, invocation));
  if (place >= 0) queue.splice(place, 1);
  p.turn.batch.touchKey(key);
  if (!wasHolder) return;
  const head = takeHead(p, key);
  if (head !== undefined) p.send({ kind: "next", id: head.id });
}

/** A change of state takes its place in the queue. Until its turn comes, a row in the outbox keeps it. */
export function enqueueMutation(p: Partition, message: MutateStateMessage): void {
  const key = p.key(message.service, message.key);
  const { queue } = key;
  const { mutation } = message;
  if (queue.length === 0) {
    applyMutation(p, key, mutation);
    return;
  }
  // One that waited when the server stopped has its place already.
  const inboxSeq = message.inboxSeq ?? p.nextNum++;
  const outboxSeq = p.nextOutboxSeq++;
  const row = { partition: p.number, seq: outboxSeq, message: encodeMessage({ ...message, inboxSeq }) };
  p.turn.batch.putOutbox(row);
  const later = queue.findIndex((queued) => queued.inboxSeq > inboxSeq);
  const place = later < 0 ? queue.length : later;
  queue.splice(place, 0, { kind: "mutation", inboxSeq, mutation, outboxSeq });
  takeHead(p, key);
}

/** Applies the changes of state that stand before the next invocation. */
function takeHead(p: Partition, key: KeyState): QueuedInvocation | undefined {
  const { queue } = key;
  for (let head = queue[0]; head?.kind === "mutation"; head = queue[0]) {
    queue.shift();
    p.turn.batch.touchKey(key);
    p.turn.batch.deleteOutbox(p.number, head.outboxSeq);
    applyMutation(p, key, head.mutation);
  }
  return queue[0] as QueuedInvocation | undefined;
}

function isOf(queued: Queued | undefined, invocation: Invocation): boolean {
  return queued?.kind === "invocation" && queued.num === invocation.num;
}
