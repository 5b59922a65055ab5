import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Foreign } from '../../process/run/sweep.ts'
import type { KnownRun, Survey } from './surveyRuns.ts'

/** A sentence for each run and directory that `verify` and `status` leave alone. None of them is a reason to fail. */
export function notJudged({ runs, foreign }: Survey): string[] {
  return [
    ...runs.filter(({ owner }) => owner === 'elsewhere').map(describeElsewhere),
    ...runs.filter(isNamesake).map(({ problem }) => problem as string),
    ...describeForeign(foreign),
  ]
}

/** Whether a directory only has the name of a run: it holds no record, and no process carries the run ID. */
export function isNamesake({ problem, directory, processes }: KnownRun): boolean {
  if (problem === undefined || directory === undefined || processes.length > 0) return false
  return !existsSync(join(directory.path, 'run.json'))
}

function describeElsewhere({ runId, record }: KnownRun): string {
  return `Run ${runId} was not judged: its runner is in another container or on another machine (${record?.owner.host}).`
}

/** Only the user of a process may judge its run. */
function describeForeign(foreign: readonly Foreign[]): string[] {
  const groups = new Map<string, Foreign[]>()
  for (const process of foreign) {
    const key = `${process.runId} ${process.user}`
    groups.set(key, [...(groups.get(key) ?? []), process])
  }
  return [...groups.values()].map((group) => {
    const [{ runId, user }] = group as [Foreign]
    const pids = group.map(({ pid }) => pid).join(', ')
    const owner = user === undefined ? 'another user' : `user ${user}`
    return `Run ${runId} was not judged: its processes belong to ${owner} (pid ${pids}).`
  })
}
