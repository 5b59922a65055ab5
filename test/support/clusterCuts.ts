import { type Cut, layers } from '../chaos/support/layers.ts'

const cluster = 'python/vitest_python/cluster'

/** Layers of a run on a cluster that a negative control removes from the installed package. */
export const clusterCuts = {
  // Replaced by: the reaper of a node is the child of the actor.
  'step away': [
    {
      file: `${cluster}/node/start_reaper.py`,
      find: /return step_away\((.*), env\)/,
      replace: 'return subprocess.Popen($1, env=env, stdin=-1, stdout=-1, start_new_session=True)',
    },
  ],
  'owner watch': layers['owner watch'],
  // The driver goes on when the runner is gone.
  'end of the driver': [
    { file: `${cluster}/driver.py`, find: 'os._exit(0)', replace: '__import__("time").sleep(600)' },
  ],
  silence: [
    {
      file: `${cluster}/node/tree.py`,
      find: 'time.monotonic() - self._heard < self._silence',
      replace: 'True',
    },
  ],
  'kill by the sweep': [
    { file: `${cluster}/node/sweep.py`, find: 'kill_marked(run_id, {}, keep)', replace: 'pass' },
  ],
  // Replaced by: no answer is a good answer.
  'unanswered is unknown': [
    {
      file: `${cluster}/verdict.py`,
      find: /problem(: str \| None)? = f"(its (actor|sweep)|it) .*"/,
      replace: 'problem = None',
    },
  ],
  'same head': [
    { file: `${cluster}/verdict.py`, find: 'return None if same else', replace: 'return None if True else' },
  ],
  'same nodes': [{ file: `${cluster}/verdict.py`, find: 'if lost:', replace: 'if False:' }],
  // Replaced by: nothing is asked of the head after the sweeps.
  'word of the head': [
    {
      file: `${cluster}/verdict.py`,
      find: /(def _doubt_cluster.*\n)/,
      replace: '$1    return None\n',
    },
  ],
  // Replaced by: a head that doesn't answer has nothing to complain about.
  'answer of the head': [
    {
      file: `${cluster}/verdict.py`,
      find: /(def _silence_of_head.*\n)/,
      replace: '$1    return None\n',
    },
  ],
  'end of the actor': [{ file: `${cluster}/node/tree.py`, find: 'self._abandoned()', replace: 'pass' }],
  // What the runner itself has seen: that a node, its reaper or the driver is gone.
  'loss of a node': [
    { file: 'dist/*', find: /\w+\.dismissed\|\|this\.problems\.push/, replace: 'true||this.problems.push' },
  ],
} satisfies Record<string, Cut[]>

export type ClusterLayer = keyof typeof clusterCuts
