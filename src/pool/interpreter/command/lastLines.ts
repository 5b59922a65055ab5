import { safeLines } from '../../../support/text/safeText.ts'

/**
 * The last `count` lines that are not blank, without CI commands and the colors that pip and uv print if FORCE_COLOR is
 * set.
 */
export function lastLines(text: string, count: number): string[] {
  return safeLines(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-count)
}
