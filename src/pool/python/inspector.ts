import { join } from 'node:path'
import { execa } from 'execa'
import { PROTOCOL } from '../../process/run/protocol.ts'
import { SetupError } from '../../support/errors.ts'
import { packageRoot } from '../../support/packageRoot.ts'
import { explainStartFailure, type ImportFailure } from './startFailure.ts'

/** The program whose functions are to be described. */
export interface Inspection {
  readonly root: string
  readonly executable: string
  readonly overlay: string | null
  readonly modules: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * Imports the modules in a process of its own, and describes the functions that tests can call.
 *
 * @returns the JSON that `vitest_python.inspection` prints
 * @throws SetupError PYTHON_START_FAILED if a module cannot be imported
 */
export async function inspectProgram(inspection: Inspection): Promise<unknown> {
  const { root, executable, env, timeout } = inspection
  const { stdout, stderr, timedOut, failed, shortMessage } = await execa(executable, ['-'], {
    cwd: root,
    env,
    input: script(inspection),
    timeout,
    reject: false,
    killSignal: 'SIGKILL',
  })
  const answer = parse(stdout)
  if (answer && !answer.failed) return answer
  const failure = answer?.failed
  const event = failure
    ? { failure }
    : timedOut
      ? { waited: timeout }
      : {
          failure: {
            type: 'Error',
            message: failed ? (shortMessage ?? '') : 'it printed nothing',
            traceback: '',
          },
        }
  const why = { who: 'The inspection', executable, output: failure ? '' : stderr, ...event }
  throw new SetupError('PYTHON_START_FAILED', explainStartFailure(why))
}

function parse(stdout: string): { failed?: ImportFailure } | undefined {
  try {
    return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  } catch {
    return undefined
  }
}

/** As hexadecimal, the text needs no quotes. The working directory may have files with names of the standard library. */
function script({ root, modules, overlay }: Inspection): string {
  const config = {
    protocol: PROTOCOL,
    id: 'types',
    runId: '',
    token: '',
    runDirectory: '',
    control: '',
    parent: process.pid,
    root,
    modules,
    services: [],
    startMethod: 'spawn',
    overlay,
  }
  const text = Buffer.from(JSON.stringify([join(packageRoot, 'python'), config])).toString('hex')
  return [
    'import sys',
    'if "" in sys.path: sys.path.remove("")',
    'import json, importlib',
    `_package, _config = json.loads(bytes.fromhex("${text}"))`,
    'sys.path.insert(0, _package)',
    'sys.dont_write_bytecode = True',
    'importlib.import_module("vitest_python.inspection.inspector").main(_config)',
  ].join('\n')
}
