/** What a shell expects of a program that Ctrl-C ended. */
export const INTERRUPTED = 130

/** Aborts at the first SIGINT or SIGTERM; the second one ends the process at once. `end` stops listening. */
export function onInterrupt(): { signal: AbortSignal; end(): void } {
  const controller = new AbortController()
  // The listener stays: execa ends the process itself where it finds that nobody else listens.
  const abort = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    controller.abort()
  }
  process.on('SIGINT', abort).on('SIGTERM', abort)
  return { signal: controller.signal, end: () => process.off('SIGINT', abort).off('SIGTERM', abort) }
}
