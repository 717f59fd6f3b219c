import type { PortConfig } from "../config/config.js";
import { BearerTokens } from "./bearer-tokens.js";
import { readTlsFiles, readTokenFile, type TlsMaterial } from "./secret-files.js";
import { WatchedFiles } from "./watched-files.js";

/** How long a changed file may go unseen. */
const WATCH_INTERVAL_MS = 5_000;

export interface PortAccessOptions {
  /** `ingress` or `admin`, for messages. */
  readonly section: string;
  readonly config: PortConfig;
  /** Told when a changed file cannot be used; what was there before goes on. */
  readonly warn: (message: string) => void;
  /** How often the files are looked at. Default: 5 s. */
  readonly watchIntervalMs?: number;
}

/**
 * Who may use a port, and by which certificate it is known: what the settings and the files say that they name. Changes of
 * the files are taken up within seconds, and at once by `reload`.
 */
export class PortAccess {
  /** null: everybody may come. */
  readonly tokens: BearerTokens | null;
  readonly #options: PortAccessOptions;
  readonly #watched: WatchedFiles;
  #tls: TlsMaterial | null;

  /** Called with new certificates. */
  onTlsChange: (tls: TlsMaterial) => void = () => {};

  /** @throws AccessError */
  constructor(options: PortAccessOptions) {
    this.#options = options;
    const { tls, authTokensFile } = options.config;
    const paths = [authTokensFile, tls.certFile, tls.keyFile, tls.clientCaFile];
    this.#watched = new WatchedFiles(
      paths.filter((path) => path !== null),
      options.watchIntervalMs ?? WATCH_INTERVAL_MS,
      () => this.reload(),
    );
    try {
      const tokens = this.#readTokens();
      this.tokens = tokens.length === 0 ? null : new BearerTokens(tokens);
      this.#tls = this.#readTls();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** null: in the clear. */
  get tls(): TlsMaterial | null {
    return this.#tls;
  }

  /** Reads the files again. */
  reload(): void {
    try {
      this.tokens?.replace(this.#readTokens());
      const tls = this.#readTls();
      if (tls === null || isSame(tls, this.#tls)) return;
      this.#tls = tls;
      this.onTlsChange(tls);
    } catch (error) {
      this.#options.warn(`${(error as Error).message}. What was read before goes on`);
    }
  }

  close(): void {
    this.#watched.close();
  }

  #readTokens(): string[] {
    const { section, config } = this.#options;
    const { authTokens, authTokensFile } = config;
    const fromFile =
      authTokensFile === null ? [] : readTokenFile(`${section}.auth-tokens-file`, authTokensFile);
    return [...authTokens, ...fromFile];
  }

  #readTls(): TlsMaterial | null {
    const { section, config } = this.#options;
    return readTlsFiles(section, config.tls);
  }
}

function isSame(one: TlsMaterial, other: TlsMaterial | null): boolean {
  return one.cert === other?.cert && one.key === other?.key && one.ca === other?.ca;
}
