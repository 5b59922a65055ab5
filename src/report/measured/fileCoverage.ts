import { resolve } from 'node:path'
import type { MeasuredFile, MeasuredFiles, MeasuredFunction } from '../../pool/measuring/readCoverage.ts'

interface Range {
  start: { line: number; column: number }
  end: { line: number; column: number }
}

/** The coverage of one file in the format of Istanbul, as a `CoverageMap` takes it. */
export interface FileCoverage {
  path: string
  statementMap: Record<string, Range>
  s: Record<string, number>
  fnMap: Record<string, { name: string; decl: Range; loc: Range; line: number }>
  f: Record<string, number>
  branchMap: Record<string, { type: string; loc: Range; locations: Range[]; line: number }>
  b: Record<string, number[]>
}

/**
 * Converts what coverage.py has measured. It counts whether a line has run, not how often.
 *
 * @param root of the project, which the paths are relative to
 */
export function fileCoverages(files: MeasuredFiles, root: string): FileCoverage[] {
  return Object.entries(files).map(([path, file]) => ({
    path: resolve(root, path),
    ...statementsOf(file),
    ...functionsOf(file),
    ...branchesOf(file),
  }))
}

/** Each line with a statement is one: Istanbul counts lines by the statements that begin there. */
function statementsOf(file: MeasuredFile): Pick<FileCoverage, 'statementMap' | 's'> {
  const lines = linesOf(file)
  return {
    statementMap: numbered(lines.map(([line]) => rangeOf(line))),
    s: numbered(lines.map(([, hits]) => hits)),
  }
}

function functionsOf({ functions = {} }: MeasuredFile): Pick<FileCoverage, 'fnMap' | 'f'> {
  const found = Object.entries(functions)
    .filter(([name, one]) => name !== '' && linesOf(one).length > 0)
    .map(([name, one]) => ({
      name,
      lines: linesOf(one),
      line: startOf(one),
      hits: one.executed_lines.length > 0,
    }))
  const entries = found.map(({ name, lines, line }) => {
    const loc = rangeOf(line, Math.max(line, ...lines.map(([last]) => last)))
    return { name, decl: rangeOf(line), loc, line }
  })
  return { fnMap: numbered(entries), f: numbered(found.map(({ hits }) => Number(hits))) }
}

function startOf(one: MeasuredFunction): number {
  return one.start_line ?? Math.max(1, (linesOf(one)[0]?.[0] ?? 2) - 1)
}

/** The branches that begin in one line are the ways of one decision. */
function branchesOf(file: MeasuredFile): Pick<FileCoverage, 'branchMap' | 'b'> {
  const ways = new Map<number, [number, number][]>()
  const note = (hits: number) => (branch: readonly [number, number]) => {
    const [from, to] = branch
    ways.set(from, [...(ways.get(from) ?? []), [to, hits]])
  }
  file.executed_branches?.forEach(note(1))
  file.missing_branches?.forEach(note(0))
  const decisions = [...ways].sort(([one], [other]) => one - other)
  const entries = decisions.map(([line, targets]) => {
    // In the same order in each run, because Istanbul adds up branches by their places.
    const sorted = targets.sort(([one], [other]) => one - other)
    // A way out of the function has no line of its own.
    const locations = sorted.map(([to]) => rangeOf(to > 0 ? to : line))
    return {
      hits: sorted.map(([, hits]) => hits),
      entry: { type: 'if', loc: rangeOf(line), locations, line },
    }
  })
  return {
    branchMap: numbered(entries.map(({ entry }) => entry)),
    b: numbered(entries.map(({ hits }) => hits)),
  }
}

/** The lines that can run, in order, each with 1 if it has. */
function linesOf({ executed_lines, missing_lines }: MeasuredFunction): [number, number][] {
  const hit = executed_lines.map((line): [number, number] => [line, 1])
  const missed = missing_lines.map((line): [number, number] => [line, 0])
  return [...hit, ...missed].sort(([one], [other]) => one - other)
}

/** Whole lines: coverage.py knows no columns. */
function rangeOf(first: number, last = first): Range {
  return { start: { line: first, column: 0 }, end: { line: last, column: LINE_END } }
}

/** Beyond the end of any line that is shown. Infinity would become null in JSON. */
const LINE_END = 999

function numbered<T>(values: readonly T[]): Record<string, T> {
  return Object.fromEntries(values.map((value, index) => [index, value]))
}
