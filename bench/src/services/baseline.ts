/** The ceiling of the machine: a plain node:http server that answers with the body of the request, and nothing else. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { reportPort } from "../setup/report-port.js";

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
});
server.listen(0, "127.0.0.1", () => reportPort((server.address() as AddressInfo).port));
