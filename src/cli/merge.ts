import pc from 'picocolors'
import { mergeReports } from '../report/merge/mergeReports.ts'
import { readReport } from '../report/merge/readReport.ts'
import { summaryLine } from '../report/summary/summary.ts'
import { writeWhole } from '../report/write/writeFiles.ts'
import { safeText } from '../support/text/safeText.ts'
import { print, printError } from './print.ts'

/**
 * Joins the JSON reports of the shards of one run.
 *
 * @param output a file for the joined report. It is written even if the verdict fails
 * @returns whether every shard is there once, from one commit as far as that is known, and clean
 * @throws SetupError REPORT_UNREADABLE if a file is not a report
 */
export async function merge(files: readonly string[], output?: string): Promise<boolean> {
  const shards = await Promise.all(
    [...new Set(files)].map(async (file) => ({ file, report: await readReport(file) })),
  )
  const { report, problems, notes } = mergeReports(shards)
  if (output !== undefined) await writeWhole(output, `${JSON.stringify(report)}\n`)
  const line = summaryLine(report)
  if (line !== undefined) print(line)
  for (const note of notes) print(safeText(note))
  for (const problem of problems) printError(pc.red(safeText(problem)))
  if (problems.length === 0) print(pc.green(`All ${shards.length} shards are clean.`))
  return problems.length === 0
}
