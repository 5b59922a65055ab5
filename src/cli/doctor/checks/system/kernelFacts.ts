import { tmpdir } from 'node:os'
import { runCommand } from '../../../../pool/interpreter/command/runCommand.ts'
import { pythonPrograms } from '../../../../process/run/signal.ts'
import { interpreterOf } from '../python/interpreter.ts'

/** Capabilities of Python on this machine. It is Python that forks and signals. */
export interface KernelFacts {
  pidfd: boolean
  subreaper: boolean
  /** Whether a control group can be created below our own, and removed. */
  cgroup: boolean
  /** Number of threads of an interpreter that has imported nothing. */
  threads: number
}

const PROGRAM = `
import json, os, sys
sys.path.insert(0, sys.argv[1])
threads = len(os.listdir('/proc/self/task'))
from vitest_python.posix import cgroup, pidfd, prctl
group = cgroup.make_cgroup(f'{os.getpid():07d}')
print('VITEST_PYTHON_DOCTOR ' + json.dumps({
    'pidfd': pidfd.available(), 'subreaper': prctl.adopt_orphans(),
    'cgroup': group is not None and group.remove(), 'threads': threads,
}))
`

const PROBE_TIMEOUT_MS = 20_000
let asked: Promise<KernelFacts | undefined> | undefined

/** `undefined` if there is no Python to ask. */
export function kernelFacts(cwd: string): Promise<KernelFacts | undefined> {
  asked ??= ask(cwd)
  return asked
}

async function ask(cwd: string): Promise<KernelFacts | undefined> {
  const interpreter = await interpreterOf(cwd)
  if ('missing' in interpreter) return undefined
  const command = [interpreter.executable, '-c', PROGRAM, pythonPrograms]
  const { stdout } = await runCommand(command, {
    cwd: tmpdir(),
    env: process.env,
    deadline: PROBE_TIMEOUT_MS,
  })
  const answer = /^VITEST_PYTHON_DOCTOR (.*)$/m.exec(stdout)?.[1]
  return answer === undefined ? undefined : (JSON.parse(answer) as KernelFacts)
}
