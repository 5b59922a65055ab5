import Table from 'cli-table3'
import pc from 'picocolors'
import type { Row, Unit } from './figure.ts'

export type Results = { id: string; rows: Row[] }[]

/** The results as a table for a terminal. */
export function tabulate(results: Results): string {
  const table = new Table({
    head: ['', 'what', 'figure', 'baseline', 'ratio', 'target', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'right', 'right', 'right', 'left', 'left'],
  })
  for (const { id, rows } of results) {
    for (const [index, row] of rows.entries()) table.push([index === 0 ? id : '', ...cells(row)])
  }
  return table.toString()
}

function cells({ what, figure, unit, baseline, targets }: Row): string[] {
  return [
    what,
    format(figure, unit),
    baseline ? `${baseline.what} ${format(baseline.figure, unit)}` : '',
    baseline ? ratio(figure, baseline.figure) : '',
    targets.map(({ text }) => text).join(', '),
    targets.length === 0 ? '' : isMet(targets) ? pc.green('met') : pc.red('missed'),
  ]
}

function isMet(targets: Row['targets']): boolean {
  return targets.every(({ excess }) => excess <= 1)
}

function format(figure: number, unit: Unit): string {
  const digits = figure < 10 ? 2 : figure < 100 ? 1 : 0
  return `${figure.toFixed(digits)} ${unit}`
}

/** Shows a small ratio as its inverse (1/14 for 0.07), which is easier to read. */
function ratio(figure: number, baseline: number): string {
  const share = figure / baseline
  return share < 0.5 ? `1/${(1 / share).toFixed(share < 0.1 ? 0 : 1)}` : share.toFixed(2)
}
