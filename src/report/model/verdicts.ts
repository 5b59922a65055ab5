import type { ReportVerdict } from './schema.ts'

/** From the best to the worst. */
const ORDER: readonly ReportVerdict[] = ['unused', 'clean', 'pending', 'orphans', 'unknown']

/** The verdict on several runs: the worst of theirs. */
export function worstOf(verdicts: readonly ReportVerdict[]): ReportVerdict {
  return ORDER[Math.max(0, ...verdicts.map((verdict) => ORDER.indexOf(verdict)))] as ReportVerdict
}
