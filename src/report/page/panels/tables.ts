import { workerName } from '../describe.ts'
import { button, byId, el } from '../dom.ts'
import type { Filter } from '../filter.ts'
import { duration, memory } from '../format.ts'
import { type Item, type Model, timesOf, titleOf } from '../model.ts'

const PAGE = 200

type Cell = string | number | Node

interface Column {
  title: string
  number?: boolean
  /** The value to sort by. */
  value(row: number): string | number
  /** The content. Default: the value */
  show?(row: number): Cell
  isBad?(row: number): boolean
}

export interface Table {
  name: string
  rows: number[]
  columns: Column[]
  /** Printed if there are no rows. */
  empty: string
  note?: string
}

/** Shows a table, sorted by a click on a column's head, in pages. */
export function showTable(table: Table): void {
  const place = byId('tables')
  if (table.rows.length === 0) return place.replaceChildren(el('p', { className: 'empty' }, table.empty))
  let order: { column: number; down: boolean } | undefined
  let shown = PAGE
  const render = () => {
    const rows = sorted(table, order)
    const heads = table.columns.map((column, index) => {
      const down = order?.column === index ? order.down : undefined
      const sort = down === undefined ? undefined : down ? 'descending' : 'ascending'
      const sortBy = () => {
        order = { column: index, down: down === undefined ? column.number === true : !down }
        render()
        place.querySelectorAll<HTMLElement>('th button')[index]?.focus()
      }
      const arrow = down === undefined ? '' : down ? ' ↓' : ' ↑'
      return el(
        'th',
        { scope: 'col', 'aria-sort': sort, className: column.number ? 'number' : '' },
        button(column.title + arrow, sortBy),
      )
    })
    const body = rows
      .slice(0, shown)
      .map((row) => el('tr', {}, ...table.columns.map((column) => cell(column, row))))
    const more = () => {
      shown += 5 * PAGE
      render()
    }
    place.replaceChildren(
      ...(table.note ? [el('p', { className: 'note' }, table.note)] : []),
      el(
        'table',
        { 'aria-label': table.name },
        el('thead', {}, el('tr', {}, ...heads)),
        el('tbody', {}, ...body),
      ),
      ...(rows.length > shown
        ? [button(`Show more of ${rows.length.toLocaleString('en')}`, more, { className: 'more' })]
        : []),
    )
  }
  render()
}

function cell(column: Column, row: number): HTMLElement {
  const content = column.show ? column.show(row) : column.value(row)
  const classes = [column.number && 'number', column.isBad?.(row) && 'bad'].filter(Boolean).join(' ')
  return el('td', { className: classes }, content instanceof Node ? content : String(content))
}

function sorted({ rows, columns }: Table, order: { column: number; down: boolean } | undefined): number[] {
  const column = order && columns[order.column]
  if (!column) return rows
  const sign = order.down ? -1 : 1
  return [...rows].sort((a, b) => {
    const [one, other] = [column.value(a), column.value(b)]
    return sign * (one < other ? -1 : one > other ? 1 : a - b)
  })
}

export type Show = (item: Item) => void

export const TABLES = {
  tests: testTable,
  functions: functionTable,
  calls: callTable,
  workers: workerTable,
  orphans: orphanTable,
}

function link(model: Model, item: Item, show: Show): Node {
  return button(titleOf(model, item), () => show(item), { title: 'Show it on the timeline' })
}

function chosen(flags: Uint8Array): number[] {
  return Array.from(flags.keys()).filter((index) => flags[index])
}

function testTable(model: Model, filter: Filter, show: Show): Table {
  const { leases, texts } = model.data
  const item = (index: number): Item => ({ kind: 'lease', index })
  const took = (row: number) => timesOf(model, item(row)).until - timesOf(model, item(row)).from
  const taken = chosen(filter.leases).filter((lease) => leases.taken[lease] != null)
  return {
    name: 'Tests',
    rows: taken,
    empty: filter.active ? 'No test matches.' : 'No test used Python.',
    columns: [
      {
        title: 'Test',
        value: (row) => titleOf(model, item(row)),
        show: (row) => link(model, item(row), show),
      },
      { title: 'File', value: (row) => texts[leases.file[row]!] ?? '' },
      { title: 'Worker', value: (row) => workerName(model, leases.worker[row]) },
      {
        title: 'Began',
        number: true,
        value: (row) => leases.taken[row] ?? 0,
        show: (row) => duration(leases.taken[row] ?? 0),
      },
      { title: 'Took', number: true, value: took, show: (row) => duration(took(row)) },
      {
        title: 'Waited',
        number: true,
        value: (row) => leases.wait[row] ?? 0,
        show: (row) => duration(leases.wait[row] ?? 0),
      },
    ],
  }
}

