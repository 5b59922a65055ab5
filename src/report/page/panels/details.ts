import { workerName } from '../describe.ts'
import { button, byId, el } from '../dom.ts'
import type { Theme } from '../drawing/theme.ts'
import { counted, duration } from '../format.ts'
import { type Item, type Model, timesOf, titleOf } from '../model.ts'

const MAX_CALLS = 100

const KINDS = { lease: 'Lease', call: 'Call', worker: 'Worker', orphan: 'Orphan' }

export interface Actions {
  select(item: Item | undefined): void
  zoomTo(item: Item): void
}

/** Fills the panel beside the timeline. */
export function showDetails(model: Model, item: Item | undefined, theme: Theme, actions: Actions): void {
  const panel = byId('details')
  panel.hidden = item === undefined
  if (!item) return panel.replaceChildren()
  const close = button('✕', () => actions.select(undefined), {
    'aria-label': 'Close the details',
    className: 'quiet',
  })
  panel.replaceChildren(
    el('div', { className: 'top' }, el('p', { className: 'kind' }, KINDS[item.kind]), close),
    el('h2', {}, titleOf(model, item)),
    button('Zoom to it', () => actions.zoomTo(item)),
    list(rowsOf(model, item, theme, actions)),
    ...moreOf(model, item, actions),
  )
  panel.scrollTop = 0
}

type Row = [string, string | Node]

function list(rows: Row[]): HTMLElement {
  return el('dl', {}, ...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]))
}

function rowsOf(model: Model, item: Item, theme: Theme, actions: Actions): Row[] {
  const { data } = model
  const { from, until } = timesOf(model, item)
  const times: Row[] = [
    ['Began', duration(from)],
    ['Took', duration(until - from)],
  ]
  const workerRow = (worker: number | undefined): Row => [
    'Worker',
    button(workerName(model, worker), () => actions.select({ kind: 'worker', index: worker ?? -1 })),
  ]
  const { index } = item
  if (item.kind === 'lease') {
    const file = data.leases.file[index] ?? -1
    const swatch = el('span', { className: 'swatch' })
    swatch.style.background = theme.palette[model.colors.get(file) ?? 0] ?? ''
    return [
      ['File', el('span', {}, swatch, data.texts[file] ?? '')],
      workerRow(data.leases.worker[index]),
      ...times,
      ['Waited', duration(data.leases.wait[index] ?? 0)],
    ]
  }
  if (item.kind === 'call') {
    const lease = data.calls.lease[index] ?? -1
    const test =
      lease < 0
        ? 'unknown'
        : button(titleOf(model, { kind: 'lease', index: lease }), () =>
            actions.select({ kind: 'lease', index: lease }),
          )
    return [['Test', test], workerRow(data.calls.worker[index]), ...times]
  }
  if (item.kind === 'orphan') return orphanRows(model, index, actions)
  const worker = data.workers[index]
  return [
    ['Process ID', String(worker?.pid ?? 'none')],
    ['Run', worker?.run ?? ''],
    ...times,
    ['Start', worker?.ready == null ? 'did not come up' : duration(worker.ready - worker.from)],
    ['End', worker?.exit?.cause ?? 'not seen'],
  ]
}

function orphanRows(model: Model, index: number, actions: Actions): Row[] {
  const orphan = model.data.orphans[index]
  if (!orphan) return []
  const tests = orphan.leases.map((id) => {
    const lease = model.data.leases.id.findIndex((text) => model.data.texts[text] === id)
    if (lease < 0) return id
    return button(titleOf(model, { kind: 'lease', index: lease }), () =>
      actions.select({ kind: 'lease', index: lease }),
    )
  })
  return [
    ['Process ID', String(orphan.pid)],
    ['Parent', String(orphan.parent)],
    ['Started by', el('span', {}, ...(tests.length > 0 ? tests : ['no test']))],
    ['Traced by', orphan.tracedBy],
    ['Alive', `${duration(orphan.survived)} after the pool had stopped`],
    ['At the end', orphan.killed ? 'killed' : 'still alive'],
  ]
}

function moreOf(model: Model, item: Item, actions: Actions): Node[] {
  const { data } = model
  if (item.kind === 'call') {
    const error = data.texts[data.calls.error[item.index] ?? -1]
    return error === undefined ? [] : [el('h3', {}, 'Error'), el('pre', { tabIndex: 0 }, error)]
  }
  if (item.kind === 'worker') {
    const leases = data.leases.worker.flatMap((worker, index) => (worker === item.index ? [index] : []))
    return entries(
      model,
      `${counted(leases.length, 'lease')}`,
      leases.map((index) => ({ kind: 'lease', index })),
      actions,
    )
  }
  if (item.kind !== 'lease') return []
  const calls = model.callsOfLease.get(item.index) ?? []
  const errors = calls.filter((call) => (data.calls.error[call] ?? -1) >= 0).slice(0, 3)
  return [
    ...errors.map((call) => el('pre', { tabIndex: 0 }, data.texts[data.calls.error[call] ?? -1] ?? '')),
    ...entries(
      model,
      counted(calls.length, 'recorded call'),
      calls.map((index) => ({ kind: 'call', index })),
      actions,
    ),
  ]
}

function entries(model: Model, title: string, items: Item[], actions: Actions): Node[] {
  if (items.length === 0) return []
  const rows = items.slice(0, MAX_CALLS).map((item) => {
    const { from, until } = timesOf(model, item)
    const failed = item.kind === 'call' && (model.data.calls.error[item.index] ?? -1) >= 0
    return el(
      'li',
      {},
      button(`${failed ? '✕ ' : ''}${titleOf(model, item)}`, () => actions.select(item)),
      el('span', {}, duration(until - from)),
    )
  })
  const more =
    items.length > MAX_CALLS && el('p', { className: 'note' }, `and ${items.length - MAX_CALLS} more`)
  return [el('h3', {}, title), el('ul', {}, ...rows), ...(more ? [more] : [])]
}
