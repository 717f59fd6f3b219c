/** Who makes a server or an SDK. */
export type Maker = "pawl" | "restate";

/** What is measured: a server with an SDK, or the baseline that is neither. */
export interface Peer {
  readonly name: string;
  /** null: the baseline. */
  readonly system: { readonly server: Maker; readonly sdk: Maker } | null;
  /** Run Pawl's processes on the node of bench/peers. The official SDK always runs on that. */
  readonly onNode24: boolean;
}

const BASELINE = "baseline";
const NAME = /^(pawl|restate)\+(pawl|restate)(@node24)?$/;

/** Where one thing is exchanged for another, all the rest stays the same, node included. */
export const DEFAULT_PEERS = [
  BASELINE,
  "pawl+pawl",
  "pawl+pawl@node24",
  "pawl+restate@node24",
  "restate+pawl@node24",
  "restate+restate",
] as const;

/** `baseline`, or `server+sdk` with an optional `@node24`; undefined for other names. */
export function parsePeer(name: string): Peer | undefined {
  if (name === BASELINE) return { name, system: null, onNode24: false };
  const match = NAME.exec(name);
  if (match === null) return undefined;
  const [, server, sdk, node] = match as unknown as [string, Maker, Maker, string?];
  return { name, system: { server, sdk }, onNode24: node !== undefined };
}

/** Whether a peer needs what is in bench/peers. */
export function needsInstallation({ system, onNode24 }: Peer): boolean {
  return onNode24 || system?.server === "restate" || system?.sdk === "restate";
}
