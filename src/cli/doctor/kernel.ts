import { type Check, type Judgement, ok, problem, warning } from './check.ts'
import { type KernelFacts, kernelFacts } from './kernelFacts.ts'

/** A check of what Python can do here; elsewhere nothing of it is there, and workers are spawned. */
function kernelCheck(name: string, judge: (facts: KernelFacts) => Judgement): Check<KernelFacts | undefined> {
  return {
    name,
    only: 'linux',
    gather: kernelFacts,
    judge: (facts) => (facts ? judge(facts) : problem('unknown: no Python answered', 'see Python')),
  }
}

export const forkCheck = kernelCheck('fork safety', ({ threads }) =>
  threads === 1
    ? ok('an interpreter starts with one thread')
    : warning(
        `an interpreter starts with ${threads} threads, which a fork would not copy`,
        "find what starts them (sitecustomize, a .pth file, a profiler), or set startMethod: 'spawn'",
      ),
)

export const pidfdCheck = kernelCheck('pidfd', ({ pidfd }) =>
  pidfd
    ? ok('signals cannot hit a reused pid')
    : warning('not available', 'Linux 5.3 or newer, and a seccomp profile that permits pidfd_open'),
)

export const subreaperCheck = kernelCheck('subreaper', ({ subreaper }) =>
  subreaper
    ? ok('the reaper adopts what daemonises itself')
    : problem('not available', 'Linux 3.4 or newer, and a seccomp profile that permits prctl'),
)

export const cgroupCheck = kernelCheck('control group', ({ cgroup }) =>
  ok(cgroup ? 'delegated: a run gets a group of its own' : 'not delegated; the other ways do without it'),
)
