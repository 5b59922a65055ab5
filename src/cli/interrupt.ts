/** The exit code of a program that was ended by Ctrl-C. */
export const INTERRUPTED = 130

/** Aborts on the first SIGINT or SIGTERM. The second one ends the process at once. `end` stops listening. */
export function onInterrupt(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  // The listener stays: without another listener, execa ends the process itself.
  const abort = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    controller.abort()
  }
  process.on('SIGINT', abort).on('SIGTERM', abort)
  return { signal: controller.signal, end: () => process.off('SIGINT', abort).off('SIGTERM', abort) }
}
