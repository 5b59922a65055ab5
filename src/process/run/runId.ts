import { randomInt } from 'node:crypto'

/** In characters. */
export const RUN_ID_LENGTH = 7
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz'

/**
 * A new run ID: 7 characters of `[0-9a-z]` from the system's cryptographic source.
 * It becomes unique among live runs when its run directory is created exclusively.
 */
export function mintRunId(): string {
  return Array.from({ length: RUN_ID_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** Whether `text` has the form of a run ID. */
export function isRunId(text: string): boolean {
  return /^[0-9a-z]{7}$/.test(text)
}

/** The run ID as a number below 36^7 (37 bits). */
export function runIdToNumber(runId: string): bigint {
  return [...runId].reduce((sum, character) => sum * 36n + BigInt(ALPHABET.indexOf(character)), 0n)
}

/** The inverse of {@link runIdToNumber}; `undefined` if the number is not that of a run ID. */
export function numberToRunId(number: bigint): string | undefined {
  return number < 0n || number >= 36n ** BigInt(RUN_ID_LENGTH)
    ? undefined
    : number.toString(36).padStart(RUN_ID_LENGTH, '0')
}
