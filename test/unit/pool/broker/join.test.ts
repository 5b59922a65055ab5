import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BrokerConnection } from '../../../../src/client/lease/brokerConnection.ts'
import type { RunContext } from '../../../../src/client/lease/context.ts'
import { listenForTests } from '../../../../src/pool/broker/broker.ts'
import type { Pool } from '../../../../src/pool/leasing/pool.ts'

test('a project joins only with the token of the run', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'vp-'))
  const brokerPath = join(directory, 'broker.sock')
  const asked: string[] = []
  const pool = { run: { token: 'right', brokerPath } } as Pool
  const answer = async (project: string) => {
    asked.push(project)
    return `of ${project}`
  }
  const broker = await listenForTests(pool, answer)
  const connect = (token: string) => new BrokerConnection({ broker: brokerPath, token } as RunContext)
  const [right, wrong] = [connect('right'), connect('wrong')]
  try {
    await expect(wrong.join('a')).rejects.toThrow('belongs to another test run: the token is wrong')
    expect(await right.join('b')).toBe('of b')
    expect(asked).toEqual(['b'])
  } finally {
    broker.close()
    rmSync(directory, { recursive: true })
  }
})
