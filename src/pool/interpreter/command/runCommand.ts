import { KILL_DELAY_MS, type Limits, type Outcome, outcomeOf, tooLate } from './outcome.ts'

/** Runs a program to its end, or to its deadline. A failure is an outcome, never an exception. */
export async function runCommand([file = '', ...args]: readonly string[], limits: Limits): Promise<Outcome> {
  // Loaded on demand, because it takes longer than the start of a Python.
  const { execa } = await import('execa')
  const program = execa(file, args, {
    cwd: limits.cwd,
    env: limits.env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    forceKillAfterDelay: KILL_DELAY_MS,
    ...(limits.signal ? { cancelSignal: limits.signal } : {}),
  })
  let reason = ''
  let timer = setTimeout(() => {
    reason = tooLate(limits.deadline)
    program.kill('SIGTERM')
    // A grandchild may keep the pipes open as long as it lives, and execa would wait for it.
    timer = setTimeout(() => {
      program.stdout.destroy()
      program.stderr.destroy()
    }, KILL_DELAY_MS)
  }, limits.deadline)
  const result = await program.finally(() => clearTimeout(timer))
  const { stdout = '', stderr = '', exitCode = null, signal = null } = result
  const isStarted = exitCode !== null || signal !== null
  const startFailure = isStarted ? undefined : (result.originalMessage ?? 'no reason given')
  const end = { status: exitCode, signal, startFailure }
  return outcomeOf({ stdout, stderr, ...end, reason, isAborted: result.isCanceled })
}
