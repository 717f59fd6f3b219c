import { isIP } from "node:net";
import type { Config, PortConfig } from "../config/config.js";

/** What the log should say about ports that are open to more than this machine. */
export function exposureWarnings({ ingress, admin }: Config): string[] {
  return [
    ...portWarnings("ingress", ingress, "call services"),
    ...portWarnings("admin", admin, "administer this server"),
  ];
}

function portWarnings(section: string, config: PortConfig, deed: string): string[] {
  if (isLoopback(config.bindAddress.host)) return [];
  const asksForTokens = config.authTokens.length > 0 || config.authTokensFile !== null;
  const asksForCertificate = config.tls.clientCaFile !== null;
  const { host } = config.bindAddress;
  if (!asksForTokens && !asksForCertificate) {
    return [
      `everybody who reaches ${host} can ${deed}: set ${section}.auth-tokens or ${section}.tls.client-ca-file, or keep ${section}.bind-address on 127.0.0.1`,
    ];
  }
  return config.tls.certFile === null
    ? [
        `tokens of ${section} travel in the clear to ${host}: set ${section}.tls.cert-file and ${section}.tls.key-file, or have TLS end before it`,
      ]
    : [];
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === "localhost") return true;
  return isIP(host) === 4 ? host.startsWith("127.") : host === "::1" || /^::ffff:127\./i.test(host);
}
