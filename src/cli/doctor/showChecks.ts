import Table from 'cli-table3'
import pc from 'picocolors'
import type { Examined } from './examine.ts'

const MARKS = { ok: pc.green('✓'), warning: pc.yellow('!'), problem: pc.red('✗') }
const WIDTHS = [3, 25, 60, 50]

/** The results of the checks as a table. */
export function showExamined(examined: Examined[]): string {
  const table = new Table({
    head: ['', 'check', 'found', 'what to do'],
    colWidths: WIDTHS,
    wordWrap: true,
    // A path may be longer than a column.
    wrapOnWordBoundary: false,
    style: { head: [], border: [] },
  })
  for (const { name, state, found, remedy } of examined) table.push([MARKS[state], name, found, remedy])
  return table.toString()
}
