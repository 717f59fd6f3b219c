/** Keys with which a server signs its requests to endpoints. */
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryDirectory } from "./processes.mjs";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const KEY_BYTES = 32;

/** @returns settings of a server that signs, and the public key as endpoints take it */
export function makeIdentity() {
  const file = join(temporaryDirectory(), "identity.pem");
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }));
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES);
  return {
    settings: `worker.invoker.request-identity-private-key-pem-file = "${file}"`,
    key: `publickeyv1_${base58(raw)}`,
  };
}

function base58(bytes) {
  let text = "";
  for (let rest = BigInt(`0x${bytes.toString("hex")}`); rest > 0n; rest /= 58n)
    text = BASE58[Number(rest % 58n)] + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return BASE58[0].repeat(zeros) + text;
}
