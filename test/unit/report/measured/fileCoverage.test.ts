import coverage from 'istanbul-lib-coverage'
import { describe, expect, test } from 'vitest'
import { fileCoverages } from '../../../../src/report/measured/fileCoverage.ts'

const FILE = {
  executed_lines: [1, 3, 4],
  missing_lines: [7, 5, 9],
  executed_branches: [[3, 4]] as const,
  missing_branches: [
    [3, -2],
    [7, 9],
    [7, 8],
  ] as const,
  functions: {
    '': { executed_lines: [1], missing_lines: [], start_line: 1 },
    'Shop.sell': { executed_lines: [3, 4], missing_lines: [5], start_line: 2 },
    old: { executed_lines: [], missing_lines: [7, 9] },
    'excluded.whole': { executed_lines: [], missing_lines: [], start_line: 20 },
  },
}

/** The file as Istanbul itself sees it. */
function read(file: object, more: object[] = []) {
  const map = coverage.createCoverageMap({})
  for (const one of [file, ...more])
    for (const converted of fileCoverages({ 'app/shop.py': one } as never, '/project'))
      map.addFileCoverage(converted as never)
  expect(map.files()).toEqual(['/project/app/shop.py'])
  return map.fileCoverageFor('/project/app/shop.py')
}

describe("coverage.py's report becomes Istanbul's", () => {
  test('with the same numbers', () => {
    const { lines, statements, functions, branches } = read(FILE).toSummary().data
    expect(lines).toMatchObject({ total: 6, covered: 3 })
    expect(statements).toMatchObject({ total: 6, covered: 3 })
    expect(functions).toMatchObject({ total: 2, covered: 1 })
    expect(branches).toMatchObject({ total: 4, covered: 1 })
  })

  test('with lines, functions and branches in their places', () => {
    const file = read(FILE)
    expect(file.getLineCoverage()).toEqual({ 1: 1, 3: 1, 4: 1, 5: 0, 7: 0, 9: 0 })
    expect(file.getUncoveredLines()).toEqual(['5', '7', '9'])
    expect(file.getBranchCoverageByLine()).toMatchObject({
      3: { covered: 1, total: 2 },
      7: { covered: 0, total: 2 },
    })
    const functions = Object.values(file.fnMap).map(({ name, loc }) => [name, loc.start.line, loc.end.line])
    expect(functions).toEqual([
      ['Shop.sell', 2, 5],
      ['old', 6, 9],
    ])
  })

  test('a way out of a function has the place of its decision', () => {
    const { locations } = read(FILE).branchMap[0]!
    expect(locations.map(({ start }) => start.line)).toEqual([3, 4])
  })

  test('what two pools have run of a file adds up', () => {
    const other = {
      ...FILE,
      executed_lines: [1, 7, 9],
      missing_lines: [3, 4, 5],
      executed_branches: [[7, 9]],
      missing_branches: [
        [7, 8],
        [3, 4],
        [3, -2],
      ],
    }
    const { lines, branches } = read(FILE, [other]).toSummary().data
    expect(lines).toMatchObject({ total: 6, covered: 5 })
    expect(branches).toMatchObject({ total: 4, covered: 2 })
  })

  test('a file without branches and functions, and an absolute path', () => {
    const empty = { executed_lines: [], missing_lines: [] }
    expect(fileCoverages({ '/other/empty.py': empty }, '/project')).toEqual([
      { path: '/other/empty.py', statementMap: {}, s: {}, fnMap: {}, f: {}, branchMap: {}, b: {} },
    ])
  })
})
