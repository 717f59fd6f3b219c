/** A client's and a server's session that talk to each other, byte-wise. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderBlock } from "./hpack/encoder.js";
import { random, TestServer, TestSession, TestStream } from "./peer.test.kit.js";

/** Carries what both have to say, cut at random places, until neither has more. */
function talk(client: TestSession, server: TestServer): void {
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true;
    for (const [from, to] of [
      [client.session, server.session],
      [server.session, client.session],
    ] as const) {
      const bytes = Buffer.concat(from.output());
      if (bytes.length > 0) isQuiet = false;
      for (let at = 0; at < bytes.length; ) {
        const end = at + 1 + random(random(2) === 0 ? 20 : 20_000);
        // What a socket gives belongs to whom it is given.
        to.receive(Buffer.from(bytes.subarray(at, end)));
        at = end;
      }
    }
  }
}

function content(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

class CollectingStream extends TestStream {
  readonly chunks: Buffer[] = [];
  override data(chunk: Buffer): void {
    super.data(chunk);
    this.chunks.push(chunk);
  }
}

function open(client: TestSession, path: string): CollectingStream {
  const block = new HeaderBlock();
  for (const [name, value] of [
    [":method", "POST"],
    [":scheme", "http"],
    [":path", path],
  ] as const) {
    block.field(name, value);
  }
  return new CollectingStream((owner) => client.session.request(owner, block));
}

test("bodies of all sizes there and back, on many streams at once", () => {
  const client = new TestSession();
  const server = new TestServer();
  const sizes = [0, 1, 100, 16_384, 16_385, 70_000, 1_000_000, 5_000_000];
  const bodies = sizes.map(content);
  const streams = bodies.map((body, i) => {
    const stream = open(client, `/${i}`);
    stream.stream.write([body.subarray(0, body.length >> 1), body.subarray(body.length >> 1)], true);
    return stream;
  });
  talk(client, server);
  assert.equal(server.streams.length, sizes.length);
  for (const stream of server.streams) {
    const body = Buffer.concat(stream.chunks);
    assert.ok(body.equals(bodies[Number(stream.fields.path.slice(1))]!));
    assert.equal(stream.events.at(-1), "ended");
    stream.answer(body);
  }
  talk(client, server);
  for (const [i, stream] of streams.entries()) {
    assert.ok(Buffer.concat(stream.chunks).equals(bodies[i]!));
    assert.deepEqual(stream.events.slice(-2), ["ended", "closed"]);
  }
  assert.equal(client.session.streamCount, 0);
  assert.equal(server.session.streamCount, 0);
});

test("both write at random, and some streams are reset", () => {
  const client = new TestSession();
  const server = new TestServer();
  const sent = new Map<string, Buffer[]>();
  const clients: CollectingStream[] = [];
  for (let i = 0; i < 500; i++) {
    const path = `/${i}`;
    const stream = open(client, path);
    clients.push(stream);
    const chunk = content(random(1000));
    sent.set(path, [chunk]);
    stream.stream.write([chunk], false);
    if (random(3) === 0) talk(client, server);
    const other = clients[random(clients.length)]!;
    if (random(10) === 0) other.stream.reset(8);
    else if (!other.stream.isLocalEnding && !other.stream.isClosed) {
      const more = content(random(40_000));
      sent.get(`/${clients.indexOf(other)}`)!.push(more);
      other.stream.write([more], true);
    }
  }
  for (const stream of clients) stream.stream.end();
  talk(client, server);
  for (const stream of server.streams) {
    const whole = Buffer.concat(sent.get(stream.fields.path)!);
    const got = Buffer.concat(stream.chunks);
    assert.ok(whole.subarray(0, got.length).equals(got));
    assert.ok(stream.stream.isClosed || got.length === whole.length);
    stream.answer(got);
  }
  talk(client, server);
  assert.equal(client.session.streamCount, 0);
  assert.equal(server.session.streamCount, 0);
  const answered = clients.filter(({ events }) => events.includes("ended"));
  assert.ok(answered.length > 100 && answered.length < 500, `${answered.length}`);
});
