import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Check, State } from '../../../../src/cli/doctor/checks/check.ts'
import { configurationCheck } from '../../../../src/cli/doctor/checks/configuration.ts'
import { leftoversCheck } from '../../../../src/cli/doctor/checks/leftovers.ts'
import { nodeCheck } from '../../../../src/cli/doctor/checks/node.ts'
import { blasCheck } from '../../../../src/cli/doctor/checks/python/blas.ts'
import { coverageCheck } from '../../../../src/cli/doctor/checks/python/coverage.ts'
import { debuggerCheck } from '../../../../src/cli/doctor/checks/python/debugger.ts'
import { interpreterCheck } from '../../../../src/cli/doctor/checks/python/interpreter.ts'
import { modulesCheck } from '../../../../src/cli/doctor/checks/python/modules.ts'
import { overlayCheck } from '../../../../src/cli/doctor/checks/python/overlay.ts'
import { rayCheck } from '../../../../src/cli/doctor/checks/python/ray.ts'
import { uvCheck } from '../../../../src/cli/doctor/checks/python/uv.ts'
import { grpcCheck, runnersCheck } from '../../../../src/cli/doctor/checks/runners.ts'
import { clockCheck } from '../../../../src/cli/doctor/checks/system/clock.ts'
import {
  cgroupCheck,
  forkCheck,
  pidfdCheck,
  subreaperCheck,
} from '../../../../src/cli/doctor/checks/system/kernel.ts'
import type { KernelFacts } from '../../../../src/cli/doctor/checks/system/kernelFacts.ts'
import { limitsCheck, shellLimits, softLimit } from '../../../../src/cli/doctor/checks/system/limits.ts'
import { procCheck } from '../../../../src/cli/doctor/checks/system/proc.ts'
import { sharedMemoryCheck } from '../../../../src/cli/doctor/checks/system/sharedMemory.ts'
import { socketPathCheck } from '../../../../src/cli/doctor/checks/system/socketPath.ts'
import { typesFileCheck } from '../../../../src/cli/doctor/checks/typesFile.ts'
import { examineAll } from '../../../../src/cli/doctor/examine.ts'
import type { Interpreter } from '../../../../src/pool/interpreter/find.ts'

/** Facts, their judgement, and a part of its text. */
type Case<Facts> = [facts: Facts, state: State, word: string]

function cases<Facts>(check: Check<Facts>, list: Case<Facts>[]) {
  test.each(
    list.map(([facts, state, word]) => ({ facts, state, word })),
  )(`${check.name}: $state, $word`, (row) => {
    const { state, found, remedy } = check.judge(row.facts)
    expect(state).toBe(row.state)
    expect(`${found}; ${remedy}`).toContain(row.word)
    // Every warning and problem has a remedy.
    expect(remedy === '').toBe(state === 'ok')
  })
}

const interpreter: Interpreter = {
  executable: '/v/bin/python',
  version: '3.12.1',
  abi: 'cpython-312',
  environment: 'venv',
  source: '.venv',
  skipped: [],
  distributions: {},
}
const onCluster = { wanted: true, executable: '/p', python: '3.11.7' }
const kernel: KernelFacts = { pidfd: true, subreaper: true, cgroup: true, threads: 1 }

/** The checks for every system. */
const EVERYWHERE = [
  ...['Node', 'test runner', '@grpc/grpc-js', 'configuration', 'Python', 'packages of the workers', 'uv'],
  ...['sockets', 'limits', 'BLAS threads', 'clock', 'leftover runs'],
]
const LINUX = ['fork safety', '/proc', 'pidfd', 'subreaper', 'control group', '/dev/shm']

describe.each([
  ['linux', [...EVERYWHERE, ...LINUX]],
  ['darwin', EVERYWHERE],
] as const)('on %s', (platform, names) => {
  test('doctor runs the checks that apply', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'doctor-'))
    onTestFinished(() => rmSync(empty, { recursive: true }))
    const examined = await examineAll(empty, platform)
    expect(examined.map(({ name }) => name).sort()).toEqual([...names].sort())
  })
})

