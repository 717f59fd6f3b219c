/** The endpoint process: serves all workloads with the SDK whose module is named on the command line. */
import { reportPort } from "../setup/report-port.js";
import { defineServices, type Sdk } from "./services.js";

const [, , module] = process.argv;
if (module === undefined) throw new Error("which SDK?");
// Both SDKs offer this part in the same words; that is checked by every run.
const sdk = (await import(module)) as Sdk;
reportPort(await sdk.serve({ services: defineServices(sdk), port: 0 }));
