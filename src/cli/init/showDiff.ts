import { createTwoFilesPatch } from 'diff'
import pc from 'picocolors'
import type { Change } from './initPlan.ts'

/** The change of one file, as `diff -u` prints it. */
export function showDiff({ path, before, after }: Change): string {
  const patch = createTwoFilesPatch(before === undefined ? '/dev/null' : path, path, before ?? '', after)
  return patch
    .split('\n')
    .filter((line) => !line.startsWith('====') && !line.startsWith('\\ No newline'))
    .map((line) => (line.startsWith('+') ? pc.green(line) : line.startsWith('-') ? pc.red(line) : line))
    .join('\n')
    .trimEnd()
}
