import { numberToRunId, runIdToNumber } from './runId.ts'

/**
 * The resource-limit cookie describes itself: whoever reads the limit knows the run, with no file to look it up in.
 * Bit 62 keeps it above every real limit; the 23 bits of the mark tell ours from a stranger's; 36^7 needs 37 bits.
 */
const BASE = 1n << 62n
const MARK = 0x7c9e5an
const MARK_SHIFT = 37n

/** The `RLIMIT_RSS` value, soft and hard, that every process of the run inherits. */
export function limitCookie(runId: string): bigint {
  return BASE | (MARK << MARK_SHIFT) | runIdToNumber(runId)
}

/** The run ID that a limit stands for; `undefined` for any other limit. */
export function runIdOfLimit(limit: bigint): string | undefined {
  const mark = BASE | (MARK << MARK_SHIFT)
  return limit >> MARK_SHIFT === mark >> MARK_SHIFT ? numberToRunId(limit - mark) : undefined
}
