import { counted, duration } from './format.ts'
import { type Item, type Model, timesOf, titleOf } from './model.ts'

/** Lines about something, for the tooltip and the announcer. The first is its title. */
export function describe(model: Model, item: Item): string[] {
  const { data } = model
  const { from, until } = timesOf(model, item)
  const when = `${duration(until - from)}, from ${duration(from)}`
  const title = titleOf(model, item)
  if (item.kind === 'lease') {
    const calls = model.callsOfLease.get(item.index)?.length ?? 0
    const file = data.texts[data.leases.file[item.index] ?? -1] ?? ''
    return [
      title,
      file,
      `${workerName(model, data.leases.worker[item.index])}, ${when}`,
      ...(calls > 0 ? [counted(calls, 'call')] : []),
    ]
  }
  if (item.kind === 'call') {
    const error = data.texts[data.calls.error[item.index] ?? -1]
    return [title, when, ...(error === undefined ? [] : [error.split('\n')[0] ?? ''])]
  }
  if (item.kind === 'orphan') {
    const orphan = data.orphans[item.index]
    return [
      title,
      `Orphan, pid ${orphan?.pid}, ${orphan?.killed ? 'killed' : 'still alive'}`,
      `Started at ${duration(from)}`,
    ]
  }
  const worker = data.workers[item.index]
  const start =
    worker?.ready == null ? 'did not come up' : `ready after ${duration(worker.ready - worker.from)}`
  return [`${title}, pid ${worker?.pid ?? '?'}`, start, when, ...(worker?.exit ? [worker.exit.cause] : [])]
}

export function workerName({ data }: Model, worker: number | undefined): string {
  return data.workers[worker ?? -1]?.id ?? 'unknown worker'
}
