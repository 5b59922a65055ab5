import { readFileSync } from 'node:fs'
import type { Task } from './reportedVitest.ts'

/** Path, line and column of a test: of the first line that has its name, else of the first line of its file. */
export function placeOfTest({ name, file }: Pick<Task, 'name' | 'file'>): string {
  return `${file.filepath}:${lineOf(name, file.filepath)}:1`
}

function lineOf(name: string, path: string): number {
  try {
    return (
      Math.max(
        0,
        readFileSync(path, 'utf8')
          .split('\n')
          .findIndex((line) => line.includes(name)),
      ) + 1
    )
  } catch {
    return 1
  }
}
