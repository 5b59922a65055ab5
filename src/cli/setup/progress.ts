import pc from 'picocolors'
import yoctoSpinner from 'yocto-spinner'

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
      if (!spinner.isSpinning) spinner.start()
      spinner.text = text
    },
    done: (text) => over(`${pc.green('✓')} ${text}`),
    warn: (text) => over(`${pc.yellow('!')} ${text}`),
    end: () => void spinner.stop(),
  }
}
