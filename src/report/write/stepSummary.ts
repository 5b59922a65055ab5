import { appendFile } from 'node:fs/promises'
import { markdownOf } from '../formats/markdown.ts'
import type { Report } from '../model/schema.ts'

/**
 * Adds a run that has ended to the summary of a step of GitHub Actions, if `GITHUB_STEP_SUMMARY` names its file.
 *
 * @returns a sentence if the file could not be written
 */
export async function addStepSummary(
  report: Report,
  path: string | undefined = process.env['GITHUB_STEP_SUMMARY'],
): Promise<string[]> {
  // In watch mode, the verdict of a rerun is pending. A run without Python has nothing to tell.
  if (!path || report.verdict === 'pending' || report.verdict === 'unused') return []
  try {
    await appendFile(path, markdownOf(report))
    return []
  } catch (error) {
    const { message } = error as Error
    return [
      `The summary of the step could not be written: ${message}. Check the path in GITHUB_STEP_SUMMARY, or unset it. The verdict stays as it is. (REPORT_NOT_WRITTEN)`,
    ]
  }
}
