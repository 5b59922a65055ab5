import pc from 'picocolors'
import yoctoSpinner, { type Spinner } from 'yocto-spinner'

/** What a long command shows: what it is at, and what it has done. */
export interface Progress {
  /** What is being done now. */
  show(text: string): void
  done(text: string): void
  warn(text: string): void
  /** Takes away what says that something is being done. */
  end(): void
}

/** A spinner on a terminal; in a log a line for each thing. */
export function startProgress(stream: NodeJS.WriteStream): Progress {
  const line = (text: string) => stream.write(`${text}\n`)
  if (!stream.isTTY || process.env['CI'] || process.env['TERM'] === 'dumb') {
    return {
      show: (text) => line(`  ${text}`),
      done: (text) => line(`${pc.green('✓')} ${text}`),
      warn: (text) => line(`${pc.yellow('!')} ${text}`),
      end() {},
    }
  }
  const spinner = yoctoSpinner({ stream })
  const over = (text: string) => {
    spinner.stop()
    line(text)
  }
  return {
    show(text) {
      if (!spinner.isSpinning) startWithoutSignals(spinner)
      spinner.text = text
    },
    done: (text) => over(`${pc.green('✓')} ${text}`),
    warn: (text) => over(`${pc.yellow('!')} ${text}`),
    end: () => void spinner.stop(),
  }
}

/** A signal would have the spinner end the process at once, with what is being made left half-made. */
function startWithoutSignals(spinner: Spinner): void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const before = signals.map((signal) => process.listeners(signal))
  spinner.start()
  for (const [index, signal] of signals.entries()) {
    const own = process.listeners(signal).filter((listener) => !before[index]?.includes(listener))
    for (const listener of own) process.off(signal, listener)
  }
}
