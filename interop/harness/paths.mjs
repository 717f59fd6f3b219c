/** Where the programs are that the tests run. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const platform = `${process.platform}-${process.arch}`;

export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
export const INTEROP = fileURLToPath(new URL("..", import.meta.url));

/** Runs Pawl. `npm test` puts the Node of node_modules first in the PATH; Pawl has to work on the Node of the user. */
export const NODE_FOR_PAWL = process.env.npm_node_execpath ?? process.execPath;

/** Runs the official SDK, which needs Node 22 or newer: the one that runs the tests. */
export const NODE_FOR_OFFICIAL = process.execPath;

export const PAWL = `${REPOSITORY}packages/cli/bin/pawl.js`;
export const OFFICIAL_SERVER = require.resolve(`@restatedev/restate-server-${platform}/bin/restate-server`);
export const OFFICIAL_CLI = require.resolve(`@restatedev/restate-${platform}/bin/restate`);
