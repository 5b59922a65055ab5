import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { decode } from '../../../../src/client/values/decode.ts'
import { encode } from '../../../../src/client/values/encode.ts'
import { ndarray } from '../../../../src/client/values/ndarray.ts'
import { ArrowTable, DataFrame, Series } from '../../../../src/client/values/tables.ts'
import { PYTHON, PythonEcho } from '../../../support/pythonEcho.ts'

const echo = new PythonEcho('numpy', 'pandas', 'pyarrow')
afterAll(() => echo.end())

/** Through a real pandas or pyarrow, and back. */
const back = async (value: unknown) => decode(await echo.exchange(encode(value, 'args')))

test('a DataFrame keeps its columns, their order, kinds and labels', async () => {
  const sent = new DataFrame(
    { name: ['a', null, 'ü'], score: new Float64Array([0.5, Number.NaN, -0]), count: new BigInt64Array(3) },
    ['x', 'y', 'z'],
  )
  const arrived = (await back(sent)) as DataFrame
  expect(arrived).toBeInstanceOf(DataFrame)
  expect([...arrived.columns.keys()]).toEqual(['name', 'score', 'count'])
  expect(arrived.columns.get('score')).toBeInstanceOf(Float64Array)
  expect([...(arrived.index ?? [])]).toEqual(['x', 'y', 'z'])
  expect(arrived.records()).toEqual([
    { name: 'a', score: 0.5, count: 0n },
    { name: null, score: Number.NaN, count: 0n },
    { name: 'ü', score: -0, count: 0n },
  ])
})

test('a Series keeps its name and its dtype', async () => {
  const moments = ndarray(new BigInt64Array([1n, 2n]), [2], 'datetime64[ns]')
  const arrived = (await back(new Series(moments, 'when'))) as Series & { values: { dtype: string } }
  expect(arrived).toBeInstanceOf(Series)
  expect([arrived.name, arrived.index, arrived.values.dtype]).toEqual(['when', null, 'datetime64[ns]'])
  expect([...arrived.values]).toEqual([1n, 2n])
})

test('an Arrow table is its stream, which Python reads and writes again', async () => {
  const make =
    'import pyarrow, sys; table = pyarrow.table({"a": [1, None], "b": ["x", "y"]}); ' +
    'sink = pyarrow.BufferOutputStream(); writer = pyarrow.ipc.new_stream(sink, table.schema); ' +
    'writer.write(table); writer.close(); sys.stdout.buffer.write(sink.getvalue())'
  const { stdout } = await execa(PYTHON, ['-c', make], { encoding: 'buffer' })
  const arrived = (await back(new ArrowTable(stdout))) as ArrowTable
  expect(arrived).toBeInstanceOf(ArrowTable)
  expect(Buffer.compare(arrived.ipc, stdout)).toBe(0)
  await expect(back(new ArrowTable(Buffer.from('nonsense')))).rejects.toThrow('arguments cannot be read')
})
