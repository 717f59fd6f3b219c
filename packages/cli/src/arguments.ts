import { type ParseArgsConfig, parseArgs } from "node:util";

type Options = NonNullable<ParseArgsConfig["options"]>;
type Config<T extends Options> = { readonly options: T; readonly allowPositionals: true };
type Parsed<T extends Options> = ReturnType<typeof parseArgs<Config<T>>>;

/** A command line that makes no sense. The message says why. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/**
 * @param positionals names of what must stand there beside the options
 * @throws UsageError
 */
export function readArguments<const T extends Options>(
  args: readonly string[],
  options: T,
  ...positionals: readonly string[]
): Parsed<T> {
  let parsed: Parsed<T>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true }) as Parsed<T>;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  if ((parsed.values as { readonly help?: boolean }).help === true) return parsed;
  const missing = positionals[parsed.positionals.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = parsed.positionals[positionals.length];
  if (extra !== undefined) throw new UsageError(`Unexpected argument '${extra}'`);
  return parsed;
}
