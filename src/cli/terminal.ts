/** Where a command prints to. Results go to standard output, everything else to standard error. */
export interface Terminal {
  out(line: string): void;
  error(line: string): void;
  /** Whether standard error shows colors. */
  readonly color: boolean;
}

/** The streams of the process; colored where its error stream is a terminal that shows colors. */
export function processTerminal(): Terminal {
  // A reader that has seen enough (`thaw ... | head`) is no failure.
  process.stdout.on('error', (error) => {
    if ('code' in error && error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    error: (line) => process.stderr.write(`${line}\n`),
    // Follows NO_COLOR, FORCE_COLOR and the terminal's own abilities; a pipe has no such method.
    color: typeof process.stderr.hasColors === 'function' && process.stderr.hasColors(),
  };
}
