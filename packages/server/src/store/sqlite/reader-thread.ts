import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { CellReader, CellWriter } from "./cells.js";
import { openReader } from "./database.js";
import { ReadQueries } from "./read-queries.js";
import type { ReadRequest } from "./read-requests.js";
import { asStoreError } from "./sqlite-errors.js";
import { CLOSE, type ThreadData, type ThreadReply } from "./thread-messages.js";

/** Entry point of the thread that reads, on a connection of its own: it never waits for a commit. */

function serve(port: MessagePort, { directory }: ThreadData): void {
  const say = (reply: ThreadReply, transfer?: ArrayBuffer[]) => port.postMessage(reply, transfer);
  const fail = (error: unknown, fatal: boolean) => {
    const { kind, message } = asStoreError(error, `Reading the store in ${directory}`);
    say({ failure: { kind, message, fatal } });
  };

  let database: ReturnType<typeof openReader>;
  let queries: ReadQueries;
  try {
    database = openReader(directory);
    queries = new ReadQueries(database);
  } catch (error) {
    fail(error, true);
    return;
  }
  say({ ready: true });

  port.on("message", (request: ReadRequest | typeof CLOSE) => {
    if (request === CLOSE) {
      database.close();
      port.close();
      return;
    }
    try {
      const answer = new CellWriter();
      queries.answer(request.read, new CellReader(request.parameters), answer);
      const { packed, transfer } = answer.pack();
      say({ answer: packed }, transfer);
    } catch (error) {
      fail(error, false);
    }
  });
}

serve(parentPort!, workerData);
