/**
 * In a child process: tells the parent on which port it listens, and ends with the parent and when the parent says so.
 * By `process.exit`, so that node writes the profile that it was asked for.
 */
export function reportPort(port: number): void {
  process.on("SIGTERM", () => process.exit(0));
  process.on("disconnect", () => process.exit(0));
  process.send?.({ port });
}
