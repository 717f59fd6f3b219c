/** Where a server listens. */
export interface BindAddress {
  /** A name or an IP address, IPv6 without brackets. */
  readonly host: string;
  /** 0: the system picks a free one. */
  readonly port: number;
}

const MAX_PORT = 65_535;
const HOST_AND_PORT = /^(?:\[([0-9a-f:.%a-z]+)\]|([a-z0-9._-]+)):(\d{1,5})$/i;

/** `host:port` or `[::1]:port`; undefined for anything else. */
export function parseBindAddress(text: string): BindAddress | undefined {
  const match = HOST_AND_PORT.exec(text.trim());
  if (match === null) return undefined;
  const host = match[1] ?? (match[2] as string);
  const port = Number(match[3]);
  if (port > MAX_PORT || (match[1] !== undefined && !host.includes(":"))) return undefined;
  return { host, port };
}

/** `host:port`, as `parseBindAddress` reads it. */
export function formatBindAddress({ host, port }: BindAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
