import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../bin/pawl.js", import.meta.url));
const READY_WITHIN_MS = 20_000;

/** A `pawl` process. */
export class PawlProcess {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #exit: Promise<unknown>;
  stdout = "";
  stderr = "";

  /** @param env settings; none are inherited */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(PAWL|RESTATE)_/.test(name));
    this.#child = spawn(process.execPath, [BIN, ...args], {
      env: { ...Object.fromEntries(inherited), ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout.on("data", (chunk) => {
      this.stdout += chunk;
    });
    this.#child.stderr.on("data", (chunk) => {
      this.stderr += chunk;
    });
    this.#exit = once(this.#child, "close");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns exit code, or the signal that ended it */
  async exit(): Promise<number | string> {
    await this.#exit;
    return this.#child.exitCode ?? this.#child.signalCode ?? "unknown";
  }

  /** What the process has printed, once it matches. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      if (this.#child.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${pattern} was not printed:\n${this.stdout}\n${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Addresses of a server that has started. */
  async addresses(): Promise<{ readonly ingress: string; readonly admin: string }> {
    const [, ingress = "", admin = ""] = await this.printed(
      /called at +(http:\S+)\n.*administered at +(http:\S+)\n.*stored in/,
    );
    return { ingress, admin };
  }
}

export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "pawl-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
