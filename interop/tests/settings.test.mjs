/** Servers with other settings than the rest of the tests have. */
import { basics } from "../cases/basics.mjs";
import { cases } from "../cases/index.mjs";
import { programs } from "../cases/programs.mjs";
import { waiting } from "../cases/waiting.mjs";
import { checkCombination } from "../harness/matrix.mjs";
import { V7_SETTINGS } from "../harness/servers.mjs";

// As it comes, the official server speaks V6.
checkCombination({
  title: "pawl SDK on the official server as it comes",
  sdk: "pawl",
  server: "official",
  settings: "",
  variants: [{ protocol: 7, transport: "bidi", spoken: 6 }],
  table: [...basics, ...waiting, ...programs],
});

// A server without patience has every attempt end where it would wait: what the official test kit calls "always replay".
for (const [sdk, server] of [
  ["official", "pawl"],
  ["pawl", "official"],
  ["pawl", "pawl"],
]) {
  checkCombination({
    title: `${sdk} SDK on a ${server} server without patience`,
    sdk,
    server,
    settings: `${V7_SETTINGS[server]}\nworker.invoker.inactivity-timeout = "0s"\n`,
    variants: [
      { protocol: 7, transport: "bidi" },
      { protocol: 6, transport: "bidi" },
    ],
    table: [...waiting, ...programs],
  });
}

// Messages between partitions take another way than those within one.
checkCombination({
  title: "official SDK on a pawl server with four partitions",
  sdk: "official",
  server: "pawl",
  settings: "worker.num-partitions = 4",
  variants: [
    { protocol: 7, transport: "bidi" },
    { protocol: 6, transport: "bidi", isSuspending: true },
  ],
  table: cases,
});
