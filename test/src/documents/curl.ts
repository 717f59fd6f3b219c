/** Runs curl; where there is none, the same request by Node. */
import { execFile, spawnSync } from "node:child_process";
import { request } from "node:http";
import { parseArgs, promisify } from "node:util";

const MAX_SECONDS = 30;

export interface Printed {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export const HAS_CURL = spawnSync("curl", ["--version"]).status === 0;

/**
 * @param words of a command line that begins with `curl`
 * @param more options of curl, which change nothing about the answer's meaning
 */
export async function curl(words: readonly string[], more: readonly string[] = []): Promise<Printed> {
  const [command, ...given] = words;
  if (command !== "curl") throw new Error(`not a curl command: ${words.join(" ")}`);
  const args = [...given, ...more];
  return HAS_CURL ? await runCurl(args) : await requestLike(args);
}

async function runCurl(args: readonly string[]): Promise<Printed> {
  // No configuration of the user's, no proxy of the machine's.
  const quiet = [
    "--silent",
    "--show-error",
    "--include",
    "--max-time",
    String(MAX_SECONDS),
    "--noproxy",
    "*",
  ];
  const { stdout } = await promisify(execFile)("curl", ["--disable", ...args, ...quiet]);
  const end = stdout.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = stdout.slice(0, end).split("\r\n");
  const headers = new Headers(lines.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  return { status: Number(statusLine.split(" ")[1]), headers, body: stdout.slice(end + 4) };
}

/** The request that curl would make. */
async function requestLike(args: readonly string[]): Promise<Printed> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      request: { type: "string", short: "X" },
      header: { type: "string", short: "H", multiple: true, default: [] },
      data: { type: "string", short: "d" },
    },
  });
  const [url = ""] = positionals;
  const headers = new Headers(values.header.map((line) => line.split(/: ?(.*)/s, 2) as [string, string]));
  const { data } = values;
  if (data !== undefined && !headers.has("content-type")) {
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  return await new Promise((resolve, reject) => {
    const sent = request(
      url.includes("://") ? url : `http://${url}`,
      {
        method: values.request ?? (data === undefined ? "GET" : "POST"),
        headers: { accept: "*/*", ...Object.fromEntries(headers) },
        timeout: MAX_SECONDS * 1_000,
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (text) => (body += text));
        response.on("end", () => {
          const headers = new Headers(response.headers as Record<string, string>);
          resolve({ status: response.statusCode ?? 0, headers, body });
        });
      },
    );
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("no answer")));
    sent.end(data);
  });
}
