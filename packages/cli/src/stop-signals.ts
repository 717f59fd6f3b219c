const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** By convention 128 and the number of SIGINT. */
const EXIT_CODE_OF_SECOND_SIGNAL = 130;

/** Resolves with the first signal to stop. A second one ends the process at once. */
export function untilToldToStop(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isTold = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (isTold) process.exit(EXIT_CODE_OF_SECOND_SIGNAL);
      isTold = true;
      resolve(signal);
    };
    for (const signal of SIGNALS) process.on(signal, onSignal);
  });
}
