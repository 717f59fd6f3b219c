/** A public key of Ed25519. */
export interface Ed25519Key {
  verifies(signed: Uint8Array, signature: Uint8Array): boolean | Promise<boolean>;
}

type NodeCrypto = typeof import("node:crypto");

// DER of a SubjectPublicKeyInfo with the algorithm Ed25519 (RFC 8410, section 4), up to the 32 bytes of the key.
const SPKI_PREFIX = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00);

/** @param raw 32 bytes. With Node's crypto it answers at once; other platforms have Web Crypto, which promises. */
export function ed25519Key(raw: Uint8Array): Ed25519Key {
  // Asked for at run time, where an import would keep the SDK from platforms without it.
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto") as NodeCrypto | undefined;
  return crypto === undefined ? webCryptoKey(raw) : nodeCryptoKey(crypto, raw);
}

function nodeCryptoKey(crypto: NodeCrypto, raw: Uint8Array): Ed25519Key {
  const der = Buffer.concat([SPKI_PREFIX, raw]);
  const key = crypto.createPublicKey({ key: der, format: "der", type: "spki" });
  return { verifies: (signed, signature) => crypto.verify(null, signed, key, signature) };
}

const ALGORITHM = "Ed25519";

export function webCryptoKey(raw: Uint8Array): Ed25519Key {
  const { subtle } = globalThis.crypto;
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return {
    async verifies(signed, signature) {
      imported ??= subtle.importKey("raw", Uint8Array.from(raw), ALGORITHM, false, ["verify"]);
      return subtle.verify(ALGORITHM, await imported, Uint8Array.from(signature), Uint8Array.from(signed));
    },
  };
}
