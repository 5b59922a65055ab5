import { startChild } from '../../../process/system/child.ts'
import { KILL_DELAY_MS, type Limits, type Outcome, outcomeOf, tooLate } from './outcome.ts'

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
  let reason = ''
  const stop = (why: string) => {
    reason ||= why
    child?.kill('SIGTERM')
    clearTimeout(timer)
    timer = setTimeout(() => {
      child?.kill('SIGKILL')
      // A grandchild may keep the pipes open as long as it lives.
      child?.stdout?.destroy()
      child?.stderr?.destroy()
    }, KILL_DELAY_MS)
  }
  let timer = setTimeout(() => stop(tooLate(deadline)), deadline)
  const abort = () => stop('was stopped')
  const kill = () => child?.kill('SIGKILL')
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted) abort()
  process.once('exit', kill)
  const { error, ...end } = await ended
  clearTimeout(timer)
  signal?.removeEventListener('abort', abort)
  process.off('exit', kill)
  return outcomeOf({
    ...printed,
    ...end,
    startFailure: error?.message,
    reason,
    isAborted: signal?.aborted === true,
  })
}
