import { numberToRunId, runIdToNumber } from './runId.ts'

/**
 * The resource-limit cookie contains the run ID, so the limit alone identifies the run. Bit 62 keeps it above every
 * real limit. The 23 bits of the mark tell our limits from those of other programs. 36^7 needs 37 bits.
 */
const BASE = 1n << 62n
const MARK = 0x7c9e5an
const MARK_SHIFT = 37n

/** The value, soft and hard, of the limits that every process of the run inherits; see LIMIT_NAMES. */
export function limitCookie(runId: string): bigint {
  return BASE | (MARK << MARK_SHIFT) | runIdToNumber(runId)
}

/** The run ID that a limit contains; `undefined` for any other limit. */
export function runIdOfLimit(limit: bigint): string | undefined {
  const mark = BASE | (MARK << MARK_SHIFT)
  return limit >> MARK_SHIFT === mark >> MARK_SHIFT ? numberToRunId(limit - mark) : undefined
}
