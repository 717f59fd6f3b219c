/** Child processes that are gone when the tests are, whatever happened to them. */
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const STOP_WITHIN_MS = 5_000;
const KEPT_OUTPUT = 200_000;

const running = new Set();
const directories = new Set();

process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** A process that was started by these tests. */
export class Process {
  #output = "";
  #child;

  /** @param {string} name for messages @param {string} command @param {string[]} args @param {object} options of spawn */
  constructor(name, command, args, options = {}) {
    this.name = name;
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    running.add(this.#child);
    this.#child.on("error", (error) => this.#keep(`${error}\n`));
    this.#child.on("exit", () => running.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream.setEncoding("utf8").on("data", (text) => this.#keep(text));
  }

  #keep(text) {
    this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
  }

  get child() {
    return this.#child;
  }

  /** What it wrote, the last part of it if that was much. */
  get output() {
    return this.#output;
  }

  get hasEnded() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until `check` returns something; fails when the process ends or the time is over. */
  async until(check, withinMs) {
    return await eventually(`${this.name} to be ready`, withinMs, async () => {
      if (this.hasEnded)
        throw new Fatal(`${this.name} ended (${this.#child.exitCode ?? this.#child.signalCode})`);
      return await check();
    }).catch((error) => {
      throw new Error(`${error.message}; it wrote:\n${this.#output.slice(-3000)}`);
    });
  }

  /** @param {NodeJS.Signals} signal @returns exit code or signal */
  async stop(signal = "SIGTERM") {
    if (!this.hasEnded) {
      const ended = once(this.#child, "exit");
      this.#child.kill(signal);
      const timer = setTimeout(() => this.#child.kill("SIGKILL"), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    }
    return this.#child.exitCode ?? this.#child.signalCode;
  }
}

/** Waits for all that are starting; if one of them cannot start, the others are stopped. */
export async function started(...starting) {
  const results = await Promise.allSettled(starting);
  const failure = results.find(({ status }) => status === "rejected");
  if (failure === undefined) return results.map(({ value }) => value);
  await Promise.all(results.map(({ value }) => value?.stop()));
  throw failure.reason;
}

class Fatal extends Error {}

const POLL_MS = 20;

/** Asks until the answer is neither undefined nor false; an error counts as not yet. */
export async function eventually(what, withinMs, check) {
  const deadline = Date.now() + withinMs;
  let reason = "";
  for (;;) {
    try {
      const answer = await check();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof Fatal) throw error;
      reason = `: ${error.message}`;
    }
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms in vain for ${what}${reason}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), "pawl-interop-"));
  directories.add(directory);
  return directory;
}

export function removeDirectory(directory) {
  rmSync(directory, { recursive: true, force: true });
  directories.delete(directory);
}

/** Below the ports that the system gives to outgoing connections, which would take one that is free for a moment. */
const [FIRST_PORT, LAST_PORT] = [15_000, 32_000];

/** A port that was free just now. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