describe('doctor judges', () => {
  cases(nodeCheck, [
    [{ version: '20.20.2', platform: 'linux' }, 'ok', '20.20.2'],
    [{ version: '18.1.0', platform: 'linux' }, 'problem', 'install Node 20'],
    [{ version: '20.0.0', platform: 'win32' }, 'problem', 'WSL'],
  ])
  cases(runnersCheck, [
    [{ vitest: '4.1.12', jest: undefined }, 'ok', 'vitest 4.1.12'],
    [{ vitest: '4.1.12', jest: '29.0.0' }, 'ok', 'jest 29.0.0'],
    [{ vitest: '3.1.4', jest: undefined }, 'problem', '3.2 or newer'],
    [{ vitest: '6.0.0', jest: undefined }, 'warning', 'newer than'],
    [{ vitest: undefined, jest: undefined }, 'problem', 'npm install'],
  ])
  cases(grpcCheck, [
    ['1.14.0', 'ok', '1.14.0'],
    ['1.9.0', 'problem', '1.12 or newer'],
    [undefined, 'problem', 'npm install'],
  ])
  cases(interpreterCheck, [
    [interpreter, 'ok', '/v/bin/python'],
    [
      { ...interpreter, skipped: [{ candidate: '/x', source: 's', reason: 'is broken' }] },
      'warning',
      '/x was skipped: it is broken',
    ],
    [{ missing: 'No usable Python\nand more' }, 'problem', 'No usable Python\nand more; vitest-python setup'],
    [{ missing: 'None:\n  - python3\nWhat to do: install it.' }, 'problem', '- python3; install it.'],
  ])
  cases(configurationCheck, [
    [{ modules: ['./a.py', 'b'], missing: [] }, 'ok', './a.py, b'],
    [{ modules: [], missing: [] }, 'warning', 'modules is empty'],
    [{ failure: 'No configuration …', modules: [], missing: [] }, 'warning', 'vitest-python init'],
    [
      { failure: 'No …\nVitest: no such option', modules: [], missing: [] },
      'problem',
      'Vitest: no such option',
    ],
    [
      { modules: ['./a.py'], missing: [{ entry: './a.py', file: '/p/a.py' }] },
      'problem',
      './a.py does not exist: there is no file /p/a.py; correct the option modules',
    ],
  ])
  cases(modulesCheck, [
    [{ left: [] }, 'ok', 'all'],
    [{ left: ['Killed: pid 7 (sleep)'] }, 'warning', 'Killed: pid 7 (sleep); start it'],
    [
      {
        failure: `Python did not start: importing a raised E: x
    Traceback (most recent call last):
      File "/p/a.py", line 7, in <module>
Interpreter: /python
Install it.`,
        left: [],
      },
      'problem',
      'importing a raised E: x\nFile "/p/a.py", line 7, in <module>; Install it.',
    ],
    [
      { failure: 'Python did not start: x\nInterpreter: /python', left: [] },
      'problem',
      'vitest-python types prints the whole error',
    ],
  ])
  cases(typesFileCheck, [
    [[{ path: 'python.d.ts', compiled: true }], 'ok', 'python.d.ts'],
    [[{ path: 'python.d.ts', compiled: undefined }], 'ok', 'python.d.ts'],
    [[{ path: 'python.d.ts', compiled: false }], 'warning', 'tsconfig.json does not include python.d.ts'],
  ])
  test.each([
    [modulesCheck.applies?.(undefined), false],
    [modulesCheck.applies?.({ left: [] }), true],
    [typesFileCheck.applies?.([]), false],
    [typesFileCheck.applies?.([{ path: 'x', compiled: true }]), true],
  ])('checks of modules and types are shown if there is something to judge: %s', (shown, expected) => {
    expect(shown).toBe(expected)
  })
  cases(overlayCheck, [
    [{ outdated: [], missing: [], overlay: '/o', verified: false }, 'ok', 'all of them'],
    [{ outdated: [], missing: ['grpcio'], overlay: '/o', verified: true }, 'ok', '/o'],
    [{ outdated: [], missing: ['grpcio'], overlay: '/o', verified: false }, 'warning', 'vitest-python setup'],
    [
      {
        outdated: [{ name: 'grpcio', version: '1', minimum: '2' }],
        missing: [],
        overlay: '/o',
        verified: false,
      },
      'problem',
      'grpcio 1 is older than 2',
    ],
    [undefined, 'problem', 'without a Python'],
  ])
  cases(coverageCheck, [
    [{ version: '7.17.5', executable: '/p' }, 'ok', 'coverage.py 7.17.5'],
    [{ version: '7.5.4', executable: '/p' }, 'warning', '/p -m pip install --upgrade coverage'],
  ])
  cases(rayCheck, [
    [{ ...onCluster, ray: { version: '2.60.0' } }, 'ok', 'Ray 2.60.0 on Python 3.11.7'],
    [{ ...onCluster, ray: { version: '2.9.3' } }, 'problem', '2.40 or newer'],
    [{ ...onCluster, ray: {} }, 'problem', '/p -m pip install ray=='],
    [{ ...onCluster, ray: { failure: 'boom' } }, 'problem', 'boom'],
  ])
  test.each([true, false])('the check of Ray, with a pool on a cluster: %s', (wanted) => {
    expect(rayCheck.applies?.({ ...onCluster, wanted, ray: {} })).toBe(wanted)
  })
  cases(debuggerCheck, [
    [{ wanted: false, debugpy: { version: '1.8.22' }, executable: '/p' }, 'ok', 'debugpy 1.8.22'],
    [{ wanted: true, debugpy: {}, executable: '/p' }, 'problem', '/p -m pip install debugpy'],
    [{ wanted: false, debugpy: { failure: 'boom' }, executable: '/p' }, 'problem', 'boom'],
  ])

  test.each([
    [false, {}, false],
    [false, { version: '1.8.22' }, true],
    [false, { failure: 'boom' }, true],
    [true, {}, true],
  ])('the check of the debugger, asked for: %s, found: %j, is shown: %s', (wanted, debugpy, shown) => {
    expect(debuggerCheck.applies?.({ wanted, debugpy, executable: '/p' })).toBe(shown)
  })

  cases(uvCheck, [
    [{ path: '/bin/uv', wanted: true }, 'ok', '/bin/uv'],
    [{ path: undefined, wanted: false }, 'ok', 'pip is used'],
    [{ path: undefined, wanted: true }, 'warning', 'install uv'],
  ])
  cases(forkCheck, [
    [kernel, 'ok', 'one thread'],
    [{ ...kernel, threads: 3 }, 'warning', '3 threads'],
    [undefined, 'problem', 'no Python answered'],
  ])
  cases(pidfdCheck, [
    [kernel, 'ok', 'reused pid'],
    [{ ...kernel, pidfd: false }, 'warning', 'pidfd_open'],
  ])
  cases(subreaperCheck, [
    [kernel, 'ok', 'adopts'],
    [{ ...kernel, subreaper: false }, 'problem', 'prctl'],
  ])
  cases(cgroupCheck, [
    [kernel, 'ok', 'delegated: '],
    [{ ...kernel, cgroup: false }, 'ok', 'not delegated'],
  ])
  cases(procCheck, [
    [{ options: 'rw,nosuid', root: false }, 'ok', 'every process'],
    [{ options: 'rw,hidepid=2', root: true }, 'ok', 'every process'],
    [{ options: 'rw,hidepid=invisible', root: false }, 'warning', 'hidepid=invisible'],
    [{ options: undefined, root: false }, 'problem', 'mount -t proc'],
  ])
  cases(sharedMemoryCheck, [
    [1024 ** 3, 'ok', '1024 MiB'],
    [64 * 1024 ** 2, 'warning', '--shm-size'],
    [undefined, 'warning', 'tmpfs'],
  ])
  cases(socketPathCheck, [
    [{ runs: '/run/user/1/vitest-python-1', wanted: '/run/user/1/', unsafe: undefined }, 'ok', '/run/user/1'],
    [{ runs: '/tmp/vitest-python-1', wanted: undefined, unsafe: undefined }, 'ok', '/tmp'],
    [{ runs: '/tmp/vitest-python-1', wanted: '/very/long', unsafe: undefined }, 'warning', 'too long'],
    [{ runs: '/tmp/x', wanted: undefined, unsafe: '/tmp/x is open to others' }, 'problem', 'open to others'],
  ])
  cases(limitsCheck, [
    [{ processes: Number.POSITIVE_INFINITY, files: 4096 }, 'ok', 'unlimited processes'],
    [{ processes: 256, files: 4096 }, 'warning', 'ulimit -u 512'],
    [{ processes: 4096, files: 64 }, 'problem', '64 open files'],
  ])
  cases(blasCheck, [
    [{ set: ['OMP_NUM_THREADS=1'], cores: 8 }, 'ok', 'OMP_NUM_THREADS=1'],
    [{ set: [], cores: 1 }, 'ok', 'one core'],
    [{ set: [], cores: 8 }, 'ok', '8 cores'],
  ])
  cases(clockCheck, [
    [{ wall: 201, monotonic: 200.5, now: Date.UTC(2030, 0) }, 'ok', 'agree'],
    [{ wall: -3_000, monotonic: 200, now: Date.UTC(2030, 0) }, 'warning', '-3200 ms'],
    [{ wall: 200, monotonic: 200, now: 0 }, 'problem', '1970-01-01'],
  ])
  cases(leftoversCheck, [
    [{ processes: 0, directories: 0 }, 'ok', 'none'],
    [{ processes: 0, directories: 2 }, 'warning', '2'],
    [{ processes: 3, directories: 1 }, 'problem', '--reap'],
  ])
})

test('soft limits are parsed from the text of the kernel', () => {
  const text =
    'Max processes             1024                 2048                 processes\nMax open files            unlimited            unlimited            files\n'
  expect(softLimit(text, 'Max processes')).toBe(1024)
  expect(softLimit(text, 'Max open files')).toBe(Number.POSITIVE_INFINITY)
})

test('soft limits are parsed from the output of a shell', () => {
  expect(shellLimits('2784\n256\n')).toEqual({ processes: 2784, files: 256 })
  expect(shellLimits('unlimited\nunlimited\n').files).toBe(Number.POSITIVE_INFINITY)
})
