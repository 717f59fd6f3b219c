import assert from "node:assert/strict";
import { test } from "node:test";
import { OptionError, type Options, parseOptions } from "./options.js";
import { ALL_WORKLOADS } from "./workloads.js";

const NODE_MAJOR = 20;

function parse(...args: readonly string[]): Options {
  const options = parseOptions(args, NODE_MAJOR);
  assert.notEqual(options, "help");
  return options as Options;
}

test("without options everything is measured", () => {
  const options = parse();
  assert.deepEqual(options.workloads, ALL_WORKLOADS);
  assert.deepEqual(
    options.peers.map((peer) => peer.name),
    [
      "baseline",
      "pawl+pawl",
      "pawl+pawl@node24",
      "pawl+restate@node24",
      "restate+pawl@node24",
      "restate+restate",
    ],
  );
  assert.deepEqual(options.concurrency, [1, 64]);
  assert.equal(options.measuredMs, 5000);
  assert.equal(options.repetitions, 3);
  assert.equal(options.mode, "measure");
});

test("on node 24 the peer for node 24 is left out", () => {
  const options = parseOptions([], 24) as Options;
  assert.equal(
    options.peers.some((peer) => peer.name === "pawl+pawl@node24"),
    false,
  );
});

test("everything can be chosen", () => {
  const options = parse(
    "--workloads=noop, object-hot",
    "--peers=pawl+restate@node24,baseline",
    "--concurrency=8",
    "--seconds=0.5",
    "--warmup=1",
    "--repetitions=1",
    "--env=PAWL_WORKER__NUM_PARTITIONS=2",
    "--env=RESTATE_LOG_FILTER=a=b",
    "--profile",
  );
  assert.deepEqual(options.workloads, ["noop", "object-hot"]);
  assert.deepEqual(options.peers, [
    {
      name: "pawl+restate@node24",
      system: { server: "pawl", sdk: "restate" },
      onNode24: true,
    },
    { name: "baseline", system: null, onNode24: false },
  ]);
  assert.deepEqual(options.concurrency, [8]);
  assert.equal(options.measuredMs, 500);
  assert.equal(options.warmUpMs, 1000);
  assert.deepEqual(options.env, { PAWL_WORKER__NUM_PARTITIONS: "2", RESTATE_LOG_FILTER: "a=b" });
  assert.equal(options.mode, "profile");
  assert.equal(parseOptions(["--help"], NODE_MAJOR), "help");
});

test("what is wrong is named", () => {
  for (const [arg, message] of [
    ["--workloads=nop", /no workload "nop"/],
    ["--peers=pawl", /no peer "pawl"/],
    ["--peers=pawl+pawl@node22", /no peer/],
    ["--concurrency=0", /--concurrency 0/],
    ["--concurrency=1,x", /--concurrency x/],
    ["--seconds=-1", /--seconds -1/],
    ["--seconds=0", /--seconds 0/],
    ["--env=PATH=x", /--env PATH=x/],
    ["--env=PAWL_X", /--env PAWL_X/],
    ["--second=1", /--second/],
    ["noop", /noop/],
  ] as const) {
    assert.throws(
      () => parse(arg),
      (error) => error instanceof OptionError && message.test(error.message),
      arg,
    );
  }
});
