import type { Report } from '../model/schema.ts'
import type { Recording } from '../record/recording.ts'
import { addStepSummary } from '../write/stepSummary.ts'
import { writeFiles } from '../write/writeFiles.ts'
import { needsDetails, summaryDetails, summaryLine } from './summary.ts'

export interface Conclusion {
  /** Sentences about files that could not be written. */
  problems: string[]
  /** Lines in the style of Vitest's summary. */
  summary: string[]
}

/**
 * Writes the files of a run of the tests and makes its summary. It never throws: a report must not change a verdict.
 *
 * @param recording of the runs, which have ended, or are still open in watch mode
 */
export async function conclude(recording: Recording): Promise<Conclusion> {
  try {
    const report = await recording.report()
    const problems = [...(await writeFiles(report, recording.requests)), ...(await addStepSummary(report))]
    return { problems, summary: summaryOf(report, recording.wantsSummary) }
  } catch (error) {
    return {
      problems: [`The report could not be made: ${(error as Error).message} (REPORT_NOT_WRITTEN)`],
      summary: [],
    }
  }
}

function summaryOf(report: Report, isWhole: boolean): string[] {
  const line = summaryLine(report)
  if (line === undefined) return []
  return isWhole || needsDetails(report) ? [line, ...summaryDetails(report)] : [line]
}
