/**
 * The same bytes as a plain `Uint8Array`, without a copy.
 *
 * Node's sockets and PostgreSQL hand out `Buffer`s, whose `slice` is a view where `Uint8Array`'s is a copy; whoever gets
 * bytes from this package can rely on the latter. It also keeps the hot loops on one kind of object.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
