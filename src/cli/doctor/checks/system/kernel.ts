import { type Check, type Judgement, ok, problem, warning } from '../check.ts'
import { type KernelFacts, kernelFacts } from './kernelFacts.ts'

/** A check of a Linux feature, made by Python. Other systems have none of them, and workers are spawned there. */
function kernelCheck(name: string, judge: (facts: KernelFacts) => Judgement): Check<KernelFacts | undefined> {
  return {
    name,
    only: 'linux',
    gather: kernelFacts,
    judge: (facts) =>
      facts ? judge(facts) : problem('unknown: no Python answered', 'see the check "Python"'),
  }
}

export const forkCheck = kernelCheck('fork safety', ({ threads }) =>
  threads === 1
    ? ok('an interpreter starts with one thread')
    : warning(
        `an interpreter starts with ${threads} threads, which a fork does not copy`,
        "find the code that starts them (sitecustomize, a .pth file, a profiler), or set startMethod: 'spawn'",
      ),
)

export const pidfdCheck = kernelCheck('pidfd', ({ pidfd }) =>
  pidfd
    ? ok('signals cannot hit a reused pid')
    : warning('not available', 'use Linux 5.3 or newer, and a seccomp profile that permits pidfd_open'),
)

export const subreaperCheck = kernelCheck('subreaper', ({ subreaper }) =>
  subreaper
    ? ok('the reaper adopts daemons')
    : problem('not available', 'use Linux 3.4 or newer, and a seccomp profile that permits prctl'),
)

export const cgroupCheck = kernelCheck('control group', ({ cgroup }) =>
  ok(cgroup ? 'delegated: each run gets its own group' : 'not delegated; a run does not need it'),
)
