import { codec, type FrameParts, isCommand, isNotification, MessageType, type Start } from "@pawl/protocol";
import { completionHandle, handleOf } from "./awaiting.js";
import { EagerState } from "./eager-state.js";
import { protocolViolation } from "./errors.js";
import type { MachineState } from "./state.js";

/** Takes what the server sent, whole frames or pieces. */
export function receive(machine: MachineState, chunk: Uint8Array): void {
  machine.decoder.push(chunk);
  for (let frame = machine.decoder.next(); frame !== undefined; frame = machine.decoder.next()) {
    if (machine.phase === "closed") return;
    receiveFrame(machine, frame);
  }
}

/** What a server in the same process sends first: Start as a value, and the journal as it holds it. */
export function receiveOpening(machine: MachineState, start: Start, journal: readonly FrameParts[]): void {
  begin(machine, start);
  for (const entry of journal) receiveFrame(machine, entry);
}

/** The server will send nothing more: what is not there yet can only be waited for by suspending. */
export function receiveEnd(machine: MachineState): void {
  machine.inputClosed = true;
  if (machine.phase === "waitingStart" || machine.phase === "waitingReplay") {
    throw protocolViolation("The request ended before the whole journal had arrived.");
  }
}

export function receiveFrame(machine: MachineState, frame: FrameParts): void {
  const { type } = frame;
  if (isNotification(type)) {
    if (machine.phase === "waitingStart") throw protocolViolation("Expected a Start message first.");
    const { id, result } = codec.Notification.decode(frame.payload);
    machine.results.enqueue(handleOf(id), result);
    countReplayed(machine);
  } else if (isCommand(type)) {
    if (machine.phase !== "waitingReplay") {
      throw protocolViolation("Received a command outside of the replayed journal.");
    }
    machine.journal.toReplay.push(frame);
    countReplayed(machine);
  } else if (type === MessageType.Start && machine.phase === "waitingStart") {
    begin(machine, codec.Start.decode(frame.payload));
  } else if (type === MessageType.ProposeRunCompletionAck) {
    receiveRunAck(machine, frame);
  } else if (type !== MessageType.CommandAck) {
    throw protocolViolation(`Unexpected message of type 0x${type.toString(16)}.`);
  }
}

function begin(machine: MachineState, start: Start): void {
  if (start.knownEntries === 0)
    throw protocolViolation("Start announces an empty journal; the Input is missing.");
  machine.start = start;
  machine.eagerState = new EagerState(start.stateMap, start.partialState);
  machine.phase = "waitingReplay";
}

function countReplayed(machine: MachineState): void {
  if (machine.phase !== "waitingReplay") return;
  machine.receivedEntries++;
  if (machine.receivedEntries === machine.start!.knownEntries) machine.phase = "replaying";
}

/** The ack takes the place in the journal that the run's completion has on replay, so it queues like one. */
function receiveRunAck(machine: MachineState, frame: FrameParts): void {
  const { completionId } = codec.ProposeRunCompletionAck.decode(frame.payload);
  const outcome = machine.proposed.get(completionId);
  if (outcome === undefined) {
    throw protocolViolation(`Received an ack for run ${completionId}, which this attempt did not propose.`);
  }
  machine.proposed.delete(completionId);
  machine.results.enqueue(completionHandle(completionId), outcome);
}
