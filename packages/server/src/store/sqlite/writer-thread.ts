import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import type { Packed } from "./cells.js";
import { configureWriter, databaseFile, openWriter } from "./database.js";
import { makeDirectory } from "./directory.js";
import { DirectoryLock } from "./directory-lock.js";
import { GroupCommit } from "./group-commit.js";
import { checkSchemaVersion, migrate } from "./migrate.js";
import { asStoreError } from "./sqlite-errors.js";
import { CLOSE, type ThreadData, type ThreadReply } from "./thread-messages.js";

/** Entry point of the thread that writes. It is asked with batches (`Packed`) and says how many are durable. */

/** Batches that wait together go into one transaction, up to this many: the first of them waits for the last. */
const GROUP_MAX = 64;

function serve(port: MessagePort, { directory }: ThreadData): void {
  const say = (reply: ThreadReply) => port.postMessage(reply);
  const fail = (error: unknown, doing: string) => {
    const { kind, message } = asStoreError(error, doing);
    say({ failure: { kind, message, fatal: true } });
  };

  let close = () => {};
  let commit: GroupCommit;
  try {
    makeDirectory(directory);
    const lock = new DirectoryLock(directory);
    close = () => lock.release();
    const database = openWriter(directory);
    close = () => {
      database.close();
      lock.release();
    };
    checkSchemaVersion(database, databaseFile(directory));
    configureWriter(database);
    migrate(database);
    commit = new GroupCommit(database);
    close = () => {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      database.close();
      lock.release();
    };
  } catch (error) {
    fail(error, `Opening the store in ${directory}`);
    close();
    return;
  }
  say({ ready: true });

  let failed = false;
  const work = (group: readonly Packed[]) => {
    // Nothing may follow a batch that is missing.
    if (failed || group.length === 0) return;
    const { durable, failure } = commit.commit(group);
    if (durable > 0) say({ done: durable });
    if (failure === undefined) return;
    failed = true;
    fail(failure, `Writing to the store in ${directory}`);
  };
  port.on("message", (first: Packed | typeof CLOSE) => {
    const group: Packed[] = [];
    let next: Packed | typeof CLOSE | undefined = first;
    while (next !== undefined && next !== CLOSE) {
      group.push(next);
      next = group.length < GROUP_MAX ? receiveMessageOnPort(port)?.message : undefined;
    }
    work(group);
    if (next !== CLOSE) return;
    close();
    port.close();
  });
}

serve(parentPort!, workerData);
