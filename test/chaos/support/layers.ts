/** One line of the installed package that a negative control removes. */
export interface Cut {
  /** File below the package; `*` if the bundler chooses its name. */
  file: string
  find: string | RegExp
  replace: string
}

const python = 'python/vitest_python'
/** The result of a kill that found nothing. */
const NONE_LEFT = '__import__("types").SimpleNamespace(left={})'

/** The reaper's own look at its descendants, right before its end. */
const LAST_LOOK: Cut = { file: 'dist/*', find: /await (\w+)\.killTree\(/, replace: 'await (() => {})(' }

/** The layers that a control can remove, each by itself. */
export const layers = {
  PDEATHSIG: [
    {
      file: `${python}/posix/prctl.py`,
      find: '_prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)',
      replace: 'pass',
    },
  ],
  subreaper: [
    {
      file: `${python}/posix/prctl.py`,
      find: /return _prctl is not None and .*== 0/,
      replace: 'return True',
    },
  ],
  'control group': [
    { file: `${python}/posix/cgroup.py`, find: 'own = _own_cgroup()', replace: 'own = None' },
  ],
  'limit cookie': [
    {
      file: `${python}/posix/cookie.py`,
      find: /(def set_limits.*\n {4}""".*\n)/,
      replace: '$1    return []\n',
    },
  ],
  'second limit': [{ file: `${python}/posix/cookie.py`, find: ', "RLIMIT_LOCKS": 10}', replace: '}' }],
  // Replaced by: all limits are said to be set.
  'record of the limits': [
    {
      file: `${python}/reaper/reaper.py`,
      find: '"limits": self.limits',
      replace: '"limits": ["RLIMIT_RSS", "RLIMIT_LOCKS"]',
    },
  ],
  // Replaced by: every orphan counts as ended.
  'ends by identity': [{ file: 'dist/*', find: /(\w+)\.killed=(\w+)\(/, replace: '$1.killed=true||$2(' }],
  'user of a marked process': [
    { file: 'dist/*', find: /&&\w+\.user\(\w+\)!==\w+\.uid\)/, replace: '&&false)' },
  ],
  'end of hidden children': [
    { file: `${python}/posix/pidfd.py`, find: '(_hidden(pid) if known else None)', replace: 'None' },
  ],
  'environment cookie': [
    {
      file: `${python}/posix/spawn.py`,
      find: 'os.execvpe(argv[0], argv, env)',
      replace: 'os.execvpe(argv[0], argv, {k: v for k, v in env.items() if k != "VITEST_PYTHON_RUN_ID"})',
    },
    {
      file: `${python}/serving/worker.py`,
      find: 'os.environ.update(config.marks)',
      replace: 'pass',
    },
  ],
  'owner watch': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'if 0 in ready and self._read_lines():',
      replace: 'if 0 in ready and self._read_lines() and False:',
    },
    { file: `${python}/reaper/reaper.py`, find: 'return self.owner.fd in ready', replace: 'return False' },
    { file: `${python}/reaper/reaper.py`, find: 'if owner.has_ended():', replace: 'if False:' },
    { file: `${python}/reaper/reaper.py`, find: 'return self.owner.has_ended()', replace: 'return False' },
  ],
  'watch by pidfd': [
    { file: `${python}/reaper/reaper.py`, find: 'return self.owner.fd in ready', replace: 'return False' },
  ],
  'watch by end of file': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'if 0 in ready and self._read_lines():',
      replace: 'if 0 in ready and self._read_lines() and False:',
    },
  ],
  'kill tree': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'kill_tree(LAST_KILL_SECONDS, self.reap, self._keep)',
      replace: NONE_LEFT,
    },
  ],
  'last sweep of the reaper': [
    { file: `${python}/reaper/reaper.py`, find: /kill_marked\(self\.run_id.*\)/, replace: NONE_LEFT },
  ],
  'identity check': [
    {
      file: `${python}/posix/killing/send_signal.py`,
      find: 'process.stat.start_time != start_time',
      replace: 'False',
    },
  ],
  // Replaced by: the process group of that number.
  'signal to one process': [
    {
      file: `${python}/posix/pidfd.py`,
      find: 'signal.pidfd_send_signal(self.fd, number)',
      replace: 'os.killpg(self.pid, number)',
    },
  ],
  'atexit functions': [
    { file: `${python}/common/exit.py`, find: 'atexit._run_exitfuncs()', replace: 'pass' },
  ],
  // Those that end executors and joblib.
  'exit functions of threading': [
    { file: `${python}/common/exit.py`, find: 'threading._shutdown()', replace: 'pass' },
  ],
  // The descendants that the runner finds at teardown.
  descendants: [{ file: 'dist/*', find: '}/children`', replace: '}/nothing`' }, LAST_LOOK],
  // Not a layer: it widens the moment between the start of the reaper and its arming.
  'slow arming': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'options = dict(zip(',
      replace: '__import__("time").sleep(3)\n    options = dict(zip(',
    },
  ],
  'ignored signals': [
    { file: `${python}/reaper/reaper.py`, find: 'signal.signal(number, signal.SIG_IGN)', replace: 'pass' },
  ],
  // All sweeps before the reaper's end. Processes that are born later are left to the proof.
  'sweeps before the proof': [
    LAST_LOOK,
    {
      file: 'dist/*',
      find: /\(\)\s*=>\s*\w+\(\w+\?\.pid\)/,
      replace: '()=>({found:[],unknown:[],vanished:0,looked:0,duration:0})',
    },
  ],
  // The last step of the verification: two clean sweeps after the reaper's end.
  proof: [
    {
      file: 'dist/*',
      find: /for\s*\(;\s*(\w+)\.cleanSweeps\s*<\s*2;\s*\)/,
      replace: '$1.cleanSweeps=2;for(;$1.cleanSweeps<2;)',
    },
  ],
  // Replaced by: any run below the same runtime directory, so other processes of this machine are not hit.
  'run ID match': [
    {
      file: 'dist/*',
      find: /matches:\s*(\w+)\s*=>\s*\1\s*===\s*\w+\.runId\b/,
      replace:
        'matches:$1=>process.getBuiltinModule("node:fs").existsSync(' +
        'process.env.XDG_RUNTIME_DIR+"/vitest-python-"+process.getuid()+"/"+$1)',
    },
    {
      file: `${python}/reaper/reaper.py`,
      find: /kill_marked\(self\.run_id.*\)/,
      replace: '[kill_marked(run, {}) for run in os.listdir(os.path.dirname(self.run_directory))][0]',
    },
  ],
  // A process that is older than the run does not belong to it.
  age: [{ file: 'dist/*', find: /\w+\.notBefore\s*!==\s*void 0\s*&&/, replace: 'false&&' }],
  // Replaced by a signal that can be ignored.
  SIGKILL: [
    {
      file: `${python}/posix/killing/kill_tree.py`,
      find: 'process.send(signal.SIGKILL)',
      replace: 'process.send(signal.SIGTERM)',
    },
    {
      file: `${python}/posix/killing/sweep.py`,
      find: 'process.send(signal.SIGKILL)',
      replace: 'process.send(signal.SIGTERM)',
    },
    { file: 'dist/*', find: /(\.found\s*,\s*)[`"']SIGKILL[`"']/, replace: '$1"SIGTERM"' },
  ],
  // A process that goes on without its main thread shows no environment, like a dead one.
  'life without a main thread': [
    { file: 'dist/*', find: /(\.state\s*===\s*)[`"']Z[`"']/, replace: '$1"none"' },
  ],
  // Replaced by a signal that ends no process.
  'kill during the verification': [
    { file: 'dist/*', find: /(\.found\s*,\s*)[`"']SIGKILL[`"']/, replace: '$1"SIGCONT"' },
  ],
  'kill tree during the verification': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'killed = kill_tree(float(line["timeout"]) / 1000, self.reap, self._keep)',
      replace: 'killed = __import__("types").SimpleNamespace(processes={}, empty=True, left={})',
    },
  ],
  // Replaced by: a process whose parent is process 1 has lost its owner.
  'owner by identity': [
    { file: `${python}/reaper/owner.py`, find: 'return self._gone', replace: 'return os.getppid() == 1' },
    {
      file: `${python}/reaper/owner.py`,
      find: 'from typing import',
      replace: 'import os\nfrom typing import',
    },
  ],
  // Replaced by: an owner that is stopped counts as one that has ended.
  'stopped is not ended': [
    {
      file: `${python}/reaper/reaper.py`,
      find: 'poll.poll(None if self.owner.fd is not None else POLL_MS)',
      replace: 'poll.poll(POLL_MS)',
    },
    {
      file: `${python}/reaper/reaper.py`,
      find: 'return self.owner.fd in ready',
      replace: 'return "(stopped)" in open(f"/proc/{self.owner.pid}/status").read()',
    },
  ],
  teardown: [
    { file: 'dist/vitest/*', find: /(return\s*async\s*\(\)\s*=>\s*)void await[^;}]+/, replace: '$1{}' },
  ],
  'teardown of a run that has failed': [
    {
      file: 'dist/vitest/*',
      find: /(return\s*async\s*\(\)\s*=>\s*)(void await)/,
      replace: '$1process.exitCode?void 0:$2',
    },
  ],
  'failure kept': [
    { file: 'dist/*', find: /process\.exitCode\s*\|\|=\s*1\b/, replace: 'process.exitCode=0' },
  ],
  // Replaced by: a thread that ends a second later. The child goes on in it.
  'fork on the main thread': [
    {
      file: `${python}/forkserver/forkserver.py`,
      find: 'self._do(line)',
      replace: '_in_thread(self._do, line)',
    },
    {
      file: `${python}/forkserver/forkserver.py`,
      find: 'def main(',
      replace: [
        'def _in_thread(work, line):',
        '    import threading, time',
        '    done = threading.Event()',
        '    threading.Thread(target=lambda: (work(line), done.set(), time.sleep(1)), daemon=True).start()',
        '    done.wait()',
        '',
        '',
        'def main(',
      ].join('\n'),
    },
  ],
  'word of the end of a worker': [
    {
      file: `${python}/forkserver/forkserver.py`,
      find: 'self._report(self._children.reap())',
      replace: 'self._children.reap()',
    },
  ],
  'end of a worker': [
    { file: `${python}/serving/worker.py`, find: 'if line.get("op") == "exit":', replace: 'if False:' },
    {
      file: `${python}/forkserver/forkserver.py`,
      find: 'if op == "fork":',
      replace: 'if op == "kill":\n            pass\n        elif op == "fork":',
    },
  ],
  // All that blames a test: the check at the end of its lease, and the last look before the reporters close.
  'blame of a test': [
    {
      file: 'dist/*',
      find: /\w+\.blame===`test`&&\w+\.isolation!==`shared`/,
      replace: 'false',
    },
    { file: 'dist/*', find: /if\((\w+)===`run`\)return\[\]/, replace: 'return[]' },
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
    {
      file: `${python}/serving/worker.py`,
      find: /(reason to go on\.\n {4})os\._exit\(0\)/,
      replace: '$1pass',
    },
    {
      file: `${python}/forkserver/forkserver.py`,
      find: 'self._children.kill_all()\n                os._exit(0)',
      replace: 'import time; time.sleep(600)',
    },
  ],
} satisfies Record<string, Cut[]>

export type Layer = keyof typeof layers

/** All layers by which a sweep recognizes a process of the run. */
export const UNMARKED: Layer[] = ['control group', 'limit cookie', 'environment cookie', 'descendants']
