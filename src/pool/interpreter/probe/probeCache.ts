import { createHash, randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { machine } from 'node:os'
import { join } from 'node:path'
import { debugLog } from '../../../support/debugLog.ts'
import { packageRoot } from '../../../support/packageRoot.ts'
import type { Candidate } from '../candidates.ts'
import { judge } from '../judge.ts'
import type { Probe, ProbeOptions } from './probe.ts'
import { PROBE_SCRIPT } from './probeScript.ts'
import { areUpToDate, filesOf, haveChangedSince, type Stamps, stampsOf } from './stamps.ts'

/** Some file systems count time in steps of two seconds, so a later change could have the same time. */
const SETTLE_MS = 2_000
const MAX_ENTRIES = 64
const MAX_BYTES = 1_000_000
/** The variables that Python itself and the dynamic linker read before the probe runs. */
const DECISIVE = /^(PYTHON|__PYVENV|LD_|DYLD_|CONDA_PREFIX$|VIRTUAL_ENV$|HOME$)/

const debug = debugLog('python')

type About = Pick<ProbeOptions, 'root' | 'env' | 'requirements'>

interface Entry {
  probe: Probe
  stamps: Stamps
}

/**
 * The answers of interpreters, in files. An answer is used again if everything that it follows from is unchanged. All
 * errors are ignored: without the cache, a run takes longer.
 *
 * Workers run the executable in it, so a file that another user could have written is ignored.
 */
export class ProbeCache {
  readonly #directory: string
  readonly #settle: number

  constructor(directory: string, settle: number = SETTLE_MS) {
    this.#directory = directory
    this.#settle = settle
  }

  read(candidate: Candidate, about: About): Probe | undefined {
    try {
      const { probe, stamps } = JSON.parse(readPrivate(this.#fileOf(candidate, about))) as Entry
      const executable = candidate.command[0] as string
      if (!isWhole(probe) || !areUpToDate(stamps) || !isItself(executable, probe)) return undefined
      const isComplete = filesOf(executable).every((file) => file in stamps)
      return isComplete && !judge(probe) ? probe : undefined
    } catch (error) {
      debug('no answer of %s in the cache: %s', candidate.name, (error as Error).message)
      return undefined
    }
  }

  /** @param began when the interpreter was asked, in milliseconds since the epoch */
  write(candidate: Candidate, about: About, { watched, ...probe }: Probe, began: number): void {
    try {
      const [executable = ''] = candidate.command
      if (!watched || candidate.slow || !isItself(executable, probe)) return
      const paths = [...filesOf(executable), ...filesOf(probe.executable), ...watched]
      const stamps = stampsOf(paths)
      if (haveChangedSince(paths, began - this.#settle)) return
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 })
      if (!isPrivate(lstatSync(this.#directory))) return
      const file = this.#fileOf(candidate, about)
      const draft = `${file}.${randomUUID()}`
      writeFileSync(draft, JSON.stringify({ probe, stamps }), { mode: 0o600, flag: 'wx' })
      renameSync(draft, file)
      this.#prune()
    } catch (error) {
      debug('the answer of %s is not kept: %s', candidate.name, (error as Error).message)
    }
  }

  discard(candidate: Candidate, about: About): void {
    try {
      rmSync(this.#fileOf(candidate, about), { force: true })
    } catch {}
  }

  #fileOf({ command }: Candidate, { root, env, requirements }: About): string {
    const set = Object.entries(env).filter(([name]) => DECISIVE.test(name))
    const key = [
      command,
      set.sort(),
      // Parts of PYTHONPATH may be relative.
      env['PYTHONPATH'] ? root : '',
      [process.platform, machine(), process.getuid?.(), process.geteuid?.()],
      [readFileSync(join(packageRoot, 'package.json'), 'utf8'), PROBE_SCRIPT, requirements],
    ]
    return join(this.#directory, `${createHash('sha256').update(JSON.stringify(key)).digest('hex')}.json`)
  }

  #prune(): void {
    const files = readdirSync(this.#directory).map((name) => join(this.#directory, name))
    if (files.length <= MAX_ENTRIES) return
    const byAge = files.map((file) => ({ file, at: statSync(file).mtimeMs })).sort((a, b) => a.at - b.at)
    for (const { file } of byAge.slice(0, MAX_ENTRIES / 2)) rmSync(file, { force: true })
  }
}

/** Empty if another user could have written it. Looks at the open file, so it can't be replaced in between. */
function readPrivate(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(file)
    return isPrivate(stats) && stats.size <= MAX_BYTES ? readFileSync(file, 'utf8') : ''
  } finally {
    closeSync(file)
  }
}

/** Whether only this user or root can write to it. */
function isPrivate(stats: Stats): boolean {
  const isOurs = stats.uid === 0 || stats.uid === process.getuid?.()
  return isOurs && !stats.isSymbolicLink() && (stats.mode & 0o022) === 0
}

function isWhole(probe: Probe): boolean {
  const texts = [
    probe.executable,
    probe.version,
    probe.implementation,
    probe.abi,
    probe.environment,
    probe.prefix,
  ]
  return texts.every((text) => typeof text === 'string') && typeof probe.distributions === 'object'
}

/** Whether the file is the interpreter, and not a script or a shim that chooses one by rules of its own. */
function isItself(path: string, probe: Probe): boolean {
  const head = Buffer.alloc(2)
  const file = openSync(path, 'r')
  try {
    readSync(file, head)
  } finally {
    closeSync(file)
  }
  return head.toString() !== '#!' && realpathSync(path) === realpathSync(probe.executable)
}
