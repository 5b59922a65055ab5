// The suites that each combination of `npm run matrix` plays, and the outcome that each must have.
// A suite passes only if exactly the named tests fail, each for its reason, and if verdict and exit code are as listed.

const BRIDGE = ['authoring.test.ts', 'callbacks.test.ts', 'inline.test.ts', 'references.test.ts']
const STATE = ['a.test.ts', 'b.test.ts']

/** The configuration of the project is a module or CommonJS; Jest's is always CommonJS. */
export const SUITES = [
  {
    name: 'process per test',
    about: 'calls, callbacks, references and streams work; each test sees only its own state',
    type: 'module',
    isolation: 'test',
    files: [...STATE, ...BRIDGE],
    seen: { a1: ['a1'], a2: ['a2'], b1: ['b1'], b2: ['b2'] },
    passed: 31,
    failed: {},
    verdict: 'clean',
    orphans: 0,
    exitCode: 0,
  },
  {
    name: 'process per file',
    about: 'tests of a file share their state, and those of another file do not see it',
    type: 'commonjs',
    isolation: 'file',
    files: STATE,
    seen: { a1: ['a1'], a2: ['a1', 'a2'], b1: ['b1'], b2: ['b1', 'b2'] },
    passed: 4,
    failed: {},
    verdict: 'clean',
    orphans: 0,
    exitCode: 0,
  },
  {
    name: 'failures',
    about: 'a Python error, two crashes and a timeout fail their tests, and no others',
    type: 'commonjs',
    isolation: 'test',
    files: ['raises.test.ts', 'crashes.test.ts', 'limit.test.ts'],
    seen: {},
    passed: 2,
    failed: {
      'meets an exception': /ValueError: an age is not negative: -1/,
      'is killed by a signal': /was killed by SIGABRT/,
      'ends with a status': /exited with status 41/,
      'is too slow': /500 ?ms/,
    },
    verdict: 'clean',
    orphans: 0,
    exitCode: 1,
  },
  {
    name: 'orphans',
    about: 'negative control: daemons are found and killed, and fail their tests and the run',
    type: 'module',
    isolation: 'test',
    files: ['daemons.test.ts'],
    seen: {},
    passed: 0,
    failed: {
      'leaves a daemon': /This test left a process behind/,
      'leaves a daemon without environment': /This test left a process behind/,
      'leaves a fork': /This test left a process behind/,
    },
    verdict: 'orphans',
    orphans: 3,
    exitCode: 1,
  },
  {
    name: 'interrupts',
    about:
      'calls that exceed their time limit are interrupted or ended, and the error shows where Python was',
    type: 'commonjs',
    isolation: 'test',
    files: ['time.test.ts'],
    seen: {},
    passed: 11,
    failed: {},
    verdict: 'clean',
    orphans: 0,
    exitCode: 0,
  },
]