function functionTable(model: Model, filter: Filter): Table {
  const { functions } = model.data
  const figure = (title: string, field: 'total' | 'p50' | 'p95' | 'max'): Column => ({
    title,
    number: true,
    value: (row) => functions[row]?.[field] ?? 0,
    show: (row) => duration(functions[row]?.[field] ?? 0),
  })
  return {
    name: 'Functions',
    rows: functions.flatMap(({ name }, index) => (filter.matchesName(name) ? [index] : [])),
    empty: filter.active ? 'No function matches.' : 'No Python function was called.',
    columns: [
      { title: 'Function', value: (row) => functions[row]?.name ?? '' },
      { title: 'Calls', number: true, value: (row) => functions[row]?.calls ?? 0 },
      {
        title: 'Failed',
        number: true,
        value: (row) => functions[row]?.failures ?? 0,
        isBad: (row) => (functions[row]?.failures ?? 0) > 0,
      },
      figure('Total', 'total'),
      figure('p50', 'p50'),
      figure('p95', 'p95'),
      figure('Slowest', 'max'),
    ],
  }
}

function callTable(model: Model, filter: Filter, show: Show): Table {
  const { calls, texts } = model.data
  const took = (row: number) => calls.until[row]! - calls.from[row]!
  const test = (row: number) =>
    calls.lease[row]! < 0 ? '' : titleOf(model, { kind: 'lease', index: calls.lease[row]! })
  const failed = (row: number) => calls.error[row]! >= 0
  return {
    name: 'Calls',
    rows: chosen(filter.calls),
    empty: filter.active
      ? 'No call matches.'
      : 'No call was recorded. Set report.calls to true to record each one; the tab Functions counts them all.',
    columns: [
      {
        title: 'Function',
        value: (row) => texts[calls.name[row]!] ?? '',
        show: (row) => link(model, { kind: 'call', index: row }, show),
      },
      { title: 'Test', value: test },
      { title: 'Worker', value: (row) => workerName(model, calls.worker[row]) },
      {
        title: 'Began',
        number: true,
        value: (row) => calls.from[row]!,
        show: (row) => duration(calls.from[row]!),
      },
      { title: 'Took', number: true, value: took, show: (row) => duration(took(row)) },
      {
        title: 'Result',
        value: (row) => (failed(row) ? (texts[calls.error[row]!]?.split('\n')[0] ?? 'failed') : 'ok'),
        isBad: failed,
      },
    ],
  }
}

function workerTable(model: Model, filter: Filter, show: Show): Table {
  const { workers, samples } = model.data
  const peaks = new Map(
    samples.map(({ worker, memory: bytes }) => [worker, bytes.reduce((most, one) => Math.max(most, one), 0)]),
  )
  const leases = new Map<number, number>()
  model.data.leases.worker.forEach((worker, lease) => {
    if (model.data.leases.taken[lease] != null) leases.set(worker, (leases.get(worker) ?? 0) + 1)
  })
  return {
    name: 'Workers',
    rows: workers.flatMap(({ id }, index) => (filter.matchesName(id) ? [index] : [])),
    empty: filter.active ? 'No worker matches.' : 'Python never started in this run.',
    columns: [
      {
        title: 'Worker',
        value: (row) => row,
        show: (row) => link(model, { kind: 'worker', index: row }, show),
      },
      {
        title: 'Process ID',
        number: true,
        value: (row) => workers[row]?.pid ?? -1,
        show: (row) => workers[row]?.pid ?? '',
      },
      {
        title: 'Began',
        number: true,
        value: (row) => workers[row]?.from ?? 0,
        show: (row) => duration(workers[row]?.from ?? 0),
      },
      {
        title: 'Lived',
        number: true,
        value: (row) => lived(model, row),
        show: (row) => duration(lived(model, row)),
      },
      { title: 'Leases', number: true, value: (row) => leases.get(row) ?? 0 },
      {
        title: 'Peak memory',
        number: true,
        value: (row) => peaks.get(row) ?? 0,
        show: (row) => (peaks.has(row) ? memory(peaks.get(row)!) : ''),
      },
      {
        title: 'End',
        value: (row) => workers[row]?.exit?.cause ?? 'not seen',
        isBad: (row) => workers[row]?.exit?.crashed === true,
      },
    ],
  }
}

function lived(model: Model, index: number): number {
  const { from, until } = timesOf(model, { kind: 'worker', index })
  return until - from
}

function orphanTable(model: Model, filter: Filter, show: Show): Table {
  const { orphans } = model.data
  return {
    name: 'Orphans',
    rows: orphans.flatMap(({ command }, index) => (filter.matchesName(command) ? [index] : [])),
    empty: filter.active ? 'No orphan matches.' : 'No process was left behind.',
    columns: [
      {
        title: 'Command',
        value: (row) => orphans[row]?.command ?? '',
        show: (row) => link(model, { kind: 'orphan', index: row }, show),
      },
      { title: 'Process ID', number: true, value: (row) => orphans[row]?.pid ?? 0 },
      {
        title: 'Started',
        number: true,
        value: (row) => orphans[row]?.from ?? 0,
        show: (row) => duration(orphans[row]?.from ?? 0),
      },
      { title: 'Traced by', value: (row) => orphans[row]?.tracedBy ?? '' },
      {
        title: 'At the end',
        value: (row) => (orphans[row]?.killed ? 'killed' : 'still alive'),
        isBad: (row) => !orphans[row]?.killed,
      },
    ],
  }
}
