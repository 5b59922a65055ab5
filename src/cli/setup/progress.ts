import pc from 'picocolors'
import yoctoSpinner, { type Spinner } from 'yocto-spinner'
import { printable, safeText } from '../../support/text/safeText.ts'

/** The output of a long command: its current step, and the steps that are done. */
export interface Progress {
  /** Shows the current step. */
  show(text: string): void
  done(text: string): void
  warn(text: string): void
  /** Removes the current step. */
  end(): void
}

/** A spinner on a terminal; in a log, one line for each step. */
export function startProgress(stream: NodeJS.WriteStream): Progress {
  const line = (text: string) => stream.write(`${printable(text)}\n`)
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
      spinner.text = safeText(text)
    },
    done: (text) => over(`${pc.green('✓')} ${text}`),
    warn: (text) => over(`${pc.yellow('!')} ${text}`),
    end: () => void spinner.stop(),
  }
}

/** Removes the spinner's signal listeners: they would end the process at once, in the middle of an installation. */
function startWithoutSignals(spinner: Spinner): void {
  const signals = ['SIGINT', 'SIGTERM'] as const
  const before = signals.map((signal) => process.listeners(signal))
  spinner.start()
  for (const [index, signal] of signals.entries()) {
    const own = process.listeners(signal).filter((listener) => !before[index]?.includes(listener))
    for (const listener of own) process.off(signal, listener)
  }
}
