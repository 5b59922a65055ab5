import { startChild } from '../../process/system/child.ts'
import type { Limits, Outcome } from './runCommand.ts'

/** Between SIGTERM and SIGKILL. */
const KILL_DELAY_MS = 1_000

/**
 * As `runCommand`, but without loading execa: for a program that ends within milliseconds and installs nothing.
 */
export async function runBriefly([file = '', ...args]: readonly string[], limits: Limits): Promise<Outcome> {
  const { cwd, env, deadline, signal } = limits
  const { process: child, ended } = startChild(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child?.[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
    })
  let why = ''
  const stop = (reason: string) => {
    why ||= reason
    child?.kill('SIGTERM')
    clearTimeout(timer)
    timer = setTimeout(() => {
      child?.kill('SIGKILL')
      // A grandchild may keep the pipes open as long as it lives.
      child?.stdout?.destroy()
      child?.stderr?.destroy()
    }, KILL_DELAY_MS)
  }
  let timer = setTimeout(() => stop(`did not finish within ${deadline / 1000} s`), deadline)
  const abort = () => stop('was stopped')
  const kill = () => child?.kill('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  process.once('exit', kill)
  const end = await ended
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  process.off('exit', kill)
  const failure = why || describe(end)
  const interrupted = end.signal === 'SIGINT' || end.status === 130 || signal?.aborted === true
  return { ...printed, ok: failure === '', failure, interrupted }
}

function describe({ status, signal, error }: Awaited<ReturnType<typeof startChild>['ended']>): string {
  if (error) return `could not be started (${error.message})`
  if (signal !== null) return `was ended by ${signal}`
  return status === 0 ? '' : `exited with status ${status}`
}
