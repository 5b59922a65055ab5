import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { withoutDocs } from '../../scripts/python-rooms.mjs'
import type { Cut } from '../chaos/support/layers.ts'
import { clusterCuts } from '../support/clusterCuts.ts'

const cuts = Object.entries(clusterCuts).flatMap(([layer, found]: [string, readonly Cut[]]) =>
  found.filter(({ file }) => file.startsWith('python/')).map((cut) => [layer, cut] as const),
)

// The controls themselves run at night only.
test.each(cuts)('the layer that a control removes is there: %s', (_, { file, find }) => {
  const text = withoutDocs(readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8'))
  expect(find instanceof RegExp ? find.test(text) : text.includes(find)).toBe(true)
})
