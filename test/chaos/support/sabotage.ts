import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** One line of the installed package that a negative control takes away. */
interface Cut {
  /** File below the package; `*` where the bundler chooses the name. */
  file: string
  find: string | RegExp
  replace: string
}

const python = 'python/vitest_python'

/** The layers that controls can do without, each by itself. */
export const layers = {
  PDEATHSIG: [
    {
      file: `${python}/prctl.py`,
      find: '_prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)',
      replace: 'pass',
    },
  ],
  subreaper: [
    { file: `${python}/prctl.py`, find: /return _prctl is not None and .*== 0/, replace: 'return True' },
  ],
  'control group': [{ file: `${python}/cgroup.py`, find: 'own = _own_cgroup()', replace: 'own = None' }],
  'limit cookie': [
    { file: `${python}/cookie.py`, find: /(def set_limit.*\n {4}""".*\n)/, replace: '$1    return False\n' },
  ],
  'environment cookie': [
    {
      file: `${python}/spawn.py`,
      find: 'os.execvpe(argv[0], argv, env)',
      replace: 'os.execvpe(argv[0], argv, {k: v for k, v in env.items() if k != "VITEST_PYTHON_RUN_ID"})',
    },
  ],
  'owner watch': [
    {
      file: `${python}/reaper.py`,
      find: 'if 0 in ready and self._read_lines():',
      replace: 'if 0 in ready and self._read_lines() and False:',
    },
    { file: `${python}/reaper.py`, find: 'return self.owner.fd in ready', replace: 'return False' },
    { file: `${python}/reaper.py`, find: 'if owner.has_ended():', replace: 'if False:' },
    { file: `${python}/reaper.py`, find: 'return self.owner.has_ended()', replace: 'return False' },
  ],
  'watch by pidfd': [
    { file: `${python}/reaper.py`, find: 'return self.owner.fd in ready', replace: 'return False' },
  ],
  'watch by end of file': [
    {
      file: `${python}/reaper.py`,
      find: 'if 0 in ready and self._read_lines():',
      replace: 'if 0 in ready and self._read_lines() and False:',
    },
  ],
  'kill tree': [
    { file: `${python}/reaper.py`, find: 'kill_tree(LAST_KILL_SECONDS, self.reap)', replace: 'pass' },
  ],
  'last sweep of the reaper': [
    { file: `${python}/reaper.py`, find: /kill_marked\(self\.run_id.*\)/, replace: 'pass' },
  ],
  'identity check': [
    { file: `${python}/deliver.py`, find: 'process.stat.start_time != start_time', replace: 'False' },
  ],
  // What the runner knows of them at teardown.
  descendants: [{ file: 'dist/*', find: '}/children`', replace: '}/nothing`' }],
  // No layer: it widens the moment between the start of the reaper and its being armed.
  'slow arming': [
    {
      file: `${python}/reaper.py`,
      find: 'options = dict(zip(',
      replace: '__import__("time").sleep(0.5)\n    options = dict(zip(',
    },
  ],
  'ignored signals': [
    { file: `${python}/reaper.py`, find: 'signal.signal(number, signal.SIG_IGN)', replace: 'pass' },
  ],
  'exit code held': [{ file: 'dist/*', find: /process\.exitCode\s*\|\|=\s*1\b/, replace: 'void 0' }],
  deadlines: [
    {
      file: 'dist/*',
      find: /Promise\.race\(\[([\w$]+),\s*([\w$]+)\]\)(;?\s*\}\s*finally\s*\{\s*clearTimeout)/,
      replace: '($2.catch(() => {}), $1)$3',
    },
  ],
  'end with the control socket': [
    { file: `${python}/serve.py`, find: /(reason to go on\.\n {4})os\._exit\(0\)/, replace: '$1pass' },
    {
      file: `${python}/forkserver.py`,
      find: 'self._children.kill_all()\n                os._exit(0)',
      replace: 'import time; time.sleep(600)',
    },
  ],
} satisfies Record<string, Cut[]>

export type Layer = keyof typeof layers

/** Takes layers out of a copy of the package. Fails where a cut finds nothing: a control that cuts nothing proves nothing. */
export function sabotage(packageDirectory: string, without: Layer[]): void {
  for (const cut of without.flatMap((layer): Cut[] => layers[layer])) {
    const done = filesOf(packageDirectory, cut.file).filter((file) => patch(file, cut))
    if (done.length === 0) throw new Error(`nothing in ${cut.file} matches ${cut.find}`)
  }
}

function filesOf(directory: string, file: string): string[] {
  if (!file.includes('*')) return [join(directory, file)]
  const below = file.slice(0, file.indexOf('*'))
  return readdirSync(join(directory, below), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(directory, below, name))
}

function patch(file: string, { find, replace }: Cut): boolean {
  const text = readFileSync(file, 'utf8')
  const patched =
    typeof find === 'string' ? text.replaceAll(find, replace) : text.replace(new RegExp(find, 'g'), replace)
  writeFileSync(file, patched)
  return patched !== text
}
