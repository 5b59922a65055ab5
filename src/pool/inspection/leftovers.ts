import type { Orphan } from '../verdict/verdict.ts'
import type { Found } from '../verdict/verifyPython.ts'

const MAX_COMMAND_LENGTH = 80

/** Sentences about the processes that the imported modules have left. Empty if there are none, for certain. */
export function describeLeftovers({ orphans, unknown, problems }: Found): string[] {
  const killed = orphans.filter((orphan) => orphan.killed)
  const alive = orphans.filter((orphan) => !orphan.killed)
  return [
    ...(killed.length > 0
      ? [`Importing your modules started processes that did not end by themselves. Killed: ${list(killed)}.`]
      : []),
    ...(alive.length > 0
      ? [`Importing your modules started processes that cannot be ended: ${list(alive)}.`]
      : []),
    ...unknown.map(
      ({ pid, name, reason }) => `pid ${pid} (${name}) may have been started by an import: ${reason}.`,
    ),
    ...problems.map((problem) => `Not verified that the imports have left no process: ${problem}`),
  ]
}

function list(orphans: readonly Orphan[]): string {
  return orphans.map(({ pid, command }) => `pid ${pid} (${command.slice(0, MAX_COMMAND_LENGTH)})`).join(', ')
}
